//! A file that is written whole or is not there.

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
        let mut name = becomes
            .file_name()
            .ok_or_else(|| unwritable(becomes, &std::io::ErrorKind::InvalidInput.into()))?
            .to_owned();
        if fs::metadata(becomes).is_ok_and(|found| !found.is_file()) {
            let path = becomes.display();
            return Err(Failure::usage(
                format!("{path} 不是普通文件:不填 -o 则写到标准输出"),
                format!("{path} is no regular file: leave out -o to write to standard output"),
            ));
        }
        name.push(format!(".{}.part", std::process::id()));
        let path = becomes.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = BufWriter::with_capacity(1 << 16, file.map_err(|error| unwritable(becomes, &error))?);
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

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // It may be gone already; there is nothing more to do about it.
            let _gone = fs::remove_file(&self.path);
        }
    }
}
