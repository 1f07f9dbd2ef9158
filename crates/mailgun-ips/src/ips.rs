use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, Fields, LinkPage, Operation, Pager, true_false};

use crate::{
    AvailableIps, DynamicPools, Ip, IpDomain, IpList, IpPools, Started, Warmups, dynamic_pools,
    pools, warmups,
};

const LIST: Operation = Operation::get("/v3/ips");
const GET: Operation = Operation::get("/v3/ips/{ip}");
const DOMAINS: Operation = Operation::get("/v3/ips/{ip}/domains");
// Affects all domains: a retry would change domains that were added meanwhile.
const ASSIGN: Operation = Operation::post("/v3/ips/{ip}/domains");
const REMOVE: Operation = Operation::delete("/v3/ips/{ip}/domains");
const SET_BAND: Operation = Operation::post("/v3/ips/{ip}/ip_band").idempotent();
const AVAILABLE: Operation = Operation::get("/v3/ips/request/new");
const REQUEST_NEW: Operation = Operation::post("/v3/ips/request/new");
const LINK_TO_SUBACCOUNT: Operation =
    Operation::put("/v5/accounts/subaccounts/{subaccount_id}/ip").idempotent();

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    LIST,
    GET,
    DOMAINS,
    ASSIGN,
    REMOVE,
    SET_BAND,
    AVAILABLE,
    REQUEST_NEW,
    LINK_TO_SUBACCOUNT,
    pools::LIST,
    pools::GET,
    pools::CREATE,
    pools::UPDATE,
    pools::DELETE,
    pools::DOMAINS,
    pools::ADD_IP,
    pools::REMOVE_IP,
    pools::ADD_IPS,
    pools::DELEGATE,
    pools::REVOKE_DELEGATION,
    pools::LIST_DELEGATED,
    pools::DELEGATE_TO_SUBACCOUNT,
    pools::REVOKE_FROM_SUBACCOUNT,
    pools::LIST_OF_SUBACCOUNT,
    dynamic_pools::LIST,
    dynamic_pools::SET,
    dynamic_pools::DELETE_ALL,
    dynamic_pools::ADD_IP,
    dynamic_pools::UPDATE,
    dynamic_pools::ENROLL,
    dynamic_pools::UNENROLL,
    dynamic_pools::ASSIGNABLE,
    dynamic_pools::ENROLL_ALL,
    dynamic_pools::DOMAINS,
    dynamic_pools::PREVIEW,
    dynamic_pools::DOMAIN_HISTORY,
    dynamic_pools::OVERRIDE,
    dynamic_pools::REMOVE_OVERRIDE,
    dynamic_pools::HISTORY,
    warmups::LIST,
    warmups::GET,
    warmups::CREATE,
    warmups::DELETE,
];

/// The IPs of an account.
///
/// For the IPs of a single domain, see `DomainIps` in the crate `mailgun-domains`.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::ips::ListIps;
///
/// println!("{:?}", mailgun.ips().list(ListIps::new()).await?.items);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Ips {
    client: Client,
}

impl Ips {
    /// A handle to the IPs of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The dedicated IP pools.
    pub fn pools(&self) -> IpPools {
        IpPools::new(&self.client)
    }

    /// The pools that Mailgun assigns domains to by their reputation.
    pub fn dynamic_pools(&self) -> DynamicPools {
        DynamicPools::new(&self.client)
    }

    /// The warm-ups of new IPs.
    pub fn warmups(&self) -> Warmups {
        Warmups::new(&self.client)
    }

