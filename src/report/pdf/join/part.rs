//! A PDF as it is read, to be joined to others.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Error, Object, ObjectId, Stream};

use super::Joined;
use super::file::File;

/// A page without its resources and tags.
pub(super) struct Page {
    pub(super) id: ObjectId,
    pub(super) entries: Dictionary,
    pub(super) resources: Dictionary,
    /// The list of its tags, where it has any.
    pub(super) tags: Option<Object>,
}

/// A PDF taken apart, its objects numbered as those of the joined one.
pub(super) struct Part {
    pub(super) catalog: Dictionary,
    pub(super) trailer: Dictionary,
    pub(super) objects: BTreeMap<u32, Object>,
}

/// An entry that is missing from a part, or is something else there.
pub(super) fn missing(key: &str) -> Error {
    Error::DictKey(key.to_owned())
}

impl Part {
    /// Reads a PDF whose objects follow those of a file.
    pub(super) fn read(pdf: &[u8], file: &mut File) -> Joined<Self> {
        let document = Document::load_mem(pdf)?;
        let by = file.reserve(document.max_id);
        let mut trailer = document.trailer;
        trailer.iter_mut().for_each(|(_, value)| renumber(value, by));
        let objects = document.objects.into_iter().map(|((id, _), mut object)| {
            renumber(&mut object, by);
            (id + by, object)
        });
        let mut part = Self { catalog: Dictionary::new(), trailer, objects: objects.collect() };
        part.catalog = part.take(part.trailer.get(b"Root")?.as_reference()?)?;
        Ok(part)
    }

    /// Takes out the dictionary with this number.
    pub(super) fn take(&mut self, id: ObjectId) -> Joined<Dictionary> {
        match self.objects.remove(&id.0) {
            Some(Object::Dictionary(dictionary)) => Ok(dictionary),
            _ => Err(Error::ObjectNotFound(id)),
        }
    }

    /// Takes out the dictionary that an entry of the catalog refers to.
    pub(super) fn take_named(&mut self, key: &str) -> Joined<Dictionary> {
        let id = self.catalog.get(key.as_bytes())?.as_reference()?;
        self.take(id)
    }

    pub(super) fn dictionary(&mut self, id: ObjectId) -> Joined<&mut Dictionary> {
        self.objects.get_mut(&id.0).ok_or(Error::ObjectNotFound(id))?.as_dict_mut()
    }

    pub(super) fn stream(&mut self, id: ObjectId) -> Joined<Stream> {
        match self.objects.remove(&id.0) {
            Some(Object::Stream(stream)) => Ok(stream),
            _ => Err(Error::ObjectNotFound(id)),
        }
    }

    /// Takes out the pages, with their resources, and the lists of their tags, which the root of the tags has.
    pub(super) fn pages(&mut self, root: &Dictionary) -> Joined<Vec<Page>> {
        let tree = root.get(b"ParentTree").and_then(Object::as_dict).and_then(|tree| tree.get(b"Nums"));
        let mut lists = tree.and_then(Object::as_array).map_or([].as_slice(), Vec::as_slice).chunks(2);
        let (mut pages, mut shared) = (Vec::new(), Vec::new());
        for kid in list(&mut self.take_named("Pages")?, "Kids")? {
            let id = kid.as_reference()?;
            let mut entries = self.take(id)?;
            let resources = entries.get(b"Resources")?.as_reference()?;
            shared.push(resources);
            let resources = self.dictionary(resources)?.clone();
            let tags = match entries.remove(b"StructParents") {
                Some(own) => match lists.next() {
                    Some([key, tags]) if *key == own => Some(tags.clone()),
                    _ => return Err(missing("ParentTree")),
                },
                None => None,
            };
            pages.push(Page { id, entries, resources, tags });
        }
        for resources in shared {
            self.objects.remove(&resources.0);
        }
        // A key more would be that of a note on a page, whose own page would have to be told of its new one.
        if lists.next().is_some() { Err(missing("Annots")) } else { Ok(pages) }
    }

    /// Takes out the bookmarks, in order.
    pub(super) fn bookmarks(&mut self) -> Joined<Vec<(ObjectId, Dictionary)>> {
        let mut bookmarks = Vec::new();
        let Ok(outlines) = self.take_named("Outlines") else { return Ok(bookmarks) };
        let mut next = outlines.get(b"First").ok().map(Object::as_reference).transpose()?;
        while let Some(id) = next {
            let mut bookmark = self.take(id)?;
            next = bookmark.remove(b"Next").map(|next| next.as_reference()).transpose()?;
            bookmark.remove(b"Prev");
            bookmarks.push((id, bookmark));
        }
        Ok(bookmarks)
    }

    /// Takes out what is in these tags, to the last; none has content.
    pub(super) fn drop_tags(&mut self, tags: Vec<Object>) -> Joined<()> {
        for tag in tags {
            let mut tag = self.take(tag.as_reference()?)?;
            let inner = list(&mut tag, "K")?;
            self.drop_tags(inner)?;
        }
        Ok(())
    }

    /// Takes out what a joined file has of its first part alone, but for the catalog.
    pub(super) fn drop_facts(&mut self) -> Joined<()> {
        let metadata = self.catalog.get(b"Metadata")?.as_reference()?;
        self.stream(metadata)?;
        self.take(self.trailer.get(b"Info")?.as_reference()?)?;
        let intents = self.catalog.get(b"OutputIntents")?.as_reference()?;
        let intents = self.objects.remove(&intents.0).ok_or(Error::ObjectNotFound(intents))?;
        for intent in intents.as_array()? {
            self.take(intent.as_reference()?)?;
        }
        Ok(())
    }
}

/// Takes a list out of a dictionary.
pub(super) fn list(of: &mut Dictionary, key: &str) -> Joined<Vec<Object>> {
    match of.remove(key.as_bytes()) {
        Some(Object::Array(list)) => Ok(list),
        _ => Err(missing(key)),
    }
}

/// Numbers what an object refers to higher by so much.
fn renumber(object: &mut Object, by: u32) {
    match object {
        Object::Reference((id, _)) => *id += by,
        Object::Array(list) => list.iter_mut().for_each(|one| renumber(one, by)),
        Object::Dictionary(dictionary) => dictionary.iter_mut().for_each(|(_, value)| renumber(value, by)),
        Object::Stream(stream) => stream.dict.iter_mut().for_each(|(_, value)| renumber(value, by)),
        _ => {}
    }
}
