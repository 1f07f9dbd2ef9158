//! A search of the events for chunks whose outcome is unknown.

use std::{collections::HashSet, fmt};

use mailgun_core::{Error, Fields, LinkPage, Pager};
use serde::Deserialize;
use serde_json::Value;

use super::{Batch, ChunkRecord, ChunkState, Positions, recipients::Entry};
use crate::{MessageId, Messages, messages::EVENTS};

/// The result of [`Messages::resolve`].
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Resolution {
    /// All records of the batch, for [`Batch::resume`](crate::Batch::resume).
    pub records: Vec<ChunkRecord>,
    /// The recipients whose mail was found. It was accepted.
    pub accepted: Positions,
    /// The recipients whose mail was not found. It may still have been accepted.
    pub unknown: Positions,
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} found accepted, {} still unknown", self.accepted.len(), self.unknown.len())
    }
}

/// An event, of which only the recipient matters.
#[derive(Deserialize)]
struct EventRecipient {
    #[serde(default)]
    recipient: Value,
}

impl Messages {
    /// Searches the events for recipients of a batch whose outcome is unknown.
    ///
    /// `GET /v3/{domain}/events`, all pages for the Message-Id of each chunk. `records` are those of
    /// `batch`. The batch must have a [`key`](Batch::key): a chunk that was sent without one stays
    /// unknown.
    ///
    /// An event proves that the mail was accepted. Events can appear half an hour late, so a missing
    /// event proves nothing before that. After half an hour, [`Batch::resend_unknown`] sends to the
    /// recipients who are still unknown, at the risk of a second mail.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     messages: mailgun::messages::Messages,
    /// #     newsletter: fn() -> mailgun::messages::Batch,
    /// # ) -> Result<(), mailgun::Error> {
    /// let report = messages.send_batch(newsletter().key("news-2026-11")).await?;
    /// let batch = newsletter().key("news-2026-11");
    /// let resolution = messages.resolve(&batch, report.records()).await?;
    /// println!("{resolution}");
    /// messages.send_batch(batch.resume(resolution.records)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if a record is of another
    /// batch, and the errors of the call.
    pub fn resolve(
        &self,
        batch: &Batch,
        records: impl IntoIterator<Item = ChunkRecord>,
    ) -> impl Future<Output = Result<Resolution, Error>> + Send {
        let records: Vec<_> = batch.records.iter().cloned().chain(records).collect();
        let settled = batch.settle(&records, false).map_err(|error| error.in_operation(EVENTS));
        // The future must be `Send`, and an attachment may not be `Sync`.
        let recipients = &batch.recipients;
        async move {
            let records = settled?.earlier;
            let mut resolution = Resolution {
                records: Vec::with_capacity(records.len()),
                accepted: Positions::default(),
                unknown: Positions::default(),
            };
            let (mut accepted, mut unknown) = (Vec::new(), Vec::new());
            for record in records {
                if record.state != ChunkState::Unknown {
                    resolution.records.push(record);
                    continue;
                }
                let Some(id) = &record.message_id else {
                    unknown.extend(record.positions.iter());
                    resolution.records.push(record);
                    continue;
                };
                let found = self.recipients_in_events(id).await?;
                let (mut yes, mut no) = (Positions::default(), Positions::default());
                for position in record.positions.iter() {
                    let address = recipients.get(position).map(Entry::folded_address);
                    let is_found = address.is_some_and(|address| found.contains(&address));
                    if is_found { yes.push(position) } else { no.push(position) }
                }
                accepted.extend(yes.iter());
                unknown.extend(no.iter());
                for (positions, state) in
                    [(yes, ChunkState::Accepted(id.clone())), (no, ChunkState::Unknown)]
                {
                    if !positions.is_empty() {
                        let record = recipients.record(positions, state, Some(id.clone()));
                        resolution.records.push(record);
                    }
                }
            }
            resolution.accepted = Positions::from_unsorted(accepted);
            resolution.unknown = Positions::from_unsorted(unknown);
            Ok(resolution)
        }
    }

    /// Returns the recipients, in lower case, of all events of a message.
    #[doc(hidden)]
    pub async fn recipients_in_events(&self, id: &MessageId) -> Result<HashSet<String>, Error> {
        let mut query = Fields::new();
        query.set("message-id", id.as_str()).set("limit", 300_u32);
        let call = self.client.call::<LinkPage<EventRecipient>>(EVENTS, &[&self.domain]);
        let mut pager = Pager::links(call.query(query));
        let mut found = HashSet::new();
        while let Some(page) = pager.next_page().await? {
            let recipients = page.items.iter().filter_map(|event| event.recipient.as_str());
            found.extend(recipients.map(str::to_ascii_lowercase));
        }
        Ok(found)
    }
}
