//! PDFs joined to one: their pages, bookmarks and tags, a table that goes on from one to the next being one table.
//!
//! Every part is as typst's export writes it: objects numbered from 1, each page's tags under its own key, the headings of
//! the n-th table named U*n*x*column*y*row*. What each part adds is written at once, so a joined file takes as much memory as
//! it has bytes. The pages themselves come last, when it is known what stands around each: that is drawn from another PDF,
//! whose pages become forms.

mod file;
mod part;

use std::collections::BTreeMap;

use lopdf::{Dictionary, Error, Object, ObjectId, Stream, dictionary};

use self::file::File;
use self::part::{Page, Part, list, missing};

/// What a joined part cannot be without.
type Joined<T> = Result<T, Error>;

/// A PDF that is being joined.
pub(super) struct Join {
    file: File,
    /// The first part's catalog, with its date, language and colours.
    catalog: Dictionary,
    metadata: Stream,
    trailer: Dictionary,
    page_tree: ObjectId,
    pages: Vec<Page>,
    /// The tag of the whole paper, and those in it.
    root: Dictionary,
    whole: Dictionary,
    whole_id: ObjectId,
    tags: Vec<Object>,
    /// The headings of tables by name, in the order in which they are looked for, and how many tables there are.
    names: BTreeMap<Vec<u8>, Object>,
    tables: usize,
    /// The table that goes on in the next part.
    table: Option<Table>,
    bookmarks: Vec<(ObjectId, Dictionary)>,
}

/// The body of a table that is not at its end.
struct Table {
    id: ObjectId,
    body: Dictionary,
    rows: Vec<Object>,
}

/// The name of a heading whose table is numbered higher by so much, and the number.
fn renamed(name: &[u8], by: usize) -> Option<(Vec<u8>, usize)> {
    let (table, cell) = std::str::from_utf8(name).ok()?.strip_prefix('U')?.split_once('x')?;
    let table = table.parse::<usize>().ok()? + by;
    Some((format!("U{table}x{cell}").into_bytes(), table))
}

/// Renames the headings that stand in a tag, its own name or those it refers to.
fn rename(object: &mut Object, by: usize) {
    match object {
        Object::String(name, _) => *name = renamed(name, by).map_or_else(|| std::mem::take(name), |(name, _)| name),
        Object::Array(list) => list.iter_mut().for_each(|one| rename(one, by)),
        Object::Dictionary(dictionary) => dictionary.iter_mut().for_each(|(_, value)| rename(value, by)),
        _ => {}
    }
}

impl Join {
    /// A file that begins with this PDF. Where its last table goes on in the next, so many of its rows are left to that.
    pub(super) fn begin(pdf: &[u8], left: Option<usize>) -> Joined<Self> {
        let mut file = File::new();
        let mut part = Part::read(pdf, &mut file)?;
        let metadata = part.catalog.get(b"Metadata")?.as_reference()?;
        let metadata = part.stream(metadata)?;
        let (page_tree, whole_id) = (file.number(), file.number());
        let mut join = Self {
            file,
            catalog: part.catalog.clone(),
            metadata,
            trailer: part.trailer.clone(),
            page_tree,
            pages: Vec::new(),
            root: Dictionary::new(),
            whole: Dictionary::new(),
            whole_id,
            tags: Vec::new(),
            names: BTreeMap::new(),
            tables: 0,
            table: None,
            bookmarks: Vec::new(),
        };
        (join.root, join.whole) = join.add_part(part, left)?;
        Ok(join)
    }

    /// Adds a PDF, its first table going on from the one before where that is so.
    pub(super) fn add(&mut self, pdf: &[u8], left: Option<usize>) -> Joined<()> {
        let mut part = Part::read(pdf, &mut self.file)?;
        part.drop_facts()?;
        self.add_part(part, left).map(|_| ())
    }

