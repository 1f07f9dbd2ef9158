//! Sending a message once under a key, so that a send with an unknown outcome is not blindly repeated.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::ready,
    hash::{BuildHasher as _, RandomState},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mailgun_core::{
    BoxError, Call, Error, Fields, LinkPage, Operation, Outcome, PageResponse as _, Timestamp,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    Message, MessageId, Messages, MimeMessage, Receipt,
    messages::{EVENTS, SEND, SEND_MIME},
};

/// The future of a method of [`Ledger`]: `Box::pin(async move { .. })`.
pub type LedgerFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Stores which message was sent under which key.
///
/// If it is backed by a database, it survives a crash between the send and its response. `mailgun-store` has
/// ledgers in SQLite and Postgres. [`MemoryLedger`] is for tests.
///
/// An entry that stays [`Sending`](LedgerEntry::Sending) belongs to a send that is running, or whose
/// outcome is unknown because the process crashed or the response was lost. Its [`Claim::since`] tells
/// the two apart: no call runs longer than its total timeout, so the owner of an older entry is gone.
/// Then:
///
/// 1. Call [`send_once`](Messages::send_once) again, until half an hour after `since`. It looks for
///    the mail in the events, which can appear late. If it finds the mail, it marks the entry as
///    accepted.
/// 2. After that, [`release`](Self::release) the entry if a second mail is better than none.
///    Otherwise leave it.
pub trait Ledger: Send + Sync {
    /// Records in one atomic step that `claim` is sending the key. If the key has an entry, returns
    /// that entry and leaves it as it is.
    fn begin<'a>(&'a self, key: &'a str, claim: &'a Claim)
    -> LedgerFuture<'a, Option<LedgerEntry>>;

    /// Records that the mail of the key was accepted. It replaces any entry.
    fn accept<'a>(&'a self, key: &'a str, id: &'a MessageId) -> LedgerFuture<'a, ()>;

    /// Removes the entry of the key if `owner` is sending it, because its mail was not accepted. Leaves
    /// the entry of another owner, and an accepted one, as it is.
    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> LedgerFuture<'a, ()>;
}

/// Which call is sending a key, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The call of [`send_once`](Messages::send_once): the process id and a random number.
    pub owner: String,
    /// When the call began, by its machine's clock.
    pub since: Timestamp,
}

impl Claim {
    fn new() -> Self {
        Self { owner: unique_owner(), since: Timestamp::now() }
    }
}

/// A name that no other call or worker has: the process id and a random number.
pub fn unique_owner() -> String {
    let [a, b] = [0, 1].map(|n: u8| RandomState::new().hash_one(n));
    format!("{}-{a:016x}{b:016x}", std::process::id())
}

/// The entry of a key in a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerEntry {
    /// A send has begun. It is running, or its outcome is unknown.
    Sending(Claim),
    /// Mailgun accepted the mail as this message.
    Accepted(MessageId),
}

/// A ledger in memory, for tests, and for processes that may lose it when they restart.
///
/// It has room for [`CAPACITY`](Self::CAPACITY) keys. If it is full, the oldest accepted key makes
/// room for a new one. A key whose outcome is unknown is never removed: if there are only such keys,
/// a new send fails.
#[derive(Default)]
pub struct MemoryLedger(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, LedgerEntry>,
    /// Accepted keys, the oldest first.
    accepted: VecDeque<String>,
}

impl MemoryLedger {
    /// The maximum number of keys: 100,000, which take about 30 MB.
    pub const CAPACITY: usize = 100_000;

    /// Creates an empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the entry of the key.
    pub fn get(&self, key: &str) -> Option<LedgerEntry> {
        self.entries().by_key.get(key).cloned()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn begin(&mut self, key: &str, claim: &Claim) -> Result<Option<LedgerEntry>, BoxError> {
        if let Some(existing) = self.by_key.get(key) {
            return Ok(Some(existing.clone()));
        }
        if self.by_key.len() >= MemoryLedger::CAPACITY {
            let Some(oldest) = self.accepted.pop_front() else {
                return Err("the ledger is full of sends with an unknown outcome".into());
            };
            self.by_key.remove(&oldest);
        }
        self.by_key.insert(key.to_owned(), LedgerEntry::Sending(claim.clone()));
        Ok(None)
    }

    fn accept(&mut self, key: &str, id: &MessageId) {
        let before = self.by_key.insert(key.to_owned(), LedgerEntry::Accepted(id.clone()));
        if !matches!(before, Some(LedgerEntry::Accepted(_))) {
            self.accepted.push_back(key.to_owned());
        }
        if self.by_key.len() > MemoryLedger::CAPACITY
            && let Some(oldest) = self.accepted.pop_front()
        {
            self.by_key.remove(&oldest);
        }
    }

    fn release(&mut self, key: &str, owner: &str) {
        let entry = self.by_key.get(key);
        if matches!(entry, Some(LedgerEntry::Sending(claim)) if claim.owner == owner) {
            self.by_key.remove(key);
        }
    }
}

impl Ledger for MemoryLedger {
    fn begin<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> LedgerFuture<'a, Option<LedgerEntry>> {
        Box::pin(ready(self.entries().begin(key, claim)))
    }

