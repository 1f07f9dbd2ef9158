use std::collections::BTreeMap;

use mailgun_core::{Secret, Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeliveryStats, TestResult, response};

/// The mailboxes that tests are sent to, and the statistics of all these tests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedList {
    /// The id of the record: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub kid: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// The address that identifies the list. A message must be sent to this address as well to
    /// count as a test.
    #[serde(deserialize_with = "de::null_default")]
    pub target_email: String,
    /// The recipients of a test: the target and the seeds, separated by commas.
    #[serde(deserialize_with = "de::null_default")]
    pub mailing_list: String,
    /// The recipients before the seeds were regenerated; empty if they never were.
    #[serde(deserialize_with = "de::null_default")]
    pub previous_mailing_list: String,
    /// The providers of the seeds; empty for all. `None` if only [`seed_filter`](Self::seed_filter)
    /// counts.
    pub provider_filter: Option<Vec<String>>,
    /// A regular expression that the addresses of the seeds match.
    #[serde(deserialize_with = "de::null_default")]
    pub seed_filter: String,
    /// The domains that tests are sent from. Mailgun has deprecated this field.
    #[serde(deserialize_with = "de::readable")]
    pub sending_domains: Vec<String>,
    /// Whether there are results.
    #[serde(deserialize_with = "de::null_default")]
    pub has_results: bool,
    /// Whether Mailgun created the list for a test that named none.
    #[serde(deserialize_with = "de::null_default")]
    pub is_auto_generated: bool,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the entry was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When the last result arrived.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_result_at: Option<Timestamp>,
    /// When the seeds were regenerated.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub regen_at: Option<Timestamp>,
    /// Whether too many seeds are out of service, so that they should be regenerated.
    pub regen_needed: Option<bool>,
    /// Maximum number of seeds for each provider; 0 for no limit.
    #[serde(deserialize_with = "de::number_or_string")]
    pub max_seeds_per_provider: Option<u32>,
    /// The version of the record's format.
    #[serde(deserialize_with = "de::number_or_string")]
    pub version: Option<u32>,
    /// Tags that the application set, such as `sfmc_remote_id`.
    #[serde(deserialize_with = "response::tags")]
    pub tags: BTreeMap<String, String>,
    /// Where the messages of all tests arrived, by provider; `all` is the total.
    #[serde(deserialize_with = "response::map")]
    pub delivery_stats: BTreeMap<String, DeliveryStats>,
    /// Summaries of the results, in older responses.
    #[serde(deserialize_with = "de::items")]
    pub results: Vec<TestResult>,
    /// The seeds, in older responses.
    #[serde(rename = "Seeds", deserialize_with = "de::items")]
    pub seeds: Vec<Seed>,
    /// The quality of the seeds, in older responses.
    #[serde(rename = "SeedQuality", deserialize_with = "de::number_or_string")]
    pub seed_quality: Option<f64>,
    /// The id of the account, in older responses.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// The id of the record, in older responses.
    #[serde(rename = "Id")]
    pub id: Option<String>,
    /// The id of the record again, in older responses.
    #[serde(rename = "ID")]
    pub record_id: Option<String>,
    /// When the list was created, in older responses.
    #[serde(rename = "CreatedTS", deserialize_with = "de::optional_timestamp")]
    pub created_ts: Option<Timestamp>,
}

/// A mailbox that Mailgun watches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Seed {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account that owns the pool.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// The provider.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// The login data.
    #[serde(skip_serializing)]
    pub token: Option<Secret>,
    /// The password.
    #[serde(skip_serializing)]
    pub password: Option<Secret>,
    /// The one-time passwords.
    pub totp: Option<SeedTotp>,
    /// The phone number of the registration.
    pub phone_number: Option<String>,
    /// The progress of Mailgun's check of the mailbox.
    pub sync_state: Option<String>,
    /// The status of the seed.
    pub local_state: Option<String>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the entry was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// The number of messages in the mailbox.
    #[serde(deserialize_with = "de::number_or_string")]
    pub message_count: Option<u64>,
    /// When the mailbox reached its limit of messages.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub max_email_count_hit_at: Option<Timestamp>,
    /// The number of messages received.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_msgs: Option<u64>,
    /// The number of messages that belong to tests.
    #[serde(deserialize_with = "de::number_or_string")]
    pub matched_msgs: Option<u64>,
    /// The number of messages in spam.
    #[serde(deserialize_with = "de::number_or_string")]
    pub spam_message: Option<u64>,
    /// The number of test messages that were expected.
    #[serde(deserialize_with = "de::number_or_string")]
    pub expected_msgs: Option<u64>,
    /// When a message was last sent to the seed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_sent_to_at: Option<Timestamp>,
    /// When a message was last delivered to the seed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_delivered_at: Option<Timestamp>,
    /// The quality of the seed.
    #[serde(deserialize_with = "de::number_or_string")]
    pub account_quality: Option<f64>,
    /// The quality of the seed, in a word.
    pub quality_label: Option<String>,
    /// Further data.
    #[serde(deserialize_with = "de::null_default")]
    pub attributes: BTreeMap<String, Value>,
}

/// The one-time passwords of a seed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedTotp {
    /// The secret that the passwords are generated from.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}