    /// Adds a part, and gives back its root of tags and the tag of its whole.
    fn add_part(&mut self, mut part: Part, left: Option<usize>) -> Joined<(Dictionary, Dictionary)> {
        let mut root = part.take_named("StructTreeRoot")?;
        self.pages.extend(part.pages(&root)?);
        self.bookmarks.extend(part.bookmarks()?);
        let whole = list(&mut root, "K")?.pop().ok_or_else(|| missing("K"))?.as_reference()?;
        let mut whole = part.take(whole)?;
        let mut tags = list(&mut whole, "K")?;

        let goes_on = self.table.is_some();
        if let Some(mut table) = self.table.take() {
            if tags.is_empty() {
                return Err(missing("K"));
            }
            table.go_on(&tags.remove(0), &mut part)?;
            if left.is_some() && tags.is_empty() {
                self.table = Some(table);
            } else {
                self.file.put(table.id, table.whole())?;
            }
        }
        if let Some(left) = left {
            let mut table = match self.table.take() {
                Some(table) => table,
                None => Table::last_of(&tags, &mut part)?,
            };
            let rows = table.rows.split_off(table.rows.len().saturating_sub(left));
            part.drop_tags(rows)?;
            self.table = Some(table);
        }
        for tag in &tags {
            part.dictionary(tag.as_reference()?)?.set("P", self.whole_id);
        }
        self.tags.extend(tags);
        self.rename_tables(&mut part, &root, goes_on)?;
        for (id, object) in part.objects {
            self.file.put((id, 0), object)?;
        }
        Ok((root, whole))
    }

    /// Numbers a part's tables on, the first being the one that goes on.
    fn rename_tables(&mut self, part: &mut Part, root: &Dictionary, goes_on: bool) -> Joined<()> {
        let by = self.tables - usize::from(goes_on);
        for object in part.objects.values_mut() {
            let Object::Dictionary(tag) = object else { continue };
            if tag.has_type(b"StructElem") {
                for key in [b"ID".as_slice(), b"A"] {
                    if let Ok(value) = tag.get_mut(key) {
                        rename(value, by);
                    }
                }
            }
        }
        let Ok(names) = root.get(b"IDTree").and_then(Object::as_dict) else { return Ok(()) };
        for pair in names.get(b"Names")?.as_array()?.chunks(2) {
            let [Object::String(name, _), tag] = pair else { return Err(missing("Names")) };
            let (name, table) = renamed(name, by).ok_or_else(|| missing("Names"))?;
            self.tables = self.tables.max(table);
            // The headings of a table that goes on are those of the part where it began.
            if part.objects.contains_key(&tag.as_reference()?.0) {
                self.names.insert(name, tag.clone());
            }
        }
        Ok(())
    }

    /// How many pages there are.
    pub(super) const fn pages(&self) -> usize {
        self.pages.len()
    }

    /// The whole file, every page drawn on the page of this PDF with the same number.
    pub(super) fn finish(mut self, frames: &[u8]) -> Joined<Vec<u8>> {
        self.draw_frames(frames)?;
        let (tag_root, outlines, metadata) = (self.file.number(), self.file.number(), self.file.number());
        let pages = self.pages.len();
        let mut lists = Vec::with_capacity(pages * 2);
        let mut kids = Vec::with_capacity(pages);
        for (at, Page { id, mut entries, resources, tags }) in (0_i64..).zip(self.pages) {
            entries.set("Parent", self.page_tree);
            entries.set("Resources", resources);
            if let Some(tags) = tags {
                entries.set("StructParents", at);
                lists.extend([at.into(), tags]);
            }
            self.file.put(id, entries.into())?;
            kids.push(id.into());
        }
        let count = i64::try_from(pages).unwrap_or(i64::MAX);
        self.file.put(self.page_tree, dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids }.into())?;

