//! One chunk for each job of a job system.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use serde::{Deserialize, Serialize};
use tower::Service;

use super::{Step, Worker};
use crate::BulkError;

/// A job: send the next chunk of this campaign.
///
/// It carries no state, so a job system may deliver it twice or too late: the store decides whether there
/// is a chunk to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkJob {
    /// The key of the campaign.
    pub campaign: String,
}

impl ChunkJob {
    /// Creates a job for the next chunk of this campaign.
    pub fn new(campaign: impl Into<String>) -> Self {
        Self { campaign: campaign.into() }
    }
}

/// Sends the next chunk. The [`Step`] says what became of it, or when to try again.
///
/// After the worker was stopped, by its handle, by a store that failed or by a
/// [`Halted`](BulkError::Halted) error, every call fails. A future that is dropped while its call is in
/// flight leaves the chunk with an unknown outcome. A chunk whose claim expired becomes unknown when a call
/// finds nothing else to send.
impl Service<ChunkJob> for Worker {
    type Response = Step;
    type Error = BulkError;
    type Future = Pin<Box<dyn Future<Output = Result<Step, BulkError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BulkError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, job: ChunkJob) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            if inner.is_stopping() {
                return Err(BulkError::WorkerStopped);
            }
            let step = inner.step(&job.campaign).await?;
            if step == Step::Nothing {
                inner.expire(&job.campaign).await?;
            }
            Ok(step)
        })
    }
}
