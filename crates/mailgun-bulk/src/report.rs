//! What became of each chunk and each recipient.

use std::{fmt, io};

use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::try_unfold};
use mailgun_core::Mailbox;
use mailgun_messages::{__private::chunk_message_id, MessageId};

use crate::{
    BulkError, CampaignHandle, Chunk, ChunkState, StoredCampaign, StoredRecipient, bulk::stored,
    csv::safe_cell,
};

/// How many chunks are read at once.
const PAGE: usize = 100;

/// What became of a chunk or a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SendOutcome {
    /// Mailgun accepted the mail.
    Accepted,
    /// Mailgun refused the mail. It was not sent.
    Refused,
    /// Mailgun may have accepted the mail.
    Unknown,
    /// The mail was not sent, or not yet.
    NotSent,
    /// The mail is on its way to Mailgun, or its worker has died.
    Sending,
}

impl SendOutcome {
    /// A stable name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
            Self::Sending => "sending",
        }
    }
}

impl fmt::Display for SendOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Chunk {
    /// Returns what became of the mail of the chunk.
    ///
    /// If its outcome was unknown once and it is to be sent again, it is unknown until it is accepted.
    pub fn outcome(&self) -> SendOutcome {
        match self.state {
            ChunkState::Planned if self.is_resent => SendOutcome::Unknown,
            ChunkState::Planned => SendOutcome::NotSent,
            ChunkState::Sending => SendOutcome::Sending,
            ChunkState::Accepted => SendOutcome::Accepted,
            ChunkState::Refused => SendOutcome::Refused,
            ChunkState::Unknown => SendOutcome::Unknown,
        }
    }
}

/// The Message-Id that a chunk was or will be sent with.
pub(crate) fn message_id(chunk: &Chunk, key: &str, domain: &str) -> MessageId {
    let last = chunk.positions.end.saturating_sub(1);
    match &chunk.message_id {
        Some(id) => id.as_str().into(),
        None => chunk_message_id(key, chunk.positions.start, last, domain),
    }
}

/// A recipient and what became of the mail.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecipientReport {
    /// The position in the campaign, from 0.
    pub position: u64,
    /// The bare address.
    pub address: String,
    /// What became of the mail.
    pub outcome: SendOutcome,
    /// The Message-Id, without brackets, by which events name the mail. `None` if it was not sent.
    pub message_id: Option<String>,
    /// Why it was refused, not sent, or has an unknown outcome.
    pub error: Option<String>,
}

/// Shows no address.
impl fmt::Debug for RecipientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientReport")
            .field("position", &self.position)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl CampaignHandle {
    /// Returns all chunks, by position.
    ///
    /// The stream reads 100 at a time. The chunks may change while it does.
    pub fn chunks(&self) -> impl Stream<Item = Result<Chunk, BulkError>> + Send + use<> {
        let handle = self.clone();
        try_unfold((handle, 0_u64), |(handle, from)| async move {
            let chunks = handle.bulk.store.chunks(&handle.key, None, from, PAGE).await;
            let chunks = chunks.map_err(BulkError::Store)?;
            let Some(end) = chunks.last().map(|chunk| chunk.positions.end) else {
                return Ok(None);
            };
            Ok::<_, BulkError>(Some((stream::iter(chunks).map(Ok), (handle, end))))
        })
        .try_flatten()
    }

    /// Returns all recipients and what became of their mail, by position.
    ///
    /// ```no_run
    /// # async fn example(campaign: mailgun::bulk::CampaignHandle) -> Result<(), mailgun::bulk::BulkError> {
    /// use std::pin::pin;
    ///
    /// use futures_util::TryStreamExt as _;
    /// use mailgun::bulk::SendOutcome;
    ///
    /// let mut report = pin!(campaign.report());
    /// while let Some(recipient) = report.try_next().await? {
    ///     if recipient.outcome == SendOutcome::Refused {
    ///         println!("{}: {:?}", recipient.address, recipient.error);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn report(&self) -> impl Stream<Item = Result<RecipientReport, BulkError>> + Send + use<> {
        let handle = self.clone();
        let campaign = stream::once(async move {
            let campaign = stored(&*handle.bulk.store, &handle.key).await?;
            Ok::<_, BulkError>((handle, campaign))
        });
        campaign.map_ok(|(handle, campaign)| handle.reports(campaign)).try_flatten()
    }

    fn reports(
        self,
        campaign: StoredCampaign,
    ) -> impl Stream<Item = Result<RecipientReport, BulkError>> + Send {
        self.chunks()
            .and_then(move |chunk| {
                let (handle, domain) = (self.clone(), campaign.domain.clone());
                async move {
                    let positions = chunk.positions.clone();
                    let recipients = handle.bulk.store.recipients(&handle.key, positions).await;
                    let reports =
                        reports(&recipients.map_err(BulkError::Store)?, &chunk, |chunk| {
                            message_id(chunk, &handle.key, &domain).into()
                        });
                    Ok(stream::iter(reports).map(Ok))
                }
            })
            .try_flatten()
    }

    /// Writes a report of all recipients as CSV: position, address, outcome, message id and error.
    ///
    /// A cell that a spreadsheet would run as a formula gets an apostrophe in front. Returns the number of
    /// recipients.
    ///
    /// ```no_run
    /// # async fn example(campaign: mailgun::bulk::CampaignHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// campaign.write_csv(std::fs::File::create("report.csv")?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BulkError::Report`] if the writer fails, [`BulkError::NotFound`] and [`BulkError::Store`].
    pub async fn write_csv(&self, writer: impl io::Write + Send) -> Result<u64, BulkError> {
        let mut csv = csv::Writer::from_writer(writer);
        let failed = |error: csv::Error| BulkError::Report(error.into());
        csv.write_record(["position", "address", "outcome", "message_id", "error"])
            .map_err(failed)?;
        let mut rows = 0_u64;
        let mut report = std::pin::pin!(self.report());
        while let Some(row) = report.try_next().await? {
            let position = row.position.to_string();
            let cells = [
                position.as_str(),
                &safe_cell(&row.address),
                row.outcome.as_str(),
                &safe_cell(row.message_id.as_deref().unwrap_or_default()),
                &safe_cell(row.error.as_deref().unwrap_or_default()),
            ];
            csv.write_record(cells).map_err(failed)?;
            rows = rows.saturating_add(1);
        }
        csv.flush().map_err(|error| failed(error.into()))?;
        Ok(rows)
    }
}

fn reports(
    recipients: &[StoredRecipient],
    chunk: &Chunk,
    id: impl FnOnce(&Chunk) -> String,
) -> Vec<RecipientReport> {
    let outcome = chunk.outcome();
    let was_sent =
        matches!(outcome, SendOutcome::Accepted | SendOutcome::Unknown | SendOutcome::Sending);
    let message_id = was_sent.then(|| id(chunk));
    let recipients = recipients.iter();
    recipients
        .map(|recipient| RecipientReport {
            position: recipient.position,
            address: match recipient.mailbox.parse::<Mailbox>() {
                Ok(mailbox) => mailbox.address().to_owned(),
                Err(_) => recipient.mailbox.clone(),
            },
            outcome,
            message_id: message_id.clone(),
            error: chunk.error.clone(),
        })
        .collect()
}
