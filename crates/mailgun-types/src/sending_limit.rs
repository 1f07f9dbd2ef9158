use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// How many messages an account or a subaccount may send, and how many it has sent.
///
/// ```
/// use mailgun::subaccounts::SendingLimit;
///
/// let json = r#"{"limit": 10000, "current": 20, "period": "1m"}"#;
/// let limit: SendingLimit = serde_json::from_str(json)?;
/// assert_eq!((limit.limit, limit.current), (Some(10_000), Some(20)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SendingLimit {
    /// The limit.
    #[serde(deserialize_with = "de::number_or_string")]
    pub limit: Option<u64>,
    /// The number of messages sent in the current period.
    #[serde(deserialize_with = "de::number_or_string")]
    pub current: Option<u64>,
    /// The period: a number followed by `m` for months, `d` for days or `h` for hours. `1m` is a
    /// calendar month.
    #[serde(deserialize_with = "de::null_default")]
    pub period: String,
}
