use mailgun_core::{
    Call, Client, Confirmation, Fields, Operation, PageLinks, PageParts, PageResponse, Pager, de,
};
use mailgun_types::{SendingLimit, Success};
use serde::Deserialize;

use crate::{DisableSubaccount, ListSubaccounts, Subaccount, SubaccountFeatures, UpdateFeatures};

const LIST: Operation = Operation::get("/v5/accounts/subaccounts");
const GET: Operation = Operation::get("/v5/accounts/subaccounts/{subaccount_id}");
const CREATE: Operation = Operation::post("/v5/accounts/subaccounts");
const ENABLE: Operation =
    Operation::post("/v5/accounts/subaccounts/{subaccount_id}/enable").idempotent();
const DISABLE: Operation =
    Operation::post("/v5/accounts/subaccounts/{subaccount_id}/disable").idempotent();
// Only the header names the subaccount.
const DELETE: Operation = Operation::delete("/v5/accounts/subaccounts").idempotent();
const GET_LIMIT: Operation =
    Operation::get("/v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly");
const SET_LIMIT: Operation =
    Operation::put("/v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly").idempotent();
const DELETE_LIMIT: Operation =
    Operation::delete("/v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly").idempotent();
const FEATURES: Operation =
    Operation::put("/v5/accounts/subaccounts/{subaccount_id}/features").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] =
    &[LIST, GET, CREATE, ENABLE, DISABLE, DELETE, GET_LIMIT, SET_LIMIT, DELETE_LIMIT, FEATURES];

/// The subaccounts of an account. The client needs an API key of the parent account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::subaccounts::UpdateFeatures;
///
/// let subaccounts = mailgun.subaccounts();
/// let tenant = subaccounts.create("Acme").await?;
/// subaccounts.set_monthly_limit(&tenant.id, 10_000).await?;
/// subaccounts.update_features(&tenant.id, UpdateFeatures::new().validations(false)).await?;
/// # Ok(()) }
/// ```
#[doc(alias = "tenant")]
#[derive(Clone, Debug)]
pub struct Subaccounts {
    client: Client,
}

impl Subaccounts {
    /// A handle to the subaccounts of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the subaccounts.
    ///
    /// `GET /v5/accounts/subaccounts`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// use mailgun::subaccounts::{ListSubaccounts, SortOrder};
    ///
    /// let open = ListSubaccounts::new().enabled(true).sort(SortOrder::Ascending).limit(100);
    /// let mut pager = subaccounts.list(open);
    /// while let Some(page) = pager.next_page().await? {
    ///     for subaccount in page {
    ///         println!("{} {}", subaccount.id, subaccount.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListSubaccounts) -> Pager<Subaccount> {
        Pager::skip(self.client.call::<SubaccountPage>(LIST, &[]).query(params))
    }

    /// Gets a subaccount by id.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// println!("{:?}", subaccounts.get("646d00a1b32c35364a2ad34f").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<Subaccount> {
        self.client.call_field(GET, &[id], "subaccount")
    }

    /// Creates a subaccount.
    ///
    /// `POST /v5/accounts/subaccounts`. A second call makes a second subaccount, so it is not
    /// retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the name is invalid or the limit of subaccounts is reached.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// println!("{}", subaccounts.create("Acme").await?.id);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, name: impl Into<String>) -> Call<Subaccount> {
        let mut form = Fields::new();
        form.set("name", name.into());
        self.client.call_field(CREATE, &[], "subaccount").multipart(form)
    }

    /// Enables a subaccount that was disabled.
    ///
    /// `POST /v5/accounts/subaccounts/{subaccount_id}/enable`
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit of subaccounts is reached, and 404 if the subaccount does not
    /// exist.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// subaccounts.enable("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn enable(&self, id: &str) -> Call<Subaccount> {
        self.client.call_field(ENABLE, &[id], "subaccount")
    }

    /// Disables a subaccount until it is enabled again.
    ///
    /// `POST /v5/accounts/subaccounts/{subaccount_id}/disable`
    ///
    /// # Errors
    ///
    /// Returns 400 if the subaccount is already disabled, and 404 if it does not exist. After a
    /// retry, 400 may mean that an earlier attempt disabled it.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// use mailgun::subaccounts::DisableSubaccount;
    ///
    /// let params = DisableSubaccount::new().reason("unpaid").note("invoice 2044");
    /// subaccounts.disable("646d00a1b32c35364a2ad34f", params).await?;
    /// # Ok(()) }
    /// ```
    pub fn disable(&self, id: &str, params: DisableSubaccount) -> Call<Subaccount> {
        self.client.call_field(DISABLE, &[id], "subaccount").query(params)
    }

    /// Deletes a subaccount.
    ///
    /// `DELETE /v5/accounts/subaccounts`. This call sends the id in the header
    /// `X-Mailgun-On-Behalf-Of`, even if the client acts for another subaccount.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before
    /// connecting, if the id is empty or not a valid header value. Returns 400 or 403 if the
    /// account has no such subaccount.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// subaccounts.delete("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[]).subaccount(id)
    }

    /// Gets a subaccount's limit on messages in a calendar month, and the number sent this month.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 404 if the subaccount has no limit, 400 if it does not exist, and 403 if the API key
    /// lacks the permission.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// let limit = subaccounts.monthly_limit("646d00a1b32c35364a2ad34f").await?;
    /// println!("{:?} of {:?}", limit.current, limit.limit);
    /// # Ok(()) }
    /// ```
    pub fn monthly_limit(&self, id: &str) -> Call<SendingLimit> {
        self.client.call(GET_LIMIT, &[id])
    }

    /// Sets a subaccount's limit on messages in a calendar month.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit is too small or the subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// subaccounts.set_monthly_limit("646d00a1b32c35364a2ad34f", 10_000).await?;
    /// # Ok(()) }
    /// ```
    pub fn set_monthly_limit(&self, id: &str, limit: u64) -> Call<Success> {
        let mut query = Fields::new();
        query.set("limit", limit);
        self.client.call(SET_LIMIT, &[id]).query(query)
    }

    /// Removes the limit of a subaccount.
    ///
    /// `DELETE /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Returns 400 if the subaccount has no limit.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// subaccounts.delete_monthly_limit("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_monthly_limit(&self, id: &str) -> Call<Success> {
        self.client.call(DELETE_LIMIT, &[id])
    }

    /// Turns features of a subaccount on or off, and returns its features afterwards. Features that
    /// are not set stay as they are.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/features`
    ///
    /// # Errors
    ///
    /// Returns 400 if no feature is set, and 404 if the subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun::subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun::Error> {
    /// use mailgun::subaccounts::UpdateFeatures;
    ///
    /// let features = UpdateFeatures::new().sending(true).validations(false);
    /// let features = subaccounts.update_features("646d00a1b32c35364a2ad34f", features).await?;
    /// assert_eq!(features.validations, Some(false));
    /// # Ok(()) }
    /// ```
    pub fn update_features(&self, id: &str, features: UpdateFeatures) -> Call<SubaccountFeatures> {
        self.client.call_field(FEATURES, &[id], "features").form(features)
    }
}

#[derive(Deserialize)]
struct SubaccountPage {
    #[serde(default, deserialize_with = "de::null_default")]
    subaccounts: Vec<Subaccount>,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total: Option<u64>,
}

impl PageResponse for SubaccountPage {
    type Item = Subaccount;

    fn into_parts(self) -> PageParts<Subaccount> {
        PageParts { items: self.subaccounts, links: PageLinks::default(), total: self.total }
    }
}
