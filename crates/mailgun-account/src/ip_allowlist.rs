use mailgun_core::{Call, Client, Fields, Operation, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v2/ip_whitelist");
pub(crate) const ADD: Operation = Operation::post("/v2/ip_whitelist").idempotent();
pub(crate) const UPDATE: Operation = Operation::put("/v2/ip_whitelist").idempotent();
pub(crate) const REMOVE: Operation = Operation::delete("/v2/ip_whitelist").idempotent();

/// The addresses that calls with the account's keys and its SMTP sessions may come from; any, as
/// long as there is none on the list. Keys of the kind [`Web`](crate::KeyKind::Web) are exempt.
#[derive(Clone, Debug)]
pub struct IpAllowlist {
    pub(crate) client: Client,
}

impl IpAllowlist {
    /// The whole list.
    ///
    /// `GET /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Status 403 for a key that may not see it.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// for entry in account.ip_allowlist().list().await? {
    ///     println!("{} {}", entry.ip_address, entry.description);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> Call<Vec<IpAllowlistEntry>> {
        entries(self.client.call(LIST, &[]))
    }

    /// Adds an address, or a range such as `10.0.0.0/24`, and gives the whole list.
    ///
    /// `POST /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Status 400 for what is neither an IP address nor a range.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::IpAllowlistSettings;
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
        entries(self.client.call(ADD, &[]).multipart(settings.address(address.into())))
    }

    /// Changes the description of an address, and gives the whole list.
    ///
    /// `PUT /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Status 400 if the address is not on the list.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// use mailgun_account::IpAllowlistSettings;
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
        entries(self.client.call(UPDATE, &[]).multipart(settings.address(address.into())))
    }

    /// Takes an address off the list, and gives the whole list.
    ///
    /// `DELETE /v2/ip_whitelist`
    ///
    /// # Errors
    ///
    /// Status 400 for an empty address.
    ///
    /// ```no_run
    /// # async fn example(account: mailgun_account::Account) -> Result<(), mailgun_core::Error> {
    /// account.ip_allowlist().remove("10.11.11.111").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove(&self, address: impl Into<String>) -> Call<Vec<IpAllowlistEntry>> {
        let mut query = Fields::new();
        query.set("address", address.into());
        entries(self.client.call(REMOVE, &[]).query(query))
    }
}

fn entries(call: Call<Wrapped>) -> Call<Vec<IpAllowlistEntry>> {
    call.map(|response| response.addresses)
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::items")]
    addresses: Vec<IpAllowlistEntry>,
}

/// An address on the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpAllowlistEntry {
    /// The address or range.
    #[serde(deserialize_with = "de::null_default")]
    pub ip_address: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
}

mailgun_core::params! {
    /// What an entry of the list is to say.
    pub struct IpAllowlistSettings;
}

impl IpAllowlistSettings {
    /// Free text; empty when not set.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    fn address(self, address: String) -> Self {
        self.set("address", address)
    }
}