    fn accept<'a>(&'a self, key: &'a str, id: &'a MessageId) -> LedgerFuture<'a, ()> {
        self.entries().accept(key, id);
        Box::pin(ready(Ok(())))
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> LedgerFuture<'a, ()> {
        self.entries().release(key, owner);
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemoryLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryLedger({} keys)", self.entries().by_key.len())
    }
}

impl Messages {
    /// Sends a message once under a key, for example an order number.
    ///
    /// `POST /v3/{domain}/messages`, and `GET /v3/{domain}/events` before it if an earlier outcome is
    /// unknown. The message gets the Message-Id `key@domain`.
    ///
    /// * If the ledger has the key as accepted, nothing is sent. The receipt names the earlier mail.
    /// * If the outcome of an earlier send is unknown, the events are searched for the Message-Id. If
    ///   there is an event, the mail was accepted. If there is none, nothing is sent, and [`Ledger`]
    ///   says what to do.
    ///
    /// This is not exactly-once delivery: events can appear late, so a missing event proves nothing.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun::messages::Messages) -> Result<(), mailgun::Error> {
    /// use mailgun::messages::{MemoryLedger, Message};
    ///
    /// let ledger = MemoryLedger::new();
    /// let receipt = Message::new().from("shop@mg.example.com").to("bob@example.com").text("Thanks");
    /// messages.send_once(&ledger, "order-4711", receipt).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// * The errors of [`send`](Self::send).
    /// * [`ErrorKind::OutcomeUnknown`](mailgun_core::ErrorKind::OutcomeUnknown) if the outcome of an
    ///   earlier send is unknown and there is no event. It says which call began it, when, and how long
    ///   to wait.
    /// * [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the key is not 1 to 64
    ///   letters, digits, `-`, `_` or `.`.
    /// * The ledger's error if [`begin`](Ledger::begin) fails. In that case, nothing is sent.
    #[doc(alias("idempotency", "exactly-once"))]
    pub async fn send_once(
        &self,
        ledger: &(impl Ledger + ?Sized),
        key: &str,
        message: Message,
    ) -> Result<Receipt, Error> {
        let send = |id: &MessageId| self.send(message.header("Message-Id", id.bracketed()));
        self.once(ledger, key, SEND, send).await
    }

    /// Sends a MIME message once under a key.
    ///
    /// `POST /v3/{domain}/messages.mime`. Its Message-Id header is replaced. Everything else is as in
    /// [`send_once`](Self::send_once).
    pub async fn send_mime_once(
        &self,
        ledger: &(impl Ledger + ?Sized),
        key: &str,
        message: MimeMessage,
    ) -> Result<Receipt, Error> {
        let send = |id: &MessageId| self.send_mime(message.header("Message-Id", id.bracketed()));
        self.once(ledger, key, SEND_MIME, send).await
    }

    async fn once(
        &self,
        ledger: &(impl Ledger + ?Sized),
        key: &str,
        operation: Operation,
        send: impl FnOnce(&MessageId) -> Call<Receipt>,
    ) -> Result<Receipt, Error> {
        let id = self.id_of(key)?;
        let claim = Claim::new();
        match ledger.begin(key, &claim).await.map_err(Error::not_sent)? {
            None => {}
            Some(LedgerEntry::Accepted(id)) => return Ok(accepted_before(id)),
            Some(LedgerEntry::Sending(earlier)) => {
                // If the search fails, the earlier outcome stays unknown.
                let outcome_unknown = || outcome_unknown(&earlier).in_operation(operation);
                match self.has_events(&id).await {
                    Ok(true) => {}
                    Ok(false) => return Err(outcome_unknown()),
                    Err(error) => return Err(outcome_unknown().with_source(error)),
                }
                warn_if_failed(ledger.accept(key, &id).await);
                return Ok(accepted_before(id));
            }
        }
        match send(&id).await {
            Ok(receipt) => {
                warn_if_failed(ledger.accept(key, &receipt.id).await);
                Ok(receipt)
            }
            Err(error) => {
                if error.outcome() != Outcome::Unknown {
                    warn_if_failed(ledger.release(key, &claim.owner).await);
                }
                Err(error)
            }
        }
    }

