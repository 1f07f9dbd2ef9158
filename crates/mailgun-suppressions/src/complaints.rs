use mailgun_core::{
    Call, Chunks, Client, Confirmation, Error, Fields, LinkPage, Operation, Pager, Timestamp, de,
};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    ListSuppressions, SuppressionResponse,
    list::{self, MAX_RECORDS},
    record,
};

pub(crate) const LIST: Operation = Operation::get("/v3/{domain}/complaints");
pub(crate) const GET: Operation = Operation::get("/v3/{domain}/complaints/{address}");
pub(crate) const CREATE: Operation = Operation::post("/v3/{domain}/complaints").idempotent();
pub(crate) const IMPORT: Operation = Operation::post("/v3/{domain}/complaints/import").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/{domain}/complaints/{address}").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/{domain}/complaints");

const COLUMNS: [&str; 2] = ["address", "created_at"];

/// Addresses of a domain whose owners have marked a mail as spam, where their provider reports it.
///
/// Mail to them is accepted and then fails with the reason `suppress-complaint`.
#[derive(Clone, Debug)]
pub struct Complaints {
    pub(crate) client: Client,
    pub(crate) domain: String,
}

impl Complaints {
    /// Lists the addresses that complained.
    ///
    /// `GET /v3/{domain}/complaints`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::ListSuppressions;
    ///
    /// let mut pager = complaints.list(ListSuppressions::new().term("bob"));
    /// while let Some(page) = pager.next_page().await? {
    ///     for complaint in page {
    ///         println!("{} {:?}", complaint.address, complaint.created_at);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSuppressions) -> Pager<Complaint> {
        let call = self.client.call::<LinkPage<Complaint>>(LIST, &[&self.domain]);
        Pager::links(call.query(params))
    }

    /// The complaint of an address.
    ///
    /// `GET /v3/{domain}/complaints/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", complaints.get("bob@example.com").await?.created_at);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<Complaint> {
        self.client.call(GET, &[&self.domain, address])
    }

    /// Adds an address.
    ///
    /// `POST /v3/{domain}/complaints`, as a form.
    ///
    /// # Errors
    ///
    /// Status 400 for an invalid address or date.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewComplaint;
    ///
    /// complaints.create(NewComplaint::new("bob@example.com")).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, complaint: NewComplaint) -> Call<SuppressionResponse> {
        self.client.call(CREATE, &[&self.domain]).form(complaint.0)
    }

    /// Adds any number of addresses.
    ///
    /// `POST /v3/{domain}/complaints`, as JSON, once for each 1000 addresses. There is one result
    /// for each call, and a call that fails does not keep the next from being made.
    ///
    /// # Errors
    ///
    /// Of a chunk: status 400 for a record that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewComplaint;
    ///
    /// let addresses = ["bob@example.com", "al@example.com"];
    /// for chunk in complaints.create_many(addresses.map(NewComplaint::new)).await {
    ///     println!("{:?}: {}", chunk.positions, chunk.result?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_many(
        &self,
        complaints: impl IntoIterator<Item = NewComplaint>,
    ) -> Chunks<Confirmation> {
        let Self { client, domain } = self.clone();
        let rows = complaints.into_iter().collect();
        Chunks::new(rows, MAX_RECORDS, move |complaints: &[NewComplaint]| {
            client.call(CREATE, &[&domain]).json(complaints)
        })
    }

    /// Adds the addresses of a CSV file with the columns `address` and, where it is known,
    /// `created_at`.
    ///
    /// `POST /v3/{domain}/complaints/import`. Mailgun reads the file after it has replied. The
    /// columns are those of [`NewComplaint`], which can write such a file.
    ///
    /// # Errors
    ///
    /// Before anything is connected: a column that the list does not know, or none with addresses
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)); a file over 25 MiB
    /// ([`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge)). Status 400 for a file that Mailgun
    /// cannot read.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::Csv;
    ///
    /// complaints.import(Csv::from_path("complaints.csv").await?).await?;
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv) -> Call<Confirmation> {
        let [address, optional @ ..] = COLUMNS;
        list::import(self.client.call(IMPORT, &[&self.domain]), csv, &[address], &optional)
    }

    /// Takes an address off the list: mail is delivered to it again, until there is another
    /// complaint.
    ///
    /// `DELETE /v3/{domain}/complaints/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// complaints.delete("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<SuppressionResponse> {
        self.client.call(DELETE, &[&self.domain, address])
    }

    /// Takes all addresses off the list: mail is delivered to them again.
    ///
    /// `DELETE /v3/{domain}/complaints`
    ///
    /// # Errors
    ///
    /// Status 400 if Mailgun cannot do it for this domain.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun_suppressions::Complaints) -> Result<(), mailgun_core::Error> {
    /// println!("{}", complaints.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

/// An address whose owner has marked a mail as spam.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Complaint {
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// How many complaints there were, where Mailgun tells it.
    #[serde(deserialize_with = "de::number_or_string")]
    pub count: Option<u64>,
    /// When the complaint came in.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the complaints.
///
/// ```
/// use mailgun_suppressions::NewComplaint;
///
/// let csv = NewComplaint::csv(["bob@example.com", "al@example.com"].map(NewComplaint::new))?;
/// assert_eq!(csv.columns(), ["address", "created_at"]);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct NewComplaint(#[serde(serialize_with = "record::serialize")] Fields);

impl NewComplaint {
    /// This address; Mailgun's defaults hold for what is not set.
    pub fn new(address: impl Into<String>) -> Self {
        Self(record::with("address", address))
    }

    /// When the complaint came in; now when not set.
    pub fn created_at(mut self, created_at: impl Into<Timestamp>) -> Self {
        self.0.set("created_at", created_at.into());
        self
    }

    /// A file for [`Complaints::import`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if it cannot be written.
    pub fn csv(complaints: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = complaints.into_iter().map(|complaint| record::row(&complaint.0, COLUMNS));
        record::csv("complaints.csv", COLUMNS, rows)
    }
}
