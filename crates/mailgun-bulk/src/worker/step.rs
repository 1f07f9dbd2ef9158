//! One chunk, from the claim to its record.

use std::{sync::PoisonError, time::Duration};

use mailgun_core::{BoxError, Error, Timestamp};
use mailgun_messages::{
    __private::{Recipient, is_about_recipients},
    Receipt,
};

use super::{
    Inner, Prepared,
    decide::{Decision, Facts, MAX_CHUNK},
};
use crate::{
    BulkError, CampaignState, ChunkState, Claim, ClaimRequest, Claimed, Finish, StoredRecipient,
    pace::Limit, report::message_id,
};

/// How long a worker tries to record an outcome.
const RECORD_WITHIN: Duration = Duration::from_secs(30);
/// The shortest wait of a worker, even if the end of a pause has already passed.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// What a worker did with one chunk, or why it did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// A chunk was sent, with this result. [`Planned`](ChunkState::Planned): it was not accepted, and
    /// will be sent again.
    Sent {
        /// The state of the chunk.
        state: ChunkState,
        /// The number of its recipients.
        recipients: u64,
    },
    /// No request could be sent, for example without a network. The chunk is planned again. Nothing
    /// should be tried before this time.
    NotSent(Timestamp),
    /// Nothing may be sent before this time: a quota is used up, or Mailgun limited the rate.
    Wait(Timestamp),
    /// The campaign is paused.
    Paused,
    /// No chunk is left to be sent. Others may be on their way, in this worker or another.
    Nothing,
    /// The campaign was stopped or cancelled.
    Ended(CampaignState),
}

impl Inner {
    /// Claims a chunk, sends it and records what became of it.
    pub(super) async fn step(&self, key: &str) -> Result<Step, BulkError> {
        let prepared = self.prepare(key).await?;
        let (now, system) = (self.clock.now(), Timestamp::now());
        let limits = prepared.settings.pace.limits(&prepared.campaign, now);
        let expires_at =
            now.saturating_add(self.settings.call_timeout.saturating_add(self.settings.grace));
        let windows = limits.iter().map(|limit| limit.window.clone()).collect();
        let request = ClaimRequest::new(&self.owner, now, expires_at).windows(windows);
        let claim =
            self.bulk.store.claim(key, &request).await.map_err(|error| self.store_failed(error))?;
        let claimed = match claim {
            Claim::Claimed(claimed) => claimed,
            Claim::Nothing => return Ok(Step::Nothing),
            Claim::NotRunning(None) => return Err(BulkError::NotFound),
            Claim::NotRunning(Some(CampaignState::Paused)) => return Ok(Step::Paused),
            Claim::NotRunning(Some(state)) => return Ok(Step::Ended(state)),
            Claim::PausedUntil(until) => return Ok(Step::Wait(until)),
            Claim::NoRoom(index) => {
                let reopens_at = limits.get(index).map(|limit: &Limit| limit.reopens_at);
                let soon = now.saturating_add(SHORTEST_WAIT);
                return Ok(Step::Wait(reopens_at.unwrap_or(soon).max(soon)));
            }
        };
        // The call would outlive its claim. Only the system's clock is certain to count a suspension.
        let grace = self.settings.grace;
        let is_late = self.clock.now() > now.saturating_add(grace)
            || Timestamp::now() > system.saturating_add(grace);
        let decision = if self.is_stopping() || is_late {
            Decision::not_begun()
        } else {
            let sent = self.send(&prepared, &claimed).await;
            self.decide(&prepared, &claimed, sent).await
        };
        self.record(&claimed, &decision.finish).await?;
        if let Some((scope, until)) = decision.pause {
            let paused = self.bulk.store.pause_until(&scope, until).await;
            paused.map_err(|error| self.store_failed(error))?;
        }
        if let Some((halt, error)) = decision.halt {
            self.stop();
            return Err(BulkError::Halted(halt, error));
        }
        Ok(match decision.retry_at {
            Some(time) => Step::NotSent(time),
            None => Step::Sent {
                state: decision.finish.state(),
                recipients: claimed.chunk.recipients(),
            },
        })
    }

