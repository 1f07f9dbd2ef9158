//! The names of dimensions and metrics.

use mailgun_core::open_enum;

open_enum! {
    /// A dimension of the metrics.
    pub enum Dimension {
        /// The time of the event, at the requested resolution.
        Time = "time",
        /// The sending domain.
        Domain = "domain",
        /// One tag of the message.
        Tag = "tag",
        /// The sending IP address.
        Ip = "ip",
        /// The sending IP pool.
        IpPool = "ip_pool",
        /// The country as a two-letter code.
        Country = "country",
        /// The type of device, such as `mobile`.
        Device = "device",
        /// The client or bot that opened or clicked, such as `apple`.
        Bot = "bot",
        /// The recipient's domain.
        RecipientDomain = "recipient_domain",
        /// The recipient's mail provider, such as `Gmail`.
        RecipientProvider = "recipient_provider",
        /// The id of the subaccount.
        Subaccount = "subaccount",
    }
}

/// A dimension without a constant of its own.
impl Default for Dimension {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

open_enum! {
    /// A metric. Counts are numbers, rates are fractions of 1; the method of
    /// [`Metrics`](crate::Metrics) with the same name reads each.
    pub enum Metric {
        /// Accepted incoming messages: for routes, forwards and mailing lists.
        AcceptedIncomingCount = "accepted_incoming_count",
        /// Accepted outgoing messages. A batch counts as one more. They have no IP address.
        AcceptedOutgoingCount = "accepted_outgoing_count",
        /// Accepted messages, incoming and outgoing.
        AcceptedCount = "accepted_count",
        /// Messages delivered to recipients.
        DeliveredSmtpCount = "delivered_smtp_count",
        /// Messages delivered to routes and forwards.
        DeliveredHttpCount = "delivered_http_count",
        /// Messages delivered at the optimized time.
        DeliveredOptimizedCount = "delivered_optimized_count",
        /// Messages that the recipient's server accepted.
        DeliveredCount = "delivered_count",
        /// Stored incoming messages.
        StoredCount = "stored_count",
        /// Messages processed after they were accepted, which Mailgun charges for.
        ProcessedCount = "processed_count",
        /// Messages delivered or failed, without suppressed ones.
        SentCount = "sent_count",
        /// Opens.
        OpenedCount = "opened_count",
        /// Clicks.
        ClickedCount = "clicked_count",
        /// Unique opens: one for each recipient in seven days.
        UniqueOpenedCount = "unique_opened_count",
        /// Unique clicks: one for each recipient in seven days.
        UniqueClickedCount = "unique_clicked_count",
        /// Recipients who clicked the unsubscribe link.
        UnsubscribedCount = "unsubscribed_count",
        /// Spam complaints.
        ComplainedCount = "complained_count",
        /// Failures, temporary and permanent.
        FailedCount = "failed_count",
        /// Temporary failures, which Mailgun retries.
        TemporaryFailedCount = "temporary_failed_count",
        /// Permanent failures.
        PermanentFailedCount = "permanent_failed_count",
        /// Messages blocked by the mail provider. Use
        /// [`TemporaryFailedEspBlockCount`](Self::TemporaryFailedEspBlockCount).
        EspBlockCount = "esp_block_count",
        /// Messages temporarily blocked by the mail provider.
        TemporaryFailedEspBlockCount = "temporary_failed_esp_block_count",
        /// Messages permanently blocked by the mail provider.
        PermanentFailedEspBlockCount = "permanent_failed_esp_block_count",
        /// Webhooks that failed.
        WebhookCount = "webhook_count",
        /// Mail held back by Mailgun's rate limit.
        RateLimitCount = "rate_limit_count",
        /// Permanent failures of messages sent at the optimized time.
        PermanentFailedOptimizedCount = "permanent_failed_optimized_count",
        /// Messages given up after retries for too long.
        PermanentFailedOldCount = "permanent_failed_old_count",
        /// Hard and soft bounces: permanent failures without suppressed messages.
        BouncedCount = "bounced_count",
        /// Bounces because the mailbox does not exist. Mailgun suppresses the address.
        HardBouncesCount = "hard_bounces_count",
        /// Bounces for other reasons. Mailgun does not suppress the address.
        SoftBouncesCount = "soft_bounces_count",
        /// Messages that bounced after delivery.
        DelayedBounceCount = "delayed_bounce_count",
        /// Messages suppressed because of an earlier bounce.
        SuppressedBouncesCount = "suppressed_bounces_count",
        /// Messages suppressed because the recipient unsubscribed.
        SuppressedUnsubscribedCount = "suppressed_unsubscribed_count",
        /// Messages suppressed because the recipient complained.
        SuppressedComplaintsCount = "suppressed_complaints_count",
        /// Messages delivered at the first attempt.
        DeliveredFirstAttemptCount = "delivered_first_attempt_count",
        /// Messages delayed at the first attempt.
        DelayedFirstAttemptCount = "delayed_first_attempt_count",
        /// Messages delivered at a later attempt.
        DeliveredSubsequentCount = "delivered_subsequent_count",
        /// Messages delivered at the second attempt or later.
        DeliveredTwoPlusAttemptsCount = "delivered_two_plus_attempts_count",
        /// Deliveries.
        DeliveredRate = "delivered_rate",
        /// Opens.
        OpenedRate = "opened_rate",
        /// Clicks.
        ClickedRate = "clicked_rate",
        /// Unique opens: one for each recipient in seven days.
        UniqueOpenedRate = "unique_opened_rate",
        /// Unique clicks: one for each recipient in seven days.
        UniqueClickedRate = "unique_clicked_rate",
        /// Recipients who unsubscribed.
        UnsubscribedRate = "unsubscribed_rate",
        /// Spam complaints.
        ComplainedRate = "complained_rate",
        /// Hard and soft bounces.
        BounceRate = "bounce_rate",
        /// Hard bounces, among the metrics of tags.
        HardBounceRate = "hard_bounce_rate",
        /// Soft bounces, among the metrics of tags.
        SoftBounceRate = "soft_bounce_rate",
        /// Failures.
        FailRate = "fail_rate",
        /// Permanent failures.
        PermanentFailRate = "permanent_fail_rate",
        /// Temporary failures, which Mailgun retries.
        TemporaryFailRate = "temporary_fail_rate",
        /// Delayed messages.
        DelayedRate = "delayed_rate",
        /// Messages delayed at the first attempt.
        DelayedFirstAttemptRate = "delayed_first_attempt_rate",

        /// Archived items. This and all counts below are usage metrics.
        ArchivedCount = "archived_count",
        /// Validated addresses.
        EmailValidationCount = "email_validation_count",
        /// Addresses validated with the public key.
        EmailValidationPublicCount = "email_validation_public_count",
        /// Addresses found to be valid.
        EmailValidationValidCount = "email_validation_valid_count",
        /// Addresses validated one by one.
        EmailValidationSingleCount = "email_validation_single_count",
        /// Addresses validated in bulk.
        EmailValidationBulkCount = "email_validation_bulk_count",
        /// Addresses of mailing lists that were validated.
        EmailValidationListCount = "email_validation_list_count",
        /// Addresses validated by Mailgun.
        EmailValidationMailgunCount = "email_validation_mailgun_count",
        /// Addresses validated by Mailjet.
        EmailValidationMailjetCount = "email_validation_mailjet_count",
        /// Previews.
        EmailPreviewCount = "email_preview_count",
        /// Failed previews.
        EmailPreviewFailedCount = "email_preview_failed_count",
        /// Validated links.
        LinkValidationCount = "link_validation_count",
        /// Failed validations of links.
        LinkValidationFailedCount = "link_validation_failed_count",
        /// Validated images.
        ImageValidationCount = "image_validation_count",
        /// Failed validations of images.
        ImageValidationFailedCount = "image_validation_failed_count",
        /// Accessibility checks.
        AccessibilityCount = "accessibility_count",
        /// Failed accessibility checks.
        AccessibilityFailedCount = "accessibility_failed_count",
        /// Inbox placement tests.
        SeedTestCount = "seed_test_count",
        /// Checks of IP addresses against blocklists.
        IpBlocklistMonitoringCount = "ip_blocklist_monitoring_count",
        /// Checks of domains against blocklists.
        DomainBlocklistMonitoringCount = "domain_blocklist_monitoring_count",
    }
}
