//! One list of suppressions, whatever its entries are.

use std::marker::PhantomData;

use mailgun_core::{Call, Chunks, Client, Confirmation, Form, LinkPage, Operation, Pager, de};
use mailgun_types::{Csv, PageDirection};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Mailgun accepts up to 1000 records in one call.
const MAX_RECORDS: usize = 1000;

/// Mailgun accepts files of up to 25 MiB.
const MAX_IMPORT: u64 = 25 * 1024 * 1024;

/// The operations of one list.
#[derive(Debug)]
pub struct Operations {
    pub(crate) list: Operation,
    pub(crate) get: Operation,
    pub(crate) create: Operation,
    pub(crate) import: Operation,
    pub(crate) delete: Operation,
    pub(crate) delete_all: Operation,
}

macro_rules! operations {
    ($list:literal / $entry:literal) => {
        $crate::list::Operations {
            list: Operation::get(concat!("/v3/{domain}/", $list)),
            get: Operation::get(concat!("/v3/{domain}/", $list, "/", $entry)),
            create: Operation::post(concat!("/v3/{domain}/", $list)).idempotent(),
            import: Operation::post(concat!("/v3/{domain}/", $list, "/import")).idempotent(),
            delete: Operation::delete(concat!("/v3/{domain}/", $list, "/", $entry)).idempotent(),
            // A retry would delete what was added meanwhile.
            delete_all: Operation::delete(concat!("/v3/{domain}/", $list)),
        }
    };
}
pub(crate) use operations;

/// What one list has that the others do not. It also seals [`Suppression`].
pub trait Described: Sized {
    const OPERATIONS: Operations;
    const REQUIRED_COLUMNS: &[&str];
    const OPTIONAL_COLUMNS: &[&str];
}

/// An entry of a [`SuppressionList`]. Only the entry types of this crate implement it.
pub trait Suppression: Described + DeserializeOwned + Send + 'static {
    /// An entry to add.
    type New: Send + 'static;

    /// The response to adding or deleting one entry.
    type Response: DeserializeOwned + 'static;

    #[doc(hidden)]
    fn create(call: Call<Self::Response>, entry: Self::New) -> Call<Self::Response>;
}

/// A list of suppressions of one domain: [`Bounces`](crate::Bounces),
/// [`Unsubscribes`](crate::Unsubscribes), [`Complaints`](crate::Complaints) or the
/// [`Allowlist`](crate::Allowlist).
///
/// In paths, `{list}` stands for `bounces`, `unsubscribes`, `complaints` or `whitelists`.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::suppressions::ListSuppressions;
///
/// let bounces = mailgun.suppressions("mg.example.com").bounces();
/// let mut pager = bounces.list(ListSuppressions::new().limit(1000));
/// while let Some(page) = pager.next_page().await? {
///     for bounce in page {
///         println!("{} {:?} {}", bounce.address, bounce.code, bounce.error);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct SuppressionList<T> {
    client: Client,
    domain: String,
    entry: PhantomData<fn() -> T>,
}

impl<T: Suppression> SuppressionList<T> {
    pub(crate) fn new(client: &Client, domain: &str) -> Self {
        Self { client: client.clone(), domain: domain.to_owned(), entry: PhantomData }
    }

