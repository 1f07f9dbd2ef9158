//! Control of a campaign, from any process.

use std::{fmt, time::Duration};

use futures_core::Stream;
use futures_util::stream::try_unfold;
use mailgun_core::Timestamp;

use crate::{
    Bulk, BulkError, CampaignState, StoredCampaign, Tally,
    bulk::{ACTIVE, check_started, stored},
};

/// How often [`CampaignHandle::progress`] reads the store.
const INTERVAL: Duration = Duration::from_secs(1);
/// The time over which the rate of a [`Status`] is measured.
const RATE_OF: Duration = Duration::from_secs(60);

/// Controls a campaign that was started: pauses it, counts it, settles it.
///
/// Each method reads or writes the store, so it works from any process, and takes effect in all
/// workers before their next chunk. Calls in flight are never cut off.
#[derive(Clone)]
pub struct CampaignHandle {
    pub(crate) bulk: Bulk,
    pub(crate) key: String,
}

/// The state of a campaign at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The campaign.
    pub campaign: StoredCampaign,
    /// Its chunks and recipients by state.
    pub tally: Tally,
}

impl Status {
    /// Whether no chunk is planned or on its way.
    pub fn is_done(&self) -> bool {
        let Tally { planned, sending, .. } = &self.tally;
        self.campaign.started_at.is_some() && planned.chunks == 0 && sending.chunks == 0
    }

    /// The recipients that Mailgun accepted per second, over the last minute.
    pub fn rate(&self) -> f64 {
        self.tally.recently_accepted as f64 / RATE_OF.as_secs_f64()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { planned, sending, accepted, refused, unknown, .. } = &self.tally;
        let state = if self.is_done() { "done" } else { self.campaign.state.as_str() };
        write!(
            f,
            "{state}: {} of {} accepted, {} refused, {} unknown, {} sending, {} planned",
            accepted.recipients,
            self.campaign.recipients.added,
            refused.recipients,
            unknown.recipients,
            sending.recipients,
            planned.recipients,
        )
    }
}

impl CampaignHandle {
    pub(crate) fn new(bulk: Bulk, key: String) -> Self {
        Self { bulk, key }
    }

    /// Returns the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Makes the workers wait until [`resume`](Self::resume).
    ///
    /// # Errors
    ///
    /// [`BulkError::NotAllowed`] unless the campaign is running or paused. [`BulkError::NotFound`] and
    /// [`BulkError::Store`], as for all methods.
    pub async fn pause(&self) -> Result<(), BulkError> {
        self.set(&[CampaignState::Running, CampaignState::Paused], CampaignState::Paused).await
    }

    /// Lets workers send again after [`pause`](Self::pause) or [`stop`](Self::stop). A worker that has
    /// ended must be run again.
    ///
    /// # Errors
    ///
    /// [`BulkError::NotAllowed`] if the campaign was cancelled or never started.
    pub async fn resume(&self) -> Result<(), BulkError> {
        self.set(ACTIVE, CampaignState::Running).await
    }

    /// Ends the workers of the campaign, in all processes: they start nothing new. Waits until no chunk
    /// is on its way.
    ///
    /// The chunk of a worker that has died counts as on its way until its claim expires: 1 min after the
    /// worker's [`call_timeout`](crate::Worker::call_timeout), 6 min by default.
    ///
    /// # Errors
    ///
    /// [`BulkError::NotAllowed`] if the campaign was cancelled or never started.
    pub async fn stop(&self) -> Result<Status, BulkError> {
        self.set(ACTIVE, CampaignState::Stopped).await?;
        self.settled().await
    }

    /// Ends the campaign for good. Waits until no chunk is on its way. Chunks that are planned then are
    /// never sent.
    ///
    /// # Errors
    ///
    /// [`BulkError::NotFound`] and [`BulkError::Store`].
    pub async fn cancel(&self) -> Result<Status, BulkError> {
        self.set(CampaignState::ALL, CampaignState::Cancelled).await?;
        self.settled().await
    }

