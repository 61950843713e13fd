//! What a scan shows while it runs: a line that moves on a terminal, a quiet heartbeat elsewhere.

use std::convert::Infallible;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::aws::Connection;
use crate::collect::Progress;
use crate::inventory::RegionStatus;
use crate::terminal::clean;

/// Between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Between two changes of the line on a terminal.
const TICK: Duration = Duration::from_millis(120);

/// Counts what happens and shows it.
pub(super) struct Watch {
    started: Instant,
    bar: Option<ProgressBar>,
    quiet: bool,
    accounts: AtomicUsize,
    accounts_done: AtomicUsize,
    regions: AtomicUsize,
    regions_done: AtomicUsize,
    functions_expected: AtomicUsize,
    functions_listed: AtomicUsize,
    functions_done: AtomicUsize,
}

impl Watch {
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        let bar = (!quiet && !verbose && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self {
            started: Instant::now(),
            bar,
            quiet,
            accounts: AtomicUsize::new(0),
            accounts_done: AtomicUsize::new(0),
            regions: AtomicUsize::new(0),
            regions_done: AtomicUsize::new(0),
            functions_expected: AtomicUsize::new(0),
            functions_listed: AtomicUsize::new(0),
            functions_done: AtomicUsize::new(0),
        }
    }

    /// Shows how something comes on until it ends: where no terminal does, with a line every half
    /// minute. Calls that AWS leaves without an answer are named.
    pub(super) async fn during<T>(
        &self,
        connection: &Connection,
        run: impl Future<Output = T>,
    ) -> T {
        let ended = tokio::select! {
            ended = run => ended,
            never = self.heartbeat() => match never {},
            never = connection.watch(|stuck| self.say(&stuck.to_string())) => match never {},
        };
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        ended
    }

    async fn heartbeat(&self) -> Infallible {
        let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            beat.tick().await;
            if self.bar.is_none() && !self.quiet {
                line(&self.state());
            }
        }
    }

    /// A line above the one that moves.
    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(clean(text)),
            None if self.quiet => {}
            None => line(text),
        }
    }

    fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(self.state());
        }
    }

    fn state(&self) -> String {
        let done = self.functions_done.load(Relaxed);
        let known = self
            .functions_expected
            .load(Relaxed)
            .max(self.functions_listed.load(Relaxed));
        let seconds = self.started.elapsed().as_secs_f64();
        let mut state = format!(
            "accounts {}/{} · regions {}/{} · functions {done}/{known}",
            self.accounts_done.load(Relaxed),
            self.accounts.load(Relaxed),
            self.regions_done.load(Relaxed),
            self.regions.load(Relaxed),
        );
        if done > 0 && seconds >= 1.0 {
            let rate = done as f64 / seconds;
            state.push_str(&format!(" · {rate:.0}/s"));
            let left = known.saturating_sub(done) as f64 / rate;
            if left >= 1.0 {
                state.push_str(&format!(" · about {} left", duration(left)));
            }
        }
        state
    }
}

fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

fn line(text: &str) {
    // Nobody reading the progress is no reason to stop.
    let _ = writeln!(stderr(), "{}", clean(text));
}

impl Progress for Watch {
    fn accounts_found(&self, count: usize) {
        self.accounts.store(count, Relaxed);
        self.show();
    }

    fn account_done(&self, account: &str) {
        tracing::info!("{account}: judged");
        self.accounts_done.fetch_add(1, Relaxed);
        self.show();
    }

    fn region_started(&self, _account: &str, _region: &str) {
        self.regions.fetch_add(1, Relaxed);
        self.show();
    }

    fn functions_expected(&self, _account: &str, _region: &str, count: usize) {
        self.functions_expected.fetch_add(count, Relaxed);
        self.show();
    }

    fn functions_listed(&self, _account: &str, _region: &str, count: usize) {
        self.functions_listed.fetch_add(count, Relaxed);
        self.show();
    }

    fn function_done(&self, _account: &str, _region: &str) {
        self.functions_done.fetch_add(1, Relaxed);
        self.show();
    }

    fn region_done(&self, account: &str, region: &str, status: &RegionStatus) {
        match status {
            RegionStatus::Scanned => tracing::info!("{account} {region}: scanned"),
            RegionStatus::Empty => tracing::info!("{account} {region}: no functions"),
            RegionStatus::NotEnabled => tracing::info!("{account} {region}: not enabled"),
            RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => {
                tracing::info!("{account} {region}: {}", gap.message);
            }
        }
        self.regions_done.fetch_add(1, Relaxed);
        self.show();
    }
}
