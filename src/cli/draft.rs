//! A file that is written whole or is not there; what a process that was killed left of one is cleared away by the next.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::Failure;
use super::failure::why;

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
    Failure::usage(format!("无法写入 {path}:{}", why(error)), format!("cannot write {path}: {error}"))
}

impl Draft {
    /// Begins the file; what is there under its name stays until the draft is kept. Drafts of it that were left go.
    pub(super) fn beside(becomes: &Path) -> Result<Self, Failure> {
        sweep(folder_of(becomes), |of| becomes.file_name().is_some_and(|name| name == of));
        Self::among(becomes)
    }

    /// Begins the file, where the folder was swept.
    pub(super) fn among(becomes: &Path) -> Result<Self, Failure> {
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
        let file = file.map_err(|error| unwritable(becomes, &error))?;
        // By the lock another process sees that this one is at work; where there are no locks, none is cleared away.
        let _locked = file.try_lock();
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
        File::open(folder_of(&self.becomes))?.sync_all()
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Clears away the drafts of these files that processes left which are no more. What cannot be is left.
pub(super) fn sweep(folder: &Path, of: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let draft = name.to_str().and_then(|name| name.strip_suffix(".part")?.rsplit_once('.'));
        let Some((_, process)) = draft.filter(|(becomes, _)| of(becomes)) else { continue };
        let process = process.parse().ok().and_then(Pid::from_raw);
        let gone = process.is_some_and(|process| test_kill_process(process) == Err(Errno::SRCH));
        if gone && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _left = fs::remove_file(entry.path());
        }
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
