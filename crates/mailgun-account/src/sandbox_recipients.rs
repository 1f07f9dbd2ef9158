use mailgun_core::{Call, Client, Confirmation, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v5/sandbox/auth_recipients");
// It sends the recipient a mail.
pub(crate) const ADD: Operation = Operation::post("/v5/sandbox/auth_recipients");
pub(crate) const REMOVE: Operation =
    Operation::delete("/v5/sandbox/auth_recipients/{email}").idempotent();

/// Who may receive mail of the account's sandbox domain.
#[derive(Clone, Debug)]
pub struct SandboxRecipients {
    pub(crate) client: Client,
}

impl SandboxRecipients {
    /// Lists all of them.
    ///
    /// `GET /v5/sandbox/auth_recipients`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// let list = account.sandbox_recipients().list().await?;
    /// println!("{} of {:?}", list.recipients.len(), list.limit);
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<SandboxRecipientList> {
        self.client.call(LIST, &[])
    }

    /// Adds a recipient, who gets a mail and is activated by what it asks for.
    ///
    /// `POST /v5/sandbox/auth_recipients`. It is not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 when there are as many as there may be, usually five, or for an address that
    /// Mailgun does not take.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
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
    /// Status 400 for what is no address.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.sandbox_recipients().remove("bob@example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove(&self, email: &str) -> Call<Confirmation> {
        self.client.call(REMOVE, &[email])
    }
}

/// Someone who may receive mail of the sandbox domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipient {
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// Whether the recipient has agreed.
    #[serde(deserialize_with = "de::null_default")]
    pub activated: bool,
}

/// The recipients of the sandbox domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipientList {
    /// All of them.
    #[serde(deserialize_with = "de::items")]
    pub recipients: Vec<SandboxRecipient>,
    /// How many there may be.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u32>,
}

/// The reply to the adding of a recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SandboxRecipientAdded {
    /// The new one.
    #[serde(deserialize_with = "de::null_default")]
    pub recipient: SandboxRecipient,
    /// How many there may be.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u32>,
}
