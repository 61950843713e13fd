//! Ctrl-C and SIGTERM: stop asking, then report what there is.

use tokio_util::sync::CancellationToken;

/// Cancels the token at the first signal; further ones change nothing.
pub(super) async fn listen(token: CancellationToken) {
    if wait().await.is_ok() {
        token.cancel();
    }
}

#[cfg(unix)]
async fn wait() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
