//! The payments that are recorded: of the shape and the size of the ledger's own entries.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many pilots are paid for: the streams, aggregates or accounts of a peer.
pub const PILOTS: u64 = 10;

/// What each pilot may spend, in fen; no run comes near it.
pub const ASSIGNED_FEN: i64 = 1_000_000_000_000;

/// A payment, made up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// The id of the command that asks for it.
    pub command_id: Uuid,
    /// Who is paid for.
    pub pilot: String,
    /// How much, in fen.
    pub amount_fen: i64,
    item: String,
    project: String,
    economic_code: String,
    purpose: String,
    contract: String,
    voucher: String,
    payee: Payee,
    by: Signer,
    ledger: String,
    stream: String,
    r#type: String,
    position: u64,
    on: String,
    recorded_at: String,
    simulated: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Payee {
    name: String,
    uscc: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Signer {
    area: String,
    body: String,
    person: String,
}

/// The name of a pilot.
#[must_use]
pub fn pilot(number: u64) -> String {
    format!("BP{number:05}")
}

impl Payment {
    /// The payment of this number; the pilots take turns.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self {
            // A UUID of version 7, so that ids follow each other as those of real commands do.
            command_id: Uuid::from_u128(u128::from(number) << 80 | 0x7000_8000_0000_0000_0000),
            pilot: pilot(number % PILOTS),
            amount_fen: 1 + i64::try_from(number % 100_000).unwrap_or(0),
            item: format!("{}-P{number:08}", pilot(number % PILOTS)),
            project: format!("2510-{:06}-04-05-503337", number % PILOTS),
            economic_code: "50799".to_owned(),
            purpose: "INFRASTRUCTURE".to_owned(),
            contract: "HT-001".to_owned(),
            voucher: format!("记-202602-{number:08}"),
            payee: Payee { name: "示例承包单位（虚构）".to_owned(), uscc: "91366220MA30CF21H4".to_owned() },
            by: Signer {
                area: "360602".to_owned(), body: "local_finance".to_owned(), person: "县财政丙".to_owned()
            },
            ledger: "peers".to_owned(),
            stream: format!("pilot-{}", pilot(number % PILOTS)),
            r#type: "PaymentRecorded".to_owned(),
            position: number,
            on: "2026-02-12".to_owned(),
            recorded_at: "2026-02-12T01:00:00.000000Z".to_owned(),
            simulated: true,
        }
    }

    /// Where its pilot stands among them.
    pub(crate) fn turn(number: u64) -> usize {
        usize::try_from(number % PILOTS).unwrap_or(0)
    }
}
