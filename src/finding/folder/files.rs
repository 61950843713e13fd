//! Files of a run folder.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{FolderError, Version};
use crate::disk::{self, AT_ONCE, Ceiling, Draft};
use crate::inventory::hex;

/// The largest file of one record: what a report says of an account besides its functions and findings,
/// gaps above all.
const RECORD: Ceiling = Ceiling {
    of: "records of a run folder",
    bytes: 256 << 20,
};

/// Writes what goes through to something, and hashes it.
pub(super) struct Hashing<W> {
    to: W,
    digest: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes a file whole or not at all, for its owner alone; gives its hash.
pub(super) fn put<T>(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut Hashing<&mut io::BufWriter<&File>>) -> io::Result<T>,
) -> Result<(T, String), FolderError> {
    let path = folder.join(name);
    Draft::write(&path, |to| {
        let mut to = Hashing {
            to,
            digest: Sha256::new(),
        };
        let written = write(&mut to)?;
        Ok((written, hex(&to.digest.finalize())))
    })
    .map_err(|source| FolderError::Io { path, source })
}

/// Writes a file of one record, and behind it a line with its hash.
pub(super) fn put_record(
    folder: &Path,
    name: &str,
    record: &impl Serialize,
) -> Result<(), FolderError> {
    let put = put(folder, name, |to| {
        line(to, record)?;
        let hash = hex(&to.digest.clone().finalize());
        to.write_all(format!("{hash}\n").as_bytes())
    });
    put.map(drop)
}

/// Writes a line, and says how long it is.
pub(super) fn line(to: &mut impl Write, record: &impl Serialize) -> io::Result<u64> {
    let mut text = serde_json::to_vec(record)?;
    text.push(b'\n');
    to.write_all(&text)?;
    Ok(text.len() as u64)
}

/// The version of the run whose header that file is, also where it is damaged or of a time before hashes.
pub(super) fn version(path: &Path) -> Result<Version, FolderError> {
    let (record, _) = parts(path)?;
    parse(path, &record)
}

/// Reads a file of one record. `Foreign` where it cannot be understood, whether it is damaged or not.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    let (record, hash) = parts(path)?;
    let read = parse(path, &record)?;
    if hash == format!("{}\n", hex(&Sha256::digest(&record))).as_bytes() {
        Ok(read)
    } else {
        Err(FolderError::Damaged(path.to_owned()))
    }
}

/// The record in a file, and what stands behind it.
fn parts(path: &Path) -> Result<(Vec<u8>, Vec<u8>), FolderError> {
    let mut text = disk::read(path, RECORD).map_err(|source| FolderError::Io {
        path: path.to_owned(),
        source,
    })?;
    let end = text.iter().position(|byte| *byte == b'\n');
    let hash = text.split_off(end.map_or(text.len(), |end| end + 1));
    Ok((text, hash))
}

fn parse<T: DeserializeOwned>(path: &Path, record: &[u8]) -> Result<T, FolderError> {
    serde_json::from_slice(record).map_err(|_| FolderError::Foreign {
        path: path.to_owned(),
    })
}

/// Whether a file still has this hash.
pub(super) fn verify(path: &Path, sha256: &str) -> Result<(), FolderError> {
    let io = |source| FolderError::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = BufReader::with_capacity(AT_ONCE, File::open(path).map_err(io)?);
    let mut digest = Sha256::new();
    let mut part = vec![0; AT_ONCE];
    loop {
        let read = file.read(&mut part).map_err(io)?;
        if read == 0 {
            break;
        }
        digest.update(part.get(..read).unwrap_or_default());
    }
    if hex(&digest.finalize()) == sha256 {
        Ok(())
    } else {
        Err(FolderError::Damaged(path.to_owned()))
    }
}
