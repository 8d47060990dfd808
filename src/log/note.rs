//! Signed notes (C2SP signed-note) with Ed25519: a text, and signature lines under it that anyone may add to.
//!
//! The forms are those of Go's module checksum database, so keys and notes are read and written by tools of others too.
//! A signature by a key one does not hold is kept and says nothing; what counts is [`Note::verify`] with a key in hand.
//!
//! Refused here: randomness (a seed is an argument), files, and what the text means.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The signature type byte of Ed25519.
const ED25519: u8 = 0x01;
/// The most bytes a note may have, and the most signatures.
const NOTE_BYTES_MAX: usize = 1_000_000;
const SIGNATURES_MAX: usize = 100;
/// What begins a signing key.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A key or a note is not one, or does not say what it is taken to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No name for a key: empty, or with a space or a plus sign.
    #[error("{0:?} is no name for a key: it may have no space and no plus sign")]
    Name(String),
    /// Not a key in its text form.
    #[error("this is no Ed25519 key in the form name+hash+key")]
    Key,
    /// Not a signed note.
    #[error("this is no signed note: {0}")]
    Malformed(&'static str),
    /// No signature by the key.
    #[error("the note is not signed by the key {0}")]
    Unsigned(String),
    /// A signature in the key's name that it did not make.
    #[error("the signature by {0} does not fit the text")]
    Forged(String),
}

/// Whether a text may name a key.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// The id of a key: the first four bytes of `SHA-256(name ‖ 0A ‖ 01 ‖ public key)`.
fn key_id(name: &str, key: &VerifyingKey) -> u32 {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.as_bytes()).finalize();
    hash.iter().take(4).fold(0, |id, byte| id << 8 | u32::from(*byte))
}

/// The parts of a key's text: name, id, and the 32 bytes behind the algorithm's.
fn key_parts(text: &str) -> Result<(String, u32, [u8; 32]), NoteError> {
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
    let Some((&ED25519, key)) = bytes.split_first() else { return Err(NoteError::Key) };
    Ok((name.to_owned(), id, key.try_into().map_err(|_| NoteError::Key)?))
}

fn key_text(f: &mut fmt::Formatter<'_>, (name, id): (&str, u32), key: &[u8; 32]) -> fmt::Result {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(key);
    write!(f, "{name}+{id:08x}+{}", STANDARD.encode(bytes))
}

/// A public key with its name, as `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl Verifier {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id, from its name and key.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, key) = key_parts(text)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        if key_id(&name, &key) == id { Ok(Self { name, id, key }) } else { Err(NoteError::Key) }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        key_text(f, (&self.name, self.id), self.key.as_bytes())
    }
}

/// A private key with its name. Its text goes to a file that only its owner reads, by [`Signer::secret_text`].
pub struct Signer {
    public: Verifier,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.public).finish()
    }
}

impl Signer {
    /// The key of this name that a random seed gives.
    ///
    /// # Errors
    ///
    /// [`NoteError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name(name.to_owned()));
        }
        let signing = SigningKey::from_bytes(seed);
        let key = signing.verifying_key();
        let public = Verifier { name: name.to_owned(), id: key_id(name, &key), key };
        Ok(Self { public, key: signing })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &Verifier {
        &self.public
    }

    /// `PRIVATE+KEY+name+id+base64`: whoever reads it can sign.
    #[must_use]
    pub fn secret_text(&self) -> String {
        struct Secret<'a>(&'a Signer);
        impl fmt::Display for Secret<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let public = &self.0.public;
                key_text(f, (&public.name, public.id), &self.0.key.to_bytes())
            }
        }
        format!("{PRIVATE}{}", Secret(self))
    }

    /// The signature of a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        let made = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        Signature { name: self.public.name.clone(), id: self.public.id, made }
    }
}

