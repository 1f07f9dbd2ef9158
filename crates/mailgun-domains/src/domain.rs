use mailgun_core::{Secret, Timestamp, de};
use mailgun_types::DnsRecord;
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// The state of a domain.
    pub enum DomainState {
        /// The domain can send.
        Active = "active",
        /// Mailgun has not found the required DNS records yet.
        Unverified = "unverified",
        /// Mailgun has disabled the domain.
        Disabled = "disabled",
    }
}

mailgun_core::open_enum! {
    /// The owner of a domain.
    pub enum DomainType {
        /// A domain of the customer.
        Custom = "custom",
        /// A domain of Mailgun for trials. It sends only to authorized recipients.
        Sandbox = "sandbox",
    }
}

mailgun_core::open_enum! {
    /// What happens to incoming spam.
    pub enum SpamAction {
        /// Spam is not filtered.
        Disabled = "disabled",
        /// Spam is not delivered.
        Block = "block",
        /// Spam is delivered with a header that marks it.
        Tag = "tag",
    }
}

mailgun_core::open_enum! {
    /// The scheme of links that Mailgun rewrites or adds.
    pub enum WebScheme {
        /// Without TLS.
        Http = "http",
        /// With TLS. The tracking host needs a certificate.
        Https = "https",
    }
}

/// A domain that sends or receives mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Domain {
    /// The id, for calls about IP pools: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name, which identifies the domain in most calls.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether the domain can send.
    pub state: Option<DomainState>,
    /// The owner of the domain.
    #[serde(rename = "type")]
    pub domain_type: Option<DomainType>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Whether Mailgun has disabled the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// Why Mailgun disabled the domain, and for how long.
    pub disabled: Option<Disabled>,
    /// Whether mail is sent only over TLS.
    #[serde(deserialize_with = "de::null_default")]
    pub require_tls: bool,
    /// Whether the certificates of receiving servers are not verified.
    #[serde(deserialize_with = "de::null_default")]
    pub skip_verification: bool,
    /// Whether the domain accepts mail for its subdomains.
    #[serde(deserialize_with = "de::null_default")]
    pub wildcard: bool,
    /// What happens to incoming spam.
    pub spam_action: Option<SpamAction>,
    /// The SMTP login of the domain, `postmaster@` its name; may be empty.
    #[serde(deserialize_with = "de::null_default")]
    pub smtp_login: String,
    /// The password of that login; most responses do not have it.
    #[serde(skip_serializing)]
    pub smtp_password: Option<Secret>,
    /// The prefix of the tracking host, such as `email`.
    #[serde(deserialize_with = "de::null_default")]
    pub web_prefix: String,
    /// The scheme of tracking links.
    pub web_scheme: Option<WebScheme>,
    /// The tracking host, if it differs from the prefix plus the domain name.
    pub tracking_host: Option<String>,
    /// Whether Mailgun manages and rotates the DKIM keys, behind CNAME records.
    #[serde(deserialize_with = "de::null_default")]
    pub use_automatic_sender_security: bool,
    /// Whether Mailgun encrypts incoming messages.
    pub encrypt_incoming_message: Option<bool>,
    /// How long messages are stored, in seconds; 0 for the plan's default.
    #[serde(deserialize_with = "de::number_or_string")]
    pub message_ttl: Option<u64>,
    /// The URL that Mailgun posts a copy of each delivered message to.
    pub archive_to: Option<String>,
    /// The id of the subaccount that owns the domain.
    pub subaccount_id: Option<String>,
    /// The host of the DKIM key. Only with [`GetDomain::extended`](crate::GetDomain::extended).
    pub dkim_host: Option<String>,
    /// The host of envelope senders. Only with [`GetDomain::extended`](crate::GetDomain::extended).
    pub mailfrom_host: Option<String>,
    /// The Mailgun cluster that hosts the domain. Only with
    /// [`GetDomain::extended`](crate::GetDomain::extended).
    pub pod: Option<String>,
}

/// Why Mailgun disabled a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Disabled {
    /// The reason as a code.
    #[serde(deserialize_with = "de::null_default")]
    pub code: String,
    /// The reason as text.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// Further notes.
    #[serde(deserialize_with = "de::null_default")]
    pub note: String,
    /// Whether the domain is disabled permanently.
    #[serde(deserialize_with = "de::null_default")]
    pub permanently: bool,
    /// When it expires, if ever.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub until: Option<Timestamp>,
}

/// A domain with the DNS records that it needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DomainResponse {
    /// The message from Mailgun, such as `Domain has been updated`; `None` in the response to a
    /// read.
    pub message: Option<String>,
    /// The domain after the change.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: Domain,
    /// The DNS records required to receive mail. Empty if they were not requested.
    #[serde(deserialize_with = "de::items")]
    pub receiving_dns_records: Vec<DnsRecord>,
    /// The DNS records required to send mail. Empty if they were not requested.
    #[serde(deserialize_with = "de::items")]
    pub sending_dns_records: Vec<DnsRecord>,
}
