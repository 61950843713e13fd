//! What was called, how often, how it went and how long it took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::guard::Ticket;

type Key = (&'static str, &'static str, Arc<str>, Arc<str>);

/// Counts every call and every attempt of a process; shared by all sessions of a connection.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Mutex<BTreeMap<Key, Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    label: String,
    calls: u64,
    attempts: u64,
    throttles: u64,
    errors: BTreeMap<String, u64>,
    time: Duration,
    waiting: Duration,
}

/// One line of the ledger: an operation in one account and region.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LedgerRow {
    /// The operation, as `lambda:GetPolicy`.
    pub operation: String,
    /// The account that was asked; empty before it was known.
    pub account: String,
    /// The region that was asked.
    pub region: String,
    /// Calls that ended, however they ended.
    pub calls: u64,
    /// Requests that were sent, retries included.
    pub attempts: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// Attempts that failed, by AWS's error code or by our word for it (`timeout`, `network`, …).
    pub errors: BTreeMap<String, u64>,
    /// Time on the wire, over all attempts.
    pub time: Duration,
    /// Time that attempts waited for their turn before they were sent.
    pub waiting: Duration,
}

/// How one attempt ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Answered,
    Throttled(String),
    Failed(String),
}

impl Ledger {
    fn with(&self, ticket: &Ticket, change: impl FnOnce(&mut Counts)) {
        let key = (
            ticket.operation.service,
            ticket.operation.name,
            ticket.account.clone(),
            ticket.region.clone(),
        );
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        change(rows.entry(key).or_insert_with(|| Counts {
            label: ticket.operation.label(),
            ..Counts::default()
        }));
    }

    pub(crate) fn call(&self, ticket: &Ticket) {
        self.with(ticket, |counts| counts.calls += 1);
    }

    pub(crate) fn attempt(
        &self,
        ticket: &Ticket,
        waiting: Duration,
        time: Duration,
        outcome: &Outcome,
    ) {
        self.with(ticket, |counts| {
            counts.attempts += 1;
            counts.time += time;
            counts.waiting += waiting;
            match outcome {
                Outcome::Answered => {}
                Outcome::Throttled(code) => {
                    counts.throttles += 1;
                    *counts.errors.entry(code.clone()).or_default() += 1;
                }
                Outcome::Failed(code) => *counts.errors.entry(code.clone()).or_default() += 1,
            }
        });
    }

    /// Every line, ordered by operation, account and region.
    pub fn rows(&self) -> Vec<LedgerRow> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines: Vec<_> = rows
            .iter()
            .map(|((_, _, account, region), counts)| LedgerRow {
                operation: counts.label.clone(),
                account: account.to_string(),
                region: region.to_string(),
                calls: counts.calls,
                attempts: counts.attempts,
                throttles: counts.throttles,
                errors: counts.errors.clone(),
                time: counts.time,
                waiting: counts.waiting,
            })
            .collect();
        lines.sort_by(|a, b| {
            (&a.operation, &a.account, &a.region).cmp(&(&b.operation, &b.account, &b.region))
        });
        lines
    }

    /// The lines summed per operation; account and region are empty.
    pub fn by_operation(&self) -> Vec<LedgerRow> {
        let mut sums: BTreeMap<String, LedgerRow> = BTreeMap::new();
        for row in self.rows() {
            let sum = sums.entry(row.operation.clone()).or_default();
            sum.operation = row.operation;
            sum.calls += row.calls;
            sum.attempts += row.attempts;
            sum.throttles += row.throttles;
            sum.time += row.time;
            sum.waiting += row.waiting;
            for (code, count) in row.errors {
                *sum.errors.entry(code).or_default() += count;
            }
        }
        sums.into_values().collect()
    }
}
