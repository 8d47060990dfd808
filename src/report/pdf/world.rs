//! What typst sees: our templates, the paper as data, our fonts. No network, no clock, no files.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};

use super::fonts::Faces;

/// The language's own definitions, shared by all that set a PDF, with those that say what a table's cell is.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// A template with the files that it reads.
#[derive(Clone)]
pub(super) struct Desk<'f> {
    faces: &'f Faces,
    template: Source,
    files: Vec<(FileId, Bytes)>,
}

/// A name as a file of the template's own small world.
fn id(name: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern())
}

impl<'f> Desk<'f> {
    /// A template under its name, and no files as yet.
    pub(super) fn with(faces: &'f Faces, name: &str, template: &str) -> Self {
        let template = id(name).map_or_else(|| Source::detached(template), |id| Source::new(id, template.to_owned()));
        Self { faces, template, files: Vec::new() }
    }

    /// Adds a file.
    pub(super) fn lay(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.extend(id(name).map(|id| (id, Bytes::new(bytes))));
        self
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.faces.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
