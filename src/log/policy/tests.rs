//! Policies read as the specification has them, and checkpoints judged by them.

use super::*;
use crate::log::checkpoint::Checkpoint;
use crate::log::note::{Cosigner, Signer};

fn log_key(seed: u8) -> Signer {
    Signer::from_seed("log.example/江西", &[seed; 32]).unwrap()
}

fn cosigner(name: &str, seed: u8) -> Cosigner {
    Cosigner::from_seed(name, &[seed; 32]).unwrap()
}

/// The example of the specification, with keys in it: two of X1, X2, X3 and one of Y1, Y2, Y3.
fn example() -> String {
    let mut text = format!("# who signs\n\nlog {} https://log.example\n", log_key(1).public());
    for (name, seed) in [("X1", 11), ("X2", 12), ("X3", 13), ("Y1", 21), ("Y2", 22), ("Y3", 23)] {
        let group = if name == "X3" { "group X-witnesses 2 X1 X2 X3\n" } else { "" };
        text = format!("{text}\twitness {name}  {}\n{group}", cosigner(name, seed).public());
    }
    text + "group Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn checkpoint(signer: &Signer) -> SignedCheckpoint {
    let origin = signer.public().name().to_owned();
    SignedCheckpoint::sign(Checkpoint { origin, size: 7, root: [7; 32], extensions: vec![] }, signer)
}

/// The checkpoint with cosignatures of these seeds.
fn cosigned(seeds: &[u8]) -> SignedCheckpoint {
    let mut signed = checkpoint(&log_key(1));
    for &seed in seeds {
        let name = format!("{}{}", if seed < 20 { "X" } else { "Y" }, seed % 10);
        let line = cosigner(&name, seed).sign(&signed.note.text, 1_000 + u64::from(seed));
        signed.note.signatures.push(line);
    }
    signed
}

#[test]
fn a_quorum_of_two_levels_is_met_where_both_are() {
    let policy: Policy = example().parse().unwrap();
    for (seeds, met) in [
        (&[][..], false),
        (&[11, 12], false),
        (&[11, 21], false),
        (&[21, 22, 23], false),
        (&[11, 13, 22], true),
        (&[11, 12, 13, 21, 22, 23], true),
    ] {
        let verdict = policy.evaluate(&cosigned(seeds));
        assert_eq!((verdict.is_met(), verdict.quorum_signed), (met, met), "{seeds:?}");
        assert_eq!(verdict.log.as_ref(), Some(log_key(1).public()));
    }
    let verdict = policy.evaluate(&cosigned(&[11, 22]));
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(verdict.quorum.as_deref(), Some("X-and-Y"));
    assert_eq!((&verdict.groups[0].signed, &verdict.groups[0].missing), (&names(&["X1"]), &names(&["X2", "X3"])));
    assert_eq!((verdict.groups[2].needed, &verdict.groups[2].missing), (2, &names(&["X-witnesses"])));
    assert_eq!(verdict.witnesses[0].standing, Standing::Signed(1_011));
    assert_eq!(verdict.witnesses[1].standing, Standing::Missing);
}

#[test]
fn a_signature_that_does_not_fit_is_none() {
    let policy: Policy = example().parse().unwrap();
    let mut signed = cosigned(&[11, 12, 21]);
    assert!(policy.evaluate(&signed).is_met());
    signed.note.signatures[2].made[20] ^= 1;
    let verdict = policy.evaluate(&signed);
    assert_eq!(verdict.witnesses[1].standing, Standing::Forged);
    assert!(!verdict.is_met());
    // Nor is anything met without the log's own, or by another log's.
    let mut signed = cosigned(&[11, 12, 21]);
    signed.note.signatures.remove(0);
    let verdict = policy.evaluate(&signed);
    assert_eq!((verdict.quorum_signed, verdict.is_met()), (true, false));
    assert_eq!(verdict.logs, [(log_key(1).public().clone(), Standing::Missing)]);
    let elsewhere = Signer::from_seed("log.example/else", &[1; 32]).unwrap();
    assert_eq!(policy.evaluate(&checkpoint(&elsewhere)).logs, []);
}

