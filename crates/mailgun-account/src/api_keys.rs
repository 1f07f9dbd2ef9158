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

/// The API keys of an account.
#[doc(alias = "token")]
#[derive(Clone, Debug)]
pub struct ApiKeys {
    pub(crate) client: Client,
}

impl ApiKeys {
    /// Lists the keys, without their secrets.
    ///
    /// `GET /v1/keys`. The response has all keys.
    ///
    /// # Errors
    ///
    /// Returns 400 if Mailgun does not know the kind.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::{KeyKind, ListApiKeys};
    ///
    /// for key in account.api_keys().list(ListApiKeys::new().kind(KeyKind::Domain)).await?.items {
    ///     println!("{} {:?} {:?}", key.id, key.role, key.domain_name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListApiKeys) -> Call<ApiKeyList> {
        self.client.call(LIST, &[]).query(params)
    }

    /// Creates a key. Only this response contains its secret.
    ///
    /// `POST /v1/keys`. A second call makes a second key, so it is not retried if its outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// Returns 403 if the account has reached its limit of keys, and 400 if the parameters
    /// contradict each other.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::{CreateApiKey, KeyRole};
    ///
    /// let params = CreateApiKey::new().description("reports");
    /// let created = account.api_keys().create(KeyRole::Developer, params).await?;
    /// println!("{}: {} bytes", created.key.id, created.secret.expose().len());
    /// # Ok(()) }
    /// ```
    pub fn create(&self, role: KeyRole, params: CreateApiKey) -> Call<ApiKeyCreated> {
        self.client.call(CREATE, &[]).multipart(params.role(role))
    }

    /// Deletes a key. Calls that use it fail from then on.
    ///
    /// `DELETE /v1/keys/{key_id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the key does not exist.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.api_keys().delete("e2153fd0-e0277777").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, id: &str) -> Call<Confirmation> {
        self.client.call(DELETE, &[id])
    }

    /// Replaces the public key with a new one.
    ///
    /// `POST /v1/keys/public`. Only older validation endpoints use the public key. The call is not
    /// retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the API key lacks the permission.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// println!("{}", account.api_keys().regenerate_public_key().await?.message);
    /// # Ok(()) }
    /// ```
    pub fn regenerate_public_key(&self) -> Call<PublicKey> {
        self.client.call(REGENERATE_PUBLIC, &[])
    }
}

/// The API keys of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiKeyList {
    /// The keys.
    #[serde(deserialize_with = "de::items")]
    pub items: Vec<ApiKeyInfo>,
    /// The number of keys.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_count: Option<u64>,
}

mailgun_core::open_enum! {
    /// The scope of a key.
    pub enum KeyKind {
        /// The sending endpoints of one domain.
        Domain = "domain",
        /// The whole account, within the role of the key.
        User = "user",
        /// A web session: valid for at most one day, and from any IP address.
        Web = "web",
    }
}

mailgun_core::open_enum! {
    /// The permissions of a key.
    pub enum KeyRole {
        /// Full access.
        Admin = "admin",
        /// Read-only access, for analysts.
        Basic = "basic",
        /// Sending from one domain. For keys of the kind [`Domain`](KeyKind::Domain).
        Sending = "sending",
        /// Access for developers.
        Developer = "developer",
    }
}

/// A key, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiKeyInfo {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The scope of the key.
    pub kind: Option<KeyKind>,
    /// The permissions of the key.
    pub role: Option<KeyRole>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When it expires, if ever.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub expires_at: Option<Timestamp>,
    /// Whether the key is disabled.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// Why the key is disabled.
    pub disabled_reason: Option<String>,
    /// The domain of a key of the kind [`Domain`](KeyKind::Domain).
    pub domain_name: Option<String>,
    /// The email address of the user that the key was created for.
    pub requestor: Option<String>,
    /// The name of the user that the key was created for.
    pub user_name: Option<String>,
}

/// The response to creating a key.
///
/// If the response cannot be decoded, [`Error::body`](mailgun_core::Error::body) still contains it,
/// secret included.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ApiKeyCreated {
    /// The message from Mailgun, such as `great success`.
    pub message: String,
    /// The key.
    pub key: ApiKeyInfo,
    /// The secret, for authentication. Mailgun shows it only once.
    #[serde(skip_serializing)]
    pub secret: Secret,
}

/// The API description nests the key below `key`; the reference client expects its fields beside
/// the message.
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

/// The response to regenerating the public key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicKey {
    /// The message from Mailgun.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The key: `pubkey-…`.
    #[serde(skip_serializing)]
    pub key: Secret,
}

mailgun_core::params! {
    /// Filters for listing keys.
    pub struct ListApiKeys;
}

impl ListApiKeys {
    /// Lists only keys of this domain.
    pub fn domain_name(self, domain: impl Into<String>) -> Self {
        self.set("domain_name", domain.into())
    }

    /// Lists only keys of this kind.
    pub fn kind(self, kind: KeyKind) -> Self {
        self.set("kind", kind)
    }
}

mailgun_core::params! {
    /// Options of a new key.
    pub struct CreateApiKey;
}

impl CreateApiKey {
    fn role(self, role: KeyRole) -> Self {
        self.set("role", role)
    }

    /// The scope of the key; default [`User`](KeyKind::User).
    pub fn kind(self, kind: KeyKind) -> Self {
        self.set("kind", kind)
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// The domain of a key of the kind [`Domain`](KeyKind::Domain).
    pub fn domain_name(self, domain: impl Into<String>) -> Self {
        self.set("domain_name", domain.into())
    }

    /// The time until the key expires, in whole seconds, at least one. Default: one day for keys of
    /// the kind [`Web`](KeyKind::Web), which never live longer; other keys do not expire.
    pub fn expiration(self, lifetime: Duration) -> Self {
        self.set("expiration", lifetime.as_secs())
    }

    /// The id of the user of the key. Required for keys of the kind [`Web`](KeyKind::Web).
    pub fn user_id(self, id: impl Into<String>) -> Self {
        self.set("user_id", id.into())
    }

    /// The email address of the user of the key. Required for keys of the kind
    /// [`Web`](KeyKind::Web).
    pub fn email(self, email: impl Into<String>) -> Self {
        self.set("email", email.into())
    }

    /// The name of the user of the key.
    pub fn user_name(self, name: impl Into<String>) -> Self {
        self.set("user_name", name.into())
    }
}
