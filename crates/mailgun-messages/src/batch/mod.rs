//! A mail to many recipients, with a separate copy for each.
//!
//! * `recipients`: the addresses and the variables.
//! * `plan`: which recipients go into which call.
//! * `run`: the calls, one result for each chunk.
//! * `record`, `journal`, `report`: what became of each chunk.
//! * `resolve`: a search of the events for chunks whose outcome is unknown.

mod journal;
mod plan;
mod recipients;
mod record;
mod report;
mod resolve;
mod run;

use std::fmt;

use mailgun_core::{Error, Form};
use serde::Serialize;

pub(crate) use self::plan::Plan;
use self::recipients::Recipients;
pub use self::{
    journal::{FileJournal, Journal, JournalFuture},
    recipients::Recipient,
    record::{ChunkOutcome, ChunkRecord, ChunkResult, ChunkState, Positions, Progress},
    report::{BatchReport, IncompleteBatch, StopReason},
    resolve::Resolution,
    run::{BatchRun, back_off, is_about_recipients},
};
use crate::{
    Lint, MessageId, addresses::Addresses, content::Content, content_setters, lint::lint,
    messages::check_key, option_setters,
};

/// A mail to many recipients. Each gets a separate copy and does not see the others.
///
/// In the subject, the bodies and the headers, Mailgun replaces `%recipient.NAME%` with the
/// recipient's variable of that name, as it is. Escape text of others that goes into an HTML body, and
/// remove line breaks from text that goes into the subject or a header. The batch is split into chunks by number and by size. Each
/// chunk is one call, with the variables of its own recipients only.
///
/// There is no `cc` and no `bcc`, because Mailgun would send that copy for **each** recipient. If
/// you want that, use [`cc_in_every_mail`](Self::cc_in_every_mail) or
/// [`bcc_in_every_mail`](Self::bcc_in_every_mail).
///
/// Put `%unsubscribe_url%` in the bodies for a link to unsubscribe; see
/// [`Message`](crate::Message#unsubscribing).
///
/// Each recipient takes 65 to 130 bytes of memory besides the text of its mailbox, and up to twice the
/// text of its variables. While the batch is planned, it takes about 100 bytes and its address once more.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::messages::Batch;
/// use serde_json::json;
///
/// let batch = Batch::new()
///     .from("news@mg.example.com")
///     .subject("News for %recipient.name%")
///     .text("Hello %recipient.name%!")
///     .recipient("ann@example.com", json!({"name": "Ann"}))
///     .recipient("bob@example.com", json!({"name": "Bob"}));
/// let report = mailgun
///     .messages("mg.example.com")
///     .send_batch(batch)
///     .on_progress(|progress| println!("{} of {}", progress.done, progress.total))
///     .await?;
/// assert!(report.is_complete());
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0599
/// mailgun::messages::Batch::new().cc("boss@example.com");
/// ```
///
/// ```compile_fail,E0599
/// mailgun::messages::Batch::new().bcc("boss@example.com");
/// ```
#[doc(alias("newsletter", "bulk", "recipient-variables"))]
#[must_use]
pub struct Batch {
    pub(crate) content: Content,
    recipients: Recipients,
    chunk_size: usize,
    chunk_bytes: usize,
    duplicates: Duplicates,
    key: Option<String>,
    records: Vec<ChunkRecord>,
    resends_unknown: bool,
}

/// What to do with an address that occurs more than once in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Duplicates {
    /// Send a mail for each occurrence, in separate chunks. Within one call Mailgun would use one
    /// set of variables for both.
    #[default]
    Separate,
    /// Refuse the batch with an error that names both positions.
    Refuse,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            content: Content::default(),
            recipients: Recipients::default(),
            chunk_size: 1000,
            chunk_bytes: 4 * 1024 * 1024,
            duplicates: Duplicates::default(),
            key: None,
            records: Vec::new(),
            resends_unknown: false,
        }
    }
}

impl Batch {
    /// Creates a batch without content or recipients.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the sender: one mailbox with an ASCII local part.
    ///
    /// Required, unless a template has a From header of its own.
    pub fn from(mut self, from: impl Addresses) -> Self {
        self.content.from(from);
        self
    }

    /// Adds a recipient with variables for `%recipient.NAME%`.
    ///
    /// `variables` is a value, or a reference to one, that serializes as a JSON object. Results and
    /// records name a recipient by position, counted from 0.
    pub fn recipient(self, address: impl Addresses, variables: impl Serialize) -> Self {
        self.recipients([(address, variables)])
    }

    /// Adds a recipient with variables for each item; see [`recipient`](Self::recipient).
    pub fn recipients<A: Addresses, V: Serialize>(
        mut self,
        recipients: impl IntoIterator<Item = (A, V)>,
    ) -> Self {
        for (address, variables) in recipients {
            if let Err(error) = self.recipients.add(address, variables) {
                let parameter = format_args!("recipient {}", self.recipients.len());
                self.content.fields.record_error(error.in_parameter(parameter));
            }
        }
        self
    }

    /// Adds a recipient without variables.
    pub fn to(self, address: impl Addresses) -> Self {
        self.recipient(address, ())
    }

