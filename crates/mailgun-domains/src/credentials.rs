use std::collections::BTreeMap;

use mailgun_core::{
    Call, Client, Fields, Idempotency, LinkPage, Operation, Pager, Secret, Timestamp, de,
    true_false,
};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/domains/{domain}/credentials");
pub(crate) const CREATE: Operation = Operation::post("/v3/domains/{domain}/credentials");
pub(crate) const UPDATE: Operation =
    Operation::put("/v3/domains/{domain}/credentials/{login}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v3/domains/{domain}/credentials/{login}").idempotent();
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/domains/{domain}/credentials");

/// The SMTP credentials of a domain: who may hand in mail by SMTP.
///
/// Mailgun keeps no password that could be read again.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_domains::{CreateCredentials, SmtpCredentials};
///
/// let credentials = SmtpCredentials::new(&client, "mg.example.com");
/// let created = credentials.create("alice", CreateCredentials::new()).await?;
/// for (login, password) in &created.credentials {
///     // The one time that it can be seen.
///     println!("{login} {}", password.expose());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct SmtpCredentials {
    client: Client,
    domain: String,
}

impl SmtpCredentials {
    /// Those of the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Lists all credentials, without passwords.
    ///
    /// `GET /v3/domains/{domain}/credentials`
    ///
    /// # Errors
    ///
    /// Status 400 for a limit over 1000.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::ListCredentials;
    ///
    /// let mut pager = credentials.list(ListCredentials::new());
    /// while let Some(page) = pager.next_page().await? {
    ///     for credential in page {
    ///         println!("{}", credential.login);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListCredentials) -> Pager<Credential> {
        let call = self.client.call::<LinkPage<Credential>>(LIST, &[&self.domain]);
        Pager::skip(call.query(params))
    }

    /// Creates credentials for `login`, an address of the domain or its local part.
    ///
    /// `POST /v3/domains/{domain}/credentials`. Where `params` has no password Mailgun makes one,
    /// and the response is the one time that it can be seen; therefore the call is not repeated when
    /// its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a login or a password that Mailgun does not accept.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// use mailgun_domains::CreateCredentials;
    ///
    /// let password = std::env::var("SMTP_PASSWORD").unwrap_or_default();
    /// credentials.create("alice", CreateCredentials::new().password(password)).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, login: &str, params: CreateCredentials) -> Call<CredentialsResponse> {
        let mut form = Fields::new();
        form.set("login", login);
        form.extend(params.into());
        self.client.call(CREATE, &[&self.domain]).multipart(form)
    }

    /// Changes a password to one of your own: 5 to 32 characters.
    ///
    /// `PUT /v3/domains/{domain}/credentials/{login}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such login.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// let password = std::env::var("SMTP_PASSWORD").unwrap_or_default();
    /// credentials.update("alice", password).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, login: &str, password: impl Into<Secret>) -> Call<CredentialsResponse> {
        let mut form = Fields::new();
        form.set("password", password.into().expose());
        self.client.call(UPDATE, &[&self.domain, login]).multipart(form)
    }

    /// Changes a password to one that Mailgun makes.
    ///
    /// `PUT /v3/domains/{domain}/credentials/{login}`. The response is the one time that it can be
    /// seen; the call is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such login.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// let response = credentials.regenerate("alice").await?;
    /// let password = response.credentials.get("alice@mg.example.com").map(|password| password.expose());
    /// # let _ = password;
    /// # Ok(()) }
    /// ```
    pub fn regenerate(&self, login: &str) -> Call<CredentialsResponse> {
        // Of two attempts at once nobody would know whose password is the valid one.
        self.client
            .call(UPDATE, &[&self.domain, login])
            .multipart(Fields::new())
            .idempotency(Idempotency::NonIdempotent)
    }

    /// Deletes the credentials of a login.
    ///
    /// `DELETE /v3/domains/{domain}/credentials/{login}`
    ///
    /// # Errors
    ///
    /// Status 400 for credentials of the system, which stay.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// println!("{} is gone", credentials.delete("alice").await?.spec);
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, login: &str) -> Call<CredentialDeleted> {
        self.client.call(DELETE, &[&self.domain, login])
    }

    /// Deletes all credentials of the domain.
    ///
    /// `DELETE /v3/domains/{domain}/credentials`
    ///
    /// # Errors
    ///
    /// Status 400 if Mailgun fails at it for now.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun_domains::SmtpCredentials) -> Result<(), mailgun_core::Error> {
    /// println!("{:?} are gone", credentials.delete_all().await?.count);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<CredentialsDeleted> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

mailgun_core::params! {
    /// Which credentials to list.
    pub struct ListCredentials;
}

impl ListCredentials {
    /// At most so many a page: 1 to 1000; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// What new credentials are to be.
    pub struct CreateCredentials;
}

impl CreateCredentials {
    /// Adds a password, 5 to 32 characters: the first is for the first login, and so on. Mailgun
    /// makes them when none is set.
    pub fn password(self, password: impl Into<Secret>) -> Self {
        self.append("password", password.into().expose())
    }

    /// Adds another login, for several credentials in one call.
    pub fn login(self, login: impl Into<String>) -> Self {
        self.append("login", login.into())
    }

    /// Adds another login by the older name of the parameter, `mailbox`.
    pub fn mailbox(self, mailbox: impl Into<String>) -> Self {
        self.append("mailbox", mailbox.into())
    }

    /// Makes them credentials of the system, which cannot be deleted; false when not set.
    pub fn system(self, yes: bool) -> Self {
        self.set("system", true_false(yes))
    }
}

/// Credentials of a domain, without their password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Credential {
    /// The login, an address.
    #[serde(deserialize_with = "de::null_default")]
    pub login: String,
    /// The same by its older name.
    #[serde(deserialize_with = "de::null_default")]
    pub mailbox: String,
    /// When they were created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// How large the mailbox is, in bytes, where Mailgun tells it.
    #[serde(deserialize_with = "de::number_or_string")]
    pub size_bytes: Option<u64>,
}

/// The reply to the writing of credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialsResponse {
    /// Mailgun's words, `Created 1 credentials pair(s)` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// That passwords can be seen this once, where Mailgun made them.
    #[serde(default)]
    pub note: Option<String>,
    /// The passwords that Mailgun made, by login; empty where they were given.
    #[serde(default, deserialize_with = "de::map")]
    #[serde(skip_serializing)]
    pub credentials: BTreeMap<String, Secret>,
}

/// The reply to the deletion of credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialDeleted {
    /// Mailgun's words, `Credentials have been deleted` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The login that they had.
    #[serde(default, deserialize_with = "de::null_default")]
    pub spec: String,
}

/// The reply to the deletion of all credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialsDeleted {
    /// Mailgun's words, `All domain credentials have been deleted` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// How many there were.
    #[serde(default, deserialize_with = "de::number_or_string")]
    pub count: Option<u64>,
}
