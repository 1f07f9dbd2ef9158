//! What a response means for the chunk and for the worker.

use std::time::Duration;

use mailgun_core::{Error, ErrorKind, Outcome, Timestamp};
use mailgun_messages::{
    __private::{back_off, is_about_recipients},
    Receipt,
};

use crate::{Chunk, Finish, Halt};

/// A worker ends after this many waits for a rate limit in a row in which nothing was accepted.
const MAX_ROUNDS: u32 = 10;
/// A worker ends after this many requests in a row that could not be sent.
const MAX_NOT_SENT: u32 = 10;
/// A worker ends after this many unknown outcomes in a row.
const MAX_UNKNOWN: u32 = 3;
/// The longest wait for a rate limit. A worker ends if Mailgun asks for more.
const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);
/// Mailgun accepts up to 1,000 recipients in a call.
pub(super) const MAX_CHUNK: u64 = 1000;

/// What follows a call.
#[derive(Debug)]
pub(super) struct Decision {
    /// What to record for the chunk.
    pub(super) finish: Finish,
    /// Which scope all workers pause, and until when.
    pub(super) pause: Option<(String, Timestamp)>,
    /// When this worker tries again.
    pub(super) retry_at: Option<Timestamp>,
    /// Why the worker ends.
    pub(super) halt: Option<(Halt, Error)>,
}

/// What matters besides the error.
pub(super) struct Facts<'a> {
    pub(super) chunk: &'a Chunk,
    pub(super) scope: &'a str,
    pub(super) largest_accepted: u64,
    /// The campaign's limit at the moment.
    pub(super) chunk_limit: u64,
    pub(super) isolates_refused: bool,
    pub(super) now: Timestamp,
}

/// How often in a row something failed.
#[derive(Debug, Default)]
pub(super) struct Streaks {
    rounds: u32,
    not_sent: u32,
    unknown: u32,
    paused_until: Option<Timestamp>,
    retry_at: Option<Timestamp>,
}

impl Decision {
    pub(super) fn accepted(receipt: &Receipt) -> Self {
        Finish::Accepted { message_id: receipt.id.as_str().to_owned() }.into()
    }

    /// The worker was stopped or held up between the claim and the call.
    pub(super) fn not_begun() -> Self {
        let error = "the worker was stopped, or held up, before it sent the chunk".to_owned();
        Finish::NotSent { error, chunk_limit: None }.into()
    }
}

impl From<Finish> for Decision {
    fn from(finish: Finish) -> Self {
        Self { finish, pause: None, retry_at: None, halt: None }
    }
}

impl Streaks {
    pub(super) fn accepted(&mut self) {
        *self = Self::default();
    }

    /// Decides what follows a call that failed.
    pub(super) fn after(&mut self, error: Error, facts: &Facts<'_>) -> Decision {
        let text = error.to_string();
        let not_sent = |chunk_limit| Finish::NotSent { error: text.clone(), chunk_limit };
        if error.outcome() == Outcome::Unknown {
            self.unknown = self.unknown.saturating_add(1);
            let halt =
                (self.unknown >= MAX_UNKNOWN).then_some((Halt::Unknown(self.unknown), error));
            return Decision { halt, ..Finish::Unknown { error: text }.into() };
        }
        let size = facts.chunk.recipients();
        let is_rate = error.kind() == ErrorKind::RateLimited;
        let is_limit = is_about_recipients(&error);
        // If a chunk of this size was accepted before, the quota is used up; the size is right.
        if is_limit && size > 1 && !(is_rate && size <= facts.largest_accepted) {
            let half = size / 2;
            let limit = if is_rate { half.max(facts.largest_accepted) } else { half };
            return not_sent(Some(limit.min(facts.chunk_limit))).into();
        }
        if is_rate {
            // If not even one is accepted, the refusals say nothing about the right size.
            let limit = (is_limit && facts.largest_accepted == 0).then_some(MAX_CHUNK);
            return self.rate_limited(error, not_sent(limit), facts);
        }
        if is_limit {
            return Decision { halt: Some((Halt::RecipientLimit, error)), ..not_sent(None).into() };
        }
        if error.outcome() == Outcome::NotSent {
            return self.not_sent(error, not_sent(None), facts.now);
        }
        rejected(error, text, facts)
    }

    /// Pauses all workers: as long as Mailgun asks, and at least the back-off.
    fn rate_limited(&mut self, error: Error, finish: Finish, facts: &Facts<'_>) -> Decision {
        // Calls that were on their way together are refused together.
        if self.paused_until.is_none_or(|until| until <= facts.now) {
            self.rounds = self.rounds.saturating_add(1);
        }
        if self.rounds > MAX_ROUNDS {
            return Decision { halt: Some((Halt::RateLimit(MAX_ROUNDS), error)), ..finish.into() };
        }
        let wait = error.retry_after().unwrap_or_default().max(back_off(self.rounds));
        if wait > MAX_WAIT {
            return Decision { halt: Some((Halt::RateLimit(self.rounds), error)), ..finish.into() };
        }
        let until = facts.now.saturating_add(wait);
        self.paused_until = Some(self.paused_until.map_or(until, |earlier| earlier.max(until)));
        tracing::info!(wait_s = wait.as_secs(), "a rate limit pauses a campaign");
        Decision { pause: Some((facts.scope.to_owned(), until)), ..finish.into() }
    }

    /// Backs off only this worker: the others may have a network.
    fn not_sent(&mut self, error: Error, finish: Finish, now: Timestamp) -> Decision {
        let is_invalid = matches!(
            error.kind(),
            ErrorKind::Config
                | ErrorKind::Guarded
                | ErrorKind::InvalidInput
                | ErrorKind::TooLarge
                | ErrorKind::UntrustedHost
                | ErrorKind::RequestBody
        );
        // Calls that were tried together fail together.
        let joined = self.retry_at.filter(|time| *time > now);
        if joined.is_none() {
            self.not_sent = self.not_sent.saturating_add(1);
        }
        if is_invalid || self.not_sent > MAX_NOT_SENT {
            return Decision { halt: Some((Halt::NotSent(self.not_sent), error)), ..finish.into() };
        }
        let retry_at = joined.unwrap_or_else(|| now.saturating_add(back_off(self.not_sent)));
        self.retry_at = Some(retry_at);
        Decision { retry_at: Some(retry_at), ..finish.into() }
    }
}

/// Mailgun refused the chunk, or everything.
fn rejected(error: Error, text: String, facts: &Facts<'_>) -> Decision {
    let status = error.status().map_or(0, |status| status.as_u16());
    // These statuses are about the account or the domain, so all chunks would get them.
    if matches!(status, 401 | 403 | 404) {
        let finish = Finish::NotSent { error: text, chunk_limit: None };
        return Decision { halt: Some((Halt::Refused, error)), ..finish.into() };
    }
    let size = facts.chunk.recipients();
    if status == 400 && facts.isolates_refused && size > 1 {
        let at = facts.chunk.positions.start.saturating_add(size / 2);
        return Finish::Split { error: text, at }.into();
    }
    // An earlier attempt may have been accepted.
    if facts.chunk.is_resent {
        return Finish::Unknown { error: text }.into();
    }
    Finish::Refused { error: text }.into()
}
