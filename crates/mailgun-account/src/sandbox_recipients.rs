use mailgun_core::{Call, Client, Confirmation, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v5/sandbox/auth_recipients");
// Adding a recipient sends an email, so it must not be repeated.
pub(crate) const ADD: Operation = Operation::post("/v5/sandbox/auth_recipients");
pub(crate) const REMOVE: Operation =
    Operation::delete("/v5/sandbox/auth_recipients/{email}").idempotent();

/// The recipients that the account's sandbox domain may send to.
#[derive(Clone, Debug)]
pub struct SandboxRecipients {
    pub(crate) client: Client,
}

impl SandboxRecipients {
    /// Lists all recipients.
    ///
    /// `GET /v5/sandbox/auth_recipients`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// let list = account.sandbox_recipients().list().await?;
    /// println!("{} of {:?}", list.recipients.len(), list.limit);
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<SandboxRecipientList> {
        self.client.call(LIST, &[])
    }

    /// Adds a recipient. Mailgun emails them, and they must agree before they receive mail.
    ///
    /// `POST /v5/sandbox/auth_recipients`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the address is invalid or the limit of recipients, usually five, is reached.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// let added = account.sandbox_recipients().add("bob@example.com").await?;
    /// println!("{}", added.recipient.activated);
    /// # Ok(()) }
    /// ```
    pub fn add(&self, email: impl Into<String>) -> Call<SandboxRecipientAdded> {
        let mut query = Fields::new();
        query.set("email", email.into());
        self.client.call(ADD, &[]).query(query)
    }

    /// Removes a recipient.
    ///
    /// `DELETE /v5/sandbox/auth_recipients/{email}`
    ///
    /// # Errors
    ///
    /// Returns 400 if the address is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.sandbox_recipients().remove("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove(&self, email: &str) -> Call<Confirmation> {
        self.client.call(REMOVE, &[email])
    }
}

/// A recipient of the sandbox domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipient {
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// Whether the recipient has agreed to receive mail.
    #[serde(deserialize_with = "de::null_default")]
    pub activated: bool,
}

/// The recipients of the sandbox domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipientList {
    /// All recipients.
    #[serde(deserialize_with = "de::items")]
    pub recipients: Vec<SandboxRecipient>,
    /// The maximum number of recipients.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u32>,
}

/// The response to adding a recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipientAdded {
    /// The new recipient.
    #[serde(deserialize_with = "de::null_default")]
    pub recipient: SandboxRecipient,
    /// The maximum number of recipients.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u32>,
}
