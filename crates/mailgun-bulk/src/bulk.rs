//! Campaigns in a store.

use std::{fmt, sync::Arc};

use mailgun_core::{Client, Timestamp};

use crate::{
    BulkError, Campaign, CampaignHandle, CampaignState, Draft, Store, StoredCampaign, Worker,
    campaign::Frozen,
};

/// The campaigns of a store, which are sent with a client.
///
/// A clone shares both. [The crate's docs](crate) have an example.
#[derive(Clone)]
pub struct Bulk {
    pub(crate) client: Client,
    pub(crate) store: Arc<dyn Store>,
}

/// What [`Bulk::open`] has found.
#[derive(Debug)]
#[must_use]
pub enum Opened {
    /// The campaign has not been started. It takes recipients.
    Draft(Draft),
    /// An earlier run has started this campaign.
    Started(CampaignHandle),
}

impl Bulk {
    /// Uses the campaigns of this store.
    pub fn new(client: &Client, store: Arc<dyn Store>) -> Self {
        Self { client: client.clone(), store }
    }

    /// Stores a campaign, or finds the one that an earlier run has started.
    ///
    /// If the program ended before the campaign was started, it begins again: the recipients that were
    /// added are deleted.
    ///
    /// # Errors
    ///
    /// * [`BulkError::KeyTaken`] if the key belongs to a started or cancelled campaign with different
    ///   content, sender domain or pace, or to the same campaign, cancelled before its start. Nothing is
    ///   changed.
    /// * [`BulkError::Api`] if the content is invalid or a file cannot be read. [`BulkError::Store`] if
    ///   the store fails.
    pub async fn open(&self, campaign: Campaign) -> Result<Opened, BulkError> {
        let frozen = campaign.freeze(Timestamp::now()).await?;
        let Frozen { row, .. } = &frozen;
        if self.store.create(row).await.map_err(BulkError::Store)? {
            return Ok(Opened::Draft(Draft::new(self.clone(), frozen)));
        }
        let key = &row.draft.key;
        let stored = stored(&*self.store, key).await?;
        let content = self.store.content(key).await.map_err(BulkError::Store)?;
        let is_same = content.as_ref() == Some(&row.content)
            && (&stored.domain, &stored.scope) == (&row.domain, &row.scope);
        if is_same && stored.started_at.is_some() {
            Ok(Opened::Started(self.campaign(key)))
        } else {
            Err(BulkError::KeyTaken)
        }
    }

    /// Returns a handle to the campaign with this key. The store need not have it yet.
    pub fn campaign(&self, key: impl Into<String>) -> CampaignHandle {
        CampaignHandle::new(self.clone(), key.into())
    }

    /// Returns up to 1,000 campaigns after the key `after`, by key.
    ///
    /// # Errors
    ///
    /// [`BulkError::Store`].
    pub async fn campaigns(&self, after: Option<&str>) -> Result<Vec<StoredCampaign>, BulkError> {
        let keys = self.store.campaigns(after, 1000).await.map_err(BulkError::Store)?;
        let mut campaigns = Vec::with_capacity(keys.len());
        for key in keys {
            campaigns.extend(self.store.campaign(&key).await.map_err(BulkError::Store)?);
        }
        Ok(campaigns)
    }

    /// Returns a worker, which sends chunks.
    pub fn worker(&self) -> Worker {
        Worker::new(self.clone())
    }
}

/// The campaign with this key.
pub(crate) async fn stored(store: &dyn Store, key: &str) -> Result<StoredCampaign, BulkError> {
    store.campaign(key).await.map_err(BulkError::Store)?.ok_or(BulkError::NotFound)
}

/// Checks that a campaign was started.
pub(crate) fn check_started(campaign: &StoredCampaign) -> Result<(), BulkError> {
    match campaign.started_at {
        Some(_) => Ok(()),
        None => Err(BulkError::NotAllowed(campaign.state)),
    }
}

impl Opened {
    /// Returns the draft.
    ///
    /// # Errors
    ///
    /// [`BulkError::KeyTaken`] if an earlier run has started the campaign.
    pub fn into_draft(self) -> Result<Draft, BulkError> {
        match self {
            Self::Draft(draft) => Ok(draft),
            Self::Started(_) => Err(BulkError::KeyTaken),
        }
    }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").field("client", &self.client).finish_non_exhaustive()
    }
}

/// The states in which a campaign has been started and can go on.
pub(crate) const ACTIVE: &[CampaignState] =
    &[CampaignState::Running, CampaignState::Paused, CampaignState::Stopped];
