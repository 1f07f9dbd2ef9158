use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// The results of a validation: numbers of addresses (`u64`) for a job, percentages (`f64`) for a
/// preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "N: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ValidationSummary<N> {
    /// By deliverability.
    #[serde(deserialize_with = "de::null_default")]
    pub result: ResultSummary<N>,
    /// By risk.
    #[serde(deserialize_with = "de::null_default")]
    pub risk: RiskSummary<N>,
}

/// The number of addresses for each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "N: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ResultSummary<N> {
    /// Mail is expected to arrive.
    #[serde(deserialize_with = "de::null_default")]
    pub deliverable: N,
    /// Mail will bounce.
    #[serde(deserialize_with = "de::null_default")]
    pub undeliverable: N,
    /// Mail would harm the sender's reputation.
    #[serde(deserialize_with = "de::null_default")]
    pub do_not_send: N,
    /// The provider accepts mail for any address.
    #[serde(deserialize_with = "de::null_default")]
    pub catch_all: N,
    /// Unknown.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: N,
}

/// The number of addresses for each risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "N: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct RiskSummary<N> {
    /// High.
    #[serde(deserialize_with = "de::null_default")]
    pub high: N,
    /// Medium.
    #[serde(deserialize_with = "de::null_default")]
    pub medium: N,
    /// Low.
    #[serde(deserialize_with = "de::null_default")]
    pub low: N,
    /// Unknown.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: N,
}
