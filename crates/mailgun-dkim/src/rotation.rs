use std::time::Duration;

use mailgun_core::{de, true_false};
use mailgun_types::DnsRecordType;
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;

mailgun_core::params! {
    /// Settings of key rotation.
    pub struct RotationSettings;
}

impl RotationSettings {
    /// The rotation interval, five days or more. Only for domains where rotation is enabled.
    ///
    /// Fractions of a second are dropped.
    pub fn interval(self, interval: Duration) -> Self {
        let seconds = interval.as_secs();
        let text = if seconds.is_multiple_of(DAY) {
            format!("{}d", seconds / DAY)
        } else {
            format!("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
        };
        self.set("rotation_interval", text)
    }

    pub(crate) fn enabled(self, is_enabled: bool) -> Self {
        self.set("rotation_enabled", true_false(is_enabled))
    }
}

mailgun_core::open_enum! {
    /// The state of the keys that Mailgun manages for a domain.
    pub enum RotationState {
        /// The keys sign mail and can be rotated.
        Enabled = "enabled",
        /// Mailgun has not found the DNS records yet.
        WaitVerify = "wait_verify",
    }
}

/// The keys that Mailgun manages for a domain with automatic sender security, and their rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DkimRotation {
    /// The id of the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// Mailgun's internal id of the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub sid: String,
    /// The domain.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The state of the keys.
    pub state: Option<RotationState>,
    /// The selector of the key that signs mail now.
    pub active_selector: Option<String>,
    /// Whether Mailgun rotates the keys.
    #[serde(deserialize_with = "de::bool_like")]
    pub rotation_enabled: Option<bool>,
    /// The rotation interval as Mailgun writes it, such as `24h`, `120h0m0s` or `5d`. See
    /// [`interval`](Self::interval).
    #[serde(deserialize_with = "de::null_default")]
    pub rotation_interval: String,
    /// The DNS records that the domain needs.
    #[serde(deserialize_with = "de::items")]
    pub records: Vec<RotationRecord>,
}

impl DkimRotation {
    /// The rotation interval; `None` if its format is unknown.
    pub fn interval(&self) -> Option<Duration> {
        let mut rest = self.rotation_interval.as_str();
        let mut seconds = 0_u64;
        while !rest.is_empty() {
            let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
            let unit = after.chars().next()?;
            let factor = match unit {
                'd' => DAY,
                'h' => 3600,
                'm' => 60,
                's' => 1,
                _ => return None,
            };
            let part = number.parse::<u64>().ok()?.checked_mul(factor)?;
            seconds = seconds.checked_add(part)?;
            rest = &after[unit.len_utf8()..];
        }
        (!self.rotation_interval.is_empty()).then(|| Duration::from_secs(seconds))
    }
}

/// A DNS record of automatic sender security.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RotationRecord {
    /// The name of the record.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: Option<DnsRecordType>,
    /// The purpose of the record, such as `DKIM`.
    #[serde(deserialize_with = "de::null_default")]
    pub identifier: String,
    /// The required value.
    #[serde(deserialize_with = "de::null_default")]
    pub value: String,
    /// The purpose of the record, in words.
    #[serde(deserialize_with = "de::null_default")]
    pub comment: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_written_as_mailgun_reads_them() {
        for (seconds, text) in [
            (5 * DAY, "5d"),
            (5 * DAY + 3600, "121h0m0s"),
            (5 * DAY + 3661, "121h1m1s"),
            (0, "0d"),
            (u64::MAX, "5124095576030431h0m15s"),
        ] {
            let settings = RotationSettings::new().interval(Duration::from_secs(seconds));
            assert_eq!(settings.as_ref().get("rotation_interval"), Some(text));
            let rotation = DkimRotation { rotation_interval: text.into(), ..Default::default() };
            assert_eq!(rotation.interval(), Some(Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn intervals_are_read_in_all_forms_that_are_known() {
        let read = |text: &str| {
            let rotation = DkimRotation { rotation_interval: text.into(), ..Default::default() };
            rotation.interval().map(|interval| interval.as_secs())
        };
        assert_eq!(read("24h"), Some(DAY));
        assert_eq!(read("120h0m0s"), Some(5 * DAY));
        assert_eq!(read("1d12h"), Some(DAY + DAY / 2));
        for text in ["", "5", "d", "5w", "5 d", "-5d", "1.5h", "5é", "99999999999999999999d"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("18446744073709551615d"), None);
    }
}
