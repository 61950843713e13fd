//! Recorded traffic as a file: a header line, then account by account one line for each question with its
//! answers, and behind those of an account their hash; at the end the hash of all the rest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::inventory::{Ended, LineError, LineReader, LineWriter};

/// The format's version; a reader refuses any other.
const VERSION: u32 = 2;

/// The version before hashes, which only the recording in the binary may have.
const UNHASHED: u32 = 1;

/// The densest level whose window a reader accepts: a recording is written once and shipped.
const LEVEL: i32 = 19;

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
    /// It ends early, or what it holds is not what was written.
    #[error("the recording is damaged or cut short{}", of(.account))]
    Changed {
        /// The account whose answers were changed; none where it is the rest.
        account: Option<String>,
    },
    /// It goes beyond a ceiling that no honest one reaches.
    #[error("the recording is refused: {0}")]
    Ceiling(String),
    /// It was written by another version.
    #[error("the recording has format {0}, this version of lamppost reads format {VERSION}")]
    Version(u32),
}

fn of(account: &Option<String>) -> String {
    match account {
        Some(account) => format!(": account `{account}` does not match its checksum"),
        None => String::new(),
    }
}

impl From<LineError> for RecordingError {
    fn from(error: LineError) -> Self {
        match error {
            LineError::Io(error) => Self::Damaged(error),
            LineError::BreaksOff => Self::Changed { account: None },
            LineError::Ceiling(ceiling) => Self::Ceiling(ceiling),
        }
    }
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

/// What stands behind the lines of an account.
#[derive(Debug, Deserialize, Serialize)]
struct AccountEnd {
    account_end: String,
    sha256: String,
}

/// What stands behind the lines of all accounts.
#[derive(Debug, Deserialize, Serialize)]
struct Count {
    questions: usize,
}

/// A line after the first.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Record {
    Question(Line),
    AccountEnd(AccountEnd),
    Count(Count),
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

    /// The same recording with other bodies in the answers of one operation.
    #[must_use]
    pub fn with_bodies(mut self, operation: &str, change: impl Fn(&str) -> String) -> Self {
        for (question, replies) in &mut self.replies {
            if question.operation == operation {
                for reply in replies {
                    reply.body = change(&reply.body);
                }
            }
        }
        self
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// When it is not one, is damaged, or has another version.
    pub fn read(source: impl Read + Send) -> Result<Self, RecordingError> {
        Self::of(source, |version| version == VERSION)
    }

    /// Reads a recording that comes with the program, and so needs no hashes.
    ///
    /// # Errors
    /// When it is not one, is damaged, or has another version.
    pub fn embedded(bytes: &[u8]) -> Result<Self, RecordingError> {
        Self::of(bytes, |version| [UNHASHED, VERSION].contains(&version))
    }

    fn of(source: impl Read + Send, known: impl Fn(u32) -> bool) -> Result<Self, RecordingError> {
        let mut lines = LineReader::new(source).map_err(RecordingError::Damaged)?;
        let first = lines.next()?;
        let malformed = |line| move |source| RecordingError::Line { line, source };
        let header: Header = serde_json::from_slice(&first).map_err(malformed(1))?;
        let version = header.lamppost_recording;
        if !known(version) {
            return Err(RecordingError::Version(version));
        }
        lines.outside(&first);
        let mut replies = BTreeMap::new();
        loop {
            let text = match lines.next() {
                Err(LineError::BreaksOff) if version == UNHASHED => break,
                text => text?,
            };
            let record = serde_json::from_slice(&text).map_err(malformed(lines.number()))?;
            match record {
                Record::Question(line) => {
                    lines.within(&text);
                    replies.insert(line.question, line.replies);
                }
                Record::AccountEnd(AccountEnd {
                    account_end,
                    sha256,
                }) => {
                    if !lines.is_section(&sha256) {
                        return Err(RecordingError::Changed {
                            account: Some(account_end),
                        });
                    }
                    lines.outside(&text);
                }
                Record::Count(Count { questions }) => {
                    lines.outside(&text);
                    if questions != replies.len() || !lines.ends()? {
                        return Err(RecordingError::Changed { account: None });
                    }
                    break;
                }
            }
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
    pub fn write<W: Write>(&self, target: W) -> io::Result<W> {
        let mut lines = LineWriter::new(target, LEVEL)?;
        lines.outside(&Header {
            lamppost_recording: VERSION,
            recorded_at: self.recorded_at,
        })?;
        let mut accounts: BTreeMap<&str, Vec<(&Question, &Vec<Reply>)>> = BTreeMap::new();
        for (question, replies) in &self.replies {
            let account = accounts.entry(&question.account).or_default();
            account.push((question, replies));
        }
        for (account, questions) in accounts {
            for (question, replies) in questions {
                lines.within(&Line {
                    question: question.clone(),
                    replies: replies.clone(),
                })?;
            }
            let sha256 = lines.section();
            lines.outside(&AccountEnd {
                account_end: account.to_owned(),
                sha256,
            })?;
        }
        lines.outside(&Count {
            questions: self.replies.len(),
        })?;
        let mut target = lines.end(|sha256| Ended { sha256 })?;
        target.flush()?;
        Ok(target)
    }
}
