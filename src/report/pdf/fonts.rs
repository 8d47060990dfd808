//! The fonts that PDFs are set in: Noto Serif CJK SC and Noto Sans CJK SC, as Debian's `fonts-noto-cjk` has them.
//!
//! They are read once a process, when the first PDF is set, and shared by all that set one. Refused here: other fonts in
//! their place. What a report looks like, to the byte, is not to hang on what a machine happens to have.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontStyle, FontWeight};
use typst::utils::LazyHash;

use super::letters::Letters;
use crate::report::paper::stamp::digest;

/// What is needed: the family, the weight, and how its file begins and goes on.
const FACES: [(&str, FontWeight, &str, &str); 3] = [
    ("Noto Serif CJK SC", FontWeight::REGULAR, "NotoSerifCJK", "-Regular."),
    ("Noto Serif CJK SC", FontWeight::BOLD, "NotoSerifCJK", "-Bold."),
    ("Noto Sans CJK SC", FontWeight::REGULAR, "NotoSansCJK", "-Regular."),
];

/// Folders within folders that are looked through.
const DEPTH: usize = 6;

/// Where fonts are, and the fonts once they were needed.
#[derive(Debug)]
pub struct Fonts {
    folders: Vec<PathBuf>,
    faces: OnceLock<Result<Faces, NoFont>>,
}

/// The fonts themselves.
#[derive(Debug)]
pub(super) struct Faces {
    pub(super) book: LazyHash<FontBook>,
    pub(super) fonts: Vec<Font>,
    /// The letters that they have.
    pub(super) letters: Letters,
    /// Sixteen digits of the SHA-256 of their files.
    pub(super) digest: String,
}

/// A font is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the font {font} is missing, looked for as {file} under {}: install Debian's fonts-noto-cjk, or name a folder that has it in TRANCHE_FONTS",
    listed(.folders)
)]
pub struct NoFont {
    font: &'static str,
    file: String,
    folders: Vec<PathBuf>,
}

fn listed(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl NoFont {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        let Self { font, file, folders } = self;
        format!(
            "缺少字体 {font}(文件 {file}),找过 {}:请安装 fonts-noto-cjk(Debian、Ubuntu),或用 TRANCHE_FONTS 指明字体所在目录",
            listed(folders)
        )
    }
}

impl Fonts {
    /// The fonts in these folders, the first that has each; they are read when they are first needed.
    #[must_use]
    pub fn within(folders: Vec<PathBuf>) -> Self {
        Self { folders, faces: OnceLock::new() }
    }

    /// The fonts.
    ///
    /// # Errors
    ///
    /// Where one is in none of the folders.
    pub(super) fn faces(&self) -> Result<&Faces, NoFont> {
        self.faces.get_or_init(|| read(&self.folders)).as_ref().map_err(Clone::clone)
    }
}

fn read(folders: &[PathBuf]) -> Result<Faces, NoFont> {
    let mut files = Vec::new();
    for folder in folders {
        files_under(folder, DEPTH, &mut files);
    }
    let (mut fonts, mut digests) = (Vec::new(), String::new());
    for (family, weight, begin, end) in FACES {
        let name = |path: &&PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(begin) && name.contains(end))
        };
        let font = files.iter().filter(name).find_map(|path| face(path, family, weight));
        let missing = || NoFont { font: family, file: format!("{begin}{end}ttc"), folders: folders.to_vec() };
        let font = font.ok_or_else(missing)?;
        digests.push_str(&digest(font.data()));
        fonts.push(font);
    }
    let digest = digest(digests.as_bytes()).chars().take(16).collect();
    let letters = Letters::of(fonts.iter().flat_map(|font: &Font| font.info().coverage.iter()));
    Ok(Faces { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, letters, digest })
}

/// The face of a family and weight in a file.
fn face(path: &Path, family: &str, weight: FontWeight) -> Option<Font> {
    let bytes = Bytes::new(fs::read(path).ok()?);
    Font::iter(bytes).find(|font| {
        let info = font.info();
        info.family.as_str() == family && info.variant.weight == weight && info.variant.style == FontStyle::Normal
    })
}

/// The files under a folder, in the order of their names; what cannot be read has none.
fn files_under(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if depth > 0 {
                files_under(&path, depth - 1, files);
            }
        } else {
            files.push(path);
        }
    }
}
