//! Sending under a key of the caller's, so that a send of unknown outcome is not repeated blindly.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use mailgun_core::{BoxError, Call, Delivery, Error, Fields, LinkPage, PageReply as _};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    Message, MessageId, Messages, Receipt,
    messages::{EVENTS, SEND},
};

/// Remembers what was sent under which key.
///
/// Backed by the application's database, it survives a crash between the send and its reply.
pub trait Ledger: Send + Sync {
    /// Records, in one atomic step, that the key is being sent; if there is an entry already,
    /// leaves it and returns it.
    fn begin(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<LedgerEntry>, BoxError>> + Send;

    /// Records that the mail of the key was accepted.
    fn accept(
        &self,
        key: &str,
        id: &MessageId,
    ) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Forgets the key: its mail was certainly not accepted.
    fn release(&self, key: &str) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// What a ledger has for a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerEntry {
    /// A send was begun; if nobody is sending it now, its outcome is unknown.
    Sending,
    /// Accepted, as this message.
    Accepted(MessageId),
}

/// A ledger in memory: for tests, and for processes that may forget.
#[derive(Default)]
pub struct MemoryLedger(Mutex<HashMap<String, LedgerEntry>>);

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is recorded for the key.
    pub fn get(&self, key: &str) -> Option<LedgerEntry> {
        self.entries().get(key).cloned()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<String, LedgerEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    async fn begin(&self, key: &str) -> Result<Option<LedgerEntry>, BoxError> {
        let mut entries = self.entries();
        let existing = entries.get(key).cloned();
        if existing.is_none() {
            entries.insert(key.to_owned(), LedgerEntry::Sending);
        }
        Ok(existing)
    }

    async fn accept(&self, key: &str, id: &MessageId) -> Result<(), BoxError> {
        self.entries().insert(key.to_owned(), LedgerEntry::Accepted(id.clone()));
        Ok(())
    }

    async fn release(&self, key: &str) -> Result<(), BoxError> {
        self.entries().remove(key);
        Ok(())
    }
}

impl fmt::Debug for MemoryLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryLedger({} keys)", self.entries().len())
    }
}

impl Messages {
    /// Sends a message under a key of the caller's, an order number say, unless the ledger has it.
    ///
    /// The message gets the Message-Id `key@domain`. If an earlier send of the key has an unknown
    /// outcome, the events are searched for that id: found, the mail counts as accepted; not
    /// found, nothing is sent. This is not exactly-once: events appear late, so that an absent one
    /// proves nothing, and whoever then calls [`Ledger::release`] decides to risk a second mail.
    ///
    /// `POST /v3/{domain}/messages`, after `GET /v3/{domain}/events` where the outcome is unknown.
    ///
    /// ```no_run
    /// # async fn example(messages: mailgun_messages::Messages) -> Result<(), mailgun_core::Error> {
    /// use mailgun_messages::{MemoryLedger, Message};
    ///
    /// let ledger = MemoryLedger::new();
    /// let receipt = Message::new().from("shop@mg.example.com").to("bob@example.com").text("Thanks");
    /// messages.send_recorded(&ledger, "order-4711", receipt).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send); [`Kind::Undecided`](mailgun_core::Kind::Undecided) if an
    /// earlier send of the key has an unknown outcome, and no event is found; a key that is empty, longer
    /// than 64 characters or holds anything but letters, digits, `-`, `_` and `.`; the ledger's own
    /// before the send.
    pub async fn send_recorded(
        &self,
        ledger: &impl Ledger,
        key: &str,
        message: Message,
    ) -> Result<Receipt, Error> {
        let id = self.id_of(key)?;
        match ledger.begin(key).await.map_err(Error::not_sent)? {
            None => {}
            Some(LedgerEntry::Accepted(id)) => return Ok(recorded(id)),
            Some(LedgerEntry::Sending) => {
                // Whatever keeps us from looking, the earlier send stays undecided.
                let undecided = || {
                    Error::undecided("an earlier send of this key may have been accepted")
                        .in_operation(SEND)
                };
                match self.has_events(&id).await {
                    Ok(true) => {}
                    Ok(false) => return Err(undecided()),
                    Err(error) => return Err(undecided().with_source(error)),
                }
                record(ledger.accept(key, &id).await);
                return Ok(recorded(id));
            }
        }
        match self.send(message.header("Message-Id", id.bracketed())).await {
            Ok(receipt) => {
                record(ledger.accept(key, &receipt.id).await);
                Ok(receipt)
            }
            Err(error) => {
                if error.delivery() != Delivery::Unknown {
                    record(ledger.release(key).await);
                }
                Err(error)
            }
        }
    }

    /// Whether there are events of a message, which proves that it was accepted.
    ///
    /// `GET /v3/{domain}/events`. Events appear late, so that none proves nothing.
    pub fn has_events(&self, id: &MessageId) -> Call<bool> {
        let mut query = Fields::new();
        query.set("message-id", id.as_str()).set("limit", 1_u32);
        self.client
            .call::<LinkPage<IgnoredAny>>(EVENTS, &[&self.domain])
            .query(query)
            .map(|page| !page.into_parts().items.is_empty())
    }

    fn id_of(&self, key: &str) -> Result<MessageId, Error> {
        let usable = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if key.is_empty() || key.len() > 64 || !key.bytes().all(usable) {
            let reason = "is not 1 to 64 letters, digits, `-`, `_` or `.`";
            return Err(Error::invalid("key", reason));
        }
        Ok(format!("{key}@{}", self.domain).into())
    }
}

fn recorded(id: MessageId) -> Receipt {
    Receipt { id, message: "Accepted before.".to_owned() }
}

/// A ledger that fails after the send must not make an accepted mail look unsent; the entry then
/// stays `Sending`, and the next call looks into the events.
fn record(outcome: Result<(), BoxError>) {
    if let Err(error) = outcome {
        tracing::warn!(
            error = &*error as &dyn std::error::Error,
            "the ledger could not be written"
        );
    }
}
