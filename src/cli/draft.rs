//! A file that is written whole or is not there.
//!
//! What was left behind by a process that was killed goes when the file is next written: whoever makes a draft holds a
//! lock on it, so that one without a lock is nobody's.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// A file in the making, beside the one it is to become; gone with the value unless it is kept.
pub(super) struct Draft {
    pub(super) file: BufWriter<File>,
    path: PathBuf,
    becomes: PathBuf,
    kept: bool,
}

/// A file cannot be written.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::usage(format!("无法写入 {path}:{error}"), format!("cannot write {path}: {error}"))
}

impl Draft {
    /// Begins the file; what is there under its name stays until the draft is kept.
    pub(super) fn beside(becomes: &Path) -> Result<Self, Failure> {
        let name = becomes.file_name().ok_or_else(|| unwritable(becomes, &std::io::ErrorKind::InvalidInput.into()))?;
        if fs::metadata(becomes).is_ok_and(|found| !found.is_file()) {
            let path = becomes.display();
            return Err(Failure::usage(
                format!("{path} 不是普通文件:不填 -o 则写到标准输出"),
                format!("{path} is no regular file: leave out -o to write to standard output"),
            ));
        }
        sweep(becomes, name);
        let mut own = name.to_owned();
        own.push(format!(".{}.part", std::process::id()));
        let path = becomes.with_file_name(own);
        let file = begin(&path).map_err(|error| unwritable(becomes, &error))?;
        let file = BufWriter::with_capacity(1 << 16, file);
        Ok(Self { file, path, becomes: becomes.to_owned(), kept: false })
    }

    /// The file cannot be written, which names the one it is to become.
    pub(super) fn failed(&self, error: &std::io::Error) -> Failure {
        unwritable(&self.becomes, error)
    }

    /// Makes it the file it is to become, once its bytes are on the disk.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        self.settle().map_err(|error| unwritable(&self.becomes, &error))
    }

    fn settle(&mut self) -> std::io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.path, &self.becomes)?;
        self.kept = true;
        let folder = self.becomes.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// Makes the draft's file and locks it.
fn begin(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    // Where the file system has no locks, a draft may be swept while it is written, and then says so.
    let _unlocked = file.try_lock();
    Ok(file)
}

/// Removes the drafts of a file that nobody is making. What cannot be looked at is left.
fn sweep(becomes: &Path, name: &OsStr) {
    let folder = becomes.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_draft(&entry.file_name(), name) && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _gone = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file is a draft of the file of this name: NAME.123.part.
fn is_draft(file: &OsStr, name: &OsStr) -> bool {
    let rest = file.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
    let number = rest.and_then(|rest| rest.strip_prefix(b".")).and_then(|rest| rest.strip_suffix(b".part"));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // It may be gone already; there is nothing more to do about it.
            let _gone = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_that_nobody_makes_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["report.pdf.1.part", "report.pdf.2.part", "report.pdf.x.part", "other.pdf.1.part"] {
            fs::write(path(name), "half").unwrap();
        }
        let held = File::open(path("report.pdf.2.part")).unwrap();
        held.lock().unwrap();
        let mut draft = Draft::beside(&path("report.pdf")).unwrap();
        draft.file.write_all(b"whole").unwrap();
        draft.keep().unwrap();
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["other.pdf.1.part", "report.pdf", "report.pdf.2.part", "report.pdf.x.part"]);
        assert_eq!(fs::read(path("report.pdf")).unwrap(), b"whole");
    }
}
