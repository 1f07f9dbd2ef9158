use mailgun_core::{
    Call, Client, Operation, PageLinks, PageParts, PageResponse, Pager, Timestamp, de,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) const LIST: Operation = Operation::get("/v5/users");
pub(crate) const ME: Operation = Operation::get("/v5/users/me");
pub(crate) const GET: Operation = Operation::get("/v5/users/{user_id}");

/// The users of an account.
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
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::{ListUsers, UserRole};
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

    /// Gets the user that the client's API key belongs to.
    ///
    /// `GET /v5/users/me`
    ///
    /// # Errors
    ///
    /// Returns 403 if the API key belongs to no user. Keys of the kind [`Web`](crate::KeyKind::Web)
    /// usually belong to one.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// println!("{}", account.users().me().await?.name);
    /// # Ok(()) }
    /// ```
    pub fn me(&self) -> Call<User> {
        self.client.call(ME, &[])
    }

    /// Gets a user by id.
    ///
    /// `GET /v5/users/{user_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// println!("{:?}", account.users().get("646d00a1b32c35364a2ad34f").await?.role);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, id: &str) -> Call<User> {
        self.client.call(GET, &[id])
    }
}

#[derive(Deserialize)]
struct UserPage {
    #[serde(default, deserialize_with = "de::null_default")]
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
    /// Filters for listing users.
    pub struct ListUsers;
}

impl ListUsers {
    /// Lists only users with this role.
    pub fn role(self, role: UserRole) -> Self {
        self.set("role", role)
    }

    /// Page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::open_enum! {
    /// The role of a user.
    pub enum UserRole {
        /// Read-only access, for analysts.
        Basic = "basic",
        /// Access to billing.
        Billing = "billing",
        /// Access for support.
        Support = "support",
        /// Access for developers.
        Developer = "developer",
        /// Full access.
        Admin = "admin",
    }
}

/// A user, who can log in to the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct User {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Whether the user has been activated.
    #[serde(deserialize_with = "de::null_default")]
    pub activated: bool,
    /// The full name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether the user is disabled.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// The address, validated and split into its parts.
    #[serde(deserialize_with = "de::null_default")]
    pub email_details: EmailDetails,
    /// The role of the user.
    pub role: Option<UserRole>,
    /// The id of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The IP address that the user opened the account from.
    pub opened_ip: Option<String>,
    /// Whether the user owns the account.
    #[serde(deserialize_with = "de::null_default")]
    pub is_master: bool,
    /// Other data about the user.
    #[serde(deserialize_with = "de::null_default")]
    pub metadata: Map<String, Value>,
    /// Whether two-factor authentication has been enabled.
    #[serde(deserialize_with = "de::null_default")]
    pub tfa_enabled: bool,
    /// Whether two-factor authentication is in use.
    #[serde(deserialize_with = "de::null_default")]
    pub tfa_active: bool,
    /// When two-factor authentication was set up.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub tfa_created_at: Option<Timestamp>,
    /// When the password was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub password_updated_at: Option<Timestamp>,
    /// The user's preferences for the control panel.
    #[serde(deserialize_with = "de::null_default")]
    pub preferences: UserPreferences,
    /// How the user logs in.
    #[serde(deserialize_with = "de::null_default")]
    pub auth: UserAuth,
    /// The GitHub user id, for accounts of the student program.
    #[serde(deserialize_with = "de::string_or_number")]
    pub github_user_id: Option<String>,
    /// The Salesforce user id, for accounts of that platform.
    #[serde(deserialize_with = "de::string_or_number")]
    pub salesforce_user_id: Option<String>,
    /// The progress of the migration of the login to Sinch.
    pub migration_status: Option<String>,
}

/// An email address, validated and split into its parts.
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
    /// Why the address is invalid.
    pub reason: Option<String>,
    /// Its parts.
    #[serde(deserialize_with = "de::null_default")]
    pub parts: EmailParts,
}

/// The parts of an email address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmailParts {
    /// The part after the `@`.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// The part before the `@`.
    #[serde(deserialize_with = "de::null_default")]
    pub local_part: String,
    /// The display name.
    pub display_name: Option<String>,
}

/// A user's preferences for the control panel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserPreferences {
    /// The time zone, such as `US/Eastern`.
    #[serde(deserialize_with = "de::null_default")]
    pub time_zone: String,
    /// The format of times, such as `%m/%d/%y %I:%M %p`.
    #[serde(deserialize_with = "de::null_default")]
    pub time_format: String,
    /// The language of code examples, such as `curl`.
    #[serde(deserialize_with = "de::null_default")]
    pub programming_language: String,
}

/// How a user logs in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserAuth {
    /// The method, such as `sinch`.
    #[serde(deserialize_with = "de::null_default")]
    pub method: String,
    /// The previous login method.
    pub prior_method: Option<String>,
    /// The data of the previous login method.
    #[serde(deserialize_with = "de::null_default")]
    pub prior_details: Map<String, Value>,
}
