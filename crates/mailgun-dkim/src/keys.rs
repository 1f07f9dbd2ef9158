use mailgun_core::{
    Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, de, true_false,
};
use serde::Deserialize;

use crate::{
    CreateDkimKey, DkimActivation, DkimAuthority, DkimKey, DkimRotation, RotationSettings,
};

const LIST: Operation = Operation::get("/v1/dkim/keys");
const LIST_OF_DOMAIN: Operation = Operation::get("/v4/domains/{domain}/keys");
const CREATE: Operation = Operation::post("/v1/dkim/keys");
const DELETE: Operation = Operation::delete("/v1/dkim/keys").idempotent();
const ACTIVATE: Operation =
    Operation::put("/v4/domains/{domain}/keys/{selector}/activate").idempotent();
const DEACTIVATE: Operation =
    Operation::put("/v4/domains/{domain}/keys/{selector}/deactivate").idempotent();
const AUTHORITY: Operation = Operation::put("/v3/domains/{domain}/dkim_authority").idempotent();
const SELECTOR: Operation = Operation::put("/v3/domains/{domain}/dkim_selector").idempotent();
const ROTATION: Operation =
    Operation::put("/v1/dkim_management/domains/{domain}/rotation").idempotent();
const ROTATE: Operation = Operation::post("/v1/dkim_management/domains/{domain}/rotate");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    LIST,
    LIST_OF_DOMAIN,
    CREATE,
    DELETE,
    ACTIVATE,
    DEACTIVATE,
    AUTHORITY,
    SELECTOR,
    ROTATION,
    ROTATE,
];

/// The DKIM keys of an account's domains.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_dkim::DkimKeys;
///
/// for key in DkimKeys::new(&client).list_of_domain("mg.example.com").await? {
///     println!("{} {:?}", key.selector, key.dns_record.and_then(|record| record.valid));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DkimKeys {
    client: Client,
}

