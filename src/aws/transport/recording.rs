//! Recorded traffic as a file: a header line, then one line for each question with its answers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The format's version; a reader refuses any other.
const VERSION: u32 = 1;

/// What can go wrong with a recording.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file cannot be read or written.
    #[error("cannot use the recording `{path}`")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("line {line} of the recording cannot be read")]
    Line {
        /// Counted from one.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// Its bytes are not a whole zstd stream.
    #[error("the recording is damaged or cut short")]
    Damaged(#[source] io::Error),
    /// It was written by another version.
    #[error("the recording has format {0}, this version of lamppost reads format {VERSION}")]
    Version(u32),
}

#[derive(Debug, Deserialize, Serialize)]
struct Header {
    /// Marks the file's kind and the format's version.
    lamppost_recording: u32,
    recorded_at: Timestamp,
}

/// What identifies a question: who asked, where, and what.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(super) struct Question {
    pub(super) operation: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: String,
}

/// One answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Line {
    #[serde(flatten)]
    question: Question,
    replies: Vec<Reply>,
}

/// Recorded API traffic.
///
/// It holds no credentials: the session's account stands where an access key stood, and STS
/// answers are scrubbed. It does hold what the functions of the recorded account hold, such as
/// the values of their environment variables, because the demo has to judge them: record only
/// accounts whose values are made up.
#[derive(Clone, Debug)]
pub struct Recording {
    /// When it was made; a replay takes this for "now".
    pub recorded_at: Timestamp,
    pub(super) replies: BTreeMap<Question, Vec<Reply>>,
}

impl Recording {
    /// Number of different requests that it answers.
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether it answers nothing.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// When it is not one, is damaged, or has another version.
    pub fn read(source: impl Read) -> Result<Self, RecordingError> {
        let decoder = zstd::Decoder::new(source).map_err(RecordingError::Damaged)?;
        let mut lines = BufReader::new(decoder).lines().enumerate();
        let mut next = || -> Result<Option<(usize, String)>, RecordingError> {
            match lines.next() {
                None => Ok(None),
                Some((index, Ok(line))) => Ok(Some((index + 1, line))),
                Some((_, Err(error))) => Err(RecordingError::Damaged(error)),
            }
        };
        let (line, text) = next()?.unwrap_or((1, String::new()));
        let malformed = |line| move |source| RecordingError::Line { line, source };
        let header: Header = serde_json::from_str(&text).map_err(malformed(line))?;
        if header.lamppost_recording != VERSION {
            return Err(RecordingError::Version(header.lamppost_recording));
        }
        let mut replies = BTreeMap::new();
        while let Some((line, text)) = next()? {
            let read: Line = serde_json::from_str(&text).map_err(malformed(line))?;
            replies.insert(read.question, read.replies);
        }
        Ok(Self {
            recorded_at: header.recorded_at,
            replies,
        })
    }

    /// Reads a recording from a file.
    ///
    /// # Errors
    /// As [`Recording::read`], and when the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path).map_err(|source| RecordingError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::read(file)
    }

    /// Writes the recording; the same traffic gives the same bytes.
    ///
    /// # Errors
    /// When the target cannot be written.
    pub fn write(&self, target: impl Write) -> io::Result<()> {
        let mut encoder = zstd::Encoder::new(target, 19)?;
        let header = Header {
            lamppost_recording: VERSION,
            recorded_at: self.recorded_at,
        };
        writeln!(encoder, "{}", serde_json::to_string(&header)?)?;
        for (question, replies) in &self.replies {
            let line = Line {
                question: question.clone(),
                replies: replies.clone(),
            };
            writeln!(encoder, "{}", serde_json::to_string(&line)?)?;
        }
        encoder.finish()?.flush()
    }
}
