//! Compressed files of lines with digests: what snapshots and recordings have in common.
//!
//! The writer of a file hashes each section, an account or a recorded session of one, and puts the
//! hash behind it. At the very end stands the hash of all that is not hashed in a section, the hashes
//! of the sections among it: whatever is changed, cut off, moved or added is noticed. A reader keeps
//! to ceilings, since a file that compresses well could otherwise ask for any amount of memory.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The first bytes of what zstd compresses.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8878#name-zstandard-frames>.
pub(crate) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The longest line in bytes. The longest that AWS can bring about is the IAM part of an account at
/// its quotas: 5,000 roles with 10,240 characters of inline policies and 4,096 of trust policy, as many
/// users, and 5,000 customer managed policies of 6,144 characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
pub(crate) const LONGEST_LINE: u64 = 192 << 20;

/// How many bytes one compressed byte may stand for, beyond [`UNQUESTIONED`]. Inventories of functions
/// that differ in their names alone reach 150.
pub(crate) const HIGHEST_RATIO: u64 = 1_000;

/// Bytes that any file may decompress to.
pub(crate) const UNQUESTIONED: u64 = 8 << 20;

/// The largest window of a compressed file, as a power of two. The densest level that is written uses
/// 8 MiB.
const WINDOW: u32 = 23;

/// Why a line cannot be read.
#[derive(Debug)]
pub(crate) enum LineError {
    /// The system, or the decompressor, said no.
    Io(io::Error),
    /// The file breaks off.
    BreaksOff,
    /// The file goes beyond a ceiling.
    Ceiling(String),
}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // The decoder reports a file that ends in the middle of a block this way.
            io::ErrorKind::UnexpectedEof => Self::BreaksOff,
            _ => Self::Io(error),
        }
    }
}

/// A hash in the making, of sections and of the whole.
#[derive(Default)]
struct Hashes {
    section: Sha256,
    whole: Sha256,
}

/// SHA-256 as lower-case hexadecimal digits.
pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Hashes {
    fn section(&mut self) -> String {
        hex(&self.section.finalize_reset())
    }

    fn whole(&self) -> String {
        hex(&self.whole.clone().finalize())
    }
}

/// Writes lines of JSON, compressed.
pub(crate) struct LineWriter<W: Write> {
    encoder: zstd::Encoder<'static, W>,
    hashes: Hashes,
    line: Vec<u8>,
}

impl<W: Write> LineWriter<W> {
    /// Begins a file at a level of zstd.
    pub(crate) fn new(to: W, level: i32) -> io::Result<Self> {
        Ok(Self {
            encoder: zstd::Encoder::new(to, level)?,
            hashes: Hashes::default(),
            line: Vec::new(),
        })
    }

    fn put(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, record)?;
        self.line.push(b'\n');
        self.encoder.write_all(&self.line)
    }

    /// A line of a section.
    pub(crate) fn within(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.put(record)?;
        self.hashes.section.update(&self.line);
        Ok(())
    }

    /// A line of no section.
    pub(crate) fn outside(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.put(record)?;
        self.hashes.whole.update(&self.line);
        Ok(())
    }

    /// The hash of the section that ends here.
    pub(crate) fn section(&mut self) -> String {
        self.hashes.section()
    }

    /// The last line, which holds the hash of all others.
    pub(crate) fn end(mut self, record: impl FnOnce(String) -> Ended) -> io::Result<W> {
        let ended = record(self.hashes.whole());
        self.put(&ended)?;
        self.encoder.finish()
    }
}

/// The last line of a file.
#[derive(Debug, serde::Deserialize, Serialize)]
pub(crate) struct Ended {
    /// The hash of every line outside sections.
    pub(crate) sha256: String,
}

/// Reads lines, compressed, within ceilings.
pub(crate) struct LineReader<'s> {
    lines: BufReader<Box<dyn Read + Send + 's>>,
    hashes: Hashes,
    number: usize,
}

