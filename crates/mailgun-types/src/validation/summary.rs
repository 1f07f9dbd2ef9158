use mailgun_core::de;
use serde::{Deserialize, Serialize};

/// What the validation of a file found, or is expected to find: numbers of addresses (`u64`) for a
/// job, percentages (`f64`) for a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "N: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ValidationSummary<N> {
    /// By what becomes of mail to them.
    #[serde(deserialize_with = "de::null_default")]
    pub result: ResultSummary<N>,
    /// By how risky it is to send to them.
    #[serde(deserialize_with = "de::null_default")]
    pub risk: RiskSummary<N>,
}

/// How many addresses have which result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "N: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ResultSummary<N> {
    /// Mail should arrive.
    #[serde(deserialize_with = "de::null_default")]
    pub deliverable: N,
    /// Mail will bounce.
    #[serde(deserialize_with = "de::null_default")]
    pub undeliverable: N,
    /// Mail would harm the sender's reputation.
    #[serde(deserialize_with = "de::null_default")]
    pub do_not_send: N,
    /// The provider takes mail for any address.
    #[serde(deserialize_with = "de::null_default")]
    pub catch_all: N,
    /// Not found out.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: N,
}

/// How many addresses are of which risk.
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
    /// Not found out.
    #[serde(deserialize_with = "de::null_default")]
    pub unknown: N,
}
