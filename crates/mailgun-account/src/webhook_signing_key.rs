use mailgun_core::{Call, Client, Operation, Secret, de};
use serde::{Deserialize, Serialize};

pub(crate) const GET: Operation = Operation::get("/v5/accounts/http_signing_key");
pub(crate) const CREATE: Operation = Operation::post("/v5/accounts/http_signing_key");

/// The key that signs webhooks and incoming mail. It is not the API key.
#[derive(Clone, Debug)]
pub struct WebhookSigningKey {
    pub(crate) client: Client,
}

impl WebhookSigningKey {
    /// The key.
    ///
    /// `GET /v5/accounts/http_signing_key`
    ///
    /// # Errors
    ///
    /// Status 400 if the account has none.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// let key = account.webhook_signing_key().get().await?.http_signing_key;
    /// println!("{} bytes", key.expose().len());
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<SigningKeyResponse> {
        self.client.call(GET, &[])
    }

    /// Makes a new key in place of the one there is.
    ///
    /// `POST /v5/accounts/http_signing_key`. Webhooks are signed with the new key from then on;
    /// whoever verifies them should take both for a while. It is not repeated when its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// let signing_key = account.webhook_signing_key();
    /// let old = signing_key.get().await?.http_signing_key;
    /// let new = signing_key.create().await?.http_signing_key;
    /// # let _ = (old, new);
    /// # Ok(()) }
    /// ```
    pub fn create(&self) -> Call<SigningKeyResponse> {
        self.client.call(CREATE, &[])
    }
}

/// The response with the key that signs webhooks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SigningKeyResponse {
    /// Mailgun's words, where it has any.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The key; of it `mailgun-webhooks` makes the key of a verifier, by
    /// `receive::SigningKey::try_from(&key)`.
    #[serde(skip_serializing)]
    pub http_signing_key: Secret,
}