    /// Lists the IPs.
    ///
    /// `GET /v3/ips`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::ListIps;
    ///
    /// let list = ips.list(ListIps::new().dedicated(true)).await?;
    /// println!("{:?}, for pools {:?}", list.items, list.assignable_to_pools);
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListIps) -> Call<IpList> {
        self.client.call(LIST, &[]).query(params)
    }

    /// Gets an IP.
    ///
    /// `GET /v3/ips/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the account does not have the IP.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// println!("{}", ips.get(ip.into()).await?.rdns);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, ip: IpAddr) -> Call<Ip> {
        self.client.call(GET, &[&ip.to_string()])
    }

    /// Lists the domains that send from an IP.
    ///
    /// `GET /v3/ips/{ip}/domains`, in the order of the domains' ids.
    ///
    /// # Errors
    ///
    /// Returns 404 if the account does not have the IP.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::ListIpDomains;
    ///
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// let mut pager = ips.domains(ip.into(), ListIpDomains::new().limit(100));
    /// while let Some(page) = pager.next_page().await? {
    ///     for domain in page {
    ///         println!("{}: {:?}", domain.domain, domain.ips);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn domains(&self, ip: IpAddr, params: ListIpDomains) -> Pager<IpDomain> {
        let call = self.client.call::<LinkPage<IpDomain>>(DOMAINS, &[&ip.to_string()]);
        Pager::skip(call.query(params))
    }

    /// Assigns an IP to all domains of the account.
    ///
    /// `POST /v3/ips/{ip}/domains`. Mailgun assigns it in the background.
    ///
    /// # Errors
    ///
    /// Returns an API error if the account does not have the IP.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// println!("{:?}", ips.assign_to_all_domains(ip.into()).await?.reference_id);
    /// # Ok(()) }
    /// ```
    pub fn assign_to_all_domains(&self, ip: IpAddr) -> Call<Started> {
        self.client.call(ASSIGN, &[&ip.to_string()])
    }

    /// Removes an IP from all domains of the account, and assigns `alternative` instead if it is
    /// set.
    ///
    /// `DELETE /v3/ips/{ip}/domains`. Mailgun changes the domains in the background.
    ///
    /// # Errors
    ///
    /// Returns an API error if the account does not have the IP.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// use std::net::{IpAddr, Ipv4Addr};
    ///
    /// let [old, new] = [1, 2].map(|last| IpAddr::from(Ipv4Addr::new(192, 0, 2, last)));
    /// ips.remove_from_all_domains(old, new).await?;
    /// # Ok(()) }
    /// ```
    pub fn remove_from_all_domains(
        &self,
        ip: IpAddr,
        alternative: impl Into<Option<IpAddr>>,
    ) -> Call<Started> {
        let mut query = Fields::new();
        if let Some(alternative) = alternative.into() {
            query.set("alternative", alternative);
        }
        self.client.call(REMOVE, &[&ip.to_string()]).query(query)
    }

    /// Assigns a dedicated IP to a dedicated IP band.
    ///
    /// `POST /v3/ips/{ip}/ip_band`. The account needs the feature Dedicated IP Bands.
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP is not a dedicated IP of the account.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips, band: &str) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// ips.set_band(ip.into(), band).await?;
    /// # Ok(()) }
    /// ```
    pub fn set_band(&self, ip: IpAddr, band: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("ip_band", band);
        self.client.call(SET_BAND, &[&ip.to_string()]).multipart(form)
    }

    /// The number of IPs that the plan still allows.
    ///
    /// `GET /v3/ips/request/new`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// println!("{:?}", ips.available().await?.dedicated);
    /// # Ok(()) }
    /// ```
    #[deprecated(
        since = "0.1.0",
        note = "kept by Mailgun for old programs alone, without a replacement; `request_new` is \
                refused when the plan has no more IPs"
    )]
    pub fn available(&self) -> Call<AvailableIps> {
        self.client.call_field(AVAILABLE, &[], "allowed")
    }

    /// Adds a new dedicated IP to the account.
    ///
    /// `POST /v3/ips/request/new`. Mailgun may charge for the IP. A second call adds a second IP,
    /// so it is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns an API error if the plan does not allow another IP.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// ips.request_new().await?;
    /// # Ok(()) }
    /// ```
    pub fn request_new(&self) -> Call<Confirmation> {
        self.client.call(REQUEST_NEW, &[])
    }

    /// Lets a subaccount send from one IP of the account.
    ///
    /// `PUT /v5/accounts/subaccounts/{subaccount_id}/ip`
    ///
    /// # Errors
    ///
    /// Returns 404 if the subaccount does not exist.
    ///
    /// ```no_run
    /// # async fn example(ips: mailgun::ips::Ips) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// ips.link_to_subaccount(ip.into(), "646d00a1b32c35364a2ad34f").await?;
    /// # Ok(()) }
    /// ```
    pub fn link_to_subaccount(&self, ip: IpAddr, subaccount_id: &str) -> Call<Confirmation> {
        let mut form = Fields::new();
        form.set("ip", ip);
        self.client.call(LINK_TO_SUBACCOUNT, &[subaccount_id]).form(form)
    }
}

mailgun_core::params! {
    /// Filters for listing IPs.
    pub struct ListIps;
}

impl ListIps {
    /// Lists only dedicated IPs.
    pub fn dedicated(self, dedicated: bool) -> Self {
        self.set("dedicated", true_false(dedicated))
    }

    /// Lists only enabled IPs.
    pub fn enabled(self, enabled: bool) -> Self {
        self.set("enabled", true_false(enabled))
    }
}

mailgun_core::params! {
    /// Filters for listing the domains of an IP.
    pub struct ListIpDomains;
}

impl ListIpDomains {
    /// Page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// Lists only domains whose name contains any of these words. Spaces and punctuation separate
    /// words.
    pub fn search(self, search: impl Into<String>) -> Self {
        self.set("search", search.into())
    }
}
