use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager, Timestamp, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/ip_warmups");
pub(crate) const GET: Operation = Operation::get("/v3/ip_warmups/{ip}");
pub(crate) const CREATE: Operation = Operation::post("/v3/ip_warmups/{ip}");
pub(crate) const DELETE: Operation = Operation::delete("/v3/ip_warmups/{ip}").idempotent();

/// Warm-ups of dedicated IPs. Mailgun raises the volume of a new IP in stages, so that receivers
/// get to know it.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let warmup = mailgun.ips().warmups().get(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
/// println!("stage {:?} of {:?}", warmup.stage, warmup.total_stages);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Warmups {
    client: Client,
}

impl Warmups {
    /// A handle to the warm-ups of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the warm-ups in progress.
    ///
    /// `GET /v3/ip_warmups`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun::ips::Warmups) -> Result<(), mailgun::Error> {
    /// use mailgun::ips::ListWarmups;
    ///
    /// let mut pager = warmups.list(ListWarmups::new().limit(50));
    /// while let Some(page) = pager.next_page().await? {
    ///     for warmup in page {
    ///         println!("{:?}: stage {:?}", warmup.ip, warmup.stage_number);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, params: ListWarmups) -> Pager<Warmup> {
        Pager::links(self.client.call::<LinkPage<Warmup>>(LIST, &[]).query(params))
    }

    /// Gets the warm-up of an IP.
    ///
    /// `GET /v3/ip_warmups/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the IP is not warming up.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun::ips::Warmups) -> Result<(), mailgun::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// println!("{:?}", warmups.get(ip.into()).await?.hourly_limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, ip: IpAddr) -> Call<WarmupDetails> {
        self.client.call_field(GET, &[&ip.to_string()], "details")
    }

    /// Starts to warm up a dedicated IP of the account.
    ///
    /// `POST /v3/ip_warmups/{ip}`. The call is not retried if its outcome is unknown, because a
    /// retry could start a new plan.
    ///
    /// # Errors
    ///
    /// Returns an API error if the IP is not a dedicated IP of the account.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun::ips::Warmups) -> Result<(), mailgun::Error> {
    /// warmups.create(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(&self, ip: IpAddr) -> Call<Confirmation> {
        self.client.call(CREATE, &[&ip.to_string()])
    }

    /// Cancels the warm-up of an IP.
    ///
    /// `DELETE /v3/ip_warmups/{ip}`
    ///
    /// # Errors
    ///
    /// Returns 404 if the IP is not warming up.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun::ips::Warmups) -> Result<(), mailgun::Error> {
    /// warmups.delete(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, ip: IpAddr) -> Call<Confirmation> {
        self.client.call(DELETE, &[&ip.to_string()])
    }
}

/// A warm-up in a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Warmup {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// The share of the stage's volume that was sent, such as `25%`.
    #[serde(deserialize_with = "de::null_default")]
    pub sent_within_stage: String,
    /// How much sending from the IP is throttled.
    #[serde(deserialize_with = "de::number_or_string")]
    pub throttle: Option<f64>,
    /// The current stage.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_number: Option<u64>,
    /// The volume at the start of the stage.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_start_volume: Option<u64>,
    /// When the stage started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub stage_start_time: Option<Timestamp>,
    /// The number of messages in the stage.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_volume_limit: Option<u64>,
}

/// A warm-up with all its stages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Spellings")]
#[non_exhaustive]
pub struct WarmupDetails {
    /// The share of the stage's volume that was sent, such as `25%`.
    pub sent_within_stage: String,
    /// How much sending from the IP is throttled.
    pub throttle: Option<f64>,
    /// The volume at the start of the stage.
    pub start_volume: Option<u64>,
    /// The current stage.
    pub stage: Option<u64>,
    /// The number of messages in the stage.
    pub stage_limit: Option<u64>,
    /// The number of messages allowed in an hour.
    pub hourly_limit: Option<u64>,
    /// When the stage started.
    pub stage_started_at: Option<Timestamp>,
    /// The start of the hour that `hourly_limit` applies to.
    pub hour_started_at: Option<Timestamp>,
    /// When the warm-up started.
    pub plan_started_at: Option<Timestamp>,
    /// When the warm-up last changed.
    pub plan_last_updated_at: Option<Timestamp>,
    /// The number of stages.
    pub total_stages: Option<u64>,
    /// The completed stages.
    pub stage_history: Vec<WarmupStage>,
}

/// The API description and the service name some fields differently.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Spellings {
    #[serde(deserialize_with = "de::null_default")]
    sent_within_stage: String,
    #[serde(deserialize_with = "de::number_or_string")]
    throttle: Option<f64>,
    #[serde(deserialize_with = "de::number_or_string")]
    start_volume: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    stage_start_volume: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    stage: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    stage_number: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    stage_limit: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    stage_volume_limit: Option<u64>,
    #[serde(deserialize_with = "de::number_or_string")]
    hourly_limit: Option<u64>,
    #[serde(deserialize_with = "de::optional_timestamp")]
    stage_started_at: Option<Timestamp>,
    #[serde(deserialize_with = "de::optional_timestamp")]
    stage_start_time: Option<Timestamp>,
    #[serde(deserialize_with = "de::optional_timestamp")]
    hour_started_at: Option<Timestamp>,
    #[serde(deserialize_with = "de::optional_timestamp")]
    plan_started_at: Option<Timestamp>,
    #[serde(deserialize_with = "de::optional_timestamp")]
    plan_last_updated_at: Option<Timestamp>,
    #[serde(deserialize_with = "de::number_or_string")]
    total_stages: Option<u64>,
    #[serde(deserialize_with = "de::items")]
    stage_history: Vec<WarmupStage>,
}

impl From<Spellings> for WarmupDetails {
    fn from(response: Spellings) -> Self {
        Self {
            sent_within_stage: response.sent_within_stage,
            throttle: response.throttle,
            start_volume: response.start_volume.or(response.stage_start_volume),
            stage: response.stage.or(response.stage_number),
            stage_limit: response.stage_limit.or(response.stage_volume_limit),
            hourly_limit: response.hourly_limit,
            stage_started_at: response.stage_started_at.or(response.stage_start_time),
            hour_started_at: response.hour_started_at,
            plan_started_at: response.plan_started_at,
            plan_last_updated_at: response.plan_last_updated_at,
            total_stages: response.total_stages,
            stage_history: response.stage_history,
        }
    }
}

/// A stage of a warm-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WarmupStage {
    /// When the stage started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_updated_at: Option<Timestamp>,
    /// When the stage was completed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub completed_at: Option<Timestamp>,
    /// The number of messages in the stage.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u64>,
}

mailgun_core::params! {
    /// Options for listing warm-ups.
    pub struct ListWarmups;
}

impl ListWarmups {
    /// Page size; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The token of the page to start with, from an earlier response. The pager sets it itself.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
