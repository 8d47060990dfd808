//! A saved question: what was asked of which ledger, what the answer was, and how far the ledger went then.
//!
//! It stands for itself: a JSON file that people can read and that names all it rests on, so that it can be asked again years
//! later and the answer held against what the same entries, and the ledger since, give. Reading refuses whatever this
//! program could not have written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::figures::Figures;
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::report::explain::{Figure, Value};
use crate::report::status::View;

/// The form of the file.
const FORM: u32 = 1;

/// A file is no saved question.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QuestionError {
    /// It is no JSON object with the fields of a question.
    #[error("it is no saved question: {0}")]
    Unreadable(String),
    /// A newer program wrote it.
    #[error("it is a saved question of form {0}; this program reads form {FORM}: use the program that wrote it")]
    Form(u32),
    /// It contradicts itself.
    #[error("{field} of the saved question is not valid: {value}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: String,
    },
}

impl QuestionError {
    /// What is wrong, in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Unreadable(why) => format!("不是保存的问题:{why}"),
            Self::Form(form) => format!("问题文件的格式为第 {form} 版,本程序只读第 {FORM} 版:请用写它的程序"),
            Self::Field { field, value } => format!("问题文件的 {field} 无效:{value}"),
        }
    }
}

/// The figures that were asked about; a sum in yuan, a share or a rate as text, none where there is no such number.
pub type Answered = BTreeMap<String, Option<String>>;

/// An answer: of a pilot its figures; of the programme the totals and every pilot's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The totals, where the programme was asked about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub programme: Option<Answered>,
    /// The figures of each pilot that there was.
    pub pilots: BTreeMap<String, Answered>,
}

/// A saved question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The form of the file.
    pub tranche_question: u32,
    /// The ledger.
    pub ledger: String,
    /// The pilot; the whole programme where none is named.
    pub pilot: Option<String>,
    /// The figure; all of them where none is named.
    pub figure: Option<String>,
    /// The business date.
    pub as_of: Date,
    /// What was recorded no later; everything there was where no time was asked.
    pub known_at: Option<Timestamp>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How many entries the ledger had then.
    pub position: u64,
    /// Their RFC 6962 root, in hexadecimal.
    pub root: String,
    /// The answer then.
    pub answer: Answer,
}

impl Question {
    /// A question asked of a view, with its answer.
    #[must_use]
    pub fn asked(
        view: View<'_>,
        (pilot, figure): (Option<&Id>, Option<Figure>),
        asked_at: Timestamp,
        (position, root): (u64, String),
    ) -> Self {
        Self {
            tranche_question: FORM,
            ledger: view.ledger.to_owned(),
            pilot: pilot.map(ToString::to_string),
            figure: figure.map(|figure| figure.key().to_owned()),
            as_of: view.as_of,
            known_at: view.known_at,
            asked_at,
            position,
            root,
            answer: answer(view, pilot, figure),
        }
    }

    /// Reads a saved question.
    ///
    /// # Errors
    ///
    /// [`QuestionError`]: what makes it none.
    pub fn read(bytes: &[u8]) -> Result<Self, QuestionError> {
        #[derive(Deserialize)]
        struct Formed {
            tranche_question: u32,
        }
        let unreadable = |error: serde_json::Error| QuestionError::Unreadable(error.to_string());
        let formed: Formed = serde_json::from_slice(bytes).map_err(unreadable)?;
        if formed.tranche_question != FORM {
            return Err(QuestionError::Form(formed.tranche_question));
        }
        let question: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        question.check()?;
        Ok(question)
    }

    fn check(&self) -> Result<(), QuestionError> {
        let wrong = |field, value: &dyn ToString| Err(QuestionError::Field { field, value: value.to_string() });
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.position == 0 || i64::try_from(self.position).is_err() {
            return wrong("position", &self.position);
        }
        if self.root.len() != 64 || !self.root.bytes().all(hex) {
            return wrong("root", &self.root);
        }
        if let Some(pilot) = self.pilot.as_ref().filter(|pilot| Id::parse(pilot).is_none()) {
            return wrong("pilot", pilot);
        }
        if let Some(figure) = self.figure.as_ref().filter(|figure| Figure::parse(figure).is_none()) {
            return wrong("figure", figure);
        }
        let of_one = self.pilot.is_some();
        let named = |pilots: &BTreeMap<String, Answered>| pilots.keys().eq(self.pilot.iter());
        if of_one == self.answer.programme.is_some() || (of_one && !named(&self.answer.pilots)) {
            return wrong("answer", &"与所问的试点不符 does not fit what is asked about");
        }
        Ok(())
    }

