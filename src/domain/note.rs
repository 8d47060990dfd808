//! Signed notes (C2SP signed-note) and the public keys they are verified with: a text, and signature lines under it that
//! anyone may add to.
//!
//! The forms are those of Go's module checksum database, so keys and notes are read and written by tools of others too.
//! A log's key signs the text as it stands; a cosigner's (C2SP tlog-cosignature, version 1) signs it with the time. A
//! signature by a key one does not hold is kept and says nothing; what counts is [`Note::verify`] with a key in hand.
//!
//! Refused here: private keys, and what the text means.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::form::{Field, Form};

/// The most bytes a note may have, and the most signatures.
const NOTE_BYTES_MAX: usize = 1_000_000;
const SIGNATURES_MAX: usize = 100;

/// What a key signs: the signature type of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A log's: it signs what the log says of itself.
    Log,
    /// A cosigner's: it signs that what the log says goes on from what it said before, and when that was seen.
    Cosigner,
}

impl KeyKind {
    /// The type byte in front of the key, which its id is made with.
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [Self::Log, Self::Cosigner].into_iter().find(|kind| kind.byte() == byte)
    }

    /// The Chinese name.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Log => "台账密钥",
            Self::Cosigner => "联署密钥",
        }
    }

    /// The English name.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Log => "a log's key",
            Self::Cosigner => "a cosigner's key",
        }
    }
}

/// A key or a note is not one, or does not say what it is taken to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No name for a key: empty, or with a space or a plus sign.
    #[error("{0:?} is no name for a key: it may have no space and no plus sign")]
    Name(String),
    /// Not a key in its text form.
    #[error("this is no Ed25519 key in the form name+hash+key")]
    Key,
    /// A key of the other kind.
    #[error("{} is due here, and {name} is not one", expected.en())]
    Kind {
        /// The kind that is due.
        expected: KeyKind,
        /// The key's name.
        name: String,
    },
    /// Not a signed note.
    #[error("this is no signed note: {0}")]
    Malformed(&'static str),
    /// Another text than that of the note it is said to be a copy of.
    #[error("these are no copies of one note: their texts differ")]
    OtherText,
    /// No signature by the key.
    #[error("the note is not signed by the key {0}")]
    Unsigned(String),
    /// A signature in the key's name that it did not make.
    #[error("the signature by {0} does not fit the text")]
    Forged(String),
}

impl NoteError {
    /// What is wrong, in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Name(name) => format!("{name:?} 不能作密钥名称:不得为空,不得有空格或加号"),
            Self::Key => "不是 Ed25519 密钥:应形如 名称+哈希+密钥".to_owned(),
            Self::Kind { expected, name } => format!("此处应为{},{name} 不是", expected.zh()),
            Self::Malformed(_) => "不是签名文本:残缺、被截断或格式不符".to_owned(),
            Self::OtherText => "不是同一份签名文本:内容不同".to_owned(),
            Self::Unsigned(key) => format!("没有此密钥的签名:{key}"),
            Self::Forged(name) => format!("{name} 的签名与内容不符"),
        }
    }
}

/// Whether a text may name a key.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// The parts of a key's text: name, id, kind, and the 32 bytes behind it.
///
/// # Errors
///
/// [`NoteError::Name`] or [`NoteError::Key`].
pub fn key_parts(text: &str) -> Result<(String, u32, KeyKind, [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key);
    };
    if !is_name(name) {
        return Err(NoteError::Name(name.to_owned()));
    }
    let is_id = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = u32::from_str_radix(id, 16).ok().filter(|_| is_id).ok_or(NoteError::Key)?;
    let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    let Some((&kind, key)) = bytes.split_first() else { return Err(NoteError::Key) };
    let kind = KeyKind::of_byte(kind).ok_or(NoteError::Key)?;
    Ok((name.to_owned(), id, kind, key.try_into().map_err(|_| NoteError::Key)?))
}

/// The text of a key, public or private: `name+id+base64`.
#[must_use]
pub fn key_text(public: &Verifier, key: &[u8; 32]) -> String {
    let mut bytes = vec![public.kind.byte()];
    bytes.extend_from_slice(key);
    format!("{}+{:08x}+{}", public.name, public.id, STANDARD.encode(bytes))
}

/// What a cosigner signs: when it saw the note, and the note's text.
#[must_use]
pub fn cosigned_text(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// A public key with its name, as `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    kind: KeyKind,
    /// Those of a point of the curve.
    key: [u8; 32],
}

