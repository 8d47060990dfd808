//! The tags of a PDF, as qpdf gives them: what is read aloud, in which order, and where it stands.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a PDF says of itself beside its pages.
pub struct Tags {
    /// How many tags there are of each kind.
    counts: BTreeMap<String, usize>,
    /// The pages of the bookmarks, counted from 0, in order.
    pub bookmarks: Vec<usize>,
}

struct Pdf {
    objects: BTreeMap<String, Value>,
    /// Each page by its number as an object: where it stands, and the tags of what is on it.
    pages: BTreeMap<String, (usize, Vec<Value>)>,
    /// The tags of heads, by name.
    names: BTreeMap<String, String>,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

impl Pdf {
    fn read(file: &Path) -> Self {
        let output = Command::new("qpdf").args(["--json=2", "--json-key=qpdf"]).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let objects = serde_json::from_value(json["qpdf"][1].take()).unwrap();
        let mut pdf = Self { objects, pages: BTreeMap::new(), names: BTreeMap::new() };
        let root = pdf.root().clone();
        let tags = pdf.at(&root["/StructTreeRoot"]).clone();
        let of_pages = list(&tags["/ParentTree"]["/Nums"]).chunks(2);
        let pages =
            list(&pdf.at(&root["/Pages"])["/Kids"]).iter().zip(of_pages).enumerate().map(|(at, (page, pair))| {
                assert_eq!(pdf.at(page)["/StructParents"], pair[0]);
                (text(page).to_owned(), (at, list(pdf.at(&pair[1])).to_vec()))
            });
        pdf.pages = pages.collect();
        let names = tags["/IDTree"]["/Names"].as_array().map_or([].as_slice(), Vec::as_slice).chunks(2);
        pdf.names = names.map(|pair| (text(&pair[0]).to_owned(), text(&pair[1]).to_owned())).collect();
        pdf
    }

    fn root(&self) -> &Value {
        self.at(&self.objects["trailer"]["value"]["/Root"])
    }

    fn at(&self, reference: &Value) -> &Value {
        &self.objects[&format!("obj:{}", text(reference))]["value"]
    }

    /// Goes through a tag. Each of its contents says on its page that it is this tag's, and each head has its name.
    fn walk(&self, own: &Value, parent: &Value, counts: &mut BTreeMap<String, usize>) {
        let tag = self.at(own);
        assert_eq!(tag["/P"], *parent, "{tag}");
        *counts.entry(text(&tag["/S"]).trim_start_matches('/').to_owned()).or_default() += 1;
        if let Some(name) = tag["/ID"].as_str() {
            assert_eq!(self.names[name], text(own));
        }
        for heads in tag["/A"].as_array().into_iter().flatten().filter_map(|one| one["/Headers"].as_array()) {
            assert!(heads.iter().all(|name| self.names.contains_key(text(name))), "{tag}");
        }
        for kid in list(&tag["/K"]) {
            match kid {
                Value::String(_) => self.walk(kid, own, counts),
                kid => {
                    let (page, at) = match kid.as_u64() {
                        Some(at) => (&tag["/Pg"], at),
                        None => (&kid["/Pg"], kid["/MCID"].as_u64().unwrap()),
                    };
                    assert_eq!(self.pages[text(page)].1[usize::try_from(at).unwrap()], *own);
                }
            }
        }
    }
}

impl Tags {
    /// The tags of a file, which hang together.
    pub fn of(file: &Path) -> Self {
        let pdf = Pdf::read(file);
        let (mut counts, mut bookmarks) = (BTreeMap::new(), Vec::new());
        let root = &pdf.root()["/StructTreeRoot"];
        for tag in list(&pdf.at(root)["/K"]) {
            pdf.walk(tag, root, &mut counts);
        }
        let outlines = &pdf.root()["/Outlines"];
        let (mut before, mut next) = (Value::Null, pdf.at(outlines)["/First"].clone());
        while next.is_string() {
            let bookmark = pdf.at(&next);
            assert_eq!((&bookmark["/Parent"], &bookmark["/Prev"]), (outlines, &before));
            let goes_to = &bookmark["/Dest"];
            let goes_to = if goes_to.is_string() { pdf.at(goes_to) } else { goes_to };
            bookmarks.push(pdf.pages[text(&goes_to[0])].0);
            (before, next) = (next.clone(), bookmark["/Next"].clone());
        }
        assert_eq!(pdf.at(outlines)["/Last"], before);
        Self { counts, bookmarks }
    }

    /// How many tags there are of a kind.
    pub fn count(&self, kind: &str) -> usize {
        self.counts.get(kind).copied().unwrap_or(0)
    }
}
