//! The older statistics, which Mailgun has deprecated in favour of metrics.

use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Serialize};

use super::{Resolution, TimeSpan};

mailgun_core::params! {
    /// Which statistics to count, and over which time.
    ///
    /// ```
    /// use mailgun_types::analytics::{Resolution, StatsQuery, TimeSpan};
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
    /// Counts an event too; at least one is required: `accepted`, `delivered`, `failed`,
    /// `opened`, `clicked`, `unsubscribed`, `complained`, `stored`.
    pub fn event(self, event: impl Into<String>) -> Self {
        self.append("event", event.into())
    }

    /// Begins here; seven days ago when not set.
    pub fn start(self, start: Timestamp) -> Self {
        self.set("start", start)
    }

    /// Ends here; now when not set.
    pub fn end(self, end: Timestamp) -> Self {
        self.set("end", end)
    }

    /// Divides the time so; by the day when not set.
    pub fn resolution(self, resolution: Resolution) -> Self {
        self.set("resolution", resolution)
    }

    /// Begins so long before the end, in place of [`start`](Self::start).
    pub fn duration(self, duration: TimeSpan) -> Self {
        self.set("duration", duration)
    }

    /// Counts one mail provider's recipients alone; for the statistics of a tag.
    pub fn provider(self, provider: impl Into<String>) -> Self {
        self.set("provider", provider.into())
    }

    /// Counts one kind of device alone; for the statistics of a tag.
    pub fn device(self, device: impl Into<String>) -> Self {
        self.set("device", device.into())
    }

    /// Counts one country alone, by its code; for the statistics of a tag.
    pub fn country(self, country: impl Into<String>) -> Self {
        self.set("country", country.into())
    }
}

/// Declares a response's struct of which every field may be missing.
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
    /// Counts of events over a time.
    Stats {
        /// The tag that was asked for.
        tag: Option<String>,
        /// The tag's description.
        description: Option<String>,
        /// Where the time begins.
        start: Option<Timestamp> = "de::optional_timestamp",
        /// Where it ends.
        end: Option<Timestamp> = "de::optional_timestamp",
        /// How it is divided.
        resolution: Option<Resolution>,
        /// What the counts are of.
        #[serde(rename = "type")]
        scope: Option<StatsScope>,
        /// The counts, by time.
        stats: Vec<StatsPoint> = "de::items",
    }
}

response! {
    /// What counts are of: a provider, a device, a country.
    StatsScope {
        /// What kind of thing.
        #[serde(rename = "type")]
        kind: String = "de::null_default",
        /// Which one.
        key: String = "de::null_default",
    }
}

response! {
    /// The counts of one hour, day or month; those of events that were asked for.
    StatsPoint {
        /// Where it begins.
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
        /// Complaints about spam.
        complained: Option<Counts>,
        /// Stored mail.
        stored: Option<Counts>,
        /// Mail of campaigns.
        campaign: Option<Counts>,
        /// Validated addresses.
        email_validation: Option<ValidationCounts>,
        /// Tests of inbox placement.
        seed_test: Option<Counts>,
        /// Monitored IP addresses.
        ip_blocklist_monitoring: Option<Counts>,
        /// Monitored domains.
        domain_blocklist_monitoring: Option<Counts>,
        /// Previews.
        email_preview: Option<Counts>,
        /// Previews that failed.
        email_preview_failed: Option<Counts>,
        /// Validated links.
        link_validation: Option<Counts>,
        /// Validations of links that failed.
        link_validation_failed: Option<Counts>,
    }
}

response! {
    /// A count of events.
    Counts {
        /// All of them.
        total: u64 = "de::null_default",
        /// The first of each recipient and message alone, for opens and clicks.
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
        /// By HTTP, to operations.
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
        /// Failures after which Mailgun tries again.
        temporary: TemporaryFailureCounts = "de::null_default",
        /// Failures for good.
        permanent: PermanentFailureCounts = "de::null_default",
    }
}

response! {
    /// Counts of failures after which Mailgun tries again.
    TemporaryFailureCounts {
        /// Blocked by the mail provider.
        espblock: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}

response! {
    /// Counts of failures for good.
    PermanentFailureCounts {
        /// Refused by the receiving server.
        bounce: u64 = "de::null_default",
        /// Not tried, since the address bounced before.
        #[serde(rename = "suppress-bounce")]
        suppress_bounce: u64 = "de::null_default",
        /// Not tried, since the recipient has unsubscribed.
        #[serde(rename = "suppress-unsubscribe")]
        suppress_unsubscribe: u64 = "de::null_default",
        /// Not tried, since the recipient has complained.
        #[serde(rename = "suppress-complaint")]
        suppress_complaint: u64 = "de::null_default",
        /// Accepted by the receiving server and returned later.
        #[serde(rename = "delayed-bounce")]
        delayed_bounce: u64 = "de::null_default",
        /// Not taken by the URL of a operation.
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
        /// With the public key.
        public: u64 = "de::null_default",
        /// Valid ones.
        valid: u64 = "de::null_default",
        /// One by one.
        single: u64 = "de::null_default",
        /// In bulk.
        bulk: u64 = "de::null_default",
        /// Of mailing lists.
        list: u64 = "de::null_default",
        /// By Mailgun.
        mailgun: u64 = "de::null_default",
        /// By Mailjet.
        mailjet: u64 = "de::null_default",
        /// All.
        total: u64 = "de::null_default",
    }
}
