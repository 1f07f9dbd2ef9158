use std::fmt;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

/// The signature of a request, as Mailgun sent it.
///
/// `Debug` shows the timestamp only, because a signature is valid for any body until its token is used.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Signature {
    /// Seconds since 1970. The signature covers this very text.
    #[serde(deserialize_with = "text")]
    pub timestamp: String,
    /// Fifty random characters.
    #[serde(deserialize_with = "text")]
    pub token: String,
    /// The HMAC-SHA256 of timestamp and token with the key of the account: 64 hexadecimal digits.
    #[doc(alias = "hmac")]
    #[serde(deserialize_with = "text")]
    pub signature: String,
    /// The same with the key of the parent account, for events of a subaccount.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "de::string_or_number")]
    pub parent_signature: Option<String>,
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    de::string_or_number(deserializer).map(Option::unwrap_or_default)
}

impl Signature {
    /// Returns when Mailgun signed the request; `None` if the timestamp is not a number of seconds.
    ///
    /// Only digits are accepted. The signature covers timestamp and token without a separator, so an
    /// attacker can move characters from one to the other. If exponents, fractions or milliseconds were
    /// accepted, that would give a new token with the same time and a valid signature.
    pub fn signed_at(&self) -> Option<Timestamp> {
        let is_digits =
            !self.timestamp.is_empty() && self.timestamp.bytes().all(|b| b.is_ascii_digit());
        let seconds = is_digits.then(|| self.timestamp.parse().ok()).flatten()?;
        Timestamp::from_unix_seconds(seconds).ok()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_seconds_in_digits_only() {
        let signed_at = |timestamp: &str| {
            Signature { timestamp: timestamp.to_owned(), ..Default::default() }.signed_at()
        };
        assert_eq!(signed_at("1529006854").unwrap().to_rfc3339(), "2018-06-14T20:07:34Z");
        assert_eq!(signed_at("0").unwrap().to_rfc3339(), "1970-01-01T00:00:00Z");
        for odd in ["", " 1529006854", "+1529006854", "-1", "1529006854e0", "1529006854.5", "x"] {
            assert_eq!(signed_at(odd), None, "{odd}");
        }
        // Thirteen digits are not read as milliseconds. As seconds, they are beyond the year 9999.
        for millis in ["1529006854123", "0253402300800000"] {
            assert_eq!(signed_at(millis), None, "{millis}");
        }
        assert_eq!(signed_at("253402300799").unwrap().to_rfc3339(), "9999-12-31T23:59:59Z");
        assert_eq!(signed_at(&"9".repeat(60)), None);
    }

    #[test]
    fn a_timestamp_may_be_a_number_and_anything_may_be_missing() {
        let read = |json: &str| serde_json::from_str::<Signature>(json).unwrap();
        assert_eq!(read(r#"{"timestamp": 1529006854}"#).timestamp, "1529006854");
        let none = read(r#"{"timestamp": null, "token": null, "parent-signature": null, "x": 1}"#);
        assert_eq!(none, Signature::default());
        assert_eq!(read(r#"{"parent-signature": "ab"}"#).parent_signature.as_deref(), Some("ab"));
    }
}
