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

pub(crate) const LIST: Operation = Operation::get("/v3/{domain}/unsubscribes");
pub(crate) const GET: Operation = Operation::get("/v3/{domain}/unsubscribes/{address}");
pub(crate) const CREATE: Operation = Operation::post("/v3/{domain}/unsubscribes").idempotent();
pub(crate) const IMPORT: Operation =
    Operation::post("/v3/{domain}/unsubscribes/import").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/{domain}/unsubscribes/{address}").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/{domain}/unsubscribes");

const COLUMNS: [&str; 3] = ["address", "tags", "created_at"];

/// Addresses of a domain whose owners have unsubscribed, from all mail or from that with a tag.
///
/// Mail to them is accepted and then fails with the reason `suppress-unsubscribe`.
#[derive(Clone, Debug)]
pub struct Unsubscribes {
    pub(crate) client: Client,
    pub(crate) domain: String,
}

impl Unsubscribes {
    /// Lists the unsubscribed addresses.
    ///
    /// `GET /v3/{domain}/unsubscribes`
    ///
    /// # Errors
    ///
    /// Status 400 for a parameter that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::ListSuppressions;
    ///
    /// let mut pager = unsubscribes.list(ListSuppressions::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for unsubscribe in page {
    ///         println!("{} {:?}", unsubscribe.address, unsubscribe.tags);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSuppressions) -> Pager<Unsubscribe> {
        let call = self.client.call::<LinkPage<Unsubscribe>>(LIST, &[&self.domain]);
        Pager::links(call.query(params))
    }

    /// What an address has unsubscribed from.
    ///
    /// `GET /v3/{domain}/unsubscribes/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", unsubscribes.get("bob@example.com").await?.tags);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<Unsubscribe> {
        self.client.call(GET, &[&self.domain, address])
    }

    /// Adds an address, with the tags that it unsubscribes from.
    ///
    /// `POST /v3/{domain}/unsubscribes`, as a form; as JSON if there are several tags, of which the
    /// form can hold one.
    ///
    /// # Errors
    ///
    /// Status 400 for an invalid address, tag or date.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewUnsubscribe;
    ///
    /// unsubscribes.create(NewUnsubscribe::new("bob@example.com")).await?;
    /// unsubscribes.create(NewUnsubscribe::new("al@example.com").tag("newsletter")).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, unsubscribe: NewUnsubscribe) -> Call<SuppressionResponse> {
        let call = self.client.call::<SuppressionResponse>(CREATE, &[&self.domain]);
        if unsubscribe.tags.len() > 1 {
            let address = unsubscribe.fields.get("address").unwrap_or_default().to_owned();
            // The reply to JSON has no address.
            let named = |response| SuppressionResponse { address, ..response };
            return call.json(&[unsubscribe]).map(named);
        }
        let NewUnsubscribe { fields: mut form, mut tags } = unsubscribe;
        if let Some(tag) = tags.pop() {
            form.set("tag", tag);
        }
        call.multipart(form)
    }

    /// Adds any number of addresses, with the tags that they unsubscribe from.
    ///
    /// `POST /v3/{domain}/unsubscribes`, as JSON, once for each 1000 addresses. There is one result
    /// for each call, and a call that fails does not keep the next from being made.
    ///
    /// # Errors
    ///
    /// Of a chunk: status 400 for a record that Mailgun does not understand.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::NewUnsubscribe;
    ///
    /// let bob = NewUnsubscribe::new("bob@example.com").tag("newsletter").tag("offers");
    /// let al = NewUnsubscribe::new("al@example.com");
    /// for chunk in unsubscribes.create_many([bob, al]).await {
    ///     println!("{:?}: {}", chunk.positions, chunk.result?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_many(
        &self,
        unsubscribes: impl IntoIterator<Item = NewUnsubscribe>,
    ) -> Chunks<Confirmation> {
        let Self { client, domain } = self.clone();
        let rows = unsubscribes.into_iter().collect();
        Chunks::new(rows, MAX_RECORDS, move |unsubscribes: &[NewUnsubscribe]| {
            client.call(CREATE, &[&domain]).json(unsubscribes)
        })
    }

    /// Adds the addresses of a CSV file with the columns `address` and, where there is more to
    /// tell, `tags` (one a row, `*` for all mail) and `created_at`.
    ///
    /// `POST /v3/{domain}/unsubscribes/import`. Mailgun reads the file after it has replied. The
    /// columns are those of [`NewUnsubscribe`], which can write such a file.
    ///
    /// # Errors
    ///
    /// Before anything is connected: a column that the list does not know, or none with addresses
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)); a file over 25 MiB
    /// ([`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge)). Status 400 for a file that Mailgun
    /// cannot read.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// use mailgun_suppressions::Csv;
    ///
    /// unsubscribes.import(Csv::from_path("unsubscribes.csv").await?).await?;
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv) -> Call<Confirmation> {
        let [address, optional @ ..] = COLUMNS;
        list::import(self.client.call(IMPORT, &[&self.domain]), csv, &[address], &optional)
    }

    /// Takes an address off the list, with all its tags: mail is delivered to it again, until it
    /// unsubscribes again.
    ///
    /// `DELETE /v3/{domain}/unsubscribes/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if the address is not in the list.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// unsubscribes.delete("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<SuppressionResponse> {
        self.client.call(DELETE, &[&self.domain, address])
    }

    /// Takes one tag off an address, which stays unsubscribed from its other tags.
    ///
    /// `DELETE /v3/{domain}/unsubscribes/{address}` with `tag` in the query, which the API
    /// description does not have.
    ///
    /// # Errors
    ///
    /// Before anything is connected: an empty tag
    /// ([`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)). Status 404 if the address has not
    /// unsubscribed from that tag.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// unsubscribes.delete_tag("bob@example.com", "newsletter").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_tag(&self, address: &str, tag: &str) -> Call<SuppressionResponse> {
        let call = self.delete(address);
        if tag.is_empty() {
            // It would read as a deletion with all tags.
            return call.with_error(Error::invalid("tag", "must not be empty"));
        }
        let mut query = Fields::new();
        query.set("tag", tag);
        call.query(query)
    }

    /// Takes all addresses off the list: mail is delivered to them again.
    ///
    /// `DELETE /v3/{domain}/unsubscribes`
    ///
    /// # Errors
    ///
    /// Status 400 or 404 if Mailgun cannot do it for this domain.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun_suppressions::Unsubscribes) -> Result<(), mailgun_core::Error> {
    /// println!("{}", unsubscribes.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

