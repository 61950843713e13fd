//! What was called, how often, how it went and how long it took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::guard::Ticket;
use crate::inventory::LedgerEntry;
use crate::operation::Operation;

type Key = (&'static Operation, Arc<str>, Arc<str>);

/// Counts every call and every attempt of a process; shared by all sessions of a connection.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Mutex<BTreeMap<Key, LedgerEntry>>,
    /// The sums of what was taken out.
    taken: Mutex<Vec<LedgerEntry>>,
}

/// One line of the ledger: an operation in one account and region.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LedgerRow {
    /// The operation.
    pub operation: &'static Operation,
    /// The account that was asked; empty before it was known.
    pub account: String,
    /// The region that was asked.
    pub region: String,
    /// Its counts.
    pub entry: LedgerEntry,
}

impl Ledger {
    fn with(&self, ticket: &Ticket, change: impl FnOnce(&mut LedgerEntry)) {
        let key = (
            ticket.operation,
            ticket.account.clone(),
            ticket.region.clone(),
        );
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        change(rows.entry(key).or_insert_with(|| LedgerEntry {
            operation: ticket.operation.label.to_owned(),
            ..LedgerEntry::default()
        }));
    }

    pub(crate) fn attempt(&self, ticket: &Ticket, throttled: bool) {
        self.with(ticket, |entry| {
            entry.attempts += 1;
            entry.throttles += u64::from(throttled);
        });
    }

    /// A call ended; `error` says how, if it failed.
    pub(crate) fn call(&self, ticket: &Ticket, time: Duration, error: Option<String>) {
        tracing::debug!(
            "{} {} {}: {} in {} ms",
            ticket.operation.label,
            ticket.account,
            ticket.region,
            error.as_deref().unwrap_or("answered"),
            time.as_millis()
        );
        self.with(ticket, |entry| {
            entry.calls += 1;
            entry.milliseconds += u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            if let Some(code) = error {
                *entry.errors.entry(code).or_default() += 1;
            }
        });
    }

    /// Every line, ordered by operation, account and region.
    pub fn rows(&self) -> Vec<LedgerRow> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter()
            .map(|((operation, account, region), entry)| LedgerRow {
                operation,
                account: account.to_string(),
                region: region.to_string(),
                entry: entry.clone(),
            })
            .collect()
    }

    /// One entry for each operation, over all accounts and regions, what was taken out included.
    pub fn entries(&self) -> Vec<LedgerEntry> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        LedgerEntry::sum(taken.iter().cloned().chain(self.rest()))
    }

    /// One entry for each operation of what was not taken out.
    pub fn rest(&self) -> Vec<LedgerEntry> {
        LedgerEntry::sum(self.rows().into_iter().map(|row| row.entry))
    }

    /// Takes out what was called in one account so far.
    pub fn take(&self, account: &str) -> Vec<LedgerEntry> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        rows.retain(|(_, of, _), entry| {
            let keep = **of != *account;
            if !keep {
                found.push(std::mem::take(entry));
            }
            keep
        });
        let found = LedgerEntry::sum(found);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = LedgerEntry::sum(taken.drain(..).chain(found.iter().cloned()));
        found
    }
}
