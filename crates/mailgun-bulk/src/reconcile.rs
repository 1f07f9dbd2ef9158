//! Settling unknown outcomes by the events of the mail.

use std::{collections::HashSet, fmt, time::Duration};

use mailgun_core::{Mailbox, Timestamp};
use mailgun_messages::{__private::EVENTS_APPEAR_WITHIN, Messages};

use crate::{
    BulkError, CampaignHandle, Chunk, ChunkState, SettledPart, StoredRecipient,
    bulk::{check_started, stored},
    report::message_id,
};

/// How many chunks are read at once.
const PAGE: usize = 100;

/// The result of [`CampaignHandle::reconcile`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Reconciliation {
    /// The recipients whose mail was found. It was accepted.
    pub accepted: u64,
    /// The recipients whose mail was not found. It may still have been accepted.
    pub unknown: u64,
    /// How long events of these can still appear. `None` if that time has passed: reconciling again will not
    /// help.
    pub try_again_within: Option<Duration>,
}

impl fmt::Display for Reconciliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} found accepted, {} still unknown", self.accepted, self.unknown)?;
        match self.try_again_within {
            Some(left) => {
                write!(f, "; events can appear for {} more minutes", left.as_secs().div_ceil(60))
            }
            None => Ok(()),
        }
    }
}

impl CampaignHandle {
    /// Searches the events for mail whose outcome is unknown.
    ///
    /// `GET /v3/{domain}/events`, all pages for the Message-Id of each chunk whose outcome is unknown. An
    /// event proves that the mail was accepted, and the store records it for each recipient. Nothing is
    /// sent.
    ///
    /// Events can appear half an hour late. Before that time has passed, a missing event proves nothing.
    /// Then decide about what remains unknown: [`resend_unknown`](Self::resend_unknown), or leave it.
    ///
    /// For a chunk that was sent again, it searches only the id of the last attempt. If the chunk was split
    /// in between, it does not find events of the first attempt: search for the id in the report from before
    /// the resend.
    ///
    /// ```no_run
    /// # async fn example(campaign: mailgun::bulk::CampaignHandle) -> Result<(), mailgun::bulk::BulkError> {
    /// let settled = campaign.reconcile().await?;
    /// println!("{settled}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BulkError::Api`] if a search fails; what was found before stays recorded.
    /// [`BulkError::NotAllowed`] if the campaign was never started, [`BulkError::NotFound`] and
    /// [`BulkError::Store`].
    pub async fn reconcile(&self) -> Result<Reconciliation, BulkError> {
        let store = &*self.bulk.store;
        let campaign = stored(store, &self.key).await?;
        check_started(&campaign)?;
        let now = Timestamp::now();
        store.expire(&self.key, now).await.map_err(BulkError::Store)?;
        let messages = Messages::new(&self.bulk.client, &campaign.domain);
        let mut result = Reconciliation::default();
        let mut from = 0;
        loop {
            let chunks = store.chunks(&self.key, Some(ChunkState::Unknown), from, PAGE).await;
            let chunks = chunks.map_err(BulkError::Store)?;
            let Some(last) = chunks.last() else { return Ok(result) };
            from = last.positions.end;
            for chunk in chunks {
                let id = message_id(&chunk, &campaign.key, &campaign.domain);
                let found = messages.recipients_in_events(&id).await?;
                let recipients = store.recipients(&self.key, chunk.positions.clone()).await;
                let parts = parts(&recipients.map_err(BulkError::Store)?, &found);
                if parts.iter().any(|part| part.is_accepted) {
                    let settled = store.settle(&self.key, &chunk, id.as_str(), &parts, now).await;
                    if !settled.map_err(BulkError::Store)? {
                        // Its worker has recorded the outcome in the meantime.
                        continue;
                    }
                }
                result.count(&chunk, &parts, now);
            }
        }
    }
}

impl Reconciliation {
    fn count(&mut self, chunk: &Chunk, parts: &[SettledPart], now: Timestamp) {
        let mut is_open = false;
        for part in parts {
            let recipients = part.positions.end.saturating_sub(part.positions.start);
            if part.is_accepted {
                self.accepted = self.accepted.saturating_add(recipients);
            } else {
                self.unknown = self.unknown.saturating_add(recipients);
                is_open = true;
            }
        }
        let age = now.duration_since(chunk.since).unwrap_or_default();
        let left = EVENTS_APPEAR_WITHIN.checked_sub(age).filter(|_| is_open);
        self.try_again_within = self.try_again_within.max(left);
    }
}

/// The recipients of a chunk in runs of those who were found and those who were not.
fn parts(recipients: &[StoredRecipient], found: &HashSet<String>) -> Vec<SettledPart> {
    let mut parts: Vec<SettledPart> = Vec::new();
    for recipient in recipients {
        let mailbox = recipient.mailbox.parse::<Mailbox>();
        let address = mailbox.map(|mailbox| mailbox.address().to_ascii_lowercase());
        let is_accepted = address.is_ok_and(|address| found.contains(&address));
        let end = recipient.position.saturating_add(1);
        match parts.last_mut() {
            Some(part) if part.is_accepted == is_accepted => part.positions.end = end,
            _ => parts.push(SettledPart { positions: recipient.position..end, is_accepted }),
        }
    }
    parts
}
