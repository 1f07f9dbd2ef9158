use mailgun_core::{Call, Client, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v2/ip_whitelist");
pub(crate) const ADD: Operation = Operation::post("/v2/ip_whitelist").idempotent();
pub(crate) const UPDATE: Operation = Operation::put("/v2/ip_whitelist").idempotent();
pub(crate) const REMOVE: Operation = Operation::delete("/v2/ip_whitelist").idempotent();

/// The IP addresses that API calls and SMTP sessions may come from. An empty list allows every
/// address. Keys of the kind [`Web`](crate::KeyKind::Web) are exempt.
#[doc(alias = "whitelist")]
#[derive(Clone, Debug)]
pub struct IpAllowlist {
    pub(crate) client: Client,
}

impl IpAllowlist {
    /// Lists all addresses.
    ///
    /// `GET /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Returns 403 if the API key lacks the permission.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// for entry in account.ip_allowlist().list().await? {
    ///     println!("{} {}", entry.ip_address, entry.description);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<IpAllowlistEntry>> {
        self.client.call_list(LIST, &[], "addresses")
    }

    /// Adds an IP address, or a range such as `10.0.0.0/24`, and returns the whole list.
    ///
    /// `POST /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Returns 400 if the text is neither an IP address nor a range.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::IpAllowlistSettings;
    ///
    /// let settings = IpAllowlistSettings::new().description("office");
    /// account.ip_allowlist().add("10.11.11.111", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn add(
        &self,
        address: impl Into<String>,
        settings: IpAllowlistSettings,
    ) -> Call<Vec<IpAllowlistEntry>> {
        self.client.call_list(ADD, &[], "addresses").multipart(settings.address(address.into()))
    }

    /// Changes the description of an address and returns the whole list.
    ///
    /// `PUT /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Returns 400 if the address is not on the list.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// use mailgun::account::IpAllowlistSettings;
    ///
    /// let settings = IpAllowlistSettings::new().description("old office");
    /// account.ip_allowlist().update("10.11.11.111", settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(
        &self,
        address: impl Into<String>,
        settings: IpAllowlistSettings,
    ) -> Call<Vec<IpAllowlistEntry>> {
        self.client.call_list(UPDATE, &[], "addresses").multipart(settings.address(address.into()))
    }

    /// Removes an address and returns the whole list.
    ///
    /// `DELETE /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Returns 400 if the address is empty.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun::account::Account) -> Result<(), mailgun::Error> {
    /// account.ip_allowlist().remove("10.11.11.111").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove(&self, address: impl Into<String>) -> Call<Vec<IpAllowlistEntry>> {
        let mut query = Fields::new();
        query.set("address", address.into());
        self.client.call_list(REMOVE, &[], "addresses").query(query)
    }
}

/// An entry of the allowlist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpAllowlistEntry {
    /// The IP address or range.
    #[serde(deserialize_with = "de::null_default")]
    pub ip_address: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
}

mailgun_core::params! {
    /// Settings of an entry of the allowlist.
    pub struct IpAllowlistSettings;
}

impl IpAllowlistSettings {
    /// A description, in any words; default empty.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    fn address(self, address: String) -> Self {
        self.set("address", address)
    }
}
