use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager};

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
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let list = mailgun.mailing_lists().get("news@mg.example.com").await?;
/// println!("{} has {:?} members", list.name, list.members_count);
/// # Ok(()) }
/// ```
#[doc(alias = "newsletter")]
#[derive(Clone, Debug)]
pub struct MailingLists {
    client: Client,
}

impl MailingLists {
    /// A handle to the mailing lists of the client's account.
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
    /// Returns 429 after too many requests.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::ListMailingLists;
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

    /// Lists mailing lists with their total number: all of them, or the one with a given address.
    ///
    /// `GET /v3/lists`
    ///
    /// # Errors
    ///
    /// Returns 429 after too many requests.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::ListMailingListsByAddress;
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

    /// Gets a list by its address.
    ///
    /// `GET /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// println!("{:?}", lists.get("news@mg.example.com").await?.access_level);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, address: &str) -> Call<MailingList> {
        self.client.call_field(GET, &[address], "list")
    }

    /// Creates a list.
    ///
    /// `POST /v3/lists`. Mailgun refuses a second call, so the call is not retried if its outcome
    /// is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the address is taken (`Duplicate object`), or the access level or reply
    /// preference is unknown.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::{AccessLevel, MailingListSettings};
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

    /// Changes the settings that `settings` sets; the others stay as they are.
    ///
    /// `PUT /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// use mailgun::mailing_lists::{MailingListSettings, ReplyPreference};
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

    /// Deletes a list and its members.
    ///
    /// `DELETE /v3/lists/{address}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// lists.delete("news@mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, address: &str) -> Call<MailingListDeleted> {
        self.client.call(DELETE, &[address])
    }

    /// Starts to validate the addresses of all members.
    ///
    /// `POST /v3/lists/{address}/validate`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 404 if the list does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// # #[allow(deprecated)]
    /// let started = lists.validate("news@mg.example.com").await?;
    /// println!("{}", started.id);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn validate(&self, address: &str) -> Call<ValidationStarted> {
        self.client.call(VALIDATE, &[address])
    }

    /// Gets the progress and the result of the validation of all members.
    ///
    /// `GET /v3/lists/{address}/validate`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// # #[allow(deprecated)]
    /// let validation = lists.validation_result("news@mg.example.com").await?;
    /// println!("{:?} of {:?}", validation.records_processed, validation.quantity);
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn validation_result(&self, address: &str) -> Call<ValidationJob> {
        self.client.call(VALIDATION, &[address])
    }

    /// Cancels the validation of all members, or deletes its results.
    ///
    /// `DELETE /v3/lists/{address}/validate`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # use mailgun::mailing_lists::MailingLists;
    /// # async fn example(lists: MailingLists) -> Result<(), mailgun::Error> {
    /// # #[allow(deprecated)]
    /// lists.cancel_validation("news@mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    #[deprecated(since = "0.1.0", note = "use `BulkValidations` of `mailgun-validations`")]
    pub fn cancel_validation(&self, address: &str) -> Call<Confirmation> {
        self.client.call(CANCEL_VALIDATION, &[address])
    }
}

mailgun_core::params! {
    /// Options for listing mailing lists.
    pub struct ListMailingLists;
}

impl ListMailingLists {
    /// Page size; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The page to start with; default the first.
    pub fn page(self, page: PageDirection) -> Self {
        self.set("page", page.abbreviated())
    }

    /// The address that [`page`](Self::page) is relative to.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }
}

mailgun_core::params! {
    /// Options for listing mailing lists by address.
    pub struct ListMailingListsByAddress;
}

impl ListMailingListsByAddress {
    /// Lists only the mailing list with this address.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set("address", address.into())
    }

    /// Page size; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}
