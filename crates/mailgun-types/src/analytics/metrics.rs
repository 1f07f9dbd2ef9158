use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The values of the requested metrics, by name.
///
/// In responses, counts are numbers and rates are strings (`"0.8300"`). Both may be null.
///
/// ```
/// use mailgun::analytics::Metrics;
///
/// let json = r#"{"delivered_count": 3, "opened_rate": "0.6667", "clicked_rate": null}"#;
/// let metrics: Metrics = serde_json::from_str(json)?;
/// assert_eq!(metrics.delivered_count(), Some(3));
/// assert_eq!(metrics.opened_rate(), Some(0.6667));
/// assert_eq!(metrics.clicked_rate(), None);
/// assert_eq!(metrics.count("delivered_count"), Some(3));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, Value>);

impl Metrics {
    /// The value as received.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value as a count.
    pub fn count(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Number(count) => count.as_u64(),
            Value::String(count) => count.parse().ok(),
            _ => None,
        }
    }

    /// The value as a rate from 0 to 1.
    pub fn rate(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Number(rate) => rate.as_f64(),
            Value::String(rate) => rate.parse().ok(),
            _ => None,
        }
    }

    /// All metrics, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

macro_rules! fields {
    ($read:ident -> $type:ty: $($name:ident)*) => {
        impl Metrics {
            $(
                #[doc = concat!("The metric `", stringify!($name), "`.")]
                pub fn $name(&self) -> Option<$type> {
                    self.$read(stringify!($name))
                }
            )*
        }
    };
}

fields! { count -> u64:
    accepted_count accepted_incoming_count accepted_outgoing_count
    delivered_count delivered_smtp_count delivered_http_count delivered_optimized_count
    delivered_first_attempt_count delivered_subsequent_count delivered_two_plus_attempts_count
    delayed_first_attempt_count stored_count processed_count sent_count
    opened_count clicked_count unique_opened_count unique_clicked_count
    unsubscribed_count complained_count
    failed_count temporary_failed_count permanent_failed_count esp_block_count
    temporary_failed_esp_block_count permanent_failed_esp_block_count
    permanent_failed_optimized_count permanent_failed_old_count
    webhook_count rate_limit_count
    bounced_count hard_bounces_count soft_bounces_count delayed_bounce_count
    suppressed_bounces_count suppressed_unsubscribed_count suppressed_complaints_count
    archived_count email_validation_count email_validation_public_count
    email_validation_valid_count email_validation_single_count email_validation_bulk_count
    email_validation_list_count email_validation_mailgun_count email_validation_mailjet_count
    email_preview_count email_preview_failed_count
    link_validation_count link_validation_failed_count
    image_validation_count image_validation_failed_count
    accessibility_count accessibility_failed_count seed_test_count
    ip_blocklist_monitoring_count domain_blocklist_monitoring_count
}

fields! { rate -> f64:
    delivered_rate opened_rate clicked_rate unique_opened_rate unique_clicked_rate
    unsubscribed_rate complained_rate bounce_rate hard_bounce_rate soft_bounce_rate
    fail_rate permanent_fail_rate temporary_fail_rate delayed_rate delayed_first_attempt_rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_rates_are_read_from_numbers_and_text() {
        let json = r#"{"a": 7, "b": "8", "c": "0.25", "d": 1.5, "e": null, "f": [], "g": -1}"#;
        let metrics: Metrics = serde_json::from_str(json).unwrap();
        assert_eq!((metrics.count("a"), metrics.count("b")), (Some(7), Some(8)));
        assert_eq!((metrics.rate("c"), metrics.rate("d")), (Some(0.25), Some(1.5)));
        for name in ["c", "d", "e", "f", "g", "h"] {
            assert_eq!(metrics.count(name), None, "{name}");
        }
        assert_eq!((metrics.rate("e"), metrics.rate("h")), (None, None));
        assert_eq!(metrics.iter().count(), metrics.len());
        assert_eq!(metrics.get("f"), Some(&Value::Array(Vec::new())));
    }
}
