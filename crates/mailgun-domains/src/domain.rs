use mailgun_core::{Secret, Timestamp, de};
use mailgun_types::DnsRecord;
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// Whether a domain may send.
    pub enum DomainState {
        /// It may.
        Active = "active",
        /// Not yet: the wanted DNS records were not found.
        Unverified = "unverified",
        /// Mailgun has disabled it.
        Disabled = "disabled",
    }
}

mailgun_core::open_enum! {
    /// Whose domain it is.
    pub enum DomainType {
        /// The customer's.
        Custom = "custom",
        /// Mailgun's, for trying things out: it sends to authorized recipients only.
        Sandbox = "sandbox",
    }
}

mailgun_core::open_enum! {
    /// What happens to incoming spam.
    pub enum SpamAction {
        /// It is not looked for.
        Disabled = "disabled",
        /// It is not delivered.
        Block = "block",
        /// It is delivered with a header that says so.
        Tag = "tag",
    }
}

mailgun_core::open_enum! {
    /// How links that Mailgun rewrites or adds begin.
    pub enum WebScheme {
        /// In the clear.
        Http = "http",
        /// With TLS, which needs a certificate of the tracking host.
        Https = "https",
    }
}

/// A domain that sends or receives mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Domain {
    /// What names it in calls about IP pools: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Its name, which is what names it in most calls.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether it may send.
    pub state: Option<DomainState>,
    /// Whose it is.
    #[serde(rename = "type")]
    pub domain_type: Option<DomainType>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Whether Mailgun has disabled it.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// Why and for how long, if it is disabled.
    pub disabled: Option<Disabled>,
    /// Whether mail is sent over TLS or not at all.
    #[serde(deserialize_with = "de::null_default")]
    pub require_tls: bool,
    /// Whether the certificates of receiving servers are not checked.
    #[serde(deserialize_with = "de::null_default")]
    pub skip_verification: bool,
    /// Whether it accepts mail for its subdomains.
    #[serde(deserialize_with = "de::null_default")]
    pub wildcard: bool,
    /// What happens to incoming spam.
    pub spam_action: Option<SpamAction>,
    /// Its own SMTP login, `postmaster@` and its name; may be empty.
    #[serde(deserialize_with = "de::null_default")]
    pub smtp_login: String,
    /// The password of that login; Mailgun tells it only rarely.
    #[serde(skip_serializing)]
    pub smtp_password: Option<Secret>,
    /// The label in front of its name in links for tracking, `email` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub web_prefix: String,
    /// How these links begin.
    pub web_scheme: Option<WebScheme>,
    /// The host of these links, if it is not prefix and name.
    pub tracking_host: Option<String>,
    /// Whether Mailgun makes and rotates the DKIM keys, to which CNAME records point.
    #[serde(deserialize_with = "de::null_default")]
    pub use_automatic_sender_security: bool,
    /// Whether incoming mail is encrypted.
    pub encrypt_incoming_message: Option<bool>,
    /// For how many seconds mail is kept; 0 for the default of the plan.
    #[serde(deserialize_with = "de::number_or_string")]
    pub message_ttl: Option<u64>,
    /// Where a copy of each delivered mail is posted to.
    pub archive_to: Option<String>,
    /// The subaccount that it belongs to.
    pub subaccount_id: Option<String>,
    /// The host whose DKIM key signs its mail; see [`GetDomain::extended`](crate::GetDomain::extended).
    pub dkim_host: Option<String>,
    /// The host of its envelope senders; see [`GetDomain::extended`](crate::GetDomain::extended).
    pub mailfrom_host: Option<String>,
    /// Where Mailgun keeps it; see [`GetDomain::extended`](crate::GetDomain::extended).
    pub pod: Option<String>,
}

/// Why Mailgun has disabled a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Disabled {
    /// The reason as a word.
    #[serde(deserialize_with = "de::null_default")]
    pub code: String,
    /// The reason as a text.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// More about it.
    #[serde(deserialize_with = "de::null_default")]
    pub note: String,
    /// Whether it is for good.
    #[serde(deserialize_with = "de::null_default")]
    pub permanently: bool,
    /// When it ends, if it does.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub until: Option<Timestamp>,
}

/// A domain with the DNS records that it needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DomainResponse {
    /// Mailgun's words, `Domain has been updated` for example; none when it was only asked for.
    pub message: Option<String>,
    /// The domain as it is now.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: Domain,
    /// The records that it needs to receive mail; empty if they were not asked for.
    #[serde(deserialize_with = "de::items")]
    pub receiving_dns_records: Vec<DnsRecord>,
    /// The records that it needs to send mail; empty if they were not asked for.
    #[serde(deserialize_with = "de::items")]
    pub sending_dns_records: Vec<DnsRecord>,
}
