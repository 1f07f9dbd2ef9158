use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// The result of a validation.
    pub enum ValidationResult {
        /// Mail should arrive.
        Deliverable = "deliverable",
        /// Mail would bounce.
        Undeliverable = "undeliverable",
        /// Mail would harm the sender's reputation.
        DoNotSend = "do_not_send",
        /// The provider accepts mail for any address, whether or not it exists.
        CatchAll = "catch_all",
        /// Mailgun could not tell; see the reasons.
        Unknown = "unknown",
    }
}

mailgun_core::open_enum! {
    /// The risk of sending to an address.
    pub enum ValidationRisk {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
        /// Mailgun could not tell.
        Unknown = "unknown",
    }
}

mailgun_core::open_enum! {
    /// A reason why an address may not be deliverable.
    pub enum ValidationReason {
        /// The mail provider is unknown.
        UnknownProvider = "unknown_provider",
        /// The domain has no host that accepts mail.
        NoMx = "no_mx",
        /// The older spelling of [`NoMx`](Self::NoMx).
        NoMxHostFound = "No MX host found",
        /// The domain is suspicious.
        HighRiskDomain = "high_risk_domain",
        /// The domain is a subdomain, as spammers use them.
        SubdomainMailer = "subdomain_mailer",
        /// The domain was registered recently.
        ImmatureDomain = "immature_domain",
        /// The top-level domain is suspicious.
        TldRisk = "tld_risk",
        /// The mailbox does not exist.
        MailboxDoesNotExist = "mailbox_does_not_exist",
        /// The mailbox is disposable.
        MailboxIsDisposableAddress = "mailbox_is_disposable_address",
        /// The mailbox belongs to a role, such as `support`.
        MailboxIsRoleAddress = "mailbox_is_role_address",
        /// The mailbox is full.
        MailboxQuotaExceeded = "mailbox_quota_exceeded",
        /// The provider accepts mail for any address.
        CatchAll = "catch_all",
        /// The server accepts mail for any address, and may bounce it later.
        AcceptAll = "accept_all",
        /// The address is an alias that its owner can discard at any time.
        LongTermDisposable = "long_term_disposable",
        /// The provider does not allow such names.
        FailedGrammarCheck = "failed custom grammar check",
        /// Mailgun has no data and was not allowed to ask the provider.
        NoData = "no_data",
        /// The mail server responded with an error.
        SmtpError = "smtp_error",
        /// The mail server did not respond in time.
        SmtpTimeout = "smtp_timeout",
    }
}

/// The result of validating an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Validation {
    /// The email address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// The result.
    pub result: Option<ValidationResult>,
    /// The risk of sending to the address.
    pub risk: Option<ValidationRisk>,
    /// Why the address may not be deliverable.
    #[serde(deserialize_with = "de::readable")]
    pub reason: Vec<ValidationReason>,
    /// The address that was probably meant, if the domain looks misspelled.
    pub did_you_mean: Option<String>,
    /// Whether the address is disposable.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disposable_address: bool,
    /// Whether the address belongs to a role, such as `support`.
    #[serde(deserialize_with = "de::null_default")]
    pub is_role_address: bool,
    /// The address that this one is an alias of.
    pub root_address: Option<String>,
    /// The engagement of the address's owner.
    pub engagement: Option<Engagement>,
    /// When Mailgun last saw mail to the address.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_seen: Option<Timestamp>,
    /// Whether the address is valid, in responses of older versions.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_valid: Option<bool>,
    /// Whether the mailbox exists, in responses of older versions: `true`, `false` or `unknown`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub mailbox_verification: Option<String>,
    /// The parts of the address, in responses of older versions.
    pub parts: Option<AddressParts>,
}

/// The engagement of an address's owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Engagement {
    /// Whether the owner opens or clicks messages.
    #[serde(deserialize_with = "de::null_default")]
    pub engaging: bool,
    /// The behavior, as Mailgun describes it.
    pub behavior: Option<String>,
    /// Whether a bot opens or clicks.
    #[serde(deserialize_with = "de::null_default")]
    pub is_bot: bool,
}

/// The parts of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AddressParts {
    /// The display name.
    pub display_name: Option<String>,
    /// The part after the `@`.
    pub domain: Option<String>,
    /// The part before the `@`.
    pub local_part: Option<String>,
}
