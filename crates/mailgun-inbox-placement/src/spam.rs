//! Verdicts of spam filters.

use std::collections::BTreeMap;

use mailgun_core::de;
use serde::{Deserialize, Serialize};

use crate::response;

/// The verdict of SpamAssassin on a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamAssassin {
    /// Whether SpamAssassin considers the message spam.
    #[serde(deserialize_with = "de::null_default")]
    pub is_spam: bool,
    /// The total score of all rules.
    #[serde(deserialize_with = "de::number_or_string")]
    pub score: Option<f64>,
    /// The score from which a message is spam.
    #[serde(deserialize_with = "de::number_or_string")]
    pub required: Option<f64>,
    /// The rules that matched.
    #[serde(deserialize_with = "de::items")]
    pub rules: Vec<SpamAssassinRule>,
}

/// A SpamAssassin rule that matched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamAssassinRule {
    /// The name, such as `HTML_MESSAGE`.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The score of the rule. Negative scores count against spam.
    #[serde(deserialize_with = "de::number_or_string")]
    pub points: Option<f64>,
    /// A short description of the rule.
    #[serde(deserialize_with = "de::null_default")]
    pub short_description: String,
    /// A description of the rule.
    #[serde(deserialize_with = "de::null_default")]
    pub long_description: String,
}

/// The verdicts of Microsoft's filters on the messages to all its seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MicrosoftSpamSummary {
    /// The number of messages.
    #[serde(deserialize_with = "de::null_default")]
    pub count: u64,
    /// Bulk complaint levels, from 0 to 9.
    #[serde(deserialize_with = "de::null_default")]
    pub bcl: LevelStats,
    /// Spam confidence levels, from -1 to 9.
    #[serde(deserialize_with = "de::null_default")]
    pub scl: LevelStats,
    /// The verdict of the Forefront filter.
    #[serde(deserialize_with = "de::null_default")]
    pub forefront: ForefrontStats,
}

/// The range of a level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LevelStats {
    /// The minimum.
    pub min: Option<i64>,
    /// The maximum.
    pub max: Option<i64>,
    /// The mean.
    #[serde(deserialize_with = "de::number_or_string")]
    pub mean: Option<f64>,
}

/// The verdicts of the Forefront filter on the messages to all seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ForefrontStats {
    /// The number of messages in each category, such as `SPM`.
    #[serde(deserialize_with = "response::map")]
    pub category_counts: BTreeMap<String, u64>,
}

/// The verdict of Microsoft's filters on the message to one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MicrosoftSpam {
    /// The bulk complaint level, from 0 to 9.
    pub bcl: Option<i64>,
    /// The spam confidence level, from -1 to 9.
    pub scl: Option<i64>,
    /// The verdict of the Forefront filter.
    #[serde(deserialize_with = "de::null_default")]
    pub forefront_report: ForefrontReport,
}

/// The verdict of the Forefront filter on a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ForefrontReport {
    /// The category, such as `SPM`.
    #[serde(deserialize_with = "de::null_default")]
    pub category: String,
}
