//! What spam filters say of a mail.

use std::collections::BTreeMap;

use mailgun_core::de;
use serde::{Deserialize, Serialize};

use crate::response;

/// What SpamAssassin says of a mail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamAssassin {
    /// Whether it takes the mail for spam.
    #[serde(deserialize_with = "de::null_default")]
    pub is_spam: bool,
    /// The points of all rules together.
    #[serde(deserialize_with = "de::number_or_string")]
    pub score: Option<f64>,
    /// How many points make a mail spam.
    #[serde(deserialize_with = "de::number_or_string")]
    pub required: Option<f64>,
    /// The rules that the mail met.
    #[serde(deserialize_with = "de::items")]
    pub rules: Vec<SpamAssassinRule>,
}

/// A rule of SpamAssassin that a mail met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpamAssassinRule {
    /// Its name, `HTML_MESSAGE` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The points it gives; fewer than none speak for the mail.
    #[serde(deserialize_with = "de::number_or_string")]
    pub points: Option<f64>,
    /// What it looks for, in short.
    #[serde(deserialize_with = "de::null_default")]
    pub short_description: String,
    /// What it looks for.
    #[serde(deserialize_with = "de::null_default")]
    pub long_description: String,
}

/// What Microsoft's filters say of the mails to all its seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MicrosoftSpamSummary {
    /// How many mails this is about.
    #[serde(deserialize_with = "de::null_default")]
    pub count: u64,
    /// Bulk complaint levels, from 0 to 9.
    #[serde(deserialize_with = "de::null_default")]
    pub bcl: LevelStats,
    /// Spam confidence levels, from -1 to 9.
    #[serde(deserialize_with = "de::null_default")]
    pub scl: LevelStats,
    /// What the Forefront filter says.
    #[serde(deserialize_with = "de::null_default")]
    pub forefront: ForefrontStats,
}

/// The range of a level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LevelStats {
    /// The least.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
    /// The mean.
    #[serde(deserialize_with = "de::number_or_string")]
    pub mean: Option<f64>,
}

/// What the Forefront filter says of the mails to all seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ForefrontStats {
    /// How many mails are in each of its categories, `SPM` for example.
    #[serde(deserialize_with = "response::map")]
    pub category_counts: BTreeMap<String, u64>,
}

/// What Microsoft's filters say of the mail to one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MicrosoftSpam {
    /// The bulk complaint level, from 0 to 9.
    pub bcl: Option<i64>,
    /// The spam confidence level, from -1 to 9.
    pub scl: Option<i64>,
    /// What the Forefront filter says.
    #[serde(deserialize_with = "de::null_default")]
    pub forefront_report: ForefrontReport,
}

/// What the Forefront filter says of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ForefrontReport {
    /// Its category, `SPM` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub category: String,
}
