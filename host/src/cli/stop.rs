//! Ctrl-C in two stages: the first finishes the seat in hand and looks what came of the run, the second ends at once.

use tokio_util::sync::CancellationToken;

/// What a shell expects of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// A token that is cancelled by the first Ctrl-C. The ledger stands whatever happens: the next command finishes a run
/// that the second one cut off.
pub fn on_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        super::note("stopping after this seat; Ctrl-C again stops at once");
        token.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
    stop
}
