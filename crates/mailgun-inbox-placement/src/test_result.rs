use std::collections::BTreeMap;

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeliveryStats, MicrosoftSpamSummary, SeedList, SeedResult, SpamAssassin, response};

mailgun_core::open_enum! {
    /// How far a test is.
    pub enum ResultStatus {
        /// Mail is still expected.
        Processing = "processing",
        /// All mail has come or is missing.
        Complete = "complete",
    }
}

/// The result of a test.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TestResult {
    /// What names it in calls.
    #[serde(deserialize_with = "de::null_default")]
    pub result_id: String,
    /// The id of its record: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub rid: String,
    /// The address of the seed list.
    #[serde(deserialize_with = "de::null_default")]
    pub keybox_email: String,
    /// The name of the seed list.
    #[serde(deserialize_with = "de::null_default")]
    pub seedlist_name: String,
    /// The subject of the mail.
    #[serde(deserialize_with = "de::null_default")]
    pub subject: String,
    /// Who sent it.
    #[serde(deserialize_with = "de::null_default")]
    pub sender: String,
    /// How far the test is; [`is_complete`](Self::is_complete) asks the usual question.
    #[serde(deserialize_with = "response::optional")]
    pub status: Option<ResultStatus>,
    /// The campaign of the mail.
    #[serde(deserialize_with = "de::null_default")]
    pub campaign_id: String,
    /// When the test began.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When there was news last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// What else is known of the test.
    #[serde(deserialize_with = "de::null_default")]
    pub attributes: BTreeMap<String, Value>,
    /// Whether it is shared by a link.
    #[serde(deserialize_with = "de::null_default")]
    pub sharing_enabled: bool,
    /// What names it when it is shared.
    #[serde(deserialize_with = "de::null_default")]
    pub sharing_id: String,
    /// Until when it is shared.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub sharing_expires_at: Option<Timestamp>,
    /// Where the mails ended up, by provider; `all` is the sum.
    #[serde(deserialize_with = "response::map")]
    pub delivery_stats: BTreeMap<String, DeliveryStats>,
    /// What became of the mail to each seed.
    #[serde(deserialize_with = "de::items")]
    pub seed_results: Vec<SeedResult>,
    /// What SpamAssassin says.
    pub spamassassin: Option<SpamAssassin>,
    /// What Microsoft's filters say.
    pub ms_spam: Option<MicrosoftSpamSummary>,
    /// Whether the sender seems to be forged.
    pub is_spoofing: Option<bool>,
    /// The content of the mail; listings leave it out.
    pub body: Option<String>,
    /// The seed list, in older responses.
    #[serde(rename = "Box")]
    pub seed_list: Option<Box<SeedList>>,
    /// The id of the seed list's record, in older responses.
    #[serde(rename = "KeyBoxID")]
    pub keybox_id: Option<String>,
    /// The account, in older responses.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// The id of the record, in older responses.
    #[serde(rename = "Id")]
    pub id: Option<String>,
    /// When the test began, in older responses.
    #[serde(rename = "CreatedTS", deserialize_with = "de::optional_timestamp")]
    pub created_ts: Option<Timestamp>,
}

impl TestResult {
    /// Whether no more news is to be expected.
    ///
    /// Any status but `processing` says so; without a status it is statistics in which no mail is
    /// pending.
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