    /// Whether there are events of a message, which proves that Mailgun accepted it.
    ///
    /// `GET /v3/{domain}/events`. Events can appear half an hour late, so `false` proves nothing.
    pub fn has_events(&self, id: &MessageId) -> Call<bool> {
        let mut query = Fields::new();
        query.set("message-id", id.as_str()).set("limit", 1_u32);
        self.client
            .call::<LinkPage<IgnoredAny>>(EVENTS, &[&self.domain])
            .query(query)
            .map(|page| !page.into_parts().items.is_empty())
    }
}

/// How long after a mail was accepted its events can appear.
pub const EVENTS_APPEAR_WITHIN: Duration = Duration::from_secs(30 * 60);

/// The outcome of an earlier send of the same key is unknown: which call, since when, what to do.
fn outcome_unknown(earlier: &Claim) -> Error {
    // The other machine's clock may be ahead of ours.
    let age = Timestamp::now().duration_since(earlier.since).unwrap_or_default();
    let (owner, seconds) = (&earlier.owner, age.as_secs());
    Error::outcome_unknown(match EVENTS_APPEAR_WITHIN.checked_sub(age) {
        Some(left) => format!(
            "another send of this key began {seconds} s ago (owner {owner}). It may still be \
             running, or its event is late: try again for the next {} minutes",
            left.as_secs().div_ceil(60)
        ),
        None => format!(
            "another send of this key began {seconds} s ago (owner {owner}), and its mail has no \
             event. Waiting longer will not help: after `Ledger::release` the mail is sent again, at \
             the risk of a second one"
        ),
    })
}

fn accepted_before(id: MessageId) -> Receipt {
    Receipt { id, message: "Accepted before.".to_owned() }
}

/// A ledger that fails after the send must not make an accepted mail look unsent. Its entry stays
/// `Sending`, and the next call searches the events.
fn warn_if_failed(outcome: Result<(), BoxError>) {
    if let Err(error) = outcome {
        tracing::warn!(
            error = &*error as &dyn std::error::Error,
            "the ledger could not be written"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(seconds_ago: u64) -> Claim {
        let age = Duration::from_secs(seconds_ago);
        let since = Timestamp::now().checked_sub(age).unwrap();
        Claim { owner: "7-abc".to_owned(), since }
    }

    #[test]
    fn an_unknown_outcome_says_how_long_to_wait_and_what_release_risks() {
        let recent = outcome_unknown(&begun(61)).to_string();
        for words in ["began 61 s ago", "owner 7-abc", "still be running", "next 29 minutes"] {
            assert!(recent.contains(words), "{recent}");
        }
        let old = outcome_unknown(&begun(7200)).to_string();
        for words in ["began 7200 s ago", "owner 7-abc", "`Ledger::release`", "second one"] {
            assert!(old.contains(words), "{old}");
        }
    }

    #[test]
    fn a_full_ledger_removes_the_oldest_accepted_key_and_no_key_of_unknown_outcome() {
        let (mut entries, claim) = (Entries::default(), begun(0));
        for key in ["open", "old", "new"] {
            entries.begin(key, &claim).unwrap();
        }
        entries.accept("old", &"1@x.test".into());
        entries.accept("new", &"2@x.test".into());
        for number in 3..MemoryLedger::CAPACITY {
            assert_eq!(entries.begin(&number.to_string(), &claim).unwrap(), None);
        }
        assert_eq!(entries.by_key.len(), MemoryLedger::CAPACITY);
        for (key, remaining) in [("a", vec!["open", "new"]), ("b", vec!["open"])] {
            entries.begin(key, &claim).unwrap();
            let is_there = |key: &&str| entries.by_key.contains_key(*key);
            let there: Vec<_> = ["open", "old", "new"].into_iter().filter(is_there).collect();
            assert_eq!(there, remaining);
        }
        assert!(entries.begin("c", &claim).is_err(), "nothing may be forgotten");
        assert_eq!(entries.by_key.len(), MemoryLedger::CAPACITY);
    }
}
