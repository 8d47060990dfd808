//! Keys that sign notes: a log's, which signs what the log says, and a cosigner's, which signs when it saw that.
//!
//! Refused here: randomness and clocks (a seed and a time are arguments), and files.

use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey};

pub use crate::domain::note::{KeyKind, Note, NoteError, Signature, Verifier, is_name};
use crate::domain::note::{cosigned_text, key_parts, key_text};

/// What begins a signing key.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Makes a private key of each kind; a text of the other kind is not read as this one.
macro_rules! private_keys {
    ($( $(#[doc = $doc:literal])* $name:ident: $kind:ident; )*) => { $(
        $(#[doc = $doc])*
        ///
        /// Its text goes to a file that only its owner reads, by `secret_text`.
        pub struct $name {
            public: Verifier,
            key: SigningKey,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.public).finish()
            }
        }

        impl $name {
            /// The key of this name that a random seed gives.
            ///
            /// # Errors
            ///
            /// [`NoteError::Name`].
            pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
                let key = SigningKey::from_bytes(seed);
                Ok(Self { public: Verifier::new(name, KeyKind::$kind, &key.verifying_key())?, key })
            }

            /// The public half.
            #[must_use]
            pub fn public(&self) -> &Verifier {
                &self.public
            }

            /// `PRIVATE+KEY+name+id+base64`: whoever reads it can sign.
            #[must_use]
            pub fn secret_text(&self) -> String {
                format!("{PRIVATE}{}", key_text(&self.public, &self.key.to_bytes()))
            }

            fn line(&self, made: Vec<u8>) -> Signature {
                Signature { name: self.public.name().to_owned(), id: self.public.id(), made }
            }
        }

        impl FromStr for $name {
            type Err = NoteError;

            fn from_str(text: &str) -> Result<Self, NoteError> {
                let (name, id, kind, seed) = key_parts(text.strip_prefix(PRIVATE).ok_or(NoteError::Key)?)?;
                if kind != KeyKind::$kind {
                    return Err(NoteError::Kind { expected: KeyKind::$kind, name });
                }
                let read = Self::from_seed(&name, &seed)?;
                if read.public.id() == id { Ok(read) } else { Err(NoteError::Key) }
            }
        }
    )* };
}

private_keys! {
    /// A log's private key with its name.
    Signer: Log;
    /// A cosigner's private key with its name.
    Cosigner: Cosigner;
}

impl Signer {
    /// The signature of a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        self.line(self.key.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

impl Cosigner {
    /// The signature of a text that was seen at this time, in seconds since 1970.
    #[must_use]
    pub fn sign(&self, text: &str, seconds: u64) -> Signature {
        let made = self.key.sign(cosigned_text(seconds, text).as_bytes()).to_bytes();
        self.line([seconds.to_be_bytes().as_slice(), &made].concat())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use signed_note::Verifier as _;

    use super::*;
    use crate::log::vectors::unhex;

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

    /// RFC 8032 section 7.1.
    #[derive(serde::Deserialize)]
    struct Published {
        name: String,
        seed: String,
        public: String,
        message: String,
        signature: String,
    }

    #[test]
    fn keys_and_signatures_are_those_of_the_rfc() {
        let published: Vec<Published> = serde_json::from_str(include_str!("../../tests/vectors/ed25519.json")).unwrap();
        assert_eq!(published.len(), 5);
        let mut texts = 0;
        for vector in published {
            let signer = Signer::from_seed("rfc8032", &unhex(&vector.seed).try_into().unwrap()).unwrap();
            assert_eq!(signer.public().bytes()[..], unhex(&vector.public), "{}", vector.name);
            let (message, signature) = (unhex(&vector.message), unhex(&vector.signature));
            assert_eq!(signer.key.sign(&message).to_bytes()[..], signature, "{}", vector.name);
            // Notes are texts; two of the messages are.
            if let Ok(text) = String::from_utf8(message) {
                texts += 1;
                assert_eq!(signer.sign(&text).made, signature);
                let note = Note { signatures: vec![signer.sign(&text)], text };
                assert_eq!(note.verify(signer.public()), Ok(()));
            }
        }
        assert_eq!(texts, 2);
    }

    /// The example of C2SP tlog-cosignature; its keys are not published.
    const COSIGNED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    #[test]
    fn a_cosignature_has_the_published_form_and_carries_its_time() {
        let note: Note = COSIGNED.parse().unwrap();
        assert_eq!(note.to_string(), COSIGNED);
        let (seconds, signature) = note.signatures[1].made.split_first_chunk::<8>().unwrap();
        // The time of the specification's example of what is signed.
        assert_eq!((u64::from_be_bytes(*seconds), signature.len()), (1_679_315_147, 64));
        assert_eq!(
            cosigned_text(1_679_315_147, &note.text),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        );

        let cosigner = Cosigner::from_seed("witness.example.com/w1", &[5; 32]).unwrap();
        let key: Verifier = cosigner.public().to_string().parse().unwrap();
        assert_eq!((key.kind(), &key), (KeyKind::Cosigner, cosigner.public()));
        let mut signed = Note { text: note.text.clone(), signatures: vec![] };
        assert!(matches!(signed.signed_at(&key), Err(NoteError::Unsigned(_))));
        signed.signatures = [3, 9, 4].map(|at| cosigner.sign(&note.text, at)).to_vec();
        assert_eq!(signed.signed_at(&key), Ok(9), "the latest");
        let read: Note = signed.to_string().parse().unwrap();
        assert_eq!(read.signed_at(&key), Ok(9));
        // Another time than the one that was signed, and one that is none.
        for seconds in [10, u64::MAX] {
            let mut forged = signed.clone();
            forged.signatures[1].made.splice(..8, seconds.to_be_bytes());
            assert_eq!(forged.verify(&key), Err(NoteError::Forged(key.name().to_owned())));
        }
        signed.signatures[1].made.truncate(7);
        assert_eq!(signed.verify(&key), Err(NoteError::Forged(key.name().to_owned())));
    }

    #[test]
    fn a_key_of_one_kind_is_not_taken_for_the_other() {
        let (log, cosigner) = (Signer::from_seed("a", &[1; 32]).unwrap(), Cosigner::from_seed("a", &[1; 32]).unwrap());
        assert_eq!(log.public().bytes(), cosigner.public().bytes());
        assert_ne!(log.public().id(), cosigner.public().id());
        let wrong = |expected| NoteError::Kind { expected, name: "a".to_owned() };
        assert_eq!(cosigner.secret_text().parse::<Signer>().unwrap_err(), wrong(KeyKind::Log));
        assert_eq!(log.secret_text().parse::<Cosigner>().unwrap_err(), wrong(KeyKind::Cosigner));
        assert_eq!(cosigner.public().check_kind(KeyKind::Log), Err(wrong(KeyKind::Log)));
        assert_eq!(cosigner.secret_text().parse::<Cosigner>().unwrap().public(), cosigner.public());
        // A log's signature with the cosigner's id is none of the cosigner's.
        let made = Signature { id: cosigner.public().id(), ..log.sign("text\n") };
        let note = Note { text: "text\n".to_owned(), signatures: vec![made] };
        assert_eq!(note.verify(cosigner.public()), Err(NoteError::Forged("a".to_owned())));
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