impl DkimKeys {
    /// The keys of the domains of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the keys of all domains.
    ///
    /// `GET /v1/dkim/keys`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong API key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// use mailgun_dkim::ListDkimKeys;
    ///
    /// let mut pager = keys.list(ListDkimKeys::new().limit(100));
    /// while let Some(page) = pager.next_page().await? {
    ///     for key in page {
    ///         println!("{} of {}", key.selector, key.signing_domain);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListDkimKeys) -> Pager<DkimKey> {
        Pager::links(self.client.call::<LinkPage<DkimKey>>(LIST, &[]).query(params))
    }

    /// All keys of an authority domain, active or not, published or not.
    ///
    /// `GET /v4/domains/{domain}/keys`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong API key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// println!("{}", keys.list_of_domain("mg.example.com").await?.len());
    /// # Ok(()) }
    /// ```
    pub fn list_of_domain(&self, authority: &str) -> Call<Vec<DkimKey>> {
        #[derive(Deserialize)]
        struct Keys {
            #[serde(default, deserialize_with = "de::items")]
            items: Vec<DkimKey>,
        }
        self.client.call::<Keys>(LIST_OF_DOMAIN, &[authority]).map(|keys| keys.items)
    }

    /// Creates a key, which does not sign until it is [activated](Self::activate).
    ///
    /// `POST /v1/dkim/keys`. Mailgun makes the key, or takes the one that is given; it never gives
    /// a private key out. Not repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong API key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// use mailgun_core::Upload;
    /// use mailgun_dkim::CreateDkimKey;
    ///
    /// let imported = CreateDkimKey::new().pem_file(Upload::from_path("keys/s2.pem").await?);
    /// let key = keys.create("mg.example.com", "s2", imported).await?;
    /// println!("{:?}", key.dns_record);
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        signing_domain: &str,
        selector: &str,
        key: CreateDkimKey,
    ) -> Call<DkimKey> {
        self.client.call(CREATE, &[]).multipart(key.into_form(signing_domain, selector))
    }

    /// Deletes a key for good.
    ///
    /// `DELETE /v1/dkim/keys`
    ///
    /// # Errors
    ///
    /// Status 400 for the last active key of a domain, 404 if there is no such key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// keys.delete("mg.example.com", "s1").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, signing_domain: &str, selector: &str) -> Call<Confirmation> {
        let mut query = Fields::new();
        query.set("signing_domain", signing_domain).set("selector", selector);
        self.client.call(DELETE, &[]).query(query)
    }

    /// Signs mail with a key from now on.
    ///
    /// `PUT /v4/domains/{domain}/keys/{selector}/activate`. The key's DNS record must be valid.
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// keys.activate("mg.example.com", "s2").await?;
    /// # Ok(()) }
    /// ```
    pub fn activate(&self, authority: &str, selector: &str) -> Call<DkimActivation> {
        self.client.call(ACTIVATE, &[authority, selector])
    }

    /// Signs no mail with a key any more, even if its DNS record is valid.
    ///
    /// `PUT /v4/domains/{domain}/keys/{selector}/deactivate`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such key.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// keys.deactivate("mg.example.com", "s1").await?;
    /// # Ok(()) }
    /// ```
    pub fn deactivate(&self, authority: &str, selector: &str) -> Call<DkimActivation> {
        self.client.call(DEACTIVATE, &[authority, selector])
    }

    /// Makes a domain its own DKIM authority, or has the root domain of the same account sign for
    /// it.
    ///
    /// `PUT /v3/domains/{domain}/dkim_authority`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// for record in keys.update_authority("mg.example.com", true).await?.sending_dns_records {
    ///     println!("{:?} {}", record.name, record.value);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn update_authority(&self, domain: &str, is_own: bool) -> Call<DkimAuthority> {
        let mut form = Fields::new();
        form.set("self", true_false(is_own));
        self.client.call(AUTHORITY, &[domain]).multipart(form)
    }

    /// Changes the selector of a domain's key; no other of its keys may have it.
    ///
    /// `PUT /v3/domains/{domain}/dkim_selector`
    ///
    /// # Errors
    ///
    /// Status 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// keys.update_selector("mg.example.com", "s2").await?;
    /// # Ok(()) }
    /// ```
    pub fn update_selector(&self, domain: &str, selector: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("dkim_selector", selector);
        self.client.call(SELECTOR, &[domain]).multipart(form)
    }

    /// Switches the rotation of keys on or off, for a domain with automatic sender security.
    ///
    /// `PUT /v1/dkim_management/domains/{domain}/rotation`
    ///
    /// # Errors
    ///
    /// Status 400 for an interval below five days, or one without rotation; 404 if there is no
    /// such domain.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// use std::time::Duration;
    /// use mailgun_dkim::RotationSettings;
    ///
    /// let monthly = RotationSettings::new().interval(Duration::from_secs(30 * 86_400));
    /// let rotation = keys.update_rotation("mg.example.com", true, monthly).await?;
    /// println!("{:?} signs now", rotation.active_selector);
    /// # Ok(()) }
    /// ```
    pub fn update_rotation(
        &self,
        domain: &str,
        is_enabled: bool,
        settings: RotationSettings,
    ) -> Call<DkimRotation> {
        let settings = settings.enabled(is_enabled);
        let call = self.client.call::<Wrapped>(ROTATION, &[domain]).multipart(settings);
        call.map(|response| response.domain)
    }

    /// Rotates the keys of a domain with automatic sender security now.
    ///
    /// `POST /v1/dkim_management/domains/{domain}/rotate`, whether or not rotation is enabled. Not
    /// repeated when its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Status 400 before the domain's DNS records were found; 404 if there is no such domain.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun_dkim::DkimKeys) -> Result<(), mailgun_core::Error> {
    /// keys.rotate_now("mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn rotate_now(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(ROTATE, &[domain])
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "mailgun_core::de::null_default")]
    domain: DkimRotation,
}

mailgun_core::params! {
    /// Which keys to list.
    pub struct ListDkimKeys;
}

impl ListDkimKeys {
    /// At most so many a page: 1 to 100; 10 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Keys of this signing domain alone.
    pub fn signing_domain(self, domain: impl Into<String>) -> Self {
        self.set("signing_domain", domain.into())
    }

    /// Keys with this selector alone.
    pub fn selector(self, selector: impl Into<String>) -> Self {
        self.set("selector", selector.into())
    }

    /// Begins at the page that this token stands for, as a link of a response has it.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
