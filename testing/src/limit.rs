use std::{
    io::Write as _,
    panic::Location,
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

/// How long [`within`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a test with a server may take.
const LONGEST_TEST: Duration = Duration::from_secs(60);

/// Waits for the future, and fails the test if it takes more than ten seconds.
#[track_caller]
pub fn within<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = Location::caller();
    async move {
        match tokio::time::timeout(PATIENCE, future).await {
            Ok(output) => output,
            Err(_) => panic!("hangs: still waiting after {PATIENCE:?}, at {caller}"),
        }
    }
}

/// Ends the process if a test still runs after a minute.
///
/// A test that hangs without a timeout on its way cannot be failed from outside. This names it
/// and ends the run, which otherwise would end by the timeout of the CI job without a word.
pub(crate) struct Watchdog(
    #[expect(dead_code, reason = "its drop ends the watch")] mpsc::Sender<()>,
);

impl Watchdog {
    /// Watches the test that this thread runs, until the watchdog is dropped.
    pub(crate) fn start() -> Self {
        let test = std::thread::current().name().unwrap_or("without a name").to_owned();
        let (sender, ended) = mpsc::channel();
        std::thread::spawn(move || {
            if ended.recv_timeout(LONGEST_TEST) == Err(RecvTimeoutError::Timeout) {
                // Not `eprintln!`, which the test harness captures and never shows.
                let _ = writeln!(std::io::stderr(), "test {test} hangs: it took {LONGEST_TEST:?}");
                std::process::exit(101);
            }
        });
        Self(sender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "hangs: still waiting after 10s, at testing/src/limit.rs")]
    async fn within_fails_a_test_that_waits_forever() {
        within(std::future::pending::<()>()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn within_returns_the_output_of_the_future() {
        assert_eq!(within(async { 7 }).await, 7);
    }
}
