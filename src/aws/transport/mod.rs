//! Ways to answer a request; all of them are a `SharedHttpClient`.
//!
//! [`live`] is the network. [`record`] wraps another transport and keeps what it answers in a
//! [`Recording`]; [`replay`] answers from one, in process. [`faults`] wraps another transport and
//! spoils some of its answers.

mod exchange;
mod fault;
mod live;
mod record;
mod recording;
mod rehearse;
mod replay;
mod shape;

#[cfg(test)]
pub(crate) use exchange::{Answer, respond, transport};
pub(crate) use exchange::{BreaksOff, TooLarge, whole};
pub use fault::{Fault, Rule, faults};
pub use live::live;
pub use record::{Recorder, record};
pub use recording::{Recording, RecordingError};
pub(crate) use rehearse::rehearse;
pub use replay::{NotRecorded, replay};
