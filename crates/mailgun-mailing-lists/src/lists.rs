use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager};
use serde::Deserialize;

use crate::{
    MailingList, MailingListDeleted, MailingListResponse, MailingListSettings, Members,
    PageDirection, ValidationJob, ValidationStarted, members,
};

const LIST: Operation = Operation::get("/v3/lists/pages");
const LIST_BY_ADDRESS: Operation = Operation::get("/v3/lists");
const GET: Operation = Operation::get("/v3/lists/{address}");
const CREATE: Operation = Operation::post("/v3/lists");
const UPDATE: Operation = Operation::put("/v3/lists/{address}").idempotent();
const DELETE: Operation = Operation::delete("/v3/lists/{address}").idempotent();
const VALIDATE: Operation = Operation::post("/v3/lists/{address}/validate");
const VALIDATION: Operation = Operation::get("/v3/lists/{address}/validate");
const CANCEL_VALIDATION: Operation = Operation::delete("/v3/lists/{address}/validate").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    LIST,
    LIST_BY_ADDRESS,
    GET,
    CREATE,
    UPDATE,
    DELETE,
    VALIDATE,
    VALIDATION,
    CANCEL_VALIDATION,
    members::LIST,
    members::LIST_BY_ADDRESS,
    members::GET,
    members::CREATE,
    members::CREATE_MANY,
    members::IMPORT,
    members::UPDATE,
    members::DELETE,
];

/// The mailing lists of an account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_mailing_lists::MailingLists;
///
/// let list = MailingLists::new(&client).get("news@mg.example.com").await?;
/// println!("{} has {:?} members", list.name, list.members_count);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MailingLists {
    client: Client,
}

impl MailingLists {
    /// The mailing lists of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The members of a list.
    pub fn members(&self, list_address: impl Into<String>) -> Members {
        Members::new(&self.client, list_address)
    }

    /// Lists all mailing lists, in the order of their addresses.
    ///
    /// `GET /v3/lists/pages`
    ///
    /// # Errors
    ///
    /// Status 429 for too many requests.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::ListMailingLists;
    ///
    /// let mut pager = lists.list(ListMailingLists::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for list in page {
    ///         println!("{} {:?}", list.address, list.members_count);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListMailingLists) -> Pager<MailingList> {
        Pager::links(self.client.call::<LinkPage<MailingList>>(LIST, &[]).query(params))
    }

    /// Lists mailing lists with their total, all or those of an address.
    ///
    /// `GET /v3/lists`
    ///
    /// # Errors
    ///
    /// Status 429 for too many requests.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::ListMailingListsByAddress;
    ///
    /// let params = ListMailingListsByAddress::new().address("news@mg.example.com");
    /// if let Some(page) = lists.list_by_address(params).next_page().await? {
    ///     println!("{:?}", page.total);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list_by_address(&self, params: ListMailingListsByAddress) -> Pager<MailingList> {
        let call = self.client.call::<LinkPage<MailingList>>(LIST_BY_ADDRESS, &[]);
        Pager::skip(call.query(params))
    }

    /// A list by its address.
    ///
    /// `GET /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", lists.get("news@mg.example.com").await?.access_level);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<MailingList> {
        self.client.call::<Wrapped>(GET, &[address]).map(|response| response.list)
    }

    /// Creates a list.
    ///
    /// `POST /v3/lists`. Not repeated when its outcome is unknown: a second call is refused.
    ///
    /// # Errors
    ///
    /// Status 400 if the address is taken (`Duplicate object`), or for an unknown access level or
    /// response preference.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::{AccessLevel, MailingListSettings};
    ///
    /// let settings = MailingListSettings::new().name("News").access_level(AccessLevel::Members);
    /// let created = lists.create("news@mg.example.com", settings).await?;
    /// println!("{:?}", created.list.created_at);
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        address: impl Into<String>,
        settings: MailingListSettings,
    ) -> Call<MailingListResponse> {
        self.client.call(CREATE, &[]).multipart(settings.address(address))
    }

    /// Changes what `settings` has, and leaves the rest as it is.
    ///
    /// `PUT /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// use mailgun_mailing_lists::{MailingListSettings, ReplyPreference};
    ///
    /// let settings = MailingListSettings::new().reply_preference(ReplyPreference::Sender);
    /// lists.update("news@mg.example.com", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(
        &self,
        address: &str,
        settings: MailingListSettings,
    ) -> Call<MailingListResponse> {
        self.client.call(UPDATE, &[address]).multipart(settings)
    }

    /// Deletes a list with its members.
    ///
    /// `DELETE /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// lists.delete("news@mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<MailingListDeleted> {
        self.client.call(DELETE, &[address])
    }

    /// Starts to check the addresses of all members.
    ///
    /// `POST /v3/lists/{address}/validate`. Not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such list.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// # #[allow(deprecated)]
    /// let started = lists.validate("news@mg.example.com").await?;
    /// println!("{}", started.id);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn validate(&self, address: &str) -> Call<ValidationStarted> {
        self.client.call(VALIDATE, &[address])
    }

    /// How far the check of all members is, and what it has found.
    ///
    /// `GET /v3/lists/{address}/validate`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// # #[allow(deprecated)]
    /// let validation = lists.validation_result("news@mg.example.com").await?;
    /// println!("{:?} of {:?}", validation.records_processed, validation.quantity);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn validation_result(&self, address: &str) -> Call<ValidationJob> {
        self.client.call(VALIDATION, &[address])
    }

    /// Stops the check of all members, or deletes its results.
    ///
    /// `DELETE /v3/lists/{address}/validate`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # use mailgun_mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun_core::Error> {
    /// # #[allow(deprecated)]
    /// lists.cancel_validation("news@mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn cancel_validation(&self, address: &str) -> Call<Confirmation> {
        self.client.call(CANCEL_VALIDATION, &[address])
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    list: MailingList,
}

mailgun_core::params! {
    /// Which mailing lists to list.
    pub struct ListMailingLists;
}

impl ListMailingLists {
    /// At most so many a page; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The page to begin with; the first when not set.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }

    /// The address that [`page`](Self::page) counts from.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }
}

mailgun_core::params! {
    /// Which mailing lists to list, by their address.
    pub struct ListMailingListsByAddress;
}

impl ListMailingListsByAddress {
    /// The list with this address alone.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// At most so many a page; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}
