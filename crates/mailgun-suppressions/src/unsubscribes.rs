use mailgun_core::{Call, Error, Fields, Operation, Timestamp, de};
use mailgun_types::Csv;
use serde::{Deserialize, Serialize};

use crate::{
    Suppression, SuppressionList, SuppressionResponse,
    list::{Described, Operations, operations},
    record,
};

const COLUMNS: [&str; 3] = ["address", "tags", "created_at"];

/// Addresses whose owners unsubscribed from all mail of the domain or from mail with a tag.
///
/// Mailgun accepts messages to them and then fails them with the reason `suppress-unsubscribe`.
#[doc(alias = "opt-out")]
pub type Unsubscribes = SuppressionList<Unsubscribe>;

impl Described for Unsubscribe {
    const OPERATIONS: Operations = operations!("unsubscribes" / "{address}");
    const REQUIRED_COLUMNS: &[&str] = &["address"];
    const OPTIONAL_COLUMNS: &[&str] = &["tags", "created_at"];
}

impl Suppression for Unsubscribe {
    type New = NewUnsubscribe;
    type Response = SuppressionResponse;

    fn create(
        call: Call<SuppressionResponse>,
        unsubscribe: NewUnsubscribe,
    ) -> Call<SuppressionResponse> {
        if unsubscribe.tags.len() > 1 {
            let address = unsubscribe.fields.get("address").unwrap_or_default().to_owned();
            // The response to JSON has no address.
            let named = |response| SuppressionResponse { address, ..response };
            return call.json(&[unsubscribe]).map(named);
        }
        let NewUnsubscribe { fields: mut form, mut tags } = unsubscribe;
        if let Some(tag) = tags.pop() {
            form.set("tag", tag);
        }
        call.multipart(form)
    }
}

impl Unsubscribes {
    /// Removes one tag of an address. It stays unsubscribed from its other tags.
    ///
    /// `DELETE /v3/{domain}/unsubscribes/{address}`, with `tag` in the query. The API description
    /// does not mention that parameter.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before
    /// connecting, if the tag is empty. Returns 404 if the address has not unsubscribed from the
    /// tag.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun::suppressions::Unsubscribes) -> Result<(), mailgun::Error> {
    /// unsubscribes.delete_tag("bob@example.com", "newsletter").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_tag(&self, address: &str, tag: &str) -> Call<SuppressionResponse> {
        let call = self.delete(address);
        if tag.is_empty() {
            // Mailgun would remove all tags.
            return call.with_error(Error::invalid("tag", "must not be empty"));
        }
        let mut query = Fields::new();
        query.set("tag", tag);
        call.query(query)
    }
}

/// An address whose owner unsubscribed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The tags that the address unsubscribed from; `*` stands for all mail of the domain.
    #[serde(deserialize_with = "de::readable")]
    pub tags: Vec<String>,
    /// The id of the entry, if the response has one.
    #[serde(deserialize_with = "de::string_or_number")]
    pub id: Option<String>,
    /// When the address unsubscribed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// An address to add to the unsubscribes.
///
/// ```
/// use mailgun::suppressions::NewUnsubscribe;
///
/// let bob = NewUnsubscribe::new("bob@example.com").tag("newsletter").tag("offers");
/// let csv = NewUnsubscribe::csv([bob, NewUnsubscribe::new("al@example.com")])?;
/// assert_eq!(csv.columns(), ["address", "tags", "created_at"]);
/// # Ok::<(), mailgun::Error>(())
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
    /// A record for this address. Without a [`tag`](Self::tag), it unsubscribes from all mail of
    /// the domain.
    pub fn new(address: impl Into<String>) -> Self {
        Self { fields: record::with("address", address), tags: Vec::new() }
    }

    /// Adds a tag to unsubscribe from; default `*`, all mail of the domain.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// When the address unsubscribed; default now.
    pub fn created_at(mut self, created_at: impl Into<Timestamp>) -> Self {
        self.fields.set("created_at", created_at.into());
        self
    }

    /// Writes a file for [`import`](crate::SuppressionList::import), with a row for each tag.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file
    /// cannot be written.
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
