use std::time::Duration;

use mailgun_core::{
    Call, Client, Confirmation, Operation, Secret, Timestamp,
    de::{self, Beside},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess},
};

pub(crate) const LIST: Operation = Operation::get("/v1/keys");
pub(crate) const CREATE: Operation = Operation::post("/v1/keys");
pub(crate) const DELETE: Operation = Operation::delete("/v1/keys/{key_id}").idempotent();
pub(crate) const REGENERATE_PUBLIC: Operation = Operation::post("/v1/keys/public");

/// The keys that calls of an account are made with.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    pub(crate) client: Client,
}

impl ApiKeys {
    /// Lists the keys, without their secrets.
    ///
    /// `GET /v1/keys`. All come at once.
    ///
    /// # Errors
    ///
    /// Status 400 for a kind that Mailgun does not know.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::{KeyKind, ListApiKeys};
    ///
    /// for key in account.api_keys().list(ListApiKeys::new().kind(KeyKind::Domain)).await?.items {
    ///     println!("{} {:?} {:?}", key.id, key.role, key.domain_name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListApiKeys) -> Call<ApiKeyList> {
        self.client.call(LIST, &[]).query(params)
    }

    /// Creates a key. Its secret is in the response, and cannot be had later.
    ///
    /// `POST /v1/keys`. A second call makes a second key: it is not repeated when its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Status 403 when the account has as many keys as it may have, 400 for parameters that do not
    /// fit together.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::{CreateApiKey, KeyRole};
    ///
    /// let params = CreateApiKey::new().description("reports");
    /// let created = account.api_keys().create(KeyRole::Developer, params).await?;
    /// println!("{}: {} bytes", created.key.id, created.secret.expose().len());
    /// # Ok(()) }
    /// ```
    pub fn create(&self, role: KeyRole, params: CreateApiKey) -> Call<ApiKeyCreated> {
        self.client.call(CREATE, &[]).multipart(params.role(role))
    }

    /// Deletes a key; calls with it fail from then on.
    ///
    /// `DELETE /v1/keys/{key_id}`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such key.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.api_keys().delete("e2153fd0-e0277777").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[id])
    }

    /// Makes a new public key in place of the one there is.
    ///
    /// `POST /v1/keys/public`. Old endpoints for the validation of addresses take it. The call is
    /// not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 for a key that may not do this.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// println!("{}", account.api_keys().regenerate_public_key().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn regenerate_public_key(&self) -> Call<PublicKey> {
        self.client.call(REGENERATE_PUBLIC, &[])
    }
}

/// The keys of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiKeyList {
    /// The keys.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<ApiKeyInfo>,
    /// How many there are.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
}

mailgun_core::open_enum! {
    /// What a key is for.
    pub enum KeyKind {
        /// For the sending endpoints of one domain.
        Domain = "domain",
        /// For the whole account, as far as its role goes.
        User = "user",
        /// For a session: valid one day at most, and from any address.
        Web = "web",
    }
}

mailgun_core::open_enum! {
    /// What a key may do.
    pub enum KeyRole {
        /// Everything.
        Admin = "admin",
        /// What an analyst may do: look at things.
        Basic = "basic",
        /// Send from the domain of a key of the kind [`Domain`](KeyKind::Domain).
        Sending = "sending",
        /// What a developer may do.
        Developer = "developer",
    }
}

/// A key, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiKeyInfo {
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// What it is for.
    pub kind: Option<KeyKind>,
    /// What it may do.
    pub role: Option<KeyRole>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When it ends, if it does.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// Whether it is refused.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// Why it is refused.
    pub disabled_reason: Option<String>,
    /// The domain of a key of the kind [`Domain`](KeyKind::Domain).
    pub domain_name: Option<String>,
    /// The address of whom it was made for.
    pub requestor: Option<String>,
    /// The name of whom it was made for.
    pub user_name: Option<String>,
}

/// The reply to the creation of a key.
///
/// If it cannot be read, the error still has it with the secret, in
/// [`body`](mailgun_core::Error::body).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ApiKeyCreated {
    /// Mailgun's words, `great success` for example.
    pub message: String,
    /// The key.
    pub key: ApiKeyInfo,
    /// What calls are made with. It is shown this once.
    #[serde(skip_serializing)]
    pub secret: Secret,
}

/// The API description has the key as an object of its own, the reference client beside the
/// message.
impl<'de> Deserialize<'de> for ApiKeyCreated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, WithSecret { key, secret }) = de::named(deserializer, &["key"])?;
        let secret = secret.ok_or_else(|| D::Error::missing_field("secret"))?;
        Ok(Self { message: message.unwrap_or_default(), key, secret })
    }
}

struct WithSecret {
    key: ApiKeyInfo,
    secret: Option<Secret>,
}

impl<'de> Deserialize<'de> for WithSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Field(Option<Secret>);

        impl<'de> Beside<'de> for Field {
            fn read<A: MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                let is_secret = name == "secret";
                if is_secret {
                    self.0 = map.next_value()?;
                }
                Ok(is_secret)
            }
        }

        let mut secret = Field(None);
        let key = de::beside(deserializer, &mut secret)?;
        Ok(Self { key, secret: secret.0 })
    }
}

/// The reply to the making of a new public key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicKey {
    /// Mailgun's words.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The key, `pubkey-..`.
    #[serde(skip_serializing)]
    pub key: Secret,
}

mailgun_core::params! {
    /// Which keys to list.
    pub struct ListApiKeys;
}

impl ListApiKeys {
    /// Those of this domain only.
    pub fn domain_name(self, domain: impl Into<String>) -> Self {
        self.set("domain_name", domain.into())
    }

    /// Those of this kind only.
    pub fn kind(self, kind: KeyKind) -> Self {
        self.set("kind", kind)
    }
}

mailgun_core::params! {
    /// What a new key is to be.
    pub struct CreateApiKey;
}

impl CreateApiKey {
    fn role(self, role: KeyRole) -> Self {
        self.set("role", role)
    }

    /// What it is for; [`User`](KeyKind::User) when not set.
    pub fn kind(self, kind: KeyKind) -> Self {
        self.set("kind", kind)
    }

    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// The domain of a key of the kind [`Domain`](KeyKind::Domain).
    pub fn domain_name(self, domain: impl Into<String>) -> Self {
        self.set("domain_name", domain.into())
    }

    /// Ends the key after so long, in whole seconds, at least one; keys of the kind
    /// [`Web`](KeyKind::Web) end after a day in any case, others never when not set.
    pub fn expiration(self, lifetime: Duration) -> Self {
        self.set("expiration", lifetime.as_secs())
    }

    /// The id of the user whom it is for; wanted for keys of the kind [`Web`](KeyKind::Web).
    pub fn user_id(self, id: impl Into<String>) -> Self {
        self.set("user_id", id.into())
    }

    /// The address of the user whom it is for; wanted for keys of the kind
    /// [`Web`](KeyKind::Web).
    pub fn email(self, email: impl Into<String>) -> Self {
        self.set("email", email.into())
    }

    /// The name of the user whom it is for.
    pub fn user_name(self, name: impl Into<String>) -> Self {
        self.set("user_name", name.into())
    }
}