    /// Adds a recipient without variables for each item.
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.recipients(addresses.into_iter().map(|address| (address, ())))
    }
}

content_setters!(Batch);

impl Batch {
    /// Names the batch, so that [`Messages::resolve`](crate::Messages::resolve) can find its mail in
    /// the events: 1 to 64 letters, digits, `-`, `_` or `.`.
    ///
    /// Each chunk gets a Message-Id that is made of the key and the positions of its recipients. Use
    /// a new key for each mailing.
    #[doc(alias = "idempotency")]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        let key = key.into();
        match check_key(&key) {
            Ok(()) => self.key = Some(key),
            Err(error) => {
                self.content.fields.record_error(error);
            }
        }
        self
    }

    /// Sets the largest number of recipients in a call, 1 to 1,000. Default: 1,000.
    ///
    /// New accounts may have a much lower limit. A [`BatchRun`] finds it: it splits a chunk that is
    /// over the limit.
    pub fn chunk_size(mut self, recipients: usize) -> Self {
        if (1..=1000).contains(&recipients) {
            self.chunk_size = recipients;
        } else {
            self.content
                .fields
                .record_error(Error::invalid("chunk_size", "is not within 1 to 1000"));
        }
        self
    }

    /// Limits the bytes of addresses and variables in a call. Default: 4 MiB.
    ///
    /// Mailgun has been seen to ignore very large sets of variables. A recipient with more gets a call of
    /// their own.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes;
        self
    }

    /// Sets what to do with an address that occurs more than once, in upper or lower case. Default:
    /// [`Duplicates::Separate`].
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// Continues an earlier run of the same recipients in the same order.
    ///
    /// `records` are those of the last run's report, or all that its progress callback received, in
    /// order. The run leaves out recipients who were accepted and recipients whose outcome is
    /// unknown. A chunk that was being sent when the process ended has an unknown outcome.
    ///
    /// The batch is refused if a record belongs to other recipients or to another order, or has no
    /// [`fingerprint`](ChunkRecord::fingerprint) to check this. Variables and content may differ.
    pub fn resume(mut self, records: impl IntoIterator<Item = ChunkRecord>) -> Self {
        self.records.extend(records);
        self
    }

    /// In a resumed run, also sends to recipients whose outcome is unknown. They may get the mail
    /// twice.
    ///
    /// If their mail is not accepted now, their outcome stays unknown, because the earlier attempt may
    /// have been accepted.
    pub fn resend_unknown(mut self) -> Self {
        self.resends_unknown = true;
        self
    }

    /// Puts these addresses in Cc of every mail: they get a copy for each recipient.
    pub fn cc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("cc", addresses);
        self
    }

    /// Puts these addresses in Bcc of every mail: they get a copy for each recipient.
    pub fn bcc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("bcc", addresses);
        self
    }
}

option_setters!(Batch);

impl Batch {
    /// Looks for problems that are not errors; see [`Message::lint`](crate::Message::lint). A batch also
    /// needs a way to unsubscribe.
    ///
    /// It reads the variables of all recipients once for each `%recipient.NAME%` of the mail.
    pub fn lint(&self) -> Vec<Lint> {
        lint(&self.content, true, |name| self.recipients.values(name))
    }

    /// The form of one chunk.
    pub(crate) fn form(&self, chunk: &ChunkRecord) -> Form {
        match self.content.try_clone() {
            Ok(content) => {
                let recipients = self.recipients.parts(&chunk.positions);
                content.form_to(chunk.message_id.as_ref(), recipients)
            }
            Err(file) => {
                let mut form = Form::new();
                form.record_error(Error::invalid(
                    format_args!("attachment {file}"),
                    "was read already",
                ));
                form
            }
        }
    }

    /// The record of a chunk that is about to be sent from this domain.
    pub(crate) fn begin(&self, chunk: Positions, domain: &str) -> ChunkRecord {
        let id = self.key.as_deref().map(|key| {
            let last = chunk.end().saturating_sub(1);
            chunk_message_id(key, chunk.first() as u64, last as u64, domain)
        });
        self.recipients.record(chunk, ChunkState::Sending, id)
    }

    pub(crate) fn total(&self) -> usize {
        self.recipients.len()
    }
}

/// The Message-Id of a chunk from its first and its last position.
///
/// Unique among the accepted chunks of a key: no two of these have the same first recipient.
pub fn chunk_message_id(key: &str, first: u64, last: u64, domain: &str) -> MessageId {
    format!("{key}.{first}-{last}@{domain}").into()
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("content", &self.content)
            .field("recipients", &self.recipients.len())
            .field("chunk_size", &self.chunk_size)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_with_positions_beyond_the_batch_is_an_error() {
        let json = r#"{"positions": [{"start": 0, "end": 18446744073709551615}], "total": 1, "state": "refused"}"#;
        let record: ChunkRecord = serde_json::from_str(json).unwrap();
        let batch = Batch::new().from("a@x.test").text("t").to("b@x.test");
        let error = batch.resume([record]).plan().err().unwrap();
        let expected = "`resume`: `record 1` names positions";
        assert!(error.to_string().contains(expected), "{error}");
    }
}
