//! Many recipients, a separate mail to each: described here, planned and run by the parts.

mod journal;
mod plan;
mod recipients;
mod record;
mod report;
mod resolve;
mod run;

use std::fmt;

use bytes::Bytes;
use mailgun_core::{Error, Form};
use serde::Serialize;

pub(crate) use self::plan::Plan;
pub use self::{
    journal::{FileJournal, Journal, JournalFuture},
    record::{ChunkOutcome, ChunkRecord, ChunkResult, ChunkState, Positions, Progress},
    report::{BatchReport, IncompleteBatch, StopReason},
    resolve::Resolution,
    run::BatchRun,
};
use self::{plan::Settled, recipients::Recipients};
use crate::{
    MessageId,
    content::{Addresses, Content, content_setters},
    messages::check_key,
    options::option_setters,
};

/// A mail to many recipients, each of whom gets one of their own and sees no other.
///
/// Variables of a recipient take the place of `%recipient.NAME%` in subject, bodies and headers.
/// The batch is split into chunks, by number and by size; each is one call, with the variables of
/// just its recipients.
///
/// There is no Cc and no Bcc: the service would send a copy for **each** recipient. Whoever wants
/// that says so by [`cc_in_every_mail`](Self::cc_in_every_mail).
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

/// What happens to an address that occurs more than once in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Duplicates {
    /// Each occurrence gets its mail, in separate chunks: within one call the service would keep
    /// one set of variables for both.
    #[default]
    Separate,
    /// The batch is refused, naming both positions.
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
    /// A batch without content and recipients.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recipient without variables, who gets a mail of their own.
    ///
    /// A recipient's position, from 0, is what results and records speak of.
    pub fn to(self, address: impl Addresses) -> Self {
        self.recipient(address, ())
    }

    /// Adds a recipient without variables for each item.
    pub fn to_all<A: Addresses>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.recipients(addresses.into_iter().map(|address| (address, ())))
    }

    /// Adds a recipient with their variables: a value, or a reference to one, that serialises as a
    /// JSON object.
    pub fn recipient(mut self, address: impl Addresses, variables: impl Serialize) -> Self {
        self.push(address, &variables);
        self
    }

    /// Adds a recipient with their variables for each item.
    pub fn recipients<A: Addresses, V: Serialize>(
        mut self,
        recipients: impl IntoIterator<Item = (A, V)>,
    ) -> Self {
        let mut recipients = recipients.into_iter();
        if let Some((address, variables)) = recipients.next() {
            self.push(address, &variables);
        }
        self.recipients.reserve(recipients.size_hint().0);
        for (address, variables) in recipients {
            self.push(address, &variables);
        }
        self
    }

    fn push(&mut self, address: impl Addresses, variables: &impl Serialize) {
        if let Err(error) = self.recipients.push(address, variables) {
            let parameter = format_args!("recipient {}", self.recipients.len());
            self.content.fields.with_error(error.in_parameter(parameter));
        }
    }

    /// Puts this address in Cc of every mail: it gets one copy for each recipient.
    pub fn cc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("cc", addresses);
        self
    }

    /// Puts this address in Bcc of every mail: it gets one copy for each recipient.
    pub fn bcc_in_every_mail(mut self, addresses: impl Addresses) -> Self {
        self.content.recipients("bcc", addresses);
        self
    }

    /// At most so many recipients a call: 1 to 1,000, default 1,000. New accounts may have a much
    /// lower limit.
    pub fn chunk_size(mut self, recipients: usize) -> Self {
        if (1..=1000).contains(&recipients) {
            self.chunk_size = recipients;
        } else {
            self.content.fields.with_error(Error::invalid("chunk_size", "is not within 1 to 1000"));
        }
        self
    }

    /// At most so many bytes of addresses and variables a call, default 4 MiB; the service has been
    /// seen to ignore very large sets of variables.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes;
        self
    }

    /// What happens to an address that occurs more than once; default [`Duplicates::Separate`].
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// Names the batch, so that its mail can be found in the events: 1 to 64 letters, digits, `-`,
    /// `_` or `.`.
    ///
    /// Each chunk is sent with a Message-Id of its own, made of the key and the chunk's positions.
    /// [`Messages::resolve`](crate::Messages::resolve) looks for it. Use a new key for each mailing.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        let key = key.into();
        match check_key(&key) {
            Ok(()) => self.key = Some(key),
            Err(error) => {
                self.content.fields.with_error(error);
            }
        }
        self
    }

    /// Goes on after earlier runs of the same recipients in the same order.
    ///
    /// `records` are those of the last run's report, or all that its progress callback was given,
    /// in order. Who was accepted is left out, and so is everyone whose outcome is unknown, a chunk
    /// that was being sent when the process ended included.
    ///
    /// The batch is refused if a record is of other recipients or of another order. A record
    /// without a [`fingerprint`](ChunkRecord::fingerprint) is refused, too, since nobody can tell.
    /// Variables and content may differ.
    pub fn resume(mut self, records: impl IntoIterator<Item = ChunkRecord>) -> Self {
        self.records.extend(records);
        self
    }

    /// In a resumed run, also sends to those whose outcome is unknown. They may get the mail twice.
    ///
    /// Unless they are accepted now, their outcome stays unknown, since the earlier attempt may have
    /// been accepted.
    pub fn resend_unknown(mut self) -> Self {
        self.resends_unknown = true;
        self
    }

    /// Checks everything and splits the recipients.
    pub(crate) fn plan(mut self) -> Result<Plan, Error> {
        if let Some(fault) = self.content.fields.take_error() {
            return Err(fault);
        }
        if self.recipients.len() == 0 {
            return Err(Error::invalid("recipient", "is missing: a batch needs recipients"));
        }
        self.content.check_complete()?;
        self.recipients.finish();
        if let Some(key) = &self.key {
            // Each chunk sets its own; this one lets the check of sizes count it.
            let longest = format!("<{key}.{0}-{0}@>", self.recipients.len());
            self.content.header("Message-Id", longest);
        }
        self.content.check_sizes()?;
        let Settled { wanted, doubtful, earlier } =
            self.settle(&self.records, self.resends_unknown)?;
        let mut chunks = self.split(&wanted)?;
        chunks.extend(self.split(&doubtful)?);
        if let Err(file) = self.content.try_clone() {
            let reason = "comes from a stream, which can be read once; a batch may need it again";
            return Err(Error::invalid(format_args!("attachment {file}"), reason));
        }
        Ok(Plan { batch: Box::new(self), chunks, earlier, doubtful })
    }
}

