use std::net::IpAddr;

use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager, Timestamp, de};
use serde::{Deserialize, Serialize};

pub(crate) const LIST: Operation = Operation::get("/v3/ip_warmups");
pub(crate) const GET: Operation = Operation::get("/v3/ip_warmups/{ip}");
pub(crate) const CREATE: Operation = Operation::post("/v3/ip_warmups/{ip}");
pub(crate) const DELETE: Operation = Operation::delete("/v3/ip_warmups/{ip}").idempotent();

/// The warm-ups of dedicated IPs: a new IP gets its mail in stages, until receivers know it.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_ips::Warmups;
///
/// let warmup = Warmups::new(&client).get(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
/// println!("stage {:?} of {:?}", warmup.stage, warmup.total_stages);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Warmups {
    client: Client,
}

impl Warmups {
    /// The warm-ups of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Lists the warm-ups that are in progress.
    ///
    /// `GET /v3/ip_warmups`
    ///
    /// # Errors
    ///
    /// Status 401 for a wrong key.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun_ips::Warmups) -> Result<(), mailgun_core::Error> {
    /// use mailgun_ips::ListWarmups;
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

    /// The warm-up of an IP.
    ///
    /// `GET /v3/ip_warmups/{ip}`
    ///
    /// # Errors
    ///
    /// Status 404 if the IP is not being warmed up.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun_ips::Warmups) -> Result<(), mailgun_core::Error> {
    /// let ip = std::net::Ipv4Addr::new(192, 0, 2, 1);
    /// println!("{:?}", warmups.get(ip.into()).await?.hourly_limit);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, ip: IpAddr) -> Call<WarmupDetails> {
        self.client.call::<Details>(GET, &[&ip.to_string()]).map(|response| response.details)
    }

    /// Begins to warm up a dedicated IP of the account.
    ///
    /// `POST /v3/ip_warmups/{ip}`. It is not repeated when its outcome is unknown, since that
    /// could begin a new plan.
    ///
    /// # Errors
    ///
    /// An API error if the IP is not a dedicated one of the account.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun_ips::Warmups) -> Result<(), mailgun_core::Error> {
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
    /// Status 404 if the IP is not being warmed up.
    ///
    /// ```no_run
    /// # async fn example(warmups: mailgun_ips::Warmups) -> Result<(), mailgun_core::Error> {
    /// warmups.delete(std::net::Ipv4Addr::new(192, 0, 2, 1).into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, ip: IpAddr) -> Call<Confirmation> {
        self.client.call(DELETE, &[&ip.to_string()])
    }
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "de::null_default")]
    details: WarmupDetails,
}

/// A warm-up as a listing shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Warmup {
    /// The IP.
    pub ip: Option<IpAddr>,
    /// How much of the stage's volume was sent, such as `25%`.
    #[serde(deserialize_with = "de::null_default")]
    pub sent_within_stage: String,
    /// How far sending from the IP is throttled.
    #[serde(deserialize_with = "de::number_or_string")]
    pub throttle: Option<f64>,
    /// The stage that it is in.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_number: Option<u64>,
    /// The volume that the stage began with.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_start_volume: Option<u64>,
    /// When the stage began.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub stage_start_time: Option<Timestamp>,
    /// How many messages the stage has.
    #[serde(deserialize_with = "de::number_or_string")]
    pub stage_volume_limit: Option<u64>,
}

/// A warm-up with all its stages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Spellings")]
#[non_exhaustive]
pub struct WarmupDetails {
    /// How much of the stage's volume was sent, such as `25%`.
    pub sent_within_stage: String,
    /// How far sending from the IP is throttled.
    pub throttle: Option<f64>,
    /// The volume that the stage began with.
    pub start_volume: Option<u64>,
    /// The stage that it is in.
    pub stage: Option<u64>,
    /// How many messages the stage has.
    pub stage_limit: Option<u64>,
    /// How many messages it may send in an hour.
    pub hourly_limit: Option<u64>,
    /// When the stage began.
    pub stage_started_at: Option<Timestamp>,
    /// When the hour began that `hourly_limit` is for.
    pub hour_started_at: Option<Timestamp>,
    /// When the warm-up began.
    pub plan_started_at: Option<Timestamp>,
    /// When it changed last.
    pub plan_last_updated_at: Option<Timestamp>,
    /// How many stages there are.
    pub total_stages: Option<u64>,
    /// The stages that are done.
    pub stage_history: Vec<WarmupStage>,
}

/// Some fields have the names of the listing in the API description, and others in the service.
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
    /// When it changed first.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub first_updated_at: Option<Timestamp>,
    /// When it was done.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub completed_at: Option<Timestamp>,
    /// How many messages it had.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u64>,
}

mailgun_core::params! {
    /// Which warm-ups to list.
    pub struct ListWarmups;
}

impl ListWarmups {
    /// At most so many a page; 10 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Begins at the page that this token of an earlier response stands for; the pager does it of
    /// itself.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}
