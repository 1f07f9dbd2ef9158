//! Adding recipients: checks, duplicates, suppressions, and the start.

use std::{fmt, future::ready, io, ops::Range, sync::Arc};

use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mailgun_core::{BoxError, Error, Mailbox, Pager, Timestamp};
use mailgun_messages::{__private::Recipient, Addresses};
use mailgun_suppressions::{ListSuppressions, Suppressions};
use serde::Serialize;

use crate::{
    Appended, Bulk, BulkError, CampaignHandle, DraftId, NewRecipient, StoredRecipient,
    campaign::Frozen, csv::rows,
};

/// How many rows go to the store at once.
const PAGE: usize = 1000;
/// How many bad rows an import describes.
const MAX_REJECTED: usize = 1000;

/// A campaign that takes recipients, and has not been started.
///
/// Recipients come from an iterator, an async stream or a CSV file, in any number: they go to the store in
/// pages of 1,000. Each address is checked. An address that the campaign already has is left out and
/// counted.
///
/// If the program ends before [`start`](Self::start), nothing is sent. Open the campaign again and add
/// all recipients again.
#[must_use = "nothing is sent before `start`"]
pub struct Draft {
    bulk: Bulk,
    id: DraftId,
    domain: String,
    tags: Vec<String>,
    chunk_size: usize,
    chunk_bytes: usize,
    has_recipients: bool,
    rejected: u64,
    skips_invalid: bool,
}

/// What became of the rows of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// How many recipients were added.
    pub added: u64,
    /// How many the campaign already had.
    pub duplicates: u64,
    /// How many are [left out](Draft::leave_out).
    pub left_out: u64,
    /// How many rows have no valid recipient.
    pub rejected: u64,
    /// The first 1,000 of these.
    pub rejections: Vec<Rejection>,
}

/// A row without a valid recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// The number of the row, from 1. In a CSV file, the line at which it begins, or that of the first
    /// empty line before it.
    pub row: u64,
    /// Why, without the address.
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: {}", self.row, self.reason)
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, duplicates, left_out, rejected, .. } = self;
        write!(f, "{added} added, {duplicates} duplicates, {left_out} left out, {rejected} invalid")
    }
}

/// The number of a row, and its recipient or what is wrong with it.
pub(crate) type Row = (u64, Result<Recipient, Error>);

impl Draft {
    pub(crate) fn new(bulk: Bulk, frozen: Frozen) -> Self {
        let Frozen { row, tags, chunk_size, chunk_bytes } = frozen;
        Self {
            bulk,
            id: row.draft,
            domain: row.domain,
            tags,
            chunk_size,
            chunk_bytes,
            has_recipients: false,
            rejected: 0,
            skips_invalid: false,
        }
    }

