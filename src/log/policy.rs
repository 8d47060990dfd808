//! Which signatures a checkpoint needs (C2SP tlog-policy): the log's, and those of a quorum of witnesses.
//!
//! ```text
//! log tranche.example/jiangxi-2025+8f1a…
//! witness 财政 cw.example/finance+77aa…
//! witness 数据局 cw.example/data+91c0…
//! witness 审计 cw.example/audit+0b6d…
//! group 两家 2 财政 数据局 审计
//! quorum 两家
//! ```
//!
//! A group or a quorum names what stands above it, and each name is a member once, so that a signature counts in one way
//! only. Refused here: judging by anything but signatures, and files.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::checkpoint::SignedCheckpoint;
use super::note::{KeyKind, NoteError, Verifier};

/// A policy that is none: where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {fault}")]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A control character.
    #[error("it has a control character")]
    Control,
    /// A line of no known form.
    #[error("it is no line of the form log, witness, group or quorum")]
    Form,
    /// A key that is none, or of the wrong kind.
    #[error(transparent)]
    Key(#[from] NoteError),
    /// A key that an earlier line has.
    #[error("an earlier line has this key")]
    KeyAgain,
    /// A name that an earlier line has, or that is reserved.
    #[error("the name {0} is taken")]
    NameAgain(String),
    /// A name that no line above defines.
    #[error("no line above defines {0}")]
    Unknown(String),
    /// A name that is already a member of a group.
    #[error("{0} is a member of a group already")]
    MemberAgain(String),
    /// A group wants more members than it has, or none.
    #[error("a group of {members} needs all, any, or a number from 1 to {members}, not {wanted}")]
    Threshold {
        /// What is asked for.
        wanted: String,
        /// How many there are.
        members: usize,
    },
    /// There is no quorum, or a second one.
    #[error("a policy has one line quorum")]
    Quorum,
}

impl PolicyFault {
    /// What is wrong, in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Control => "含控制字符".to_owned(),
            Self::Form => "应以 log、witness、group 或 quorum 开头,各按其格式".to_owned(),
            Self::Key(error) => error.zh(),
            Self::KeyAgain => "此密钥前面已列".to_owned(),
            Self::NameAgain(name) => format!("名称 {name} 已被使用"),
            Self::Unknown(name) => format!("前面没有名为 {name} 的联署方或组"),
            Self::MemberAgain(name) => format!("{name} 已是某一组的成员"),
            Self::Threshold { wanted, members } => {
                format!("该组有 {members} 个成员,须写 all、any 或 1 至 {members} 的数,不能是 {wanted}")
            }
            Self::Quorum => "须有且只有一行 quorum".to_owned(),
        }
    }
}

/// The name that stands for no witness at all.
const NONE: &str = "none";

/// A witness or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Member {
    Witness(Verifier),
    Group { threshold: usize, members: Vec<String> },
}

/// Which signatures a checkpoint needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Verifier>,
    /// The witnesses and groups in the order of their lines.
    names: Vec<String>,
    members: BTreeMap<String, Member>,
    quorum: String,
}

/// What became of one needed signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there. A cosigner's says when it was made, in seconds since 1970; a log's has 0.
    Signed(u64),
    /// It is not there.
    Missing,
    /// There is one in the key's name that the key did not make.
    Forged,
}

/// A witness, and whether it signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in the policy.
    pub name: String,
    /// Its key.
    pub key: Verifier,
    /// Whether it signed.
    pub standing: Standing,
}

/// A group, and whether enough of its members signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name in the policy.
    pub name: String,
    /// How many of its members are needed.
    pub needed: usize,
    /// Those that signed.
    pub signed: Vec<String>,
    /// Those that did not.
    pub missing: Vec<String>,
}

/// Which of the needed signatures a checkpoint has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The log that signed it, of those the policy lists; none where none did.
    pub log: Option<Verifier>,
    /// The logs of the checkpoint's origin that the policy lists.
    pub logs: Vec<(Verifier, Standing)>,
    /// Every witness.
    pub witnesses: Vec<Witness>,
    /// Every group.
    pub groups: Vec<Group>,
    /// The witness or group that has to sign; none where no witness has to.
    pub quorum: Option<String>,
    /// Whether the quorum signed.
    pub quorum_signed: bool,
}

impl Verdict {
    /// Whether the checkpoint has what the policy asks for.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.log.is_some() && self.quorum_signed
    }
}

impl Policy {
    /// The logs it lists.
    #[must_use]
    pub fn logs(&self) -> &[Verifier] {
        &self.logs
    }

