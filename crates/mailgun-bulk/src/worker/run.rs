//! Many chunks, until the campaign is done.

use std::{fmt, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{join_all, select};
use mailgun_core::Timestamp;

use super::{Inner, Step, Worker};
use crate::{BulkError, Status};

/// The first wait of a worker that has nothing to do. It doubles up to the poll interval.
const FIRST_WAIT: Duration = Duration::from_millis(50);

impl Worker {
    /// Sends the chunks of a campaign until none is left, and returns its status.
    ///
    /// It waits while the campaign is paused, while a quota is used up, and while other workers have
    /// chunks on their way. If one of these workers has died, that takes as long as its
    /// [`call_timeout`](Self::call_timeout) and a minute. It returns early if the campaign is stopped or
    /// cancelled, or if the [`stop_handle`](Self::stop_handle) says so.
    ///
    /// Do not drop the future: calls in flight would be cut off, and their outcome would be unknown. Use
    /// the `stop_handle`, which waits for them.
    ///
    /// ```no_run
    /// # async fn example(bulk: mailgun::bulk::Bulk) -> Result<(), mailgun::bulk::BulkError> {
    /// let status = bulk.worker().concurrency(8).run("news-2026-11").await?;
    /// println!("{status}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// * [`BulkError::NotFound`], and [`BulkError::NotAllowed`] if the campaign was never started.
    /// * [`BulkError::Store`] if the store fails. Nothing is sent afterwards.
    /// * [`BulkError::Halted`] if there is no point in going on; see [`Halt`](crate::Halt).
    /// * [`BulkError::WorkerStopped`] if the worker was stopped before, by its handle, by a store that
    ///   failed or by a `Halted` error.
    pub async fn run(&self, key: &str) -> Result<Status, BulkError> {
        let inner = &*self.0;
        if inner.is_stopping() {
            return Err(BulkError::WorkerStopped);
        }
        inner.prepare(key).await?;
        inner.expire(key).await?;
        let tasks = (0..inner.settings.concurrency).map(|_| inner.send_all(key));
        join_all(tasks).await.into_iter().collect::<Result<(), _>>()?;
        inner.bulk.campaign(key).status().await
    }

    /// Returns a handle that ends [`run`](Self::run): the worker starts nothing new, and waits for its
    /// calls in flight. Other workers go on.
    ///
    /// Call it after the settings: [`concurrency`](Self::concurrency),
    /// [`call_timeout`](Self::call_timeout) and [`poll_interval`](Self::poll_interval) return another
    /// worker, which this handle does not stop. A worker that was stopped cannot run again.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(Arc::clone(&self.0))
    }
}

impl Inner {
    /// One of the tasks of a run.
    async fn send_all(&self, key: &str) -> Result<(), BulkError> {
        let mut idle = FIRST_WAIT;
        while !self.is_stopping() {
            let step = self.step(key).await.inspect_err(|_| self.stop())?;
            match step {
                Step::Sent { .. } => idle = FIRST_WAIT,
                Step::NotSent(retry_at) => {
                    let mut is_stopping = self.is_stopping.subscribe();
                    let stopped = is_stopping.wait_for(|it| *it);
                    let _ = tokio::time::timeout(self.until(retry_at), stopped).await;
                }
                Step::Wait(until) => self.wait(key, self.until(until)).await,
                Step::Paused => self.wait(key, self.settings.poll_interval).await,
                Step::Ended(_) => break,
                Step::Nothing => {
                    self.expire(key).await?;
                    let now = self.clock.now();
                    let tally = self.bulk.store.tally(key, now).await;
                    let tally = tally.map_err(|error| self.store_failed(error))?;
                    if tally.planned.chunks == 0 && tally.sending.chunks == 0 {
                        break;
                    }
                    self.wait(key, idle).await;
                    idle = idle.saturating_mul(2).min(self.settings.poll_interval);
                }
            }
        }
        Ok(())
    }

    fn until(&self, time: Timestamp) -> Duration {
        time.duration_since(self.clock.now()).unwrap_or_default()
    }

    /// Gives up on the claims of workers that have died.
    pub(super) async fn expire(&self, key: &str) -> Result<(), BulkError> {
        let expired = self.bulk.store.expire(key, self.clock.now()).await;
        let chunks = expired.map_err(|error| self.store_failed(error))?;
        if chunks > 0 {
            tracing::warn!(campaign = key, chunks, "chunks of workers that ended are unknown");
        }
        Ok(())
    }

    /// Waits until something may have changed, but at most for the poll interval.
    async fn wait(&self, key: &str, limit: Duration) {
        let mut is_stopping = self.is_stopping.subscribe();
        let stopped = pin!(is_stopping.wait_for(|it| *it));
        let changed = pin!(async {
            if self.bulk.store.changed(key).await.is_err() {
                // The store cannot tell, and the next step says why.
                std::future::pending::<()>().await;
            }
        });
        let limit = limit.min(self.settings.poll_interval);
        let _ = tokio::time::timeout(limit, select(stopped, changed)).await;
    }
}

/// Ends a [`Worker`].
#[derive(Clone)]
pub struct StopHandle(Arc<Inner>);

impl StopHandle {
    /// Lets the worker start nothing new.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopHandle").field("worker", &self.0.owner).finish_non_exhaustive()
    }
}
