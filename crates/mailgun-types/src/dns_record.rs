//! DNS records that Mailgun requires.

use mailgun_core::de;
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// The type of a DNS record.
    pub enum DnsRecordType {
        /// Mail exchanger, for incoming mail.
        Mx = "MX",
        /// Text: SPF, DKIM, DMARC.
        Txt = "TXT",
        /// Alias: tracking, automatic sender security.
        Cname = "CNAME",
        /// IPv4 address.
        A = "A",
    }
}

mailgun_core::open_enum! {
    /// The result of Mailgun's last check of a DNS record.
    pub enum DnsRecordState {
        /// The record has the required value.
        Valid = "valid",
        /// The record is missing or has another value.
        Invalid = "invalid",
        /// Mailgun has not checked the record yet.
        Unknown = "unknown",
    }
}

/// A DNS record that Mailgun requires, and the result of its last check.
///
/// ```
/// use mailgun::domains::{DnsRecord, DnsRecordState};
///
/// let json = r#"{"record_type": "MX", "valid": "VALID", "is_active": true, "cached": [],
///     "priority": "10", "value": "mxa.mailgun.org"}"#;
/// let record: DnsRecord = serde_json::from_str(json)?;
/// assert_eq!(record.valid, Some(DnsRecordState::Valid));
/// assert_eq!(record.priority, Some(10));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DnsRecord {
    /// The name of the record. Empty for the domain itself.
    pub name: Option<String>,
    /// The type.
    pub record_type: Option<DnsRecordType>,
    /// The required value.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
    /// The priority of an MX record.
    #[serde(deserialize_with = "de::number_or_string")]
    pub priority: Option<u16>,
    /// The result of the last check.
    pub valid: Option<DnsRecordState>,
    /// Whether Mailgun currently uses the record.
    #[serde(deserialize_with = "de::null_default")]
    pub is_active: bool,
    /// The values that Mailgun found last.
    #[serde(deserialize_with = "de::readable")]
    pub cached: Vec<String>,
}
