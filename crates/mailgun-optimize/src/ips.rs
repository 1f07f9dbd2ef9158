use std::net::{IpAddr, Ipv4Addr};

use mailgun_core::{Call, Client, Operation, de};
use serde::Deserialize;

use crate::Ip;

pub(crate) const LIST: Operation = Operation::get("/v1/inboxready/ip_addresses");
pub(crate) const CREATE: Operation = Operation::post("/v1/inboxready/ip_addresses");
pub(crate) const GET: Operation = Operation::get("/v1/inboxready/ip_addresses/{ip}");
pub(crate) const UPDATE: Operation =
    Operation::put("/v1/inboxready/ip_addresses/{ip}").idempotent();
pub(crate) const DELETE: Operation =
    Operation::delete("/v1/inboxready/ip_addresses/{ip}").idempotent();

/// The monitored IPs.
#[derive(Clone, Debug)]
pub struct Ips {
    pub(crate) client: Client,
}

impl Ips {
    /// Lists the IPs, with the blocklists that list them.
    ///
    /// `GET /v1/inboxready/ip_addresses`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use mailgun::optimize::ListIps;
    ///
    /// for ip in optimize.ips().list(ListIps::new()).await? {
    ///     println!("{:?}: {:?}", ip.ip, ip.state);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListIps) -> Call<Vec<Ip>> {
        self.client.call::<Wrapped>(LIST, &[]).query(params).map(|response| response.items)
    }

    /// Adds an IPv4 address.
    ///
    /// `POST /v1/inboxready/ip_addresses`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the IP was added before.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use mailgun::optimize::IpSettings;
    ///
    /// let settings = IpSettings::new().ip_pool("marketing").description("newsletters");
    /// optimize.ips().create([192, 0, 2, 1].into(), settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, ip: Ipv4Addr, settings: IpSettings) -> Call<Ip> {
        self.client.call(CREATE, &[]).json(&settings.ip(ip))
    }

    /// Gets an IP, with the blocklists that list it.
    ///
    /// `GET /v1/inboxready/ip_addresses/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the IP is not monitored.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// let ip = optimize.ips().get([192, 0, 2, 1].into()).await?;
    /// println!("{:?}: on {} blocklists", ip.state, ip.listed.len());
    /// # Ok(()) }
    /// ```
    pub fn get(&self, ip: IpAddr) -> Call<Ip> {
        self.client.call(GET, &[&ip.to_string()])
    }

    /// Changes the pool and the description of an IP.
    ///
    /// `PUT /v1/inboxready/ip_addresses/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the IP is not monitored.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// use mailgun::optimize::IpSettings;
    ///
    /// let settings = IpSettings::new().description("receipts");
    /// optimize.ips().update([192, 0, 2, 1].into(), settings).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, ip: IpAddr, settings: IpSettings) -> Call<Ip> {
        self.client.call(UPDATE, &[&ip.to_string()]).json(&settings)
    }

    /// Removes an IP.
    ///
    /// `DELETE /v1/inboxready/ip_addresses/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the IP is not monitored.
    ///
    /// ```no_run
    /// # async fn example(optimize: mailgun::optimize::Optimize) -> Result<(), mailgun::Error> {
    /// optimize.ips().delete([192, 0, 2, 1].into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, ip: IpAddr) -> Call<()> {
        self.client.call(DELETE, &[&ip.to_string()])
    }
}

mailgun_core::params! {
    /// Options of a listing of IPs.
    pub struct ListIps;
}

impl ListIps {
    /// The largest number of IPs to list.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }
}

mailgun_core::json_params! {
    /// Settings of a monitored IP.
    pub struct IpSettings;
}

impl IpSettings {
    /// The IP pool, in any words.
    pub fn ip_pool(self, pool: impl Into<String>) -> Self {
        self.set(&["ip_pool"], &pool.into())
    }

    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set(&["description"], &description.into())
    }

    fn ip(self, ip: Ipv4Addr) -> Self {
        self.set(&["ip"], &ip)
    }
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default, deserialize_with = "de::items")]
    items: Vec<Ip>,
}
