//! Ctrl-C and SIGTERM: the first stops asking, so that what there is can be reported; the second ends
//! the process.

use std::io::{Write as _, stderr};

use tokio_util::sync::CancellationToken;

/// Listens for the rest of the process's life, also while the report is being written; where no
/// thread can be had, signals end the process as they always do.
pub(super) fn listen(token: CancellationToken) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    if let Ok(runtime) = runtime {
        let _ = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(serve(token)));
    }
}

async fn serve(token: CancellationToken) {
    if wait().await.is_err() {
        return;
    }
    token.cancel();
    // Where standard error is gone nobody can be told.
    let _ = writeln!(
        stderr(),
        "interrupted: reporting what there is; once more ends at once"
    );
    if let Ok(signal) = wait().await {
        std::process::exit(128 + signal);
    }
}

/// The number of the signal that came.
#[cfg(unix)]
async fn wait() -> std::io::Result<i32> {
    use tokio::signal::unix::{SignalKind, signal};

    let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
    let (mut interrupted, mut terminated) = (signal(interrupt)?, signal(terminate)?);
    Ok(tokio::select! {
        _ = interrupted.recv() => interrupt.as_raw_value(),
        _ = terminated.recv() => terminate.as_raw_value(),
    })
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<i32> {
    tokio::signal::ctrl_c().await.map(|()| 2)
}