/// An address whose owner has unsubscribed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The tags of the mail that it is unsubscribed from; `*` is all mail of the domain.
    #[serde(deserialize_with = "de::readable")]
    pub tags: Vec<String>,
    /// What names the entry, where Mailgun tells it.
    #[serde(deserialize_with = "de::string_or_number")]
    pub id: Option<String>,
    /// When it unsubscribed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the unsubscribes.
///
/// ```
/// use mailgun_suppressions::NewUnsubscribe;
///
/// let bob = NewUnsubscribe::new("bob@example.com").tag("newsletter").tag("offers");
/// let csv = NewUnsubscribe::csv([bob, NewUnsubscribe::new("al@example.com")])?;
/// assert_eq!(csv.columns(), ["address", "tags", "created_at"]);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct NewUnsubscribe {
    #[serde(flatten, serialize_with = "record::serialize")]
    fields: Fields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

impl NewUnsubscribe {
    /// This address, from all mail of the domain unless there is a [`tag`](Self::tag).
    pub fn new(address: impl Into<String>) -> Self {
        Self { fields: record::with("address", address), tags: Vec::new() }
    }

    /// Adds a tag of the mail to unsubscribe from; `*`, all mail of the domain, when there is none.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// When it unsubscribed; now when not set.
    pub fn created_at(mut self, created_at: impl Into<Timestamp>) -> Self {
        self.fields.set("created_at", created_at.into());
        self
    }

    /// A file for [`Unsubscribes::import`], with a row for each tag.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if it cannot be written.
    pub fn csv(unsubscribes: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let rows = unsubscribes.into_iter().flat_map(Self::rows);
        record::csv("unsubscribes.csv", COLUMNS, rows)
    }

    fn rows(self) -> Vec<[String; 3]> {
        let Self { mut fields, tags } = self;
        if tags.is_empty() {
            return vec![record::row(&fields, COLUMNS)];
        }
        let rows = tags.into_iter().map(|tag| {
            fields.set("tags", tag);
            record::row(&fields, COLUMNS)
        });
        rows.collect()
    }
}
