use mailgun_core::{
    Call, Client, Operation, PageLinks, PageParts, PageResponse, Pager, Timestamp, de,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) const LIST: Operation = Operation::get("/v5/users");
pub(crate) const ME: Operation = Operation::get("/v5/users/me");
pub(crate) const GET: Operation = Operation::get("/v5/users/{user_id}");

/// The people of an account.
#[derive(Clone, Debug)]
pub struct Users {
    pub(crate) client: Client,
}

impl Users {
    /// Lists the users.
    ///
    /// `GET /v5/users`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::{ListUsers, UserRole};
    ///
    /// let mut pager = account.users().list(ListUsers::new().role(UserRole::Admin));
    /// while let Some(page) = pager.next_page().await? {
    ///     for user in page {
    ///         println!("{} {:?}", user.name, user.tfa_active);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListUsers) -> Pager<User> {
        Pager::skip(self.client.call::<UserPage>(LIST, &[]).query(params))
    }

    /// The user whom the client's key belongs to.
    ///
    /// `GET /v5/users/me`
    ///
    /// # Errors
    ///
    /// Status 403 for a key that belongs to no user; those of the kind
    /// [`Web`](crate::KeyKind::Web) usually do.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// println!("{}", account.users().me().await?.name);
    /// # Ok(()) }
    /// ```
    pub fn me(&self) -> Call<User> {
        self.client.call(ME, &[])
    }

    /// A user by the id.
    ///
    /// `GET /v5/users/{user_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// println!("{:?}", account.users().get("646d00a1b32c35364a2ad34f").await?.role);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<User> {
        self.client.call(GET, &[id])
    }
}

#[derive(Deserialize)]
struct UserPage {
    #[serde(default, deserialize_with = "de::items")]
    users: Vec<User>,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total: Option<u64>,
}

impl PageResponse for UserPage {
    type Item = User;

    fn into_parts(self) -> PageParts<User> {
        PageParts { items: self.users, links: PageLinks::default(), total: self.total }
    }
}

mailgun_core::params! {
    /// Which users to list.
    pub struct ListUsers;
}

impl ListUsers {
    /// Those with this role only.
    pub fn role(self, role: UserRole) -> Self {
        self.set("role", role)
    }

    /// At most so many a page.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::open_enum! {
    /// What a user may do.
    pub enum UserRole {
        /// What an analyst may do: look at things.
        Basic = "basic",
        /// Pay.
        Billing = "billing",
        /// What support may do.
        Support = "support",
        /// What a developer may do.
        Developer = "developer",
        /// Everything.
        Admin = "admin",
    }
}

/// Someone who can log in to the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct User {
    /// What names the user in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Whether the user was activated.
    #[serde(deserialize_with = "de::null_default")]
    pub activated: bool,
    /// The full name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether the user is disabled.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// The address in parts.
    #[serde(deserialize_with = "de::null_default")]
    pub email_details: EmailDetails,
    /// What the user may do.
    pub role: Option<UserRole>,
    /// The account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The IP address from which the user opened the account.
    pub opened_ip: Option<String>,
    /// Whether the user owns the account.
    #[serde(deserialize_with = "de::null_default")]
    pub is_master: bool,
    /// Whatever else is kept about the user.
    #[serde(deserialize_with = "de::null_default")]
    pub metadata: Map<String, Value>,
    /// Whether a second factor was enabled.
    #[serde(deserialize_with = "de::null_default")]
    pub tfa_enabled: bool,
    /// Whether the second factor is in use.
    #[serde(deserialize_with = "de::null_default")]
    pub tfa_active: bool,
    /// Since when.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub tfa_created_at: Option<Timestamp>,
    /// When the password was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub password_updated_at: Option<Timestamp>,
    /// What the user likes to see in the control panel.
    #[serde(deserialize_with = "de::null_default")]
    pub preferences: UserPreferences,
    /// How the user logs in.
    #[serde(deserialize_with = "de::null_default")]
    pub auth: UserAuth,
    /// The GitHub user, for accounts of the student programme.
    #[serde(deserialize_with = "de::string_or_number")]
    pub github_user_id: Option<String>,
    /// The Salesforce user, for accounts of that platform.
    #[serde(deserialize_with = "de::string_or_number")]
    pub salesforce_user_id: Option<String>,
    /// How far the login was moved to Sinch.
    pub migration_status: Option<String>,
}

/// An address in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmailDetails {
    /// The whole address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// Whether it is valid.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_valid: Option<bool>,
    /// Why it is not.
    pub reason: Option<String>,
    /// Its parts.
    #[serde(deserialize_with = "de::null_default")]
    pub parts: EmailParts,
}

/// The parts of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmailParts {
    /// What is behind the `@`.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// What is before the `@`.
    #[serde(deserialize_with = "de::null_default")]
    pub local_part: String,
    /// The name beside it.
    pub display_name: Option<String>,
}

/// What a user likes to see in the control panel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserPreferences {
    /// The time zone, `US/Eastern` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub time_zone: String,
    /// How times are written, `%m/%d/%y %I:%M %p` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub time_format: String,
    /// The language of examples, `curl` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub programming_language: String,
}

/// How a user logs in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserAuth {
    /// The method, `sinch` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub method: String,
    /// The method before.
    pub prior_method: Option<String>,
    /// What that method needed.
    #[serde(deserialize_with = "de::null_default")]
    pub prior_details: Map<String, Value>,
}
