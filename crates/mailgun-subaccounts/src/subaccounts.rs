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
// The subaccount is named by a header alone.
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

/// The subaccounts of an account, for clients with a key of that account.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_subaccounts::{Subaccounts, UpdateFeatures};
///
/// let subaccounts = Subaccounts::new(&client);
/// let tenant = subaccounts.create("Acme").await?;
/// subaccounts.set_monthly_limit(&tenant.id, 10_000).await?;
/// subaccounts.update_features(&tenant.id, UpdateFeatures::new().validations(false)).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Subaccounts {
    client: Client,
}

impl Subaccounts {
    /// The subaccounts of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the subaccounts.
    ///
    /// `GET /v5/accounts/subaccounts`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// use mailgun_subaccounts::{ListSubaccounts, SortOrder};
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

    /// A subaccount by its id.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", subaccounts.get("646d00a1b32c35364a2ad34f").await?.status);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<Subaccount> {
        unwrapped(self.client.call(GET, &[id]))
    }

    /// Creates a subaccount.
    ///
    /// `POST /v5/accounts/subaccounts`. A second call makes a second subaccount: it is not repeated
    /// when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a name that Mailgun does not take, or when the account has as many subaccounts
    /// as it may have.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// println!("{}", subaccounts.create("Acme").await?.id);
    /// # Ok(()) }
    /// ```
    pub fn create(&self, name: impl Into<String>) -> Call<Subaccount> {
        let mut form = Fields::new();
        form.set("name", name.into());
        unwrapped(self.client.call(CREATE, &[]).multipart(form))
    }

    /// Enables a subaccount that was disabled.
    ///
    /// `POST /v5/accounts/subaccounts/{subaccount_id}/enable`
    ///
    /// # Errors
    ///
    /// Status 400 when the account has as many subaccounts as it may have, 404 if there is no such
    /// subaccount.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// subaccounts.enable("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn enable(&self, id: &str) -> Call<Subaccount> {
        unwrapped(self.client.call(ENABLE, &[id]))
    }

    /// Disables a subaccount, until it is enabled again.
    ///
    /// `POST /v5/accounts/subaccounts/{subaccount_id}/disable`
    ///
    /// # Errors
    ///
    /// Status 400 if it is disabled already, 404 if there is no such subaccount. After an attempt
    /// whose outcome was unknown the former may mean that this attempt did it.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// use mailgun_subaccounts::DisableSubaccount;
    ///
    /// let params = DisableSubaccount::new().reason("unpaid").note("invoice 2044");
    /// subaccounts.disable("646d00a1b32c35364a2ad34f", params).await?;
    /// # Ok(()) }
    /// ```
    pub fn disable(&self, id: &str, params: DisableSubaccount) -> Call<Subaccount> {
        unwrapped(self.client.call(DISABLE, &[id]).query(params))
    }

    /// Deletes a subaccount.
    ///
    /// `DELETE /v5/accounts/subaccounts`. The id goes into the header `X-Mailgun-On-Behalf-Of` of
    /// this one call, whichever subaccount the client itself acts for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), before anything is connected, for
    /// an id that cannot stand in a header, such as an empty one; status 400 or 403 for one that is
    /// no subaccount of the account.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// subaccounts.delete("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[]).subaccount(id)
    }

    /// How many messages a subaccount may send in a calendar month, and how many it has sent.
    ///
    /// `GET /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 404 if it has no limit, 400 if the id is that of no subaccount, 403 for a key that may
    /// not see it.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// let limit = subaccounts.monthly_limit("646d00a1b32c35364a2ad34f").await?;
    /// println!("{:?} of {:?}", limit.current, limit.limit);
    /// # Ok(()) }
    /// ```
    pub fn monthly_limit(&self, id: &str) -> Call<SendingLimit> {
        self.client.call(GET_LIMIT, &[id])
    }

    /// Sets how many messages a subaccount may send in a calendar month.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 400 for a limit that is too small, or if the id is that of no subaccount.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// subaccounts.set_monthly_limit("646d00a1b32c35364a2ad34f", 10_000).await?;
    /// # Ok(()) }
    /// ```
    pub fn set_monthly_limit(&self, id: &str, limit: u64) -> Call<Success> {
        let mut query = Fields::new();
        query.set("limit", limit);
        self.client.call(SET_LIMIT, &[id]).query(query)
    }

    /// Takes the limit of a subaccount away.
    ///
    /// `DELETE /v5/accounts/subaccounts/{subaccount_id}/limit/custom/monthly`
    ///
    /// # Errors
    ///
    /// Status 400 if it has no limit.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// subaccounts.delete_monthly_limit("646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete_monthly_limit(&self, id: &str) -> Call<Success> {
        self.client.call(DELETE_LIMIT, &[id])
    }

    /// Switches features of a subaccount on and off, leaves the rest as it is, and gives what the
    /// server says of the features afterwards.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/features`
    ///
    /// # Errors
    ///
    /// Status 400 if no feature is set, 404 if there is no such subaccount.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     subaccounts: mailgun_subaccounts::Subaccounts,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// use mailgun_subaccounts::UpdateFeatures;
    ///
    /// let features = UpdateFeatures::new().sending(true).validations(false);
    /// let features = subaccounts.update_features("646d00a1b32c35364a2ad34f", features).await?;
    /// assert_eq!(features.validations, Some(false));
    /// # Ok(()) }
    /// ```
    pub fn update_features(&self, id: &str, features: UpdateFeatures) -> Call<SubaccountFeatures> {
        let call = self.client.call::<WrappedFeatures>(FEATURES, &[id]);
        call.form(features).map(|response| response.features)
    }
}

fn unwrapped(call: Call<Wrapped>) -> Call<Subaccount> {
    call.map(|response| response.subaccount)
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::null_default")]
    subaccount: Subaccount,
}

#[derive(Deserialize)]
struct WrappedFeatures {
    #[serde(default, deserialize_with = "de::null_default")]
    features: SubaccountFeatures,
}

#[derive(Deserialize)]
struct SubaccountPage {
    #[serde(default, deserialize_with = "de::items")]
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