#[test]
fn any_of_the_logs_will_do_and_no_witness_where_none_is_asked_for() {
    let text = format!("log {}\nlog {}\nquorum none\n", log_key(1).public(), log_key(2).public());
    let policy: Policy = text.parse().unwrap();
    let verdict = policy.evaluate(&checkpoint(&log_key(2)));
    assert_eq!((verdict.log.as_ref(), verdict.quorum.as_ref()), (Some(log_key(2).public()), None));
    assert!(verdict.is_met());
    assert!(!policy.evaluate(&checkpoint(&log_key(3))).is_met());
    // A policy may leave the logs to whoever uses it, and then no checkpoint meets it alone.
    let open: Policy = "quorum none".parse().unwrap();
    assert!(open.logs().is_empty() && !open.evaluate(&checkpoint(&log_key(1))).is_met());
}

#[test]
fn what_is_no_policy_is_said_with_its_line() {
    let (log, other) = (log_key(1).public().to_string(), log_key(2).public().to_string());
    let (a, b) = (cosigner("a", 1).public().to_string(), cosigner("b", 2).public().to_string());
    let witnesses = format!("witness A {a}\nwitness B {b}\n");
    let kind = |expected, name: &str| PolicyFault::Key(NoteError::Kind { expected, name: name.to_owned() });
    let threshold = |wanted: &str| PolicyFault::Threshold { wanted: wanted.to_owned(), members: 2 };
    for (text, line, fault) in [
        (String::new(), 1, PolicyFault::Quorum),
        (format!("log {log}\n"), 2, PolicyFault::Quorum),
        ("quorum none\nquorum none".to_owned(), 2, PolicyFault::Quorum),
        ("quorum A".to_owned(), 1, PolicyFault::Unknown("A".to_owned())),
        (format!("{witnesses}group G any A C"), 3, PolicyFault::Unknown("C".to_owned())),
        (format!("{witnesses}group G any none A"), 3, PolicyFault::Unknown("none".to_owned())),
        (format!("{witnesses}group G any G A"), 3, PolicyFault::Unknown("G".to_owned())),
        (format!("{witnesses}group G any A\ngroup H any A B"), 4, PolicyFault::MemberAgain("A".to_owned())),
        (format!("{witnesses}group G all A A"), 3, PolicyFault::MemberAgain("A".to_owned())),
        (format!("{witnesses}group A any B"), 3, PolicyFault::NameAgain("A".to_owned())),
        (format!("witness none {a}"), 1, PolicyFault::NameAgain("none".to_owned())),
        (format!("{witnesses}group G 3 A B"), 3, threshold("3")),
        (format!("{witnesses}group G 0 A B"), 3, threshold("0")),
        (format!("{witnesses}group G +1 A B"), 3, threshold("+1")),
        (format!("{witnesses}group G some A B"), 3, threshold("some")),
        (format!("{witnesses}group G any"), 3, PolicyFault::Form),
        (format!("log {log}\n\nlog {log}"), 3, PolicyFault::KeyAgain),
        (format!("witness A {a}\nwitness B {a}"), 2, PolicyFault::KeyAgain),
        (format!("log {a}"), 1, kind(KeyKind::Log, "a")),
        (format!("witness A {other}"), 1, kind(KeyKind::Cosigner, "log.example/江西")),
        ("log key".to_owned(), 1, PolicyFault::Key(NoteError::Key)),
        ("logs".to_owned(), 1, PolicyFault::Form),
        (format!("log {log} url more"), 1, PolicyFault::Form),
        ("quorum none\r\n".to_owned(), 1, PolicyFault::Control),
    ] {
        assert_eq!(text.parse::<Policy>(), Err(PolicyError { line, fault: fault.clone() }), "{text:?}");
        assert!(!fault.zh().is_empty() && !fault.to_string().is_empty());
    }
    // As many lines as a policy should be let have.
    let many = (0..64).fold(String::new(), |text, n| format!("{text}witness w{n} {}\n", cosigner("w", n).public()));
    assert!(format!("{many}quorum w63").parse::<Policy>().is_ok());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "((log|witness|group|quorum|none|all|any|2|A|B)[ \t\n]){0,30}") {
        let _any = text.parse::<Policy>();
    }
}