    /// Leaves out these addresses, whatever their case, when recipients are added later.
    ///
    /// # Errors
    ///
    /// * [`BulkError::LeaveOutTooLate`] if recipients have been added already.
    /// * [`BulkError::Source`] if the stream fails, [`BulkError::DraftLost`] and [`BulkError::Store`].
    pub async fn leave_out<A: Into<String>, E: Into<BoxError>>(
        &mut self,
        addresses: impl Stream<Item = Result<A, E>>,
    ) -> Result<(), BulkError> {
        if self.has_recipients {
            return Err(BulkError::LeaveOutTooLate);
        }
        let addresses = addresses.map_err(|error| BulkError::Source(error.into()));
        let mut pages = std::pin::pin!(addresses.map_ok(folded).try_chunks(PAGE));
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| error.1)?;
            let is_ours = self.bulk.store.leave_out(&self.id, &page).await;
            if !is_ours.map_err(BulkError::Store)? {
                return Err(BulkError::DraftLost);
            }
        }
        Ok(())
    }

    /// Leaves out the addresses that are on the domain's lists of bounces, unsubscribes and complaints.
    ///
    /// `GET /v3/{domain}/bounces`, `/unsubscribes` and `/complaints`, all pages. Mailgun does not deliver
    /// to these addresses. Leaving them out saves quota and cost. A recipient who unsubscribed only from
    /// some tags is left out if the campaign has one of these tags.
    ///
    /// ```no_run
    /// # async fn example(mut draft: mailgun::bulk::Draft) -> Result<(), mailgun::bulk::BulkError> {
    /// draft.leave_out_suppressed().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`leave_out`](Self::leave_out), and [`BulkError::Source`] if a call fails.
    pub async fn leave_out_suppressed(&mut self) -> Result<(), BulkError> {
        fn addresses<T: Send + 'static>(
            pager: Pager<T>,
            address: fn(T) -> String,
        ) -> impl Stream<Item = Result<String, Error>> + Send {
            pager.into_items().map_ok(address)
        }
        let suppressions = Suppressions::new(&self.bulk.client, &self.domain);
        let all = || ListSuppressions::new().limit(1000);
        let bounces = addresses(suppressions.bounces().list(all()), |it| it.address);
        let complaints = addresses(suppressions.complaints().list(all()), |it| it.address);
        let tags = self.tags.clone();
        let unsubscribes = suppressions.unsubscribes().list(all()).into_items();
        let unsubscribes = unsubscribes.try_filter_map(move |it| {
            let is_for = |tag: &String| tag == "*" || tags.contains(tag);
            ready(Ok((it.tags.is_empty() || it.tags.iter().any(is_for)).then_some(it.address)))
        });
        self.leave_out(bounces.chain(unsubscribes).chain(complaints)).await
    }

    /// Adds a recipient with variables for each item.
    ///
    /// `variables` is a value that serializes as a JSON object; `()` means none. The rows of the import
    /// are the items, counted from 1.
    ///
    /// ```no_run
    /// # async fn example(mut draft: mailgun::bulk::Draft) -> Result<(), mailgun::bulk::BulkError> {
    /// use serde_json::json;
    ///
    /// let readers = [("ann@example.com", "Ann"), ("bob@example.com", "Bob")];
    /// let readers = readers.map(|(address, name)| (address, json!({ "name": name })));
    /// println!("{}", draft.recipients(readers).await?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BulkError::DraftLost`] and [`BulkError::Store`]. A bad row is not an error: the import lists it.
    pub async fn recipients<A: Addresses, V: Serialize>(
        &mut self,
        recipients: impl IntoIterator<Item = (A, V)>,
    ) -> Result<Import, BulkError> {
        let items = recipients.into_iter().map(Ok::<_, BoxError>);
        self.recipients_from(stream::iter(items)).await
    }

    /// Adds a recipient with variables for each item of a stream; see [`recipients`](Self::recipients).
    ///
    /// The members of a mailing list are such a stream:
    ///
    /// ```no_run
    /// # async fn example(
    /// #     mailgun: mailgun::Mailgun,
    /// #     mut draft: mailgun::bulk::Draft,
    /// # ) -> Result<(), mailgun::bulk::BulkError> {
    /// use futures_util::TryStreamExt as _;
    /// use mailgun::mailing_lists::ListMembers;
    ///
    /// let subscribed = ListMembers::new().subscribed(true).limit(100);
    /// let members = mailgun.mailing_lists().members("readers@mg.example.com").list(subscribed);
    /// let recipients = members.into_items().map_ok(|member| (member.address, member.vars));
    /// draft.recipients_from(recipients).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`recipients`](Self::recipients), and [`BulkError::Source`] if the stream fails.
    /// Recipients that came before the failure stay added.
    pub async fn recipients_from<A: Addresses, V: Serialize, E: Into<BoxError>>(
        &mut self,
        recipients: impl Stream<Item = Result<(A, V), E>>,
    ) -> Result<Import, BulkError> {
        let mut row = 0_u64;
        self.add(recipients.map(|item| {
            let (address, variables) = item.map_err(Into::into)?;
            row = row.saturating_add(1);
            Ok((row, Recipient::new(address, variables)))
        }))
        .await
    }

    /// Adds the recipients of a CSV file in UTF-8.
    ///
    /// The first row names the columns. The column `address` or `email` has the addresses. Each other
    /// column is a variable, for example `%recipient.city%`, and its values are text. Cells are separated
    /// by commas; if the first row has no comma, by semicolons or else by tabs. Rows whose cells are all
    /// empty are skipped if they have as many cells as the first row. The file is read on a thread of its
    /// own.
    ///
    /// ```no_run
    /// # async fn example(mut draft: mailgun::bulk::Draft) -> Result<(), Box<dyn std::error::Error>> {
    /// let import = draft.csv(std::fs::File::open("readers.csv")?).await?;
    /// for rejection in &import.rejections {
    ///     println!("{rejection}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BulkError::Source`] if the file cannot be read, or if its first row does not name one column
    /// `address` or `email`. [`BulkError::DraftLost`] and [`BulkError::Store`].
    pub async fn csv(
        &mut self,
        reader: impl io::Read + Send + 'static,
    ) -> Result<Import, BulkError> {
        self.add(rows(reader)).await
    }

    async fn add(
        &mut self,
        rows: impl Stream<Item = Result<Row, BoxError>>,
    ) -> Result<Import, BulkError> {
        self.has_recipients = true;
        let mut import = Import::default();
        let mut page = Vec::new();
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.next().await {
            match row {
                Ok((_, Ok(recipient))) => page.push(NewRecipient {
                    folded: recipient.folded_address(),
                    mailbox: recipient.mailbox().as_str().to_owned(),
                    variables: recipient.variables().to_owned(),
                }),
                Ok((row, Err(error))) => {
                    import.rejected = import.rejected.saturating_add(1);
                    self.rejected = self.rejected.saturating_add(1);
                    if import.rejections.len() < MAX_REJECTED {
                        import.rejections.push(Rejection { row, reason: error.to_string() });
                    }
                }
                Err(error) => {
                    self.append(&mut page, &mut import).await?;
                    return Err(BulkError::Source(error));
                }
            }
            if page.len() >= PAGE {
                self.append(&mut page, &mut import).await?;
            }
        }
        self.append(&mut page, &mut import).await?;
        Ok(import)
    }

    async fn append(
        &self,
        page: &mut Vec<NewRecipient>,
        import: &mut Import,
    ) -> Result<(), BulkError> {
        if page.is_empty() {
            return Ok(());
        }
        let appended = self.bulk.store.append(&self.id, page).await.map_err(BulkError::Store)?;
        let Appended { added, duplicates, left_out } = appended.ok_or(BulkError::DraftLost)?;
        import.added = import.added.saturating_add(added);
        import.duplicates = import.duplicates.saturating_add(duplicates);
        import.left_out = import.left_out.saturating_add(left_out);
        page.clear();
        Ok(())
    }

    /// Lets the campaign start without the rows that were invalid.
    pub fn skip_invalid(mut self) -> Self {
        self.skips_invalid = true;
        self
    }

    /// Splits the recipients into chunks, and lets workers send them. Content and recipients cannot be
    /// changed afterwards.
    ///
    /// # Errors
    ///
    /// [`BulkError::InvalidRows`] if a row was invalid, unless [`skip_invalid`](Self::skip_invalid) is
    /// set. [`BulkError::NoRecipients`], [`BulkError::DraftLost`] and [`BulkError::Store`].
    pub async fn start(self) -> Result<CampaignHandle, BulkError> {
        if self.rejected > 0 && !self.skips_invalid {
            return Err(BulkError::InvalidRows(self.rejected));
        }
        let chunks = self.plan().await?;
        if chunks.is_empty() {
            return Err(BulkError::NoRecipients);
        }
        let started = self.bulk.store.start(&self.id, &chunks, Timestamp::now()).await;
        match started.map_err(BulkError::Store)? {
            true => Ok(self.bulk.campaign(self.id.key)),
            false => Err(BulkError::DraftLost),
        }
    }

    /// Fills one chunk after the other. A recipient too large for any chunk gets a chunk of their own.
    async fn plan(&self) -> Result<Vec<Range<u64>>, BulkError> {
        let store = Arc::clone(&self.bulk.store);
        let (mut chunks, mut first, mut next) = (Vec::new(), 0_u64, 0_u64);
        let mut bytes = 0_usize;
        loop {
            let page = next..next.saturating_add(PAGE as u64);
            let page = store.recipients(&self.id.key, page).await.map_err(BulkError::Store)?;
            if page.is_empty() {
                break;
            }
            for recipient in page {
                let size = size(&recipient);
                let count = recipient.position.saturating_sub(first);
                let is_full = count >= self.chunk_size as u64
                    || bytes.saturating_add(size) > self.chunk_bytes;
                if is_full && count > 0 {
                    chunks.push(first..recipient.position);
                    (first, bytes) = (recipient.position, 0);
                }
                bytes = bytes.saturating_add(size);
                next = recipient.position.saturating_add(1);
            }
        }
        if next > first {
            chunks.push(first..next);
        }
        Ok(chunks)
    }
}

/// About how many bytes a recipient adds to a call: its mailbox, and its address and variables as JSON.
fn size(recipient: &StoredRecipient) -> usize {
    let StoredRecipient { mailbox, variables, .. } = recipient;
    mailbox.len().saturating_mul(2).saturating_add(variables.len()).saturating_add(4)
}

/// The bare address, in lower case.
fn folded(address: impl Into<String>) -> String {
    let mut text = address.into();
    if let Ok(mailbox) = text.parse::<Mailbox>() {
        text = mailbox.address().to_owned();
    }
    text.make_ascii_lowercase();
    text
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("id", &self.id).finish_non_exhaustive()
    }
}
