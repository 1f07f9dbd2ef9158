use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

mailgun_core::open_enum! {
    /// Whether a domain is verified.
    pub enum DomainStatus {
        /// Not verified yet.
        Pending = "pending",
        /// Verified by its TXT record.
        InboxReady = "inbox_ready",
        /// Verified as a sending domain of Mailgun.
        Sending = "sending",
    }
}

/// A monitored domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DomainFields")]
#[non_exhaustive]
pub struct Domain {
    /// The id.
    pub id: Option<String>,
    /// The name.
    pub name: String,
    /// When it was added.
    pub created_at: Option<Timestamp>,
    /// The services and whether each is on, such as `spam_trap_monitoring` and
    /// `domain_blocklist_monitoring`.
    pub services: BTreeMap<String, bool>,
    /// The TXT record that verifies the domain. Sending domains of Mailgun do not need it.
    pub txt_record: Option<String>,
    /// Whether it is verified.
    pub verified: DomainVerification,
}

/// Mailgun's responses have the id as `ID` or as `acid`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DomainFields {
    id: Option<String>,
    #[serde(rename = "ID")]
    upper_id: Option<String>,
    acid: Option<String>,
    #[serde(deserialize_with = "de::null_default")]
    name: String,
    #[serde(deserialize_with = "de::optional_timestamp")]
    created_at: Option<Timestamp>,
    #[serde(deserialize_with = "services")]
    services: BTreeMap<String, bool>,
    txt_record: Option<String>,
    #[serde(deserialize_with = "de::null_default")]
    verified: DomainVerification,
}

impl From<DomainFields> for Domain {
    fn from(fields: DomainFields) -> Self {
        Self {
            id: fields.upper_id.or(fields.acid).or(fields.id),
            name: fields.name,
            created_at: fields.created_at,
            services: fields.services,
            txt_record: fields.txt_record,
            verified: fields.verified,
        }
    }
}

/// A service whose value is no boolean is left out.
fn services<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, bool>, D::Error> {
    let values: BTreeMap<String, Value> = de::map(deserializer)?;
    let read = |value| de::bool_like(value).ok().flatten();
    Ok(values.into_iter().filter_map(|(name, value)| Some((name, read(value)?))).collect())
}

/// Whether and when a domain was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DomainVerification {
    /// The status.
    pub status: Option<DomainStatus>,
    /// When it was verified. `None` if it is not.
    #[serde(deserialize_with = "verified_at")]
    pub verified_at: Option<Timestamp>,
}

/// Mailgun writes 0 for a domain that is not verified.
fn verified_at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let time = de::optional_timestamp(deserializer)?;
    Ok(time.filter(|time| *time != Timestamp::UNIX_EPOCH))
}

/// The response to adding a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CreateDomainResponse {
    /// The confirmation.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The domain, with the TXT record that verifies it.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: Domain,
}
