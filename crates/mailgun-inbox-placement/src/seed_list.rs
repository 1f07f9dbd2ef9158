use std::collections::BTreeMap;

use mailgun_core::{Secret, Timestamp, de};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeliveryStats, TestResult, response};

/// Mailboxes that a test is sent to, and the statistics of all tests that were.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedList {
    /// The id of its record: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub kid: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// What names it in calls. A mail that does not go to this address too is not a test.
    #[serde(deserialize_with = "de::null_default")]
    pub target_email: String,
    /// Whom a test is sent to: the target and the seeds, separated by commas.
    #[serde(deserialize_with = "de::null_default")]
    pub mailing_list: String,
    /// The mailing list before its seeds were drawn anew; empty if they never were.
    #[serde(deserialize_with = "de::null_default")]
    pub previous_mailing_list: String,
    /// The providers of the seeds: none for all of them, `None` if only
    /// [`seed_filter`](Self::seed_filter) counts.
    pub provider_filter: Option<Vec<String>>,
    /// A regular expression that the addresses of the seeds match.
    #[serde(deserialize_with = "de::null_default")]
    pub seed_filter: String,
    /// The domains that tests come from, which Mailgun has deprecated.
    #[serde(deserialize_with = "de::readable")]
    pub sending_domains: Vec<String>,
    /// Whether there are results.
    #[serde(deserialize_with = "de::null_default")]
    pub has_results: bool,
    /// Whether Mailgun made it for a test that named none.
    #[serde(deserialize_with = "de::null_default")]
    pub is_auto_generated: bool,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// When there was a result last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_result_at: Option<Timestamp>,
    /// When its seeds were drawn anew.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub regen_at: Option<Timestamp>,
    /// Whether too many of its seeds are out of service, so that they should be drawn anew.
    pub regen_needed: Option<bool>,
    /// At most so many seeds of each provider; 0 for no limit.
    #[serde(deserialize_with = "de::number_or_string")]
    pub max_seeds_per_provider: Option<u32>,
    /// The version of its form.
    #[serde(deserialize_with = "de::number_or_string")]
    pub version: Option<u32>,
    /// Names that the application gave it, `sfmc_remote_id` for example.
    #[serde(deserialize_with = "response::tags")]
    pub tags: BTreeMap<String, String>,
    /// Where the mails of all tests ended up, by provider; `all` is the sum.
    #[serde(deserialize_with = "response::map")]
    pub delivery_stats: BTreeMap<String, DeliveryStats>,
    /// The results of its tests in short, in older responses.
    #[serde(deserialize_with = "de::items")]
    pub results: Vec<TestResult>,
    /// Its seeds, in older responses.
    #[serde(rename = "Seeds", deserialize_with = "de::items")]
    pub seeds: Vec<Seed>,
    /// How good its seeds are, in older responses.
    #[serde(rename = "SeedQuality", deserialize_with = "de::number_or_string")]
    pub seed_quality: Option<f64>,
    /// The account, in older responses.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// The id of the record, in older responses.
    #[serde(rename = "Id")]
    pub id: Option<String>,
    /// The id of the record once more, in older responses.
    #[serde(rename = "ID")]
    pub record_id: Option<String>,
    /// When it was created, in older responses.
    #[serde(rename = "CreatedTS", deserialize_with = "de::optional_timestamp")]
    pub created_ts: Option<Timestamp>,
}

/// A mailbox that Mailgun watches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Seed {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account that it belongs to.
    #[serde(rename = "AccountID")]
    pub account_id: Option<String>,
    /// Its address.
    #[serde(deserialize_with = "de::null_default")]
    pub email: String,
    /// Its provider.
    #[serde(deserialize_with = "de::null_default")]
    pub provider: String,
    /// What gives access to it.
    #[serde(skip_serializing)]
    pub token: Option<Secret>,
    /// Its password.
    #[serde(skip_serializing)]
    pub password: Option<Secret>,
    /// Its one-time passwords.
    pub totp: Option<SeedTotp>,
    /// The phone number that it was registered with.
    pub phone_number: Option<String>,
    /// How Mailgun's look at it goes on.
    pub sync_state: Option<String>,
    /// What Mailgun does with it.
    pub local_state: Option<String>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// How many mails it holds.
    #[serde(deserialize_with = "de::number_or_string")]
    pub message_count: Option<u64>,
    /// When it held as many mails as it may.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub max_email_count_hit_at: Option<Timestamp>,
    /// How many mails it got.
    #[serde(deserialize_with = "de::number_or_string")]
    pub total_msgs: Option<u64>,
    /// How many of them belong to tests.
    #[serde(deserialize_with = "de::number_or_string")]
    pub matched_msgs: Option<u64>,
    /// How many of them are spam.
    #[serde(deserialize_with = "de::number_or_string")]
    pub spam_message: Option<u64>,
    /// How many mails of tests it should have got.
    #[serde(deserialize_with = "de::number_or_string")]
    pub expected_msgs: Option<u64>,
    /// When a mail was sent to it last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_sent_to_at: Option<Timestamp>,
    /// When a mail was delivered to it last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_delivered_at: Option<Timestamp>,
    /// How good it is.
    #[serde(deserialize_with = "de::number_or_string")]
    pub account_quality: Option<f64>,
    /// How good it is, in a word.
    pub quality_label: Option<String>,
    /// What else is known of it.
    #[serde(deserialize_with = "de::null_default")]
    pub attributes: BTreeMap<String, Value>,
}

/// The one-time passwords of a seed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SeedTotp {
    /// What they are made from.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}
