//! A PDF as it is written: objects one after another, those without a stream of their own bundled and compressed, and at the
//! end where each is.

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Error, Object, ObjectId, ObjectStream, Stream, Writer};

/// How many objects are bundled.
const BUNDLE: usize = 500;

/// How wide the columns are of the list that says where objects are, in bytes.
const WIDTHS: [usize; 3] = [1, 4, 2];

/// What that list says of the number 0, which no object ever has.
const NO_OBJECT: [u8; 7] = [0, 0, 0, 0, 0, 0xff, 0xff];

/// A PDF that is being written.
pub(super) struct File {
    bytes: Vec<u8>,
    /// Where each object is, by its number.
    places: Vec<XrefEntry>,
    bundle: ObjectStream,
}

fn bundle() -> ObjectStream {
    ObjectStream::builder().max_objects(BUNDLE).build()
}

impl File {
    /// An empty file. The second line tells programs that it is not text.
    pub(super) fn new() -> Self {
        let bytes = b"%PDF-1.7\n%\xe5\x8f\xb0\xe8\xb4\xa6\n".to_vec();
        Self { bytes, places: vec![XrefEntry::UnusableFree], bundle: bundle() }
    }

    /// Reserves so many numbers for objects, and gives the one before them.
    pub(super) fn reserve(&mut self, count: u32) -> u32 {
        let before = self.places.len() - 1;
        self.places.resize(self.places.len() + count as usize, XrefEntry::UnusableFree);
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// Reserves a number for an object.
    pub(super) fn number(&mut self) -> ObjectId {
        (self.reserve(1) + 1, 0)
    }

    /// Writes an object.
    pub(super) fn put(&mut self, id: ObjectId, object: Object) -> Result<(), Error> {
        if matches!(object, Object::Stream(_)) {
            return self.write(id, &object);
        }
        self.bundle.add_object(id, object)?;
        if self.bundle.object_count() == BUNDLE { self.close_bundle() } else { Ok(()) }
    }

    fn close_bundle(&mut self) -> Result<(), Error> {
        if self.bundle.object_count() == 0 {
            return Ok(());
        }
        let bundle = std::mem::replace(&mut self.bundle, bundle());
        let id = self.number();
        for (at, member) in (0..).zip(bundle.objects.keys()) {
            self.place(*member, XrefEntry::Compressed { container: id.0, index: at });
        }
        self.write(id, &bundle.to_stream_object()?.into())
    }

    fn place(&mut self, id: ObjectId, place: XrefEntry) {
        if let Some(known) = self.places.get_mut(id.0 as usize) {
            *known = place;
        }
    }

    fn write(&mut self, id: ObjectId, object: &Object) -> Result<(), Error> {
        let offset = self.offset()?;
        self.place(id, XrefEntry::Normal { offset, generation: 0 });
        self.bytes.extend(format!("{} 0 obj\n", id.0).into_bytes());
        Writer::write_object(&mut self.bytes, object)?;
        self.bytes.extend(b"\nendobj\n");
        Ok(())
    }

    fn offset(&self) -> Result<u32, Error> {
        u32::try_from(self.bytes.len()).map_err(|_| Error::IO(std::io::ErrorKind::FileTooLarge.into()))
    }

    /// The bytes of the file, with its catalog.
    pub(super) fn finish(mut self, catalog: Dictionary, trailer: Dictionary) -> Result<Vec<u8>, Error> {
        let root = self.number();
        self.put(root, catalog.into())?;
        self.close_bundle()?;
        let id = self.number();
        let offset = self.offset()?;
        self.place(id, XrefEntry::Normal { offset, generation: 0 });
        let mut end = trailer;
        end.set("Type", "XRef");
        end.set("Root", root);
        end.set("Size", i64::try_from(self.places.len()).unwrap_or(i64::MAX));
        end.set("W", WIDTHS.map(|width| Object::Integer(i64::try_from(width).unwrap_or(0))).to_vec());
        let places = self.places.iter().skip(1).flat_map(|place| place.encode_for_xref_stream(&WIDTHS));
        let mut places = Stream::new(end, NO_OBJECT.into_iter().chain(places).collect());
        places.compress()?;
        self.write(id, &places.into())?;
        self.bytes.extend(format!("startxref\n{offset}\n%%EOF\n").into_bytes());
        Ok(self.bytes)
    }
}