impl FromStr for Signer {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, seed) = key_parts(text.strip_prefix(PRIVATE).ok_or(NoteError::Key)?)?;
        let signer = Self::from_seed(&name, &seed)?;
        if signer.public.id == id { Ok(signer) } else { Err(NoteError::Key) }
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
        let mut own = self.signatures.iter().filter(|made| made.name == key.name && made.id == key.id).peekable();
        if own.peek().is_none() {
            return Err(NoteError::Unsigned(key.to_string()));
        }
        let fits = |made: &Signature| {
            let signature = ed25519_dalek::Signature::from_slice(&made.made);
            signature.is_ok_and(|signature| key.key.verify_strict(self.text.as_bytes(), &signature).is_ok())
        };
        if own.all(fits) { Ok(()) } else { Err(NoteError::Forged(key.name.clone())) }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use signed_note::Verifier as _;

    use super::*;

    /// Those of the documentation of Go's golang.org/x/mod/sumdb/note.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_key_makes_the_published_note() {
        let (signer, public): (Signer, Verifier) = (SECRET.parse().unwrap(), PUBLIC.parse().unwrap());
        assert_eq!((signer.public(), signer.secret_text().as_str()), (&public, SECRET));
        assert_eq!(public.to_string(), PUBLIC);
        let note: Note = NOTE.parse().unwrap();
        assert_eq!(note.verify(&public), Ok(()));
        assert_eq!(note.signatures, [signer.sign(&note.text)]);
        assert_eq!(note.to_string(), NOTE);
        assert!(!format!("{signer:?}").contains("AYEKFALVFG"), "a private key does not show");
    }

    #[test]
    fn what_is_no_note_or_not_signed_is_said() {
        let public: Verifier = PUBLIC.parse().unwrap();
        let note: Note = NOTE.parse().unwrap();
        let other = Signer::from_seed("PeterNeumann", &[7; 32]).unwrap();
        assert_eq!(note.verify(other.public()), Err(NoteError::Unsigned(other.public().to_string())));
        let forged = Note { text: format!("{}!\n", note.text.trim_end()), ..note.clone() };
        assert_eq!(forged.verify(&public), Err(NoteError::Forged("PeterNeumann".to_owned())));
        for cut in (0..NOTE.len()).filter(|cut| NOTE.is_char_boundary(*cut)) {
            assert!(NOTE[..cut].parse::<Note>().is_err(), "cut at {cut}");
        }
        for wrong in ["", "a+b", "a b+c74f20a3+ARpc", &PUBLIC.replace("c74f", "c74e"), &PUBLIC[..60], SECRET] {
            assert!(wrong.parse::<Verifier>().is_err(), "{wrong}");
        }
        for wrong in [PUBLIC, &SECRET.replace("c74f", "c74e"), &SECRET.replace("+AYEK", "+BYEK")] {
            assert!(wrong.parse::<Signer>().is_err(), "{wrong}");
        }
        assert!(Signer::from_seed("two words", &[0; 32]).is_err());
    }

    proptest! {
        #[test]
        fn the_crate_of_others_agrees(seed in any::<[u8; 32]>(), text in "[^\\x00-\\x1f]{1,40}") {
            let signer = Signer::from_seed("tranche.example/江西", &seed).unwrap();
            let text = format!("{text}\n");
            let note = Note { signatures: vec![signer.sign(&text)], text };
            let theirs = signed_note::StandardVerifier::new(&signer.public().to_string()).unwrap();
            prop_assert_eq!(theirs.key_id(), signer.public().id());
            let known = signed_note::VerifierList::new(vec![Box::new(theirs)]);
            let read = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
            prop_assert_eq!(read.verify(&known).unwrap().0.len(), 1);
            prop_assert_eq!(note.to_string().parse::<Note>().unwrap().verify(signer.public()), Ok(()));
            let made = signed_note::StandardSigner::new(&signer.secret_text()).unwrap();
            let mut signed = signed_note::Note::new(note.text.as_bytes(), &[]).unwrap();
            signed.add_sigs(&[&made]).unwrap();
            prop_assert_eq!(String::from_utf8(signed.to_bytes()).unwrap(), note.to_string());
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in any::<String>()) {
            let _any = (text.parse::<Note>(), text.parse::<Verifier>(), text.parse::<Signer>());
        }
    }
}
