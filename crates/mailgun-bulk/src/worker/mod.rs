//! Sending: who claims a chunk sends it, once, and records what became of it.
//!
//! * `step`: one chunk, from the claim to its record.
//! * `decide`: what a response means for the chunk and for the worker.
//! * `run`: many chunks, until the campaign is done.
//! * `service`: one chunk for each job of a job system.

mod decide;
mod run;
mod service;
mod step;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mailgun_core::Timestamp;
use mailgun_messages::{__private::unique_owner, Messages};
use tokio::{sync::watch, time::Instant};

use self::decide::Streaks;
pub use self::{run::StopHandle, service::ChunkJob, step::Step};
use crate::{
    Bulk, BulkError, StoredCampaign,
    bulk::{check_started, stored},
    content::{self, Thawed, thaw},
};

/// Sends the chunks of campaigns.
///
/// Any number of workers may send one campaign, in one process or in many: the store gives each chunk to
/// one of them. A clone is the same worker.
///
/// [`run`](Self::run) sends a campaign until nothing is left. A job system can drive a worker instead: it
/// is a [`tower::Service`](https://docs.rs/tower/0.5/tower/trait.Service.html) of a [`ChunkJob`].
///
/// A worker stops for good if the store cannot be written: what cannot be recorded is not sent. After the
/// worker was stopped, by its handle, by a store that failed or by a [`Halted`](BulkError::Halted) error,
/// every call fails.
#[derive(Clone)]
pub struct Worker(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    bulk: Bulk,
    settings: Settings,
    owner: String,
    clock: Clock,
    /// The campaign that was sent last.
    prepared: Mutex<Option<Arc<Prepared>>>,
    streaks: Mutex<Streaks>,
    /// Whether the worker may start something new.
    is_stopping: watch::Sender<bool>,
}

#[derive(Clone, Copy)]
struct Settings {
    concurrency: usize,
    call_timeout: Duration,
    /// How long after its call a claim expires. The outcome must be recorded by then.
    grace: Duration,
    poll_interval: Duration,
}

/// A campaign with its content.
struct Prepared {
    campaign: StoredCampaign,
    messages: Messages,
    content: Thawed,
    settings: content::Settings,
}

impl Worker {
    pub(crate) fn new(bulk: Bulk) -> Self {
        let settings = Settings {
            concurrency: 4,
            call_timeout: Duration::from_secs(300),
            grace: Duration::from_secs(60),
            poll_interval: Duration::from_secs(5),
        };
        Self(Arc::new(Inner {
            bulk,
            settings,
            owner: unique_owner(),
            clock: Clock::new(),
            prepared: Mutex::new(None),
            streaks: Mutex::default(),
            is_stopping: watch::channel(false).0,
        }))
    }

    /// Limits the calls in flight at once in [`run`](Self::run). Default: 4. 0 is taken as 1.
    pub fn concurrency(self, calls: usize) -> Self {
        self.with(|settings| settings.concurrency = calls.max(1))
    }

    /// Sets how long a call may take. Default: 5 min.
    ///
    /// If a worker has not recorded the outcome of a chunk after this time and another minute, the
    /// outcome is unknown.
    pub fn call_timeout(self, limit: Duration) -> Self {
        self.with(|settings| settings.call_timeout = limit)
    }

    /// Sets how long after its call a claim expires. Tests make it short.
    #[doc(hidden)]
    pub fn grace(self, time: Duration) -> Self {
        self.with(|settings| settings.grace = time)
    }

    /// Sets how often a waiting worker reads the store, at least. Default: 5 s.
    ///
    /// A store that reports changes wakes it at once.
    pub fn poll_interval(self, interval: Duration) -> Self {
        self.with(|settings| settings.poll_interval = interval.max(Duration::from_millis(1)))
    }

    /// A worker with other settings. It does not share the owner: the old one may be at work.
    fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut new = Self::new(self.0.bulk.clone());
        if let Some(inner) = Arc::get_mut(&mut new.0) {
            inner.settings = self.0.settings;
            change(&mut inner.settings);
        }
        new
    }
}

impl Inner {
    /// Reads a campaign and its content, unless it is the one that was sent last.
    async fn prepare(&self, key: &str) -> Result<Arc<Prepared>, BulkError> {
        let last = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last.filter(|it| it.campaign.key == key) {
            return Ok(last);
        }
        let campaign = stored(&*self.bulk.store, key).await?;
        check_started(&campaign)?;
        let content = self.bulk.store.content(key).await.map_err(BulkError::Store)?;
        let (content, settings) =
            thaw(content.ok_or(BulkError::NotFound)?).map_err(BulkError::Store)?;
        let messages = Messages::new(&self.bulk.client, &campaign.domain);
        let prepared = Arc::new(Prepared { campaign, messages, content, settings });
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(prepared.clone());
        Ok(prepared)
    }

    fn is_stopping(&self) -> bool {
        *self.is_stopping.borrow()
    }

    fn stop(&self) {
        self.is_stopping.send_replace(true);
    }
}

/// A clock that is never set back while the worker lives.
struct Clock {
    system: Timestamp,
    monotonic: Instant,
}

impl Clock {
    fn new() -> Self {
        Self { system: Timestamp::now(), monotonic: Instant::now() }
    }

    fn now(&self) -> Timestamp {
        /// The monotonic clock may stop while the machine sleeps. It is right until the system's clock is
        /// this far ahead.
        const SLEPT: Duration = Duration::from_secs(60);
        let passed = self.system.checked_add(self.monotonic.elapsed());
        let (passed, system) = (passed.unwrap_or(Timestamp::MAX), Timestamp::now());
        match system.duration_since(passed) {
            Some(ahead) if ahead > SLEPT => system,
            _ => passed,
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("owner", &self.0.owner)
            .field("concurrency", &self.0.settings.concurrency)
            .finish_non_exhaustive()
    }
}
