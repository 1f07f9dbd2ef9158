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
// A retry would delete what was added meanwhile.
pub(crate) const DELETE_ALL: Operation = Operation::delete("/v3/domains/{domain}/credentials");

/// The SMTP credentials of a domain, for clients that send mail over SMTP.
///
/// Mailgun never shows a password again after it was set.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::domains::CreateCredentials;
///
/// let credentials = mailgun.domains().credentials("mg.example.com");
/// let created = credentials.create("alice", CreateCredentials::new()).await?;
/// for (login, password) in &created.credentials {
///     // The one time that it can be seen.
///     println!("{login} {}", password.expose());
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "password")]
#[derive(Clone, Debug)]
pub struct SmtpCredentials {
    client: Client,
    domain: String,
}

impl SmtpCredentials {
    /// A handle to the credentials of the domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Lists all credentials, without passwords.
    ///
    /// `GET /v3/domains/{domain}/credentials`
    ///
    /// # Errors
    ///
    /// Returns 400 if the limit is over 1000.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::ListCredentials;
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

    /// Creates credentials. `login` is an address of the domain or its local part.
    ///
    /// `POST /v3/domains/{domain}/credentials`. If `params` has no password, Mailgun generates one.
    /// Only this response shows it, so the call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the login or password is invalid.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
    /// use mailgun::domains::CreateCredentials;
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

    /// Changes a password to `password`, 5 to 32 characters.
    ///
    /// `PUT /v3/domains/{domain}/credentials/{login}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the login does not exist.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
    /// let password = std::env::var("SMTP_PASSWORD").unwrap_or_default();
    /// credentials.update("alice", password).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, login: &str, password: impl Into<Secret>) -> Call<CredentialsResponse> {
        let mut form = Fields::new();
        form.set("password", password.into().expose());
        self.client.call(UPDATE, &[&self.domain, login]).multipart(form)
    }

    /// Changes a password to one that Mailgun generates.
    ///
    /// `PUT /v3/domains/{domain}/credentials/{login}`. Only this response shows the password, so
    /// the call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 404 if the login does not exist.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
    /// let response = credentials.regenerate("alice").await?;
    /// let password = response.credentials.get("alice@mg.example.com").map(|password| password.expose());
    /// # let _ = password;
    /// # Ok(()) }
    /// ```
    pub fn regenerate(&self, login: &str) -> Call<CredentialsResponse> {
        // After two attempts, nobody would know which password is valid.
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
    /// Returns 400 for system credentials, which cannot be deleted.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
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
    /// Returns 400 if Mailgun cannot delete them now.
    ///
    /// ```no_run
    /// # async fn example(credentials: mailgun::domains::SmtpCredentials) -> Result<(), mailgun::Error> {
    /// println!("{:?} are gone", credentials.delete_all().await?.count);
    /// # Ok(()) }
    /// ```
    pub fn delete_all(&self) -> Call<CredentialsDeleted> {
        self.client.call(DELETE_ALL, &[&self.domain])
    }
}

mailgun_core::params! {
    /// Options for listing credentials.
    pub struct ListCredentials;
}

impl ListCredentials {
    /// Page size, 1 to 1000; default 100.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }
}

mailgun_core::params! {
    /// Options of new credentials.
    pub struct CreateCredentials;
}

impl CreateCredentials {
    /// Adds a password, 5 to 32 characters. The first one is for the first login, the second for
    /// the second login, and so on. Default: Mailgun generates them.
    pub fn password(self, password: impl Into<Secret>) -> Self {
        self.append("password", password.into().expose())
    }

    /// Adds another login, to create several credentials in one call.
    pub fn login(self, login: impl Into<String>) -> Self {
        self.append("login", login.into())
    }

    /// Adds another login under the older name of the parameter, `mailbox`.
    pub fn mailbox(self, mailbox: impl Into<String>) -> Self {
        self.append("mailbox", mailbox.into())
    }

    /// Creates system credentials, which cannot be deleted; default false.
    pub fn system(self, yes: bool) -> Self {
        self.set("system", true_false(yes))
    }
}

/// SMTP credentials of a domain, without the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Credential {
    /// The login, an address.
    #[serde(deserialize_with = "de::null_default")]
    pub login: String,
    /// The login under its older name.
    #[serde(deserialize_with = "de::null_default")]
    pub mailbox: String,
    /// When they were created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Size of the mailbox in bytes, if the response has it.
    #[serde(deserialize_with = "de::number_or_string")]
    pub size_bytes: Option<u64>,
}

/// The response to creating or changing credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialsResponse {
    /// The message from Mailgun, such as `Created 1 credentials pair(s)`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// A note that passwords are shown only once, if Mailgun generated them.
    #[serde(default)]
    pub note: Option<String>,
    /// The passwords that Mailgun generated, by login. Empty if you set them.
    #[serde(default, deserialize_with = "de::map")]
    #[serde(skip_serializing)]
    pub credentials: BTreeMap<String, Secret>,
}

/// The response to deleting credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialDeleted {
    /// The message from Mailgun, such as `Credentials have been deleted`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The login of the deleted credentials.
    #[serde(default, deserialize_with = "de::null_default")]
    pub spec: String,
}

/// The response to deleting all credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialsDeleted {
    /// The message from Mailgun, such as `All domain credentials have been deleted`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The number of deleted credentials.
    #[serde(default, deserialize_with = "de::number_or_string")]
    pub count: Option<u64>,
}