impl<'s> LineReader<'s> {
    /// Opens a file; nothing is read yet.
    pub(crate) fn new(source: impl Read + Send + 's) -> io::Result<Self> {
        let taken = Arc::new(AtomicU64::new(0));
        let source = Counted {
            source,
            taken: Arc::clone(&taken),
        };
        let mut decoder = zstd::Decoder::new(source)?;
        decoder.window_log_max(WINDOW)?;
        let bounded = Bounded {
            source: decoder,
            taken,
            given: 0,
        };
        Ok(Self {
            lines: BufReader::new(Box::new(bounded)),
            hashes: Hashes::default(),
            number: 0,
        })
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// The next line with its end.
    pub(crate) fn next(&mut self) -> Result<Vec<u8>, LineError> {
        self.next_within(LONGEST_LINE)
    }

    /// The next line, where a shorter one is expected.
    pub(crate) fn next_within(&mut self, longest: u64) -> Result<Vec<u8>, LineError> {
        let mut line = Vec::new();
        let mut part = self.lines.by_ref().take(longest);
        part.read_until(b'\n', &mut line).map_err(ceiling)?;
        if line.last() == Some(&b'\n') {
            self.number += 1;
            return Ok(line);
        }
        if line.len() as u64 >= longest {
            let message = format!("a line is longer than {longest} bytes");
            return Err(LineError::Ceiling(message));
        }
        Err(LineError::BreaksOff)
    }

    /// Takes a line into the hash of its section.
    pub(crate) fn within(&mut self, line: &[u8]) {
        self.hashes.section.update(line);
    }

    /// Takes a line of no section into the hash of the whole.
    pub(crate) fn outside(&mut self, line: &[u8]) {
        self.hashes.whole.update(line);
    }

    /// Whether the section that ends here has this hash.
    pub(crate) fn is_section(&mut self, sha256: &str) -> bool {
        self.hashes.section() == sha256
    }

    /// Whether the file ends here, with a last line that holds the right hash and nothing after it.
    pub(crate) fn ends(&mut self) -> Result<bool, LineError> {
        let line = self.next_within(1024)?;
        let right = serde_json::from_slice::<Ended>(&line)
            .is_ok_and(|ended| ended.sha256 == self.hashes.whole());
        let mut rest = [0; 1];
        Ok(right && self.lines.read(&mut rest).map_err(ceiling)? == 0)
    }
}

/// The first line of a compressed file, which says what kind it is; `head`: its first bytes.
pub(crate) fn header(head: &[u8]) -> Option<serde_json::Value> {
    let mut lines = LineReader::new(head).ok()?;
    let line = lines.next_within(4096).ok()?;
    serde_json::from_slice(&line).ok()
}

fn ceiling(error: io::Error) -> LineError {
    if error.kind() == io::ErrorKind::FileTooLarge {
        return LineError::Ceiling(error.to_string());
    }
    error.into()
}

/// Counts what is read.
struct Counted<R> {
    source: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Gives no more than the compressed bytes can honestly stand for.
struct Bounded<R> {
    source: R,
    taken: Arc<AtomicU64>,
    given: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.given += read as u64;
        let taken = self.taken.load(Ordering::Relaxed);
        if self.given > UNQUESTIONED.saturating_add(taken.saturating_mul(HIGHEST_RATIO)) {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it decompresses to more than {HIGHEST_RATIO} times its size"),
            ));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: Vec<u8>) -> Result<usize, LineError> {
        let mut lines = LineReader::new(Cursor::new(bytes)).map_err(LineError::from)?;
        let mut length = 0;
        loop {
            match lines.next_within(1 << 24) {
                Ok(line) => length += line.len(),
                Err(LineError::BreaksOff) => return Ok(length),
                Err(error) => return Err(error),
            }
        }
    }

    #[test]
    fn a_small_file_cannot_ask_for_much_memory() {
        let line = |length: usize| zstd::encode_all(Cursor::new(vec![b'x'; length]), 3).unwrap();
        assert!(matches!(read(line(1 << 25)), Err(LineError::Ceiling(_))));
        let lines = |count: usize| {
            zstd::encode_all(Cursor::new("\n".repeat(count).into_bytes()), 3).unwrap()
        };
        assert_eq!(read(lines(1 << 20)).unwrap(), 1 << 20);
        let bomb = lines(1 << 28);
        assert!(bomb.len() < 1 << 16);
        match read(bomb) {
            Err(LineError::Ceiling(message)) => assert!(message.contains("1000 times")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_large_window_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(&vec![b'\n'; 1 << 20]).unwrap();
        let bytes = encoder.finish().unwrap();
        assert!(matches!(read(bytes), Err(LineError::Io(_))));
    }

    #[test]
    fn the_end_holds_for_all_before_it() {
        let mut to = LineWriter::new(Vec::new(), 3).unwrap();
        to.outside(&"head").unwrap();
        to.within(&"one").unwrap();
        let section = to.section();
        to.outside(&section).unwrap();
        let whole = to.end(|sha256| Ended { sha256 }).unwrap();
        let plain = zstd::decode_all(whole.as_slice()).unwrap();
        let check = |text: &[u8]| {
            let bytes = zstd::encode_all(text, 3).unwrap();
            let mut lines = LineReader::new(Cursor::new(bytes)).unwrap();
            let head = lines.next().unwrap();
            lines.outside(&head);
            let one = lines.next().unwrap();
            lines.within(&one);
            let hash = lines.next().unwrap();
            let right =
                serde_json::from_slice::<String>(&hash).is_ok_and(|hash| lines.is_section(&hash));
            lines.outside(&hash);
            right && lines.ends().unwrap_or(false)
        };
        assert!(check(&plain));
        for at in 0..plain.len() {
            let mut changed = plain.clone();
            changed[at] ^= 1;
            // a line end that is gone or new moves all lines
            if changed.iter().filter(|byte| **byte == b'\n').count() == 4 {
                assert!(!check(&changed), "{at}");
            }
        }
        assert!(!check(&[plain.as_slice(), b"\n"].concat()));
        assert!(!check(&[plain.as_slice(), plain.as_slice()].concat()));
    }
}
