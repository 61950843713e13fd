//! Ctrl-C and SIGTERM: the first stops asking, so that what there is can be reported; the second ends
//! the process.

use std::io::{Write as _, stderr};

use tokio_util::sync::CancellationToken;

use crate::disk;

/// Listens for the rest of the process's life, also while the report is being written.
pub(super) fn listen(token: CancellationToken) {
    on_a_thread(Some(token));
}

/// For commands that have nothing to report early: the first signal ends the process, and what is
/// temporary with it.
pub(super) fn end_at_once() {
    on_a_thread(None);
}

/// Where no thread can be had, signals end the process as they always do.
fn on_a_thread(token: Option<CancellationToken>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    if let Ok(runtime) = runtime {
        let _ = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(serve(token)));
    }
}

#[expect(
    clippy::exit,
    reason = "the main thread may be held up by whatever the user no longer wants to wait for"
)]
async fn serve(token: Option<CancellationToken>) {
    let Ok(mut signals) = Signals::new() else {
        return;
    };
    if let Some(token) = token {
        signals.next().await;
        token.cancel();
        // Where standard error is gone nobody can be told.
        let _ = writeln!(
            stderr(),
            "interrupted: reporting what there is; once more ends at once"
        );
    }
    let signal = signals.next().await;
    disk::clear();
    std::process::exit(128 + signal);
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    /// The number of the signal that came.
    async fn next(&mut self) -> i32 {
        use tokio::signal::unix::SignalKind;

        let kind = tokio::select! {
            _ = self.0.recv() => SignalKind::interrupt(),
            _ = self.1.recv() => SignalKind::terminate(),
        };
        kind.as_raw_value()
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    /// The number by which other systems know Ctrl-C.
    async fn next(&mut self) -> i32 {
        self.0.recv().await;
        2
    }
}