        self.whole.set("P", tag_root);
        self.whole.set("K", self.tags);
        self.file.put(self.whole_id, self.whole.into())?;
        self.root.set("K", vec![self.whole_id.into()]);
        self.root.set("ParentTree", dictionary! { "Nums" => lists });
        self.root.set("ParentTreeNextKey", count);
        if !self.names.is_empty() {
            let names = self.names.into_iter().flat_map(|(name, tag)| [Object::string_literal(name), tag]);
            self.root.set("IDTree", dictionary! { "Names" => names.collect::<Vec<_>>() });
        }
        self.file.put(tag_root, self.root.into())?;
        self.catalog.set("Pages", self.page_tree);
        self.catalog.set("StructTreeRoot", tag_root);
        self.catalog.set("Metadata", metadata);
        self.file.put(metadata, with_pages(self.metadata, pages).into())?;
        if !self.bookmarks.is_empty() {
            self.catalog.set("Outlines", outlines);
            put_bookmarks(&mut self.file, outlines, self.bookmarks)?;
        }
        self.file.finish(self.catalog, self.trailer)
    }

    /// Makes the pages of a PDF forms, which are drawn before what stands on the joined pages. They have no tags or
    /// bookmarks.
    fn draw_frames(&mut self, frames: &[u8]) -> Joined<()> {
        let mut part = Part::read(frames, &mut self.file)?;
        part.drop_facts()?;
        let mut root = part.take_named("StructTreeRoot")?;
        let frames = part.pages(&root)?;
        part.drop_tags(list(&mut root, "K")?)?;
        part.bookmarks()?;
        let draw = self.file.number();
        self.file.put(draw, Stream::new(Dictionary::new(), b"/Frame Do".to_vec()).into())?;
        for (frame, own) in frames.into_iter().zip(&mut self.pages) {
            let mut form = part.stream(frame.entries.get(b"Contents")?.as_reference()?)?;
            form.dict.set("Type", "XObject");
            form.dict.set("Subtype", "Form");
            form.dict.set("BBox", frame.entries.get(b"MediaBox")?.clone());
            form.dict.set("Resources", frame.resources);
            self.file.put(frame.id, form.into())?;
            let contents = own.entries.get(b"Contents")?.clone();
            own.entries.set("Contents", vec![draw.into(), contents]);
            if !own.resources.has(b"XObject") {
                own.resources.set("XObject", Dictionary::new());
            }
            own.resources.get_mut(b"XObject")?.as_dict_mut()?.set("Frame", frame.id);
        }
        for (id, object) in part.objects {
            self.file.put((id, 0), object)?;
        }
        Ok(())
    }
}

impl Table {
    /// Takes the body out of the last of these tags.
    fn last_of(tags: &[Object], part: &mut Part) -> Joined<Self> {
        let table = tags.last().ok_or_else(|| missing("K"))?.as_reference()?;
        let id = part.dictionary(table)?.get(b"K")?.as_array()?.last().ok_or_else(|| missing("K"))?.as_reference()?;
        let mut body = part.take(id)?;
        Ok(Self { id, rows: list(&mut body, "K")?, body })
    }

    /// Adds the rows of this table, whose head was read aloud before.
    fn go_on(&mut self, table: &Object, part: &mut Part) -> Joined<()> {
        let mut kids = list(&mut part.take(table.as_reference()?)?, "K")?;
        let body = kids.pop().ok_or_else(|| missing("K"))?.as_reference()?;
        part.drop_tags(kids)?;
        let rows = list(&mut part.take(body)?, "K")?;
        for row in &rows {
            part.dictionary(row.as_reference()?)?.set("P", self.id);
        }
        self.rows.extend(rows);
        Ok(())
    }

    /// The body with all its rows.
    fn whole(mut self) -> Object {
        self.body.set("K", self.rows);
        self.body.into()
    }
}

/// The metadata of a part as that of a file with so many pages.
fn with_pages(mut metadata: Stream, pages: usize) -> Stream {
    const TAG: [&str; 2] = ["<xmpTPg:NPages>", "</xmpTPg:NPages>"];
    let told = String::from_utf8_lossy(&metadata.content).into_owned();
    if let Some((before, rest)) = told.split_once(TAG[0])
        && let Some((_, after)) = rest.split_once(TAG[1])
    {
        metadata.set_content(format!("{before}{}{pages}{}{after}", TAG[0], TAG[1]).into_bytes());
    }
    metadata
}

/// Puts bookmarks under their root, each beside its neighbours.
fn put_bookmarks(file: &mut File, root: ObjectId, bookmarks: Vec<(ObjectId, Dictionary)>) -> Joined<()> {
    let ids: Vec<ObjectId> = bookmarks.iter().map(|(id, _)| *id).collect();
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(()) };
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let outlines = dictionary! { "Type" => "Outlines", "First" => *first, "Last" => *last, "Count" => count };
    file.put(root, outlines.into())?;
    for (at, (id, mut bookmark)) in bookmarks.into_iter().enumerate() {
        bookmark.set("Parent", root);
        if let Some(before) = at.checked_sub(1).and_then(|before| ids.get(before)) {
            bookmark.set("Prev", *before);
        }
        if let Some(after) = ids.get(at + 1) {
            bookmark.set("Next", *after);
        }
        file.put(id, bookmark.into())?;
    }
    Ok(())
}
