//! The page that comes with a pack, in Chinese and English.

/// What the page says of every pack.
const README: &str = include_str!("README.md");

/// The page of a pack: of which ledger, and of which pilot where it is not of all.
#[must_use]
pub fn readme(ledger: &str, pilot: Option<&str>, sandbox: bool) -> String {
    let subject = pilot.map_or_else(|| ledger.to_owned(), |pilot| format!("{ledger} · {pilot}"));
    let watermark = if sandbox {
        "**演练 sandbox:演练台账,数据为模拟,不作资金依据 · simulated data, no basis for any payment**\n\n"
    } else {
        ""
    };
    format!("# 审计证据包 · Evidence pack: {subject}\n\n{watermark}{README}")
}