    /// Which of the needed signatures a checkpoint has.
    #[must_use]
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> Verdict {
        let standing = |key: &Verifier| match signed.note.signed_at(key) {
            Ok(seconds) => Standing::Signed(seconds),
            Err(NoteError::Unsigned(_)) => Standing::Missing,
            Err(_) => Standing::Forged,
        };
        let own = self.logs.iter().filter(|key| key.name() == signed.checkpoint.origin);
        let logs: Vec<_> = own.map(|key| (key.clone(), standing(key))).collect();
        let log = logs.iter().find(|(_, standing)| matches!(standing, Standing::Signed(_)));
        let log = log.map(|(key, _)| key.clone());
        let (mut witnesses, mut groups, mut there) = (Vec::new(), Vec::new(), BTreeSet::new());
        // A group stands below its members.
        for name in &self.names {
            let signs = match self.members.get(name) {
                Some(Member::Witness(key)) => {
                    let standing = standing(key);
                    let signs = matches!(standing, Standing::Signed(_));
                    witnesses.push(Witness { name: name.clone(), key: key.clone(), standing });
                    signs
                }
                Some(Member::Group { threshold, members }) => {
                    let (signed, missing): (Vec<_>, Vec<_>) =
                        members.iter().cloned().partition(|member| there.contains(member));
                    let signs = signed.len() >= *threshold;
                    groups.push(Group { name: name.clone(), needed: *threshold, signed, missing });
                    signs
                }
                None => false,
            };
            if signs {
                there.insert(name.clone());
            }
        }
        let quorum = Some(self.quorum.clone()).filter(|quorum| quorum != NONE);
        let quorum_signed = quorum.as_ref().is_none_or(|quorum| there.contains(quorum));
        Verdict { log, logs, witnesses, groups, quorum, quorum_signed }
    }
}

/// A policy as far as it was read.
#[derive(Default)]
struct Reading {
    logs: Vec<Verifier>,
    names: Vec<String>,
    members: BTreeMap<String, Member>,
    taken: BTreeSet<String>,
    quorum: Option<String>,
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<(), PolicyFault> {
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match *words {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] | ["log", key, _] => {
                let key = key_of(key, KeyKind::Log, self.logs.iter())?;
                self.logs.push(key);
                Ok(())
            }
            ["witness", name, key] | ["witness", name, key, _] => {
                let known = self.members.values().filter_map(|member| match member {
                    Member::Witness(key) => Some(key),
                    Member::Group { .. } => None,
                });
                let key = key_of(key, KeyKind::Cosigner, known)?;
                self.define(name, Member::Witness(key))
            }
            ["group", name, wanted, ref members @ ..] if !members.is_empty() => self.group(name, wanted, members),
            ["quorum", name] => {
                if name != NONE {
                    self.known(name)?;
                }
                if self.quorum.replace(name.to_owned()).is_some() { Err(PolicyFault::Quorum) } else { Ok(()) }
            }
            _ => Err(PolicyFault::Form),
        }
    }

    fn known(&self, name: &str) -> Result<(), PolicyFault> {
        if self.members.contains_key(name) { Ok(()) } else { Err(PolicyFault::Unknown(name.to_owned())) }
    }

    fn define(&mut self, name: &str, member: Member) -> Result<(), PolicyFault> {
        if name == NONE || self.members.contains_key(name) {
            return Err(PolicyFault::NameAgain(name.to_owned()));
        }
        self.names.push(name.to_owned());
        self.members.insert(name.to_owned(), member);
        Ok(())
    }

    fn group(&mut self, name: &str, wanted: &str, members: &[&str]) -> Result<(), PolicyFault> {
        for member in members {
            self.known(member)?;
            if !self.taken.insert((*member).to_owned()) {
                return Err(PolicyFault::MemberAgain((*member).to_owned()));
            }
        }
        let count = members.len();
        let plain = wanted.bytes().all(|byte| byte.is_ascii_digit());
        let threshold = match wanted {
            "all" => Some(count),
            "any" => Some(1),
            _ => wanted.parse().ok().filter(|number| plain && (1..=count).contains(number)),
        };
        let threshold =
            threshold.ok_or_else(|| PolicyFault::Threshold { wanted: wanted.to_owned(), members: count })?;
        let members = members.iter().map(|&member| member.to_owned()).collect();
        self.define(name, Member::Group { threshold, members })
    }
}

/// Reads a key of a kind that is not among the known ones, under whatever name.
fn key_of<'a>(
    text: &str,
    kind: KeyKind,
    mut known: impl Iterator<Item = &'a Verifier>,
) -> Result<Verifier, PolicyFault> {
    let key: Verifier = text.parse()?;
    key.check_kind(kind)?;
    if known.any(|known| known.bytes() == key.bytes()) { Err(PolicyFault::KeyAgain) } else { Ok(key) }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        let mut line = 0;
        for (number, words) in (1..).zip(text.split('\n')) {
            line = number;
            let read = if words.contains(|c: char| c.is_ascii_control() && c != '\t') {
                Err(PolicyFault::Control)
            } else {
                reading.line(words)
            };
            read.map_err(|fault| PolicyError { line, fault })?;
        }
        let Reading { logs, names, members, quorum, .. } = reading;
        let quorum = quorum.ok_or(PolicyError { line, fault: PolicyFault::Quorum })?;
        Ok(Self { logs, names, members, quorum })
    }
}

#[cfg(test)]
mod tests;
