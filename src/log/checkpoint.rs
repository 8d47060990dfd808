//! Checkpoints (C2SP tlog-checkpoint): a log's origin, size and root as the text of a signed note.
//!
//! Lines after the root, and the signatures of others under it, are kept as they came.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::merkle::{Hash, empty_root};
use super::note::{KeyKind, Note, NoteError, Signer, Verifier};

/// A text is no checkpoint, or not the one that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text of the note is no checkpoint.
    #[error("this is no checkpoint: {0}")]
    Malformed(&'static str),
    /// It is of another log.
    #[error("this is a checkpoint of {found}, not of {expected}")]
    Origin {
        /// The origin of the log that is asked about.
        expected: String,
        /// Its own.
        found: String,
    },
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Lines after the root; ours have none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// That of a log without entries, which every other goes on from.
    #[must_use]
    pub fn nothing(origin: &str) -> Self {
        Self { origin: origin.to_owned(), size: 0, root: empty_root(), extensions: Vec::new() }
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let Some(body) = text.strip_suffix('\n') else {
            return Err(CheckpointError::Malformed("its last line is cut off"));
        };
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Malformed("it has fewer than three lines"));
        };
        if origin.is_empty() {
            return Err(CheckpointError::Malformed("it names no log"));
        }
        let plain = size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        // Positions are PostgreSQL's bigint.
        let size = size.parse().ok().filter(|size| plain && i64::try_from(*size).is_ok());
        let size = size.ok_or(CheckpointError::Malformed("its second line is no size"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or(CheckpointError::Malformed("its third line is no SHA-256 root"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Malformed("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with the signatures under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note that says it.
    pub note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, signer: &Signer) -> Self {
        let text = checkpoint.to_string();
        let signatures = vec![signer.sign(&text)];
        Self { checkpoint, note: Note { text, signatures } }
    }

    /// Whether it is of the log that this key signs for, whose origin is the key's name, and signed by it.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Origin`]; [`NoteError::Kind`], [`NoteError::Unsigned`] or [`NoteError::Forged`].
    pub fn verify(&self, key: &Verifier) -> Result<(), CheckpointError> {
        key.check_kind(KeyKind::Log)?;
        if self.checkpoint.origin != key.name() {
            let (expected, found) = (key.name().to_owned(), self.checkpoint.origin.clone());
            return Err(CheckpointError::Origin { expected, found });
        }
        Ok(self.note.verify(key)?)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let note: Note = text.parse()?;
        Ok(Self { checkpoint: note.text.parse()?, note })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP tlog-checkpoint.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

    #[test]
    fn the_published_example_reads_and_writes() {
        let signed: SignedCheckpoint = EXAMPLE.parse().unwrap();
        assert_eq!(
            (signed.checkpoint.origin.as_str(), signed.checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(signed.note.to_string(), EXAMPLE);
        assert_eq!(signed.checkpoint.to_string(), signed.note.text);
    }

    #[test]
    fn a_checkpoint_is_verified_with_the_key_of_its_log() {
        let [own, other, elsewhere] = [("log/a", 1), ("log/a", 2), ("log/b", 1)]
            .map(|(name, seed)| Signer::from_seed(name, &[seed; 32]).unwrap());
        let checkpoint = Checkpoint { origin: "log/a".into(), size: 0, root: [9; 32], extensions: vec!["more".into()] };
        let mut signed = SignedCheckpoint::sign(checkpoint, &own);
        assert_eq!(signed.verify(own.public()), Ok(()));
        let (expected, found) = ("log/b".to_owned(), "log/a".to_owned());
        assert_eq!(signed.verify(elsewhere.public()), Err(CheckpointError::Origin { expected, found }));
        let unsigned = CheckpointError::Note(NoteError::Unsigned(other.public().to_string()));
        assert_eq!(signed.verify(other.public()), Err(unsigned));
        // Another's signature under it is kept, and does not get in the way.
        signed.note.signatures.push(elsewhere.sign(&signed.note.text));
        let read: SignedCheckpoint = signed.note.to_string().parse().unwrap();
        assert_eq!(read, signed);
        assert_eq!(read.verify(own.public()), Ok(()));
        assert_eq!(read.note.verify(elsewhere.public()), Ok(()));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        assert!(format!("log\n0\n{root}\n").parse::<Checkpoint>().is_ok());
        let wrong = [
            String::new(),
            format!("log\n1\n{root}"),
            format!("\n1\n{root}\n"),
            format!("log\n01\n{root}\n"),
            format!("log\n+1\n{root}\n"),
            format!("log\n\n{root}\n"),
            format!("log\n9223372036854775808\n{root}\n"),
            "log\n1\nCsUY\n".to_owned(),
            format!("log\n1\n{}\n", root.trim_end_matches('=')),
            format!("log\n1\n{root}\n\nmore\n"),
        ];
        for text in wrong {
            assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
        }
    }
}
