use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, true_false};

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
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// for key in mailgun.dkim_keys().list_of_domain("mg.example.com").await? {
///     println!("{} {:?}", key.selector, key.dns_record.and_then(|record| record.valid));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DkimKeys {
    client: Client,
}

impl DkimKeys {
    /// A handle to the DKIM keys of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the keys of all domains.
    ///
    /// `GET /v1/dkim/keys`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// use mailgun::dkim::ListDkimKeys;
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

    /// Lists all keys of an authority domain, whether or not they are active or published.
    ///
    /// `GET /v4/domains/{domain}/keys`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// println!("{}", keys.list_of_domain("mg.example.com").await?.len());
    /// # Ok(()) }
    /// ```
    pub fn list_of_domain(&self, authority: &str) -> Call<Vec<DkimKey>> {
        self.client.call_list(LIST_OF_DOMAIN, &[authority], "items")
    }

    /// Creates a key. It does not sign mail until you [activate](Self::activate) it.
    ///
    /// `POST /v1/dkim/keys`. Mailgun generates the key or imports yours, and never returns a
    /// private key. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// use mailgun::dkim::Upload;
    /// use mailgun::dkim::CreateDkimKey;
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

    /// Deletes a key permanently.
    ///
    /// `DELETE /v1/dkim/keys`
    ///
    /// # Errors
    ///
    /// Returns 400 if it is the last active key of a domain, and 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// keys.delete("mg.example.com", "s1").await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, signing_domain: &str, selector: &str) -> Call<Confirmation> {
        let mut query = Fields::new();
        query.set("signing_domain", signing_domain).set("selector", selector);
        self.client.call(DELETE, &[]).query(query)
    }

    /// Starts signing mail with a key.
    ///
    /// `PUT /v4/domains/{domain}/keys/{selector}/activate`. The DNS record of the key must be
    /// valid.
    ///
    /// # Errors
    ///
    /// Returns 404 if the key does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// keys.activate("mg.example.com", "s2").await?;
    /// # Ok(()) }
    /// ```
    pub fn activate(&self, authority: &str, selector: &str) -> Call<DkimActivation> {
        self.client.call(ACTIVATE, &[authority, selector])
    }

    /// Stops signing mail with a key, even if its DNS record is valid.
    ///
    /// `PUT /v4/domains/{domain}/keys/{selector}/deactivate`
    ///
    /// # Errors
    ///
    /// Returns 404 if the key does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// keys.deactivate("mg.example.com", "s1").await?;
    /// # Ok(()) }
    /// ```
    pub fn deactivate(&self, authority: &str, selector: &str) -> Call<DkimActivation> {
        self.client.call(DEACTIVATE, &[authority, selector])
    }

    /// Makes a domain its own DKIM authority (`true`), or lets the root domain of the same account
    /// sign for it (`false`).
    ///
    /// `PUT /v3/domains/{domain}/dkim_authority`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
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

    /// Changes the selector of a domain's key. The selector must be unique among the domain's keys.
    ///
    /// `PUT /v3/domains/{domain}/dkim_selector`
    ///
    /// # Errors
    ///
    /// Returns 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// keys.update_selector("mg.example.com", "s2").await?;
    /// # Ok(()) }
    /// ```
    pub fn update_selector(&self, domain: &str, selector: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("dkim_selector", selector);
        self.client.call(SELECTOR, &[domain]).multipart(form)
    }

    /// Turns key rotation on or off for a domain with automatic sender security.
    ///
    /// `PUT /v1/dkim_management/domains/{domain}/rotation`
    ///
    /// # Errors
    ///
    /// Returns 400 if the interval is shorter than five days, or set while rotation is off. Returns
    /// 404 if the domain does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// use std::time::Duration;
    /// use mailgun::dkim::RotationSettings;
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
        self.client.call_field(ROTATION, &[domain], "domain").multipart(settings)
    }

    /// Rotates the keys of a domain with automatic sender security now.
    ///
    /// `POST /v1/dkim_management/domains/{domain}/rotate`. Works whether or not rotation is
    /// enabled. The call is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if Mailgun has not yet found the domain's DNS records, and 404 if the domain
    /// does not exist.
    ///
    /// ```no_run
    /// # async fn example(keys: mailgun::dkim::DkimKeys) -> Result<(), mailgun::Error> {
    /// keys.rotate_now("mg.example.com").await?;
    /// # Ok(()) }
    /// ```
    pub fn rotate_now(&self, domain: &str) -> Call<Confirmation> {
        self.client.call(ROTATE, &[domain])
    }
}

mailgun_core::params! {
    /// Filters for listing keys.
    pub struct ListDkimKeys;
}

impl ListDkimKeys {
    /// Page size, 1 to 100; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Lists only keys of this signing domain.
    pub fn signing_domain(self, domain: impl Into<String>) -> Self {
        self.set("signing_domain", domain.into())
    }

    /// Lists only keys with this selector.
    pub fn selector(self, selector: impl Into<String>) -> Self {
        self.set("selector", selector.into())
    }

    /// The token of the page to start with, from a link of a response.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
