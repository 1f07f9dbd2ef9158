//! The older statistics, which Mailgun has deprecated in favour of metrics.

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use super::{Resolution, TimeSpan};

mailgun_core::params! {
    /// Which events to count, and in which period.
    ///
    /// ```
    /// use mailgun::analytics::{Resolution, StatsQuery, TimeSpan};
    ///
    /// let query = StatsQuery::new()
    ///     .event("delivered")
    ///     .event("failed")
    ///     .resolution(Resolution::Month)
    ///     .duration(TimeSpan::months(3));
    /// assert_eq!(
    ///     query.as_ref().to_query(),
    ///     "event=delivered&event=failed&resolution=month&duration=3m"
    /// );
    /// ```
    pub struct StatsQuery;
}

impl StatsQuery {
    /// Adds an event to count; at least one is required. One of `accepted`, `delivered`, `failed`,
    /// `opened`, `clicked`, `unsubscribed`, `complained`, `stored`.
    pub fn event(self, event: impl Into<String>) -> Self {
        self.append("event", event.into())
    }

    /// Start of the period. Default: seven days ago.
    pub fn start(self, start: Timestamp) -> Self {
        self.set("start", start)
    }

    /// End of the period. Default: now.
    pub fn end(self, end: Timestamp) -> Self {
        self.set("end", end)
    }

    /// Resolution of the counts. Default: days.
    pub fn resolution(self, resolution: Resolution) -> Self {
        self.set("resolution", resolution)
    }

    /// Length of the period up to its end. Replaces [`start`](Self::start).
    pub fn duration(self, duration: TimeSpan) -> Self {
        self.set("duration", duration)
    }

    /// Counts only recipients of this mail provider. For the statistics of a tag.
    pub fn provider(self, provider: impl Into<String>) -> Self {
        self.set("provider", provider.into())
    }

    /// Counts only this kind of device. For the statistics of a tag.
    pub fn device(self, device: impl Into<String>) -> Self {
        self.set("device", device.into())
    }

    /// Counts only this country, given by its code. For the statistics of a tag.
    pub fn country(self, country: impl Into<String>) -> Self {
        self.set("country", country.into())
    }
}

/// Declares a response struct whose fields are all optional.
macro_rules! response {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty $(= $read:literal)?,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                $(#[serde(deserialize_with = $read)])?
                pub $field: $type,
            )*
        }
    };
}

response! {
    /// Counts of events in a period.
    Stats {
        /// The requested tag.
        tag: Option<String>,
        /// The description of the tag.
        description: Option<String>,
        /// The start of the period.
        start: Option<Timestamp> = "de::optional_timestamp",
        /// The end of the period.
        end: Option<Timestamp> = "de::optional_timestamp",
        /// The resolution of the counts.
        resolution: Option<Resolution>,
        /// What is counted.
        #[serde(rename = "type")]
        scope: Option<StatsScope>,
        /// The counts, by time.
        stats: Vec<StatsPoint> = "de::items",
    }
}

response! {
    /// What is counted: a provider, a device, a country.
    StatsScope {
        /// The kind.
        #[serde(rename = "type")]
        kind: String = "de::null_default",
        /// The name.
        key: String = "de::null_default",
    }
}

response! {
    /// The counts of the requested events in one hour, day or month.
    StatsPoint {
        /// The start of the hour, day or month.
        time: Option<Timestamp> = "de::optional_timestamp",
        /// Accepted mail.
        accepted: Option<AcceptedCounts>,
        /// Delivered mail.
        delivered: Option<DeliveredCounts>,
        /// Failed mail.
        failed: Option<FailedCounts>,
        /// Opened mail.
        opened: Option<Counts>,
        /// Clicked links.
        clicked: Option<Counts>,
        /// Unsubscribed recipients.
        unsubscribed: Option<Counts>,
        /// Spam complaints.
        complained: Option<Counts>,
        /// Stored mail.
        stored: Option<Counts>,
        /// Mail of campaigns.
        campaign: Option<Counts>,
        /// Validated addresses.
        email_validation: Option<ValidationCounts>,
        /// Inbox placement tests.
        seed_test: Option<Counts>,
        /// Monitored IP addresses.
        ip_blocklist_monitoring: Option<Counts>,
        /// Monitored domains.
        domain_blocklist_monitoring: Option<Counts>,
        /// Previews.
        email_preview: Option<Counts>,
        /// Failed previews.
        email_preview_failed: Option<Counts>,
        /// Validated links.
        link_validation: Option<Counts>,
        /// Failed link validations.
        link_validation_failed: Option<Counts>,
    }
}

response! {
    /// A count of events.
    Counts {
        /// All events.
        total: u64 = "de::null_default",
        /// Only the first event of each recipient and message, for opens and clicks.
        unique: Option<u64>,
    }
}

response! {
    /// Counts of accepted mail.
    AcceptedCounts {
        /// Incoming mail.
        incoming: u64 = "de::null_default",
        /// Outgoing mail.
        outgoing: u64 = "de::null_default",
        /// Both.
        total: u64 = "de::null_default",
    }
}

response! {
    /// Counts of delivered mail.
    DeliveredCounts {
        /// By SMTP.
        smtp: u64 = "de::null_default",
        /// By HTTP, to routes.
        http: u64 = "de::null_default",
        /// At the optimized time.
        optimized: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}

response! {
    /// Counts of failed mail.
    FailedCounts {
        /// Temporary failures, after which Mailgun retries.
        temporary: TemporaryFailureCounts = "de::null_default",
        /// Permanent failures.
        permanent: PermanentFailureCounts = "de::null_default",
    }
}

response! {
    /// Counts of temporary failures.
    TemporaryFailureCounts {
        /// Blocked by the mail provider.
        espblock: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}

response! {
    /// Counts of permanent failures.
    PermanentFailureCounts {
        /// Rejected by the receiving server.
        bounce: u64 = "de::null_default",
        /// Not attempted, because the address bounced before.
        #[serde(rename = "suppress-bounce")]
        suppress_bounce: u64 = "de::null_default",
        /// Not attempted, because the recipient has unsubscribed.
        #[serde(rename = "suppress-unsubscribe")]
        suppress_unsubscribe: u64 = "de::null_default",
        /// Not attempted, because the recipient has complained.
        #[serde(rename = "suppress-complaint")]
        suppress_complaint: u64 = "de::null_default",
        /// Accepted by the receiving server and returned later.
        #[serde(rename = "delayed-bounce")]
        delayed_bounce: u64 = "de::null_default",
        /// Not accepted by the URL of a route.
        webhook: u64 = "de::null_default",
        /// Not delivered at the optimized time.
        optimized: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}

response! {
    /// Counts of validated addresses.
    ValidationCounts {
        /// Validated with the public key.
        public: u64 = "de::null_default",
        /// Valid addresses.
        valid: u64 = "de::null_default",
        /// Single validations.
        single: u64 = "de::null_default",
        /// Bulk validations.
        bulk: u64 = "de::null_default",
        /// Members of mailing lists.
        list: u64 = "de::null_default",
        /// By Mailgun.
        mailgun: u64 = "de::null_default",
        /// By Mailjet.
        mailjet: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}