impl Verifier {
    /// The key of this name and kind.
    ///
    /// # Errors
    ///
    /// [`NoteError::Name`].
    pub fn new(name: &str, kind: KeyKind, key: &VerifyingKey) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name(name.to_owned()));
        }
        // The first four bytes of `SHA-256(name ‖ 0A ‖ kind ‖ public key)`.
        let hash =
            Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(key.as_bytes()).finalize();
        let id = hash.iter().take(4).fold(0, |id, byte| id << 8 | u32::from(*byte));
        Ok(Self { name: name.to_owned(), id, kind, key: key.to_bytes() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id, from its name, kind and key.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The bytes of the key, whatever it is called.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Whether it is of this kind.
    ///
    /// # Errors
    ///
    /// [`NoteError::Kind`].
    pub fn check_kind(&self, expected: KeyKind) -> Result<(), NoteError> {
        let name = || self.name.clone();
        if self.kind == expected { Ok(()) } else { Err(NoteError::Kind { expected, name: name() }) }
    }

    /// Whether the key made this signature of a text, and for a cosigner's when, in seconds since 1970; 0 for a log's.
    fn made(&self, text: &str, made: &[u8]) -> Option<u64> {
        let key = VerifyingKey::from_bytes(&self.key).ok()?;
        let fits = |message: &[u8], made: &[u8]| {
            let signature = ed25519_dalek::Signature::from_slice(made);
            signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
        };
        match self.kind {
            KeyKind::Log => fits(text.as_bytes(), made).then_some(0),
            KeyKind::Cosigner => {
                let (seconds, signature) = made.split_first_chunk::<8>()?;
                let seconds = u64::from_be_bytes(*seconds);
                let real = i64::try_from(seconds).is_ok();
                (real && fits(cosigned_text(seconds, text).as_bytes(), signature)).then_some(seconds)
            }
        }
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, kind, key) = key_parts(text)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        let read = Self::new(&name, kind, &key)?;
        if read.id == id { Ok(read) } else { Err(NoteError::Key) }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&key_text(self, &self.key))
    }
}

/// A line under a note: who is said to have signed it, and what they made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub id: u32,
    /// The signature, in the form of the key's algorithm.
    pub made: Vec<u8>,
}

impl FromStr for Signature {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::Malformed("a signature line is not one");
        let Some((name, text)) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')) else {
            return Err(malformed);
        };
        let bytes = STANDARD.decode(text).map_err(|_| malformed.clone())?;
        let Some((id, made)) = bytes.split_first_chunk::<4>().filter(|(_, made)| !made.is_empty() && is_name(name))
        else {
            return Err(malformed);
        };
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), made: made.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.to_be_bytes().as_slice(), &self.made].concat();
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text and the signatures under it, by keys known or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text with its last line's end.
    pub text: String,
    /// The lines under it, in their order.
    pub signatures: Vec<Signature>,
}

impl Note {
    /// Whether this key signed the text. Where several lines are in its name and id, each must be its signature.
    ///
    /// # Errors
    ///
    /// [`NoteError::Unsigned`] or [`NoteError::Forged`].
    pub fn verify(&self, key: &Verifier) -> Result<(), NoteError> {
        self.signed_at(key).map(|_| ())
    }

    /// The latest time at which this cosigner's key signed the text, in seconds since 1970; 0 where it is a log's key,
    /// whose signatures carry no time.
    ///
    /// # Errors
    ///
    /// As [`Note::verify`].
    pub fn signed_at(&self, key: &Verifier) -> Result<u64, NoteError> {
        let own = self.signatures.iter().filter(|line| line.name == key.name && line.id == key.id);
        let times = own.map(|line| key.made(&self.text, &line.made)).collect::<Option<Vec<u64>>>();
        let times = times.ok_or_else(|| NoteError::Forged(key.name.clone()))?;
        times.into_iter().max().ok_or_else(|| NoteError::Unsigned(key.to_string()))
    }
}

impl Note {
    /// Takes over the signatures of another copy of the text, each line once.
    ///
    /// # Errors
    ///
    /// [`NoteError::OtherText`], or [`NoteError::Malformed`] where they are too many for one note.
    pub fn merge(&mut self, other: Self) -> Result<(), NoteError> {
        if other.text != self.text {
            return Err(NoteError::OtherText);
        }
        for line in other.signatures {
            if !self.signatures.contains(&line) {
                self.signatures.push(line);
            }
        }
        if self.signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("it has more signatures than a note may have"));
        }
        Ok(())
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("it is longer than a note may be"));
        }
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed("it has control characters"));
        }
        let Some((text, lines)) = note.rsplit_once("\n\n") else {
            return Err(NoteError::Malformed("no empty line parts the text from its signatures"));
        };
        let Some(lines) = lines.strip_suffix('\n') else {
            return Err(NoteError::Malformed("it is cut off, or has no signature"));
        };
        let signatures = lines.split('\n').map(str::parse).collect::<Result<Vec<Signature>, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("it has more signatures than a note may have"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// Makes a type whose text form is what it is written as into a field of commands.
macro_rules! written_as_text {
    ($($name:ident: $schema:tt;)*) => { $(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl Field for $name {
            fn read(value: &Value, form: &mut Form) -> Option<Self> {
                let read = value.as_str().unwrap_or_default().parse::<Self>();
                read.map_err(|error| form.fault(error.zh(), error.to_string())).ok()
            }

            fn schema() -> Value {
                json!($schema)
            }
        }
    )* };
}

written_as_text! {
    Verifier: {"type": "string", "pattern": "^[^+\\s]+\\+[0-9a-fA-F]{8}\\+[A-Za-z0-9+/=]+$"};
    Note: {"type": "string", "minLength": 1, "maxLength": 1_000_000};
}
