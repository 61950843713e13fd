//! Files of a run folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FolderError;
use crate::finding::spool::AT_ONCE;

/// Writes a file whole or not at all, for its owner alone.
pub(super) fn put(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut io::BufWriter<&File>) -> io::Result<()>,
) -> Result<(), FolderError> {
    let path = folder.join(name);
    let io = |source| FolderError::Io {
        path: path.clone(),
        source,
    };
    let file = tempfile::Builder::new()
        .prefix(".lamppost-")
        .tempfile_in(folder)
        .map_err(io)?;
    let mut to = io::BufWriter::with_capacity(AT_ONCE, file.as_file());
    write(&mut to).and_then(|()| to.flush()).map_err(io)?;
    drop(to);
    file.persist(&path).map_err(|error| io(error.error))?;
    Ok(())
}

/// Writes a line, and says how long it is.
pub(super) fn line(to: &mut impl Write, record: &impl Serialize) -> io::Result<u64> {
    let mut text = serde_json::to_vec(record)?;
    text.push(b'\n');
    to.write_all(&text)?;
    Ok(text.len() as u64)
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    let text = fs::read(path).map_err(|source| FolderError::Io {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&text).map_err(|source| FolderError::Foreign {
        path: path.to_owned(),
        source,
    })
}
