use std::net::IpAddr;

use mailgun_core::{Timestamp, de};
use mailgun_types::validation::{JobStatus, ResultFiles, ValidationSummary};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ReceiveError;
use crate::AlertEventType;

/// An alert with a valid signature.
///
/// Only a [`Verifier`](super::Verifier) creates it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// The time and the token of the alert.
    pub signature: AlertSignature,
    /// The event.
    pub event_data: AlertEvent,
}

/// The time and the token of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>")]
#[non_exhaustive]
pub struct AlertSignature {
    /// When Mailgun signed the alert.
    pub timestamp: Option<Timestamp>,
    /// A random token that identifies the alert.
    pub token: String,
}

/// The event that an alert is about.
///
/// A field of an unexpected type does not fail the alert: it is kept in [`others`](Self::others).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>")]
#[non_exhaustive]
pub struct AlertEvent {
    /// The id of the event.
    pub id: String,
    /// When the event happened.
    pub timestamp: Option<Timestamp>,
    /// The log level.
    pub log_level: Option<String>,
    /// The event type.
    pub event: Option<AlertEventType>,
    /// The IP that was added to a blocklist or removed from it.
    pub ip: Option<IpAddr>,
    /// The domain that was added to a blocklist or removed from it.
    pub domain: Option<String>,
    /// The blocklist.
    pub blocklist: Option<String>,
    /// The bulk validation that is complete.
    pub bulk_validation_job: Option<BulkValidation>,
    /// A description of the event.
    pub message: String,
    /// All other fields, and those of an unexpected type, as Mailgun sent them.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A bulk validation that is complete.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BulkValidation {
    /// The id of the list.
    #[serde(deserialize_with = "de::null_default")]
    pub list_id: String,
    /// When it was started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// The number of addresses in the list.
    #[serde(deserialize_with = "de::number_or_string")]
    pub quantity: Option<u64>,
    /// The number of validated addresses.
    #[serde(deserialize_with = "de::number_or_string")]
    pub processed: Option<u64>,
    /// The status.
    pub status: Option<JobStatus>,
    /// The number of addresses per result.
    pub summary: Option<ValidationSummary<u64>>,
    /// Links to the results.
    #[serde(deserialize_with = "de::null_default")]
    pub download_urls: ResultFiles,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    signature: Value,
    event_data: Option<AlertEvent>,
}

impl Alert {
    pub(super) fn read(body: &[u8]) -> Result<Self, ReceiveError> {
        let Envelope { signature, event_data } = de::from_slice(body)
            .map_err(|_| ReceiveError::Malformed("JSON that cannot be read"))?;
        let event_data = event_data.ok_or(ReceiveError::Malformed("JSON without `event_data`"))?;
        Ok(Self {
            signature: AlertSignature::deserialize(signature).unwrap_or_default(),
            event_data,
        })
    }
}

impl From<Map<String, Value>> for AlertSignature {
    fn from(mut fields: Map<String, Value>) -> Self {
        Self {
            timestamp: take(&mut fields, "timestamp", de::optional_timestamp),
            token: take(&mut fields, "token", de::string_or_number).unwrap_or_default(),
        }
    }
}

impl From<Map<String, Value>> for AlertEvent {
    fn from(mut fields: Map<String, Value>) -> Self {
        let fields = &mut fields;
        Self {
            id: take(fields, "id", de::string_or_number).unwrap_or_default(),
            timestamp: take(fields, "timestamp", de::optional_timestamp),
            log_level: take(fields, "log_level", de::string_or_number),
            event: take(fields, "event", Option::deserialize),
            ip: take(fields, "ip", Option::deserialize),
            domain: take(fields, "domain", de::string_or_number),
            blocklist: take(fields, "blocklist", de::string_or_number),
            bulk_validation_job: take(fields, "bulk_validation_job", Option::deserialize),
            message: take(fields, "message", de::string_or_number).unwrap_or_default(),
            others: std::mem::take(fields),
        }
    }
}

/// Removes and returns a field if it has the expected type.
fn take<T>(
    fields: &mut Map<String, Value>,
    name: &str,
    read: fn(Value) -> serde_json::Result<Option<T>>,
) -> Option<T> {
    let value = read(fields.get(name)?.clone()).ok()?;
    fields.remove(name);
    value
}
