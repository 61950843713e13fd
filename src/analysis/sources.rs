//! Whether the sources of triggers are there.

use super::Context;
use crate::inventory::{Gap, Observed};

/// What is known of a source's existence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Presence<'a> {
    /// The account has it.
    There,
    /// The account does not have it.
    Gone,
    /// It was looked for, but the list could not be read.
    Unknown(&'a Gap),
    /// It was not looked for.
    NotLookedFor,
}

impl<'a> Presence<'a> {
    /// Of the source with that ARN, as the trigger names it.
    pub(super) fn of(context: Context<'a>, arn: &str) -> Self {
        match context.account.sources.get(arn).copied() {
            Some(Observed::Known(true)) => Self::There,
            Some(Observed::Known(false)) => Self::Gone,
            Some(Observed::Missing(gap)) => Self::Unknown(gap),
            None => Self::NotLookedFor,
        }
    }

    /// As documents write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Gone => "gone",
            Self::Unknown(_) => "unknown",
            Self::NotLookedFor => "not-looked-for",
        }
    }

    pub(super) fn gap(self) -> Option<&'a Gap> {
        match self {
            Self::Unknown(gap) => Some(gap),
            _ => None,
        }
    }
}

/// What a source is, by its ARN, in one word; `source` for those that are not looked for.
pub(super) fn kind(arn: &str) -> &'static str {
    match arn.split(':').nth(2) {
        Some("s3") => "bucket",
        Some("sns") => "topic",
        Some("sqs") => "queue",
        Some("events") => "rule",
        Some("execute-api") => "API",
        Some("elasticloadbalancing") => "target group",
        Some("logs") => "log group",
        _ => "source",
    }
}