    /// The pilot asked about.
    #[must_use]
    pub fn pilot(&self) -> Option<Id> {
        self.pilot.as_deref().and_then(Id::parse)
    }

    /// The figure asked about.
    #[must_use]
    pub fn figure(&self) -> Option<Figure> {
        self.figure.as_deref().and_then(Figure::parse)
    }

    /// What a view answers to the same question.
    #[must_use]
    pub fn answered_by(&self, view: View<'_>) -> Answer {
        answer(view, self.pilot().as_ref(), self.figure())
    }
}

/// The figures of a view that are asked about.
fn answer(view: View<'_>, pilot: Option<&Id>, figure: Option<Figure>) -> Answer {
    let told = |figures: &Figures, programme: bool| -> Answered {
        let asked = Figure::ALL.iter().filter(|own| figure.is_none_or(|figure| figure == **own));
        // Each pilot has a ratio of its own.
        let none = |own: Figure| programme && own == Figure::PayoutRatio;
        asked.map(|own| (own.key().to_owned(), if none(*own) { None } else { text(own.of(figures)) })).collect()
    };
    let recognised = view
        .state
        .pilots
        .iter()
        .filter(|(id, own)| own.recognised_on <= view.as_of && pilot.is_none_or(|pilot| pilot == *id));
    let programme = &view.state.programme;
    let pilots =
        recognised.map(|(id, pilot)| (id.to_string(), told(&Figures::of_pilot(programme, pilot, view.as_of), false)));
    let totals = || told(&Figures::of_programme(view.state, view.as_of), true);
    Answer { pilots: pilots.collect(), programme: pilot.is_none().then(totals) }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Sum(sum) => Some(sum.to_string()),
        Value::Share(share) => Some(share.to_string()),
        Value::Rate(rate) => rate.map(crate::domain::figures::rate_text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> serde_json::Value {
        serde_json::json!({
            "tranche_question": 1, "ledger": "demo", "pilot": "P1", "figure": "paid", "as_of": "2026-12-31",
            "known_at": null, "asked_at": "2027-01-01T00:00:00Z", "position": 7, "root": "0a".repeat(32),
            "answer": {"pilots": {"P1": {"paid": "1.00"}}}
        })
    }

    fn changed(field: &str, value: &serde_json::Value) -> Result<Question, QuestionError> {
        let mut changed = question();
        changed[field] = value.clone();
        Question::read(changed.to_string().as_bytes())
    }

    #[test]
    fn a_question_is_read_as_it_was_written() {
        let read = Question::read(question().to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), question());
        assert_eq!((read.pilot().unwrap().as_str(), read.figure()), ("P1", Some(Figure::Paid)));
    }

    #[test]
    fn rubbish_is_told_from_a_question() {
        for rubbish in ["", "{", "[]", "null", "{}", "\u{0}", "一个问题", r#"{"tranche_question":"1"}"#] {
            assert!(matches!(Question::read(rubbish.as_bytes()), Err(QuestionError::Unreadable(_))), "{rubbish}");
        }
        let null = serde_json::Value::Null;
        assert_eq!(changed("tranche_question", &2.into()), Err(QuestionError::Form(2)));
        for (field, value) in [
            ("position", 0.into()),
            ("root", "0A".repeat(32).into()),
            ("root", "0a".into()),
            ("pilot", "南昌".into()),
            ("pilot", "P2".into()),
            ("pilot", null.clone()),
            ("figure", "profit".into()),
        ] {
            assert!(matches!(changed(field, &value), Err(QuestionError::Field { .. })), "{field} {value}");
        }
        for (field, value) in [("more", null.clone()), ("as_of", "2026-02-30".into()), ("answer", null)] {
            assert!(matches!(changed(field, &value), Err(QuestionError::Unreadable(_))), "{field} {value}");
        }
    }
}
