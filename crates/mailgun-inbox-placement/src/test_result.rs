use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeliveryStats, MicrosoftSpamSummary, SeedList, SeedResult, SpamAssassin, response};

mailgun_core::open_enum! {
    /// The status of a test.
    pub enum ResultStatus {
        /// Messages are still expected.
        Processing = "processing",
        /// All messages have arrived or are missing.
        Complete = "complete",
    }
}

/// The result of a test.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestResult {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// The id of the record: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub rid: String,
    /// The address of the seed list.
    #[serde(deserialize_with = "de::null_default")]
    pub keybox_email: String,
    /// The name of the seed list.
    #[serde(deserialize_with = "de::null_default")]
    pub seedlist_name: String,
    /// The subject of the message.
    #[serde(deserialize_with = "de::null_default")]
    pub subject: String,
    /// The sender.
    #[serde(deserialize_with = "de::null_default")]
    pub sender: String,
    /// The status. [`is_complete`](Self::is_complete) is usually what you need.
    #[serde(deserialize_with = "response::optional")]
    pub status: Option<ResultStatus>,
    /// The campaign of the message.
    #[serde(deserialize_with = "de::null_default")]
    pub campaign_id: String,
    /// When the test started.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the result last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// Further data.
    #[serde(deserialize_with = "de::null_default")]
    pub attributes: BTreeMap<String, Value>,
    /// Whether a link shares the result.
    #[serde(deserialize_with = "de::null_default")]
    pub sharing_enabled: bool,
    /// The id of the shared result.
    #[serde(deserialize_with = "de::null_default")]
    pub sharing_id: String,
    /// When sharing ends.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub sharing_expires_at: Option<Timestamp>,
    /// Where the messages arrived, by provider; `all` is the total.
    #[serde(deserialize_with = "response::map")]
    pub delivery_stats: BTreeMap<String, DeliveryStats>,
    /// The result at each seed.
    #[serde(deserialize_with = "de::items")]
    pub seed_results: Vec<SeedResult>,
    /// The verdict of SpamAssassin.
    pub spamassassin: Option<SpamAssassin>,
    /// The verdict of Microsoft's filters.
    pub ms_spam: Option<MicrosoftSpamSummary>,
    /// Whether the sender looks forged.
    pub is_spoofing: Option<bool>,
    /// The content of the message. Listings leave it out.
    pub body: Option<String>,
    /// The seed list, in older responses.
    #[serde(rename = "Box")]
    pub seed_list: Option<Box<SeedList>>,
    /// The id of the seed list's record, in older responses.
    #[serde(rename = "KeyBoxID")]
    pub keybox_id: Option<String>,
    /// The id of the account, in older responses.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// The id of the record, in older responses.
    #[serde(rename = "Id")]
    pub id: Option<String>,
    /// When the test started, in older responses.
    #[serde(rename = "CreatedTS", deserialize_with = "de::optional_timestamp")]
    pub created_ts: Option<Timestamp>,
}

impl TestResult {
    /// Whether the result is final.
    ///
    /// Any status other than `processing` is final. Without a status, statistics without pending
    /// messages are.
    pub fn is_complete(&self) -> bool {
        match &self.status {
            Some(status) => *status != ResultStatus::Processing,
            None => self.delivery_stats.get("all").is_some_and(|all| all.pending == 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_complete_when_it_no_longer_processes() {
        for (json, is_complete) in [
            (r#"{"status": "processing"}"#, false),
            (r#"{"status": "Processing", "delivery_stats": {"all": {"pending": 0}}}"#, false),
            (r#"{"status": "complete"}"#, true),
            (r#"{"status": "failed"}"#, true),
            (r#"{"status": "", "delivery_stats": {"all": {"pending": 2}}}"#, false),
            (r#"{"status": "", "delivery_stats": {"all": {"pending": 0}}}"#, true),
            ("{}", false),
        ] {
            let result: TestResult = serde_json::from_str(json).unwrap();
            assert_eq!(result.is_complete(), is_complete, "{json}");
        }
    }
}