content_setters!(Batch);
option_setters!(Batch);

impl Batch {
    /// The form of one chunk.
    pub(crate) fn form(&self, chunk: &ChunkRecord) -> Form {
        let mut content = match self.content.try_clone() {
            Ok(content) => content,
            Err(file) => {
                let mut form = Form::new();
                form.with_error(Error::invalid(
                    format_args!("attachment {file}"),
                    "was read already",
                ));
                return form;
            }
        };
        if let Some(id) = &chunk.message_id {
            content.header("Message-Id", id.bracketed());
        }
        let mut form = content.into_form();
        for mailbox in self.recipients.mailboxes(&chunk.positions) {
            form.text("to", Bytes::copy_from_slice(mailbox));
        }
        form.pieces("recipient-variables", self.recipients.variables(&chunk.positions));
        form
    }

    /// The record of a chunk that is about to be sent from this domain.
    pub(crate) fn begin(&self, chunk: Positions, domain: &str) -> ChunkRecord {
        let id = self.key.as_deref().map(|key| message_id(key, &chunk, domain));
        self.recipients.record(chunk, ChunkState::Sending, id)
    }

    pub(crate) fn total(&self) -> usize {
        self.recipients.len()
    }
}

/// Unique among the chunks of a batch: no two that are accepted have the same first recipient.
fn message_id(key: &str, chunk: &Positions, domain: &str) -> MessageId {
    format!("{key}.{}-{}@{domain}", chunk.first(), chunk.end().saturating_sub(1)).into()
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
    fn a_record_with_positions_beyond_the_batch_is_refused_at_once() {
        let json = r#"{"positions": [{"start": 0, "end": 18446744073709551615}], "total": 1, "state": "refused"}"#;
        let record: ChunkRecord = serde_json::from_str(json).unwrap();
        let batch = Batch::new().from("a@x.test").text("t").to("b@x.test");
        let error = batch.resume([record]).plan().err().unwrap();
        let expected = "`resume`: `record 1` names positions";
        assert!(error.to_string().contains(expected), "{error}");
    }
}
