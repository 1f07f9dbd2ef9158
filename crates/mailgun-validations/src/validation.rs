use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// What becomes of mail to an address.
    pub enum ValidationResult {
        /// It should arrive.
        Deliverable = "deliverable",
        /// It will bounce.
        Undeliverable = "undeliverable",
        /// It would harm the sender's reputation.
        DoNotSend = "do_not_send",
        /// The provider takes mail for any address, existing or not.
        CatchAll = "catch_all",
        /// Not found out; the reasons say more.
        Unknown = "unknown",
    }
}

mailgun_core::open_enum! {
    /// How risky it is to send to an address.
    pub enum ValidationRisk {
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
        /// Not found out.
        Unknown = "unknown",
    }
}

mailgun_core::open_enum! {
    /// Why an address is not simply deliverable.
    pub enum ValidationReason {
        /// The mail provider is not known.
        UnknownProvider = "unknown_provider",
        /// The domain has no host that takes mail.
        NoMx = "no_mx",
        /// The older words for [`NoMx`](Self::NoMx).
        NoMxHostFound = "No MX host found",
        /// The domain is one to be careful with.
        HighRiskDomain = "high_risk_domain",
        /// The domain is a subdomain, which spammers like.
        SubdomainMailer = "subdomain_mailer",
        /// The domain was registered a short time ago.
        ImmatureDomain = "immature_domain",
        /// The top-level domain is one to be careful with.
        TldRisk = "tld_risk",
        /// There is no such mailbox.
        MailboxDoesNotExist = "mailbox_does_not_exist",
        /// The mailbox is meant to be thrown away.
        MailboxIsDisposableAddress = "mailbox_is_disposable_address",
        /// The mailbox is that of a role, `support` for example.
        MailboxIsRoleAddress = "mailbox_is_role_address",
        /// The mailbox has no room for more.
        MailboxQuotaExceeded = "mailbox_quota_exceeded",
        /// The provider takes mail for any address.
        CatchAll = "catch_all",
        /// The server takes mail for any address, and may bounce it later.
        AcceptAll = "accept_all",
        /// An alias that its owner can give up at any time.
        LongTermDisposable = "long_term_disposable",
        /// The provider gives out no such names.
        FailedGrammarCheck = "failed custom grammar check",
        /// Mailgun knows nothing, and was not allowed to ask.
        NoData = "no_data",
        /// The mail server answered with an error.
        SmtpError = "smtp_error",
        /// The mail server did not answer in time.
        SmtpTimeout = "smtp_timeout",
    }
}

/// What was found out about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Validation {
    /// The address.
    #[serde(deserialize_with = "de::null_default")]
    pub address: String,
    /// What becomes of mail to it.
    pub result: Option<ValidationResult>,
    /// How risky it is to send to it.
    pub risk: Option<ValidationRisk>,
    /// Why it is not simply deliverable.
    #[serde(deserialize_with = "de::readable")]
    pub reason: Vec<ValidationReason>,
    /// What was probably meant, where the domain looks like a slip of the keyboard.
    pub did_you_mean: Option<String>,
    /// Whether it is meant to be thrown away.
    #[serde(deserialize_with = "de::null_default")]
    pub is_disposable_address: bool,
    /// Whether it is that of a role, `support` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub is_role_address: bool,
    /// The address that this one is an alias of.
    pub root_address: Option<String>,
    /// What its owner does with mail.
    pub engagement: Option<Engagement>,
    /// When Mailgun last saw mail to it.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub last_seen: Option<Timestamp>,
    /// Whether it is valid, in the responses of older versions.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_valid: Option<bool>,
    /// Whether the mailbox exists, in the responses of older versions: `true`, `false` or `unknown`.
    #[serde(deserialize_with = "de::string_or_number")]
    pub mailbox_verification: Option<String>,
    /// What it is made of, in the responses of older versions.
    pub parts: Option<AddressParts>,
}

/// What the owner of an address does with mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Engagement {
    /// Whether mail is opened or clicked there.
    #[serde(deserialize_with = "de::null_default")]
    pub engaging: bool,
    /// What is done there, in Mailgun's words.
    pub behavior: Option<String>,
    /// Whether it is done by a program.
    #[serde(deserialize_with = "de::null_default")]
    pub is_bot: bool,
}

/// What an address is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AddressParts {
    /// The name that stood before it.
    pub display_name: Option<String>,
    /// What is after the `@`.
    pub domain: Option<String>,
    /// What is before the `@`.
    pub local_part: Option<String>,
}
