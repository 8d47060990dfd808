//! A result for programs that ends in a list too long to hold: its items are printed as they come.

use serde::Serialize;

use super::{Context, Failure};

/// A list being printed inside its object.
pub(super) struct List {
    begun: bool,
    end: &'static [u8],
}

impl List {
    /// Prints the object that is to hold the list, up to the list's first item.
    pub(super) fn open(context: &mut Context, head: &impl Serialize, name: &str) -> Result<Self, Failure> {
        let mut head = serde_json::to_vec(head)?;
        // The object's end comes after the list.
        head.pop();
        context.raw(&head)?;
        context.raw(format!(",\"{name}\":[").as_bytes())?;
        Ok(Self { begun: false, end: b"]}\n" })
    }

    /// Prints an item, which is JSON already.
    pub(super) fn item(&mut self, context: &mut Context, json: &[u8]) -> Result<(), Failure> {
        if std::mem::replace(&mut self.begun, true) {
            context.raw(b",")?;
        }
        context.raw(json)
    }

    /// Ends the list and its object.
    pub(super) fn close(self, context: &mut Context) -> Result<(), Failure> {
        context.raw(self.end)
    }
}
