//! Polls a job of the server until it is done.

use std::{fmt, pin::Pin, time::Duration};

use futures_core::Stream;
use futures_util::stream::try_unfold;
use tokio::time::{Instant, sleep, sleep_until};

use crate::{Call, Error, TimeoutPhase};

const INTERVAL: Duration = Duration::from_secs(5);

/// Polls a job of the server until it is done.
///
/// `.await` returns the final state. [`into_stream`](Self::into_stream) returns every state, to
/// show progress. There is no time limit unless [`within`](Self::within) sets one. If a call fails
/// after its retries, polling stops with its error. The job itself continues and can be polled
/// again.
///
/// ```no_run
/// # async fn example(client: mailgun::Client) -> Result<(), mailgun::Error> {
/// use std::time::Duration;
/// use mailgun::{Operation, Poller};
/// use serde_json::Value;
///
/// const JOB: Operation = Operation::get("/v4/address/validate/bulk/{list_id}");
/// let job = Poller::new(move || client.call(JOB, &["my-list"]), |job: &Value| {
///     job["status"] == "uploaded"
/// });
/// let done = job.every(Duration::from_secs(30)).within(Duration::from_secs(3600)).await?;
/// println!("{done}");
/// # Ok(()) }
/// ```
#[must_use = "a poller does nothing until it is awaited"]
pub struct Poller<T> {
    call: Box<dyn Fn() -> Call<T> + Send>,
    is_done: Box<dyn Fn(&T) -> bool + Send>,
    interval: Duration,
    limit: Option<Duration>,
}

impl<T: Send + 'static> Poller<T> {
    /// Sends `call` repeatedly, until `is_done` returns `true` for its response.
    pub fn new(
        call: impl Fn() -> Call<T> + Send + 'static,
        is_done: impl Fn(&T) -> bool + Send + 'static,
    ) -> Self {
        Self { call: Box::new(call), is_done: Box::new(is_done), interval: INTERVAL, limit: None }
    }

    /// Sets the pause between two calls. Default: 5 s.
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Stops with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) after this time. Default: no
    /// limit.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Every state of the job as a stream. The last item is the final state, or an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<T, Error>> + Send {
        let state = (self, None::<Instant>, None::<Instant>, false);
        try_unfold(state, |(poller, deadline, next, is_done)| async move {
            if is_done {
                return Ok(None);
            }
            let now = Instant::now();
            let deadline =
                deadline.or_else(|| poller.limit.and_then(|limit| now.checked_add(limit)));
            if let Some(next) = next {
                if let (Some(deadline), Some(limit)) = (deadline, poller.limit)
                    && deadline < next
                {
                    sleep_until(deadline).await;
                    return Err(Error::timeout(TimeoutPhase::Total, limit));
                }
                sleep_until(next).await;
            }
            let state = (poller.call)().await?;
            let is_done = (poller.is_done)(&state);
            // Unlike an addition, `sleep` caps an interval that overflows the clock.
            let next = sleep(poller.interval).deadline();
            Ok(Some((state, (poller, deadline, Some(next), is_done))))
        })
    }

    async fn last(self) -> Result<T, Error> {
        let mut states = std::pin::pin!(self.into_stream());
        let mut last = None;
        while let Some(state) = futures_util::StreamExt::next(&mut states).await {
            last = Some(state?);
        }
        last.ok_or_else(|| Error::outcome_unknown("the job has no state"))
    }
}

impl<T: Send + 'static> IntoFuture for Poller<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.last())
    }
}

impl<T> fmt::Debug for Poller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("interval", &self.interval)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
    };

    use futures_util::TryStreamExt as _;
    use http::Response;

    use super::*;
    use crate::{Client, ErrorKind, Operation, layers::RetryPolicy};

    const JOB: Operation = Operation::get("/v4/job");

    /// A job whose state counts up from 1. The call numbered `failing` fails; 0 for none.
    fn job(done: u32, failing: u32) -> Poller<u32> {
        let count = Arc::new(AtomicU32::new(0));
        let service = tower::service_fn(move |_| {
            let count = count.fetch_add(1, Ordering::SeqCst) + 1;
            let status = if count == failing { 400 } else { 200 };
            let response = Response::builder().status(status).body(count.to_string()).unwrap();
            async move { Ok::<_, Infallible>(response) }
        });
        let builder = Client::builder("key-test").retry(RetryPolicy::never());
        let client: Client = builder.build_with_transport(service).unwrap();
        Poller::new(move || client.call(JOB, &[]), move |state| *state == done)
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_is_polled_at_intervals_until_it_is_done() {
        let start = Instant::now();
        assert_eq!(job(3, 0).every(Duration::from_secs(10)).await.unwrap(), 3);
        assert_eq!(start.elapsed().as_secs(), 20);
        let states: Vec<u32> = job(4, 0).into_stream().try_collect().await.unwrap();
        assert_eq!(states, [1, 2, 3, 4]);
        assert_eq!(start.elapsed().as_secs(), 20 + 3 * INTERVAL.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn extreme_intervals_and_limits_do_not_overflow() {
        let start = Instant::now();
        let poller = job(2, 0).every(Duration::MAX).within(Duration::from_secs(60));
        assert_eq!(poller.await.unwrap_err().timeout_phase(), Some(TimeoutPhase::Total));
        assert_eq!(start.elapsed().as_secs(), 60);
        assert_eq!(job(3, 0).within(Duration::MAX).await.unwrap(), 3);
        let mut states = std::pin::pin!(job(3, 0).every(Duration::MAX).into_stream());
        assert_eq!(states.try_next().await.unwrap(), Some(1));
        let year = Duration::from_secs(365 * 86_400);
        assert!(tokio::time::timeout(year, states.try_next()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn polling_stops_at_its_limit_and_at_an_error() {
        let start = Instant::now();
        let error = job(100, 0).within(Duration::from_secs(12)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));
        assert_eq!(start.elapsed().as_secs(), 12);
        assert_eq!(job(100, 2).await.unwrap_err().status().unwrap(), 400);
        assert_eq!(job(1, 0).within(Duration::ZERO).await.unwrap(), 1);
    }
}