    /// Sends a chunk once.
    async fn send(&self, prepared: &Prepared, claimed: &Claimed) -> Result<Receipt, Error> {
        let Prepared { campaign, messages, content, .. } = prepared;
        if claimed.recipients.len() as u64 != claimed.chunk.recipients() {
            return Err(Error::invalid("recipients", "are not all in the store"));
        }
        let recipients = claimed.recipients.iter().map(recipient).collect::<Result<Vec<_>, _>>()?;
        let id = message_id(&claimed.chunk, &campaign.key, &campaign.domain);
        let form = content.content().form_to(Some(&id), recipients.iter().map(Recipient::parts));
        // The store decides about a repeat.
        messages.send_form(form).no_retry().deadline(self.settings.call_timeout).await
    }

    /// Records what became of a chunk. If that fails, the worker ends, and nothing else is sent. The
    /// outcome is known, so the record is tried for a while.
    async fn record(&self, claimed: &Claimed, finish: &Finish) -> Result<(), BulkError> {
        let mut left = RECORD_WITHIN;
        let mut wait = Duration::from_millis(100);
        let mut failed = None;
        loop {
            match self.bulk.store.finish(claimed, finish, self.clock.now()).await {
                Ok(is_recorded) => {
                    if !is_recorded {
                        tracing::warn!(
                            campaign = claimed.key,
                            first = claimed.chunk.positions.start,
                            "a chunk was taken from its worker before its outcome was recorded"
                        );
                    }
                    return failed.map_or(Ok(()), Err);
                }
                Err(error) => {
                    let error = self.store_failed(error);
                    if left.is_zero() {
                        return Err(error);
                    }
                    failed.get_or_insert(error);
                }
            }
            let pause = wait.min(left);
            left = left.saturating_sub(pause);
            wait = wait.saturating_mul(2);
            tokio::time::sleep(pause).await;
        }
    }

    /// Nothing else is sent.
    pub(super) fn store_failed(&self, error: BoxError) -> BulkError {
        self.stop();
        BulkError::Store(error)
    }

    async fn decide(
        &self,
        prepared: &Prepared,
        claimed: &Claimed,
        sent: Result<Receipt, Error>,
    ) -> Decision {
        let error = match sent {
            Ok(receipt) => {
                self.streaks.lock().unwrap_or_else(PoisonError::into_inner).accepted();
                return Decision::accepted(&receipt);
            }
            Err(error) => error,
        };
        let (mut largest_accepted, mut chunk_limit) = (0, MAX_CHUNK);
        if is_about_recipients(&error) {
            let store = &self.bulk.store;
            // Without an answer, the chunk is split once too often.
            if let Ok(tally) = store.tally(&claimed.key, Timestamp::MAX).await {
                largest_accepted = tally.accepted.largest;
            }
            if let Ok(Some(campaign)) = store.campaign(&claimed.key).await {
                chunk_limit = campaign.chunk_limit;
            }
        }
        let facts = Facts {
            chunk: &claimed.chunk,
            scope: &prepared.campaign.scope,
            largest_accepted,
            chunk_limit,
            isolates_refused: prepared.settings.isolates_refused,
            now: self.clock.now(),
        };
        let mut streaks = self.streaks.lock().unwrap_or_else(PoisonError::into_inner);
        streaks.after(error, &facts)
    }
}

impl Finish {
    /// The state of a chunk with this outcome.
    fn state(&self) -> ChunkState {
        match self {
            Self::Accepted { .. } => ChunkState::Accepted,
            Self::Refused { .. } => ChunkState::Refused,
            Self::Unknown { .. } => ChunkState::Unknown,
            Self::NotSent { .. } | Self::Split { .. } => ChunkState::Planned,
        }
    }
}

fn recipient(stored: &StoredRecipient) -> Result<Recipient, Error> {
    let variables = serde_json::value::RawValue::from_string(stored.variables.clone());
    let variables = variables.map_err(|error| {
        Error::invalid("variables", "are not JSON in the store").with_source(error)
    })?;
    Recipient::new(stored.mailbox.as_str(), variables)
}
