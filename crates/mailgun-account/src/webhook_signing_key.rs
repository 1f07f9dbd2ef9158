use mailgun_core::{Call, Client, Operation, Secret, de};
use serde::{Deserialize, Serialize};

pub(crate) const GET: Operation = Operation::get("/v5/accounts/http_signing_key");
pub(crate) const CREATE: Operation = Operation::post("/v5/accounts/http_signing_key");

/// The key that signs webhooks and incoming messages. It is not the API key.
#[doc(alias = "hmac")]
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
    /// Returns 400 if the account has no signing key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// let key = account.webhook_signing_key().get().await?.http_signing_key;
    /// println!("{} bytes", key.expose().len());
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<SigningKeyResponse> {
        self.client.call(GET, &[])
    }

    /// Replaces the key with a new one.
    ///
    /// `POST /v5/accounts/http_signing_key`. Mailgun signs with the new key from then on; let your
    /// webhook receiver accept both keys for a while. The call is not retried if its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
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

/// The response with the webhook signing key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SigningKeyResponse {
    /// The message from Mailgun, if any.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The key. `receive::SigningKey::try_from(&key)` of `mailgun-webhooks` turns it into a key for
    /// verification.
    #[serde(skip_serializing)]
    pub http_signing_key: Secret,
}
