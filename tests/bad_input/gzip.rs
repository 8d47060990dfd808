//! Compressed files: in one member or many, broken off, damaged, and bombs.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::program::Desk;
use crate::{line, lines};

pub fn gzip(text: &[u8], compression: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), compression);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn fast(text: &[u8]) -> Vec<u8> {
    gzip(text, Compression::fast())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_member_or_many() {
    let desk = Desk::sandbox().await;
    assert_eq!(desk.apply(fast(lines(2).as_bytes()), &[]).outcomes(), ["accepted"; 2]);
    // A member may end in the middle of a line.
    let (third, fourth) = (line(3), line(4));
    let (left, right) = third.split_at(40);
    let members = [fast(left.as_bytes()), fast(format!("{right}\n").as_bytes()), fast(b""), fast(fourth.as_bytes())];
    assert_eq!(desk.apply(members.concat(), &[]).outcomes(), ["accepted"; 2]);
    assert_eq!(desk.position().await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_is_told_and_the_lines_before_are_recorded() {
    let desk = Desk::sandbox().await;
    let whole = fast(lines(400).as_bytes());
    let cut = &whole[..whole.len() / 2];
    for flags in [["--atomic"], ["--dry-run"]] {
        desk.apply(cut, &flags).failed(2, "中断");
        assert_eq!(desk.position().await, 1, "{flags:?}");
    }
    let told = desk.apply(cut, &[]);
    told.failed(2, "中断");
    let outcomes = told.outcomes();
    assert!(outcomes.len() > 10 && outcomes.len() < 400, "{}", outcomes.len());
    assert!(outcomes.iter().all(|outcome| outcome == "accepted"));
    assert_eq!(desk.position().await, 1 + i64::try_from(outcomes.len()).unwrap());
    // The whole file again: what was recorded is not recorded twice.
    let told = desk.apply(&whole, &[]);
    assert_eq!(told.code(), 0);
    assert_eq!(desk.position().await, 401);
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_told() {
    let desk = Desk::sandbox().await;
    let mut wrong_sum = fast(lines(2).as_bytes());
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 0xff;
    desk.apply(&wrong_sum, &["--atomic"]).failed(2, "中断");
    desk.apply(b"\x1f\x8b\x08\x00", &[]).failed(2, "中断");
    desk.apply(b"\x1f\x8bno gzip at all", &[]).failed(2, "中断");
    assert_eq!(desk.position().await, 1);
}
