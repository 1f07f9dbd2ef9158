//! The names of dimensions and metrics.

use mailgun_core::open_enum;

open_enum! {
    /// By what counts are told apart.
    pub enum Dimension {
        /// The time of the event, by the resolution that was asked for.
        Time = "time",
        /// The domain that sent the mail.
        Domain = "domain",
        /// A tag of the mail.
        Tag = "tag",
        /// The IP address that it was sent from.
        Ip = "ip",
        /// The IP pool that it was sent from.
        IpPool = "ip_pool",
        /// The country, as two letters.
        Country = "country",
        /// The kind of device, `mobile` for example.
        Device = "device",
        /// The machine that opened or clicked, `apple` for example.
        Bot = "bot",
        /// The domain of the recipient.
        RecipientDomain = "recipient_domain",
        /// The mail provider of the recipient, `Gmail` for example.
        RecipientProvider = "recipient_provider",
        /// The id of the subaccount.
        Subaccount = "subaccount",
    }
}

/// A dimension without a name.
impl Default for Dimension {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

open_enum! {
    /// What is counted. Counts are numbers, rates are parts of 1; each is read by the method of
    /// [`Metrics`](crate::Metrics) that has its name.
    pub enum Metric {
        /// Incoming mail that was accepted: for routes, forwards and mailing lists.
        AcceptedIncomingCount = "accepted_incoming_count",
        /// Outgoing mail that was accepted, each batch as one more; without an IP address.
        AcceptedOutgoingCount = "accepted_outgoing_count",
        /// Both together.
        AcceptedCount = "accepted_count",
        /// Mail delivered to recipients.
        DeliveredSmtpCount = "delivered_smtp_count",
        /// Mail delivered to routes and forwards.
        DeliveredHttpCount = "delivered_http_count",
        /// Mail delivered at the optimized time.
        DeliveredOptimizedCount = "delivered_optimized_count",
        /// Mail that the recipient's server took over.
        DeliveredCount = "delivered_count",
        /// Incoming mail that was stored.
        StoredCount = "stored_count",
        /// Mail that was processed after it was accepted: what is billed.
        ProcessedCount = "processed_count",
        /// Mail delivered or failed, without what was suppressed.
        SentCount = "sent_count",
        /// Openings.
        OpenedCount = "opened_count",
        /// Clicks.
        ClickedCount = "clicked_count",
        /// Openings, of each recipient one in seven days.
        UniqueOpenedCount = "unique_opened_count",
        /// Clicks, of each recipient one in seven days.
        UniqueClickedCount = "unique_clicked_count",
        /// Recipients who followed the link to unsubscribe.
        UnsubscribedCount = "unsubscribed_count",
        /// Complaints about spam.
        ComplainedCount = "complained_count",
        /// Failures, temporary and permanent.
        FailedCount = "failed_count",
        /// Failures after which Mailgun tries again.
        TemporaryFailedCount = "temporary_failed_count",
        /// Failures for good.
        PermanentFailedCount = "permanent_failed_count",
        /// Mail blocked by the provider; use
        /// [`TemporaryFailedEspBlockCount`](Self::TemporaryFailedEspBlockCount).
        EspBlockCount = "esp_block_count",
        /// Mail blocked by the provider for a time.
        TemporaryFailedEspBlockCount = "temporary_failed_esp_block_count",
        /// Mail blocked by the provider for good.
        PermanentFailedEspBlockCount = "permanent_failed_esp_block_count",
        /// Webhooks that failed.
        WebhookCount = "webhook_count",
        /// Mail held back by Mailgun's rate limit.
        RateLimitCount = "rate_limit_count",
        /// Mail sent at the optimized time that failed for good.
        PermanentFailedOptimizedCount = "permanent_failed_optimized_count",
        /// Mail given up, as the attempts took too long.
        PermanentFailedOldCount = "permanent_failed_old_count",
        /// Hard and soft bounces: permanent failures without what was suppressed.
        BouncedCount = "bounced_count",
        /// Bounces as there is no such mailbox; the address is suppressed from then on.
        HardBouncesCount = "hard_bounces_count",
        /// Bounces for another reason; the address is not suppressed.
        SoftBouncesCount = "soft_bounces_count",
        /// Mail delivered first, and returned later.
        DelayedBounceCount = "delayed_bounce_count",
        /// Mail not tried, as the address bounced before.
        SuppressedBouncesCount = "suppressed_bounces_count",
        /// Mail not tried, as the recipient has unsubscribed.
        SuppressedUnsubscribedCount = "suppressed_unsubscribed_count",
        /// Mail not tried, as the recipient has complained.
        SuppressedComplaintsCount = "suppressed_complaints_count",
        /// Mail delivered at the first attempt.
        DeliveredFirstAttemptCount = "delivered_first_attempt_count",
        /// Mail put off at the first attempt.
        DelayedFirstAttemptCount = "delayed_first_attempt_count",
        /// Mail delivered at a later attempt.
        DeliveredSubsequentCount = "delivered_subsequent_count",
        /// Mail delivered at the second attempt or later.
        DeliveredTwoPlusAttemptsCount = "delivered_two_plus_attempts_count",
        /// Deliveries.
        DeliveredRate = "delivered_rate",
        /// Openings.
        OpenedRate = "opened_rate",
        /// Clicks.
        ClickedRate = "clicked_rate",
        /// Openings, of each recipient one in seven days.
        UniqueOpenedRate = "unique_opened_rate",
        /// Clicks, of each recipient one in seven days.
        UniqueClickedRate = "unique_clicked_rate",
        /// Recipients who unsubscribed.
        UnsubscribedRate = "unsubscribed_rate",
        /// Complaints about spam.
        ComplainedRate = "complained_rate",
        /// Hard and soft bounces.
        BounceRate = "bounce_rate",
        /// Hard bounces; among the metrics of tags.
        HardBounceRate = "hard_bounce_rate",
        /// Soft bounces; among the metrics of tags.
        SoftBounceRate = "soft_bounce_rate",
        /// Failures.
        FailRate = "fail_rate",
        /// Failures for good.
        PermanentFailRate = "permanent_fail_rate",
        /// Failures after which Mailgun tries again.
        TemporaryFailRate = "temporary_fail_rate",
        /// Mail put off.
        DelayedRate = "delayed_rate",
        /// Mail put off at the first attempt.
        DelayedFirstAttemptRate = "delayed_first_attempt_rate",

        /// Archived items; with all below a count of usage.
        ArchivedCount = "archived_count",
        /// Validated addresses.
        EmailValidationCount = "email_validation_count",
        /// Addresses validated with the public key.
        EmailValidationPublicCount = "email_validation_public_count",
        /// Addresses found valid.
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
        /// Previews that failed.
        EmailPreviewFailedCount = "email_preview_failed_count",
        /// Validated links.
        LinkValidationCount = "link_validation_count",
        /// Validations of links that failed.
        LinkValidationFailedCount = "link_validation_failed_count",
        /// Validated images.
        ImageValidationCount = "image_validation_count",
        /// Validations of images that failed.
        ImageValidationFailedCount = "image_validation_failed_count",
        /// Checks of accessibility.
        AccessibilityCount = "accessibility_count",
        /// Checks of accessibility that failed.
        AccessibilityFailedCount = "accessibility_failed_count",
        /// Tests of inbox placement.
        SeedTestCount = "seed_test_count",
        /// Checks of IP addresses against blocklists.
        IpBlocklistMonitoringCount = "ip_blocklist_monitoring_count",
        /// Checks of domains against blocklists.
        DomainBlocklistMonitoringCount = "domain_blocklist_monitoring_count",
    }
}