    /// Lists the entries, in the order of their addresses.
    ///
    /// `GET /v3/{domain}/{list}`
    ///
    /// # Errors
    ///
    /// Returns 400 if a parameter is invalid.
    ///
    /// ```no_run
    /// # async fn example(complaints: mailgun::suppressions::Complaints) -> Result<(), mailgun::Error> {
    /// use mailgun::suppressions::ListSuppressions;
    ///
    /// let mut pager = complaints.list(ListSuppressions::new().term("bob"));
    /// while let Some(page) = pager.next_page().await? {
    ///     for complaint in page {
    ///         println!("{} {:?}", complaint.address, complaint.created_at);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSuppressions) -> Pager<T> {
        let call = self.client.call::<LinkPage<T>>(T::OPERATIONS.list, &[&self.domain]);
        Pager::links(call.query(params))
    }

    /// Gets the entry of an address or, in the allowlist, of an address or domain.
    ///
    /// `GET /v3/{domain}/{list}/{address}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the address is not on the list. The allowlist does not find an address whose
    /// domain it has.
    ///
    /// ```no_run
    /// # async fn example(unsubscribes: mailgun::suppressions::Unsubscribes) -> Result<(), mailgun::Error> {
    /// println!("{:?}", unsubscribes.get("bob@example.com").await?.tags);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<T> {
        self.client.call(T::OPERATIONS.get, &[&self.domain, address])
    }

    /// Adds one entry.
    ///
    /// `POST /v3/{domain}/{list}`, as a form. An [`Unsubscribe`](crate::Unsubscribe) with several tags is
    /// sent as JSON, because the form has room for only one.
    ///
    /// # Errors
    ///
    /// Returns 400 if the address, domain, code, tag or date is invalid.
    ///
    /// ```no_run
    /// # async fn example(suppressions: mailgun::suppressions::Suppressions) -> Result<(), mailgun::Error> {
    /// use mailgun::suppressions::{NewAllowlistEntry, NewBounce, NewUnsubscribe};
    ///
    /// let bob = NewBounce::new("bob@example.com").error("No such mailbox");
    /// suppressions.bounces().create(bob).await?;
    /// let al = NewUnsubscribe::new("al@example.com").tag("newsletter");
    /// suppressions.unsubscribes().create(al).await?;
    /// let tests = NewAllowlistEntry::domain("example.org").reason("our test server");
    /// suppressions.allowlist().create(tests).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, entry: T::New) -> Call<T::Response> {
        T::create(self.client.call(T::OPERATIONS.create, &[&self.domain]), entry)
    }

    /// Adds any number of entries. The allowlist takes several only by [`import`](Self::import).
    ///
    /// `POST /v3/{domain}/{list}`, as JSON, once for each 1000 entries. Each call has a result of
    /// its own; a call that fails does not stop the ones after it.
    ///
    /// # Errors
    ///
    /// The result of a call is 400 if one of its entries is invalid.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::suppressions::Bounces) -> Result<(), mailgun::Error> {
    /// use mailgun::suppressions::NewBounce;
    ///
    /// let gone = (0..2500).map(|i| NewBounce::new(format!("user{i}@example.com")).code("550"));
    /// for chunk in bounces.create_many(gone).await {
    ///     println!("{:?}: {}", chunk.positions, chunk.result?.message);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_many(&self, entries: impl IntoIterator<Item = T::New>) -> Chunks<Confirmation>
    where
        T::New: Serialize,
    {
        let (client, domain) = (self.client.clone(), self.domain.clone());
        Chunks::new(entries.into_iter().collect(), MAX_RECORDS, move |entries: &[T::New]| {
            client.call(T::OPERATIONS.create, &[&domain]).json(entries)
        })
    }

    /// Adds the entries of a CSV file of up to 25 MiB.
    ///
    /// `POST /v3/{domain}/{list}/import`. Mailgun reads the file after it has responded.
    ///
    /// | list | columns |
    /// |---|---|
    /// | bounces | `address`; optional `code`, `error`, `created_at` |
    /// | unsubscribes | `address`; optional `tags` (one in each row, `*` for all mail), `created_at` |
    /// | complaints | `address`; optional `created_at` |
    /// | allowlist | `address` or `domain` in each row |
    ///
    /// [`NewBounce::csv`](crate::NewBounce::csv) and its siblings write such files.
    ///
    /// # Errors
    ///
    /// Before connecting, returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput)
    /// if a column is unknown or the addresses are missing, and
    /// [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) if the file is larger than 25 MiB.
    /// Returns 400 if Mailgun cannot read the file.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::suppressions::Bounces) -> Result<(), mailgun::Error> {
    /// use mailgun::suppressions::Csv;
    ///
    /// bounces.import(Csv::from_path("bounces.csv").await?).await?;
    /// # Ok(()) }
    /// ```
    pub fn import(&self, csv: Csv) -> Call<Confirmation> {
        let call = self.client.call(T::OPERATIONS.import, &[&self.domain]);
        let csv = csv.with_columns(T::REQUIRED_COLUMNS, T::OPTIONAL_COLUMNS);
        match csv.and_then(|file| file.up_to(MAX_IMPORT)) {
            Ok(file) => {
                let mut form = Form::new();
                form.file("file", file);
                call.multipart(form)
            }
            Err(error) => call.with_error(error),
        }
    }

    /// Removes an entry. Mailgun delivers to the address again until it bounces, unsubscribes or
    /// complains again.
    ///
    /// `DELETE /v3/{domain}/{list}/{address}`. For an unsubscribe, this removes all its tags.
    ///
    /// # Errors
    ///
    /// Returns 404 if the address is not on the list.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::suppressions::Bounces) -> Result<(), mailgun::Error> {
    /// bounces.delete("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<T::Response> {
        self.client.call(T::OPERATIONS.delete, &[&self.domain, address])
    }

    /// Removes all entries.
    ///
    /// `DELETE /v3/{domain}/{list}`. The call is not retried if its outcome is unknown: a retry
    /// would also remove entries that were added meanwhile.
    ///
    /// # Errors
    ///
    /// Returns 400 or 404 if Mailgun cannot clear the list of this domain.
    ///
    /// ```no_run
    /// # async fn example(bounces: mailgun::suppressions::Bounces) -> Result<(), mailgun::Error> {
    /// println!("{}", bounces.delete_all().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<Confirmation> {
        self.client.call(T::OPERATIONS.delete_all, &[&self.domain])
    }
}

mailgun_core::params! {
    /// Options for listing the entries of a list.
    pub struct ListSuppressions;
}

impl ListSuppressions {
    /// Page size, 1 to 1000; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Lists only addresses that start with `prefix`.
    pub fn term(self, prefix: impl Into<String>) -> Self {
        self.set("term", prefix.into())
    }

    /// The address that [`page`](Self::page) is relative to.
    pub fn address(self, pivot: impl Into<String>) -> Self {
        self.set("address", pivot.into())
    }

    /// The page to start with; default the first. The pager continues from there.
    pub fn page(self, direction: PageDirection) -> Self {
        self.set("page", direction)
    }
}

/// The response to adding or deleting one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SuppressionResponse {
    /// The message from Mailgun, such as `Address has been added to the bounces table`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The address.
    #[serde(default, deserialize_with = "de::null_default")]
    pub address: String,
}
