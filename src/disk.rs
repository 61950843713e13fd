//! Files of Lamppost's own: for their owner alone, whole or not at all, read within ceilings, and gone
//! on every ending that can be caught.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{NamedTempFile, TempDir, TempPath};

/// What of a text file is read at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ceiling {
    /// What kind of file it is for.
    pub(crate) of: &'static str,
    /// In bytes.
    pub(crate) bytes: u64,
}

/// How many bytes are written at once: whole pages, and enough of them.
pub(crate) const AT_ONCE: usize = 1 << 18;

/// What is to be removed when the process is ended from outside.
static SCRATCH: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn scratch(act: impl FnOnce(&mut BTreeSet<PathBuf>)) {
    act(&mut SCRATCH.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Removes every temporary file and folder of this process, which is about to end without unwinding.
#[cfg(feature = "live")]
pub(crate) fn clear() {
    scratch(|paths| {
        for path in paths.iter() {
            let _ = if path.is_dir() {
                fs::remove_dir_all(path)
            } else {
                fs::remove_file(path)
            };
        }
    });
}

/// A temporary folder that only its owner may enter.
#[derive(Debug)]
pub(crate) struct Scratch(Option<TempDir>);

impl Scratch {
    pub(crate) fn new() -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("lamppost-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir().map_err(bare)?;
        scratch(|paths| {
            paths.insert(folder.path().to_owned());
        });
        Ok(Self(Some(folder)))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.as_ref().map_or(Path::new(""), TempDir::path)
    }

    /// Leaves the folder where it is, and says where that is.
    pub(crate) fn keep(mut self) -> PathBuf {
        let kept = self.0.take().map(TempDir::keep).unwrap_or_default();
        scratch(|paths| {
            paths.remove(&kept);
        });
        kept
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let path = self.path().to_owned();
        drop(self.0.take());
        scratch(|paths| {
            paths.remove(&path);
        });
    }
}

/// A file that is written beside its name and takes it when it is whole. Only its owner may read it.
#[derive(Debug)]
pub(crate) struct Draft {
    file: File,
    /// None once it has its name.
    beside: Option<TempPath>,
    target: PathBuf,
}

impl Draft {
    /// Begins a file.
    ///
    /// # Errors
    /// When its folder takes no new file, or its name is a link that somebody else made.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // A folder that does not exist is told as such, and not by the name of the file beside.
        fs::metadata(folder)?;
        let made = beside(folder)?;
        let target = followed(path, made.as_file())?;
        // a device must never be replaced by a file
        if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let made = match target.parent() {
            // the name must be taken without leaving the file system
            Some(other) if target != *path && other != folder => beside(other)?,
            _ => made,
        };
        let (file, beside) = made.into_parts();
        scratch(|paths| {
            paths.insert(beside.to_path_buf());
        });
        Ok(Self {
            file,
            beside: Some(beside),
            target,
        })
    }

    /// Writes and places a file whose content comes from one function.
    ///
    /// # Errors
    /// Those of the function, and when the file cannot be written. What stood there before is then
    /// untouched.
    pub(crate) fn write<T>(
        path: &Path,
        fill: impl FnOnce(&mut BufWriter<&File>) -> io::Result<T>,
    ) -> io::Result<T> {
        let draft = Self::of(path)?;
        let mut to = BufWriter::with_capacity(AT_ONCE, &draft.file);
        let filled = fill(&mut to)?;
        to.flush()?;
        drop(to);
        draft.place()?;
        Ok(filled)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When that cannot be done; what stood there before is then untouched.
    pub(crate) fn place(mut self) -> io::Result<()> {
        let Some(beside) = self.beside.take() else {
            return Ok(());
        };
        let path = beside.to_path_buf();
        let placed = beside.persist(&self.target);
        scratch(|paths| {
            paths.remove(&path);
        });
        placed.map_err(|error| error.error)
    }

    /// Makes sure that what was written is on the disk.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(beside) = self.beside.take() {
            let path = beside.to_path_buf();
            drop(beside);
            scratch(|paths| {
                paths.remove(&path);
            });
        }
    }
}

fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".lamppost-")
        .tempfile_in(folder)
        .map_err(bare)
}

/// The same error without the name of a temporary file in it, which nobody typed.
pub(crate) fn bare(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(_) => error,
        None => error.kind().into(),
    }
}

/// The file that a path stands for. A link of one's own, or of root, keeps pointing at its file; that
/// of anybody else could send a report into any file that the user may write.
///
/// # Errors
/// When the path is a link of somebody else.
#[cfg(unix)]
pub(crate) fn followed(path: &Path, own: &File) -> io::Result<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;

    const ROOT: u32 = 0;
    let Ok(there) = fs::symlink_metadata(path) else {
        return Ok(path.to_owned());
    };
    if !there.is_symlink() {
        return Ok(path.to_owned());
    }
    if there.uid() != ROOT && there.uid() != own.metadata()?.uid() {
        let message = "it is a link that another user made, and is not followed";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

/// The file that a path stands for.
///
/// # Errors
/// Never, on systems where links take a privilege to make.
#[cfg(not(unix))]
pub(crate) fn followed(path: &Path, _: &File) -> io::Result<PathBuf> {
    Ok(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

/// Opens a file to write that only its owner may read; makes it where it is not there.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder, and those above it, that only their owner may enter. One that is there stays as it is.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Reads a file as bytes, as far as its kind may be large.
///
/// # Errors
/// When it cannot be read or is larger.
pub(crate) fn read(path: &Path, ceiling: Ceiling) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = ceiling.bytes;
    let file = File::open(path)?;
    // a file tells its size at once, a pipe never
    let told = file.metadata()?.len();
    if told <= most {
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    if told.max(bytes.len() as u64) > most {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!(
                "it is larger than {most} bytes, the ceiling for {}",
                ceiling.of
            ),
        ));
    }
    Ok(bytes)
}

/// Reads a file as text, as far as its kind may be large. A byte order mark is no part of it.
///
/// # Errors
/// When it cannot be read, is larger, or is not UTF-8.
pub(crate) fn read_text(path: &Path, ceiling: Ceiling) -> io::Result<String> {
    let bytes = read(path, ceiling)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Whether the machine, rather than what was asked of it, is at fault.
pub(crate) fn is_machine_fault(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::AlreadyExists
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_a_ceiling_allows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let ceiling = Ceiling {
            of: "tests",
            bytes: 4,
        };
        fs::write(&path, "\u{feff}a").unwrap();
        assert_eq!(read_text(&path, ceiling).unwrap(), "a");
        fs::write(&path, "abcde").unwrap();
        let error = read_text(&path, ceiling).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().ends_with("the ceiling for tests"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_private_and_whole_or_absent() {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        private_folder(&inner).unwrap();
        assert_eq!(mode(&inner), 0o700);
        let path = inner.join("file");
        Draft::write(&path, |to| to.write_all(b"whole")).unwrap();
        assert_eq!(
            (mode(&path), fs::read(&path).unwrap().as_slice()),
            (0o600, b"whole".as_slice())
        );
        let failed = Draft::write(&path, |to| {
            to.write_all(b"half")?;
            Err::<(), _>(io::Error::other("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        Draft::write(&link, |to| to.write_all(b"by link")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"by link");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let scratch = Scratch::new().unwrap();
        assert_eq!(mode(scratch.path()), 0o700);
        let kept = scratch.keep();
        assert!(kept.is_dir());
        fs::remove_dir(kept).unwrap();
    }
}