    /// Counts the chunks and recipients of the campaign.
    ///
    /// # Errors
    ///
    /// [`BulkError::NotFound`] and [`BulkError::Store`].
    pub async fn status(&self) -> Result<Status, BulkError> {
        let store = &*self.bulk.store;
        let campaign = stored(store, &self.key).await?;
        let since = Timestamp::now().saturating_sub(RATE_OF);
        let tally = store.tally(&self.key, since).await.map_err(BulkError::Store)?;
        Ok(Status { campaign, tally })
    }

    /// Returns the status now, and again when it has changed. It reads the store once a second.
    ///
    /// The stream ends after a status that is [done](Status::is_done), or stopped or cancelled with
    /// nothing on its way.
    ///
    /// ```no_run
    /// # async fn example(campaign: mailgun::bulk::CampaignHandle) -> Result<(), mailgun::bulk::BulkError> {
    /// use std::pin::pin;
    ///
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut progress = pin!(campaign.progress());
    /// while let Some(status) = progress.try_next().await? {
    ///     println!("{status}, {:.0} a second", status.rate());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn progress(&self) -> impl Stream<Item = Result<Status, BulkError>> + Send + use<> {
        let handle = self.clone();
        try_unfold((handle, None), |(handle, last): (Self, Option<Status>)| async move {
            if last.as_ref().is_some_and(is_final) {
                return Ok(None);
            }
            let mut status = handle.status().await?;
            while last.as_ref() == Some(&status) {
                tokio::time::sleep(INTERVAL).await;
                status = handle.status().await?;
            }
            Ok(Some((status.clone(), (handle, Some(status)))))
        })
    }

    /// Sends again to the recipients whose outcome is unknown. **They may get the mail twice.**
    ///
    /// Call [`reconcile`](Self::reconcile) first. Every chunk that is unknown at this moment is sent again,
    /// also one that became unknown after the reconciliation: [`stop`](Self::stop) the campaign before you
    /// reconcile, and [`resume`](Self::resume) it afterwards. Workers send the chunks when they run. A chunk
    /// that Mailgun then refuses has an unknown outcome again, because the earlier attempt may have been
    /// accepted. Returns the number of recipients.
    ///
    /// # Errors
    ///
    /// [`BulkError::NotAllowed`] if the campaign was cancelled or never started.
    pub async fn resend_unknown(&self) -> Result<u64, BulkError> {
        let campaign = stored(&*self.bulk.store, &self.key).await?;
        check_started(&campaign)?;
        if campaign.state == CampaignState::Cancelled {
            return Err(BulkError::NotAllowed(campaign.state));
        }
        let resent = self.bulk.store.resend_unknown(&self.key, Timestamp::now()).await;
        resent.map_err(BulkError::Store)
    }

    async fn set(&self, from: &[CampaignState], to: CampaignState) -> Result<(), BulkError> {
        let store = &*self.bulk.store;
        if store.set_state(&self.key, from, to).await.map_err(BulkError::Store)? {
            return Ok(());
        }
        Err(BulkError::NotAllowed(stored(store, &self.key).await?.state))
    }

    /// Waits until no chunk is on its way.
    async fn settled(&self) -> Result<Status, BulkError> {
        loop {
            let now = Timestamp::now();
            self.bulk.store.expire(&self.key, now).await.map_err(BulkError::Store)?;
            let status = self.status().await?;
            if status.tally.sending.chunks == 0 {
                return Ok(status);
            }
            tokio::time::sleep(INTERVAL / 4).await;
        }
    }
}

/// Whether no worker will change the status.
fn is_final(status: &Status) -> bool {
    let has_ended =
        matches!(status.campaign.state, CampaignState::Stopped | CampaignState::Cancelled);
    status.is_done() || (has_ended && status.tally.sending.chunks == 0)
}

impl fmt::Debug for CampaignHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CampaignHandle").field("key", &self.key).finish_non_exhaustive()
    }
}
