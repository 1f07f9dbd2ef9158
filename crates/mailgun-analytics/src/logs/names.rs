//! The names of events and attributes.

use mailgun_core::open_enum;

open_enum! {
    /// A kind of event that logs are searched for.
    pub enum LogEvent {
        /// Mailgun took the message over.
        Accepted = "accepted",
        /// The recipient's server took it over.
        Delivered = "delivered",
        /// The recipient's server did not, or Mailgun did not try.
        Failed = "failed",
        /// It was opened.
        Opened = "opened",
        /// It was opened for the first time by this recipient.
        UniqueOpened = "unique_opened",
        /// A link of it was followed.
        Clicked = "clicked",
        /// A link of it was followed for the first time by this recipient.
        UniqueClicked = "unique_clicked",
        /// The recipient unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient called it spam.
        Complained = "complained",
        /// Mailgun did not take it over.
        Rejected = "rejected",
        /// An incoming message was stored.
        Stored = "stored",
        /// An address was validated.
        EmailValidation = "email_validation",
        /// An upload of members to a mailing list has ended.
        ListUploaded = "list_uploaded",
        /// A member of an upload was added.
        ListMemberUploaded = "list_member_uploaded",
        /// A member of an upload was not added.
        ListMemberUploadError = "list_member_upload_error",
        /// It went to a spam trap.
        Trapped = "trapped",
    }
}

open_enum! {
    /// A count of the metrics, whose events logs are searched for; see [`Metric`](crate::Metric).
    pub enum LogMetricEvent {
        /// Accepted, incoming.
        AcceptedIncoming = "accepted_incoming",
        /// Accepted, outgoing.
        AcceptedOutgoing = "accepted_outgoing",
        /// Accepted.
        Accepted = "accepted",
        /// Delivered by SMTP.
        DeliveredSmtp = "delivered_smtp",
        /// Delivered by HTTP, to routes.
        DeliveredHttp = "delivered_http",
        /// Delivered at the optimized time.
        DeliveredOptimized = "delivered_optimized",
        /// Delivered.
        Delivered = "delivered",
        /// Stored.
        Stored = "stored",
        /// Opened.
        Opened = "opened",
        /// Clicked.
        Clicked = "clicked",
        /// Opened for the first time.
        UniqueOpened = "unique_opened",
        /// Clicked for the first time.
        UniqueClicked = "unique_clicked",
        /// Called spam.
        Complained = "complained",
        /// Unsubscribed.
        Unsubscribed = "unsubscribed",
        /// Failed.
        Failed = "failed",
        /// Processed.
        Processed = "processed",
        /// Sent.
        Sent = "sent",
        /// Failed, and tried again.
        TemporaryFailed = "temporary_failed",
        /// Failed for good.
        PermanentFailed = "permanent_failed",
        /// Blocked by the mail provider.
        EspBlock = "esp_block",
        /// Blocked by the mail provider for a time.
        TemporaryFailedEspBlock = "temporary_failed_esp_block",
        /// Blocked by the mail provider for good.
        PermanentFailedEspBlock = "permanent_failed_esp_block",
        /// Not taken by a webhook.
        WebhookFailure = "webhook_failure",
        /// Sent at the optimized time, and failed for good.
        PermanentFailedOptimized = "permanent_failed_optimized",
        /// Given up, as the attempts took too long.
        PermanentFailedOld = "permanent_failed_old",
        /// Bounced.
        Bounced = "bounced",
        /// Bounced, as there is no such mailbox.
        HardBounces = "hard_bounces",
        /// Bounced for another reason.
        SoftBounces = "soft_bounces",
        /// Delivered, and bounced later.
        DelayedBounce = "delayed_bounce",
        /// Not tried, as the address bounced before.
        SuppressedBounces = "suppressed_bounces",
        /// Not tried, as the recipient has unsubscribed.
        SuppressedUnsubscribed = "suppressed_unsubscribed",
        /// Not tried, as the recipient has complained.
        SuppressedComplaints = "suppressed_complaints",
        /// Delivered at the first attempt.
        DeliveredFirstAttempt = "delivered_first_attempt",
        /// Delivered at a later attempt.
        DeliveredSubsequent = "delivered_subsequent",
        /// Delivered at the second attempt or later.
        DeliveredTwoPlusAttempts = "delivered_two_plus_attempts",
        /// Put off at the first attempt.
        DelayedFirstAttempt = "delayed_first_attempt",
    }
}

open_enum! {
    /// What a [`Filter`](crate::Filter) of logs can look at.
    pub enum LogAttribute {
        /// The id of the event.
        Id = "id",
        /// The domain that sent the message.
        Domain = "domain",
        /// The IP address that it was sent from.
        Ip = "ip",
        /// The IP pool that it was sent from.
        IpPool = "ip_pool",
        /// The domain of the recipient.
        RecipientDomain = "recipient_domain",
        /// The provider of the recipient, `Gmail` for example.
        RecipientProvider = "recipient_provider",
        /// The country of who opened or clicked.
        Country = "country",
        /// The machine that opened or clicked.
        Bot = "bot",
        /// The kind of device that opened or clicked.
        Device = "device",
        /// The id of the subaccount.
        Subaccount = "subaccount",
        /// The kind of event.
        Event = "event",
        /// The name of a file of the message.
        AttachmentFilename = "attachment_filename",
        /// The From header.
        From = "from",
        /// The id of the message.
        MessageId = "message_id",
        /// The subject.
        Subject = "subject",
        /// The address of the mailing list that it went to.
        MailingListAddress = "mailing_list_address",
        /// The To header.
        To = "to",
        /// The bytes of the message.
        Size = "size",
        /// The recipient.
        Recipient = "recipient",
        /// All recipients of the message.
        Recipients = "recipients",
        /// A tag of the message.
        Tag = "tag",
        /// Whether a failed delivery is tried again.
        Severity = "severity",
        /// The variables of the message.
        UserVariables = "user_variables",
        /// When it was delivered.
        DeliveredAt = "delivered_at",
        /// The code of the delivery.
        DeliveryStatusCode = "delivery_status_code",
        /// Whether a bounce is hard or soft.
        DeliveryStatusBounceType = "delivery_status_bounce_type",
        /// What the recipient's server said.
        DeliveryStatusMessage = "delivery_status_message",
        /// Whether a route sent it on.
        IsRouted = "is_routed",
        /// The rule of the bounce classification.
        ClassificationRuleId = "i_classification_rule_id",
        /// The group of the bounce classification.
        ClassificationGroupId = "i_classification_group_id",
    }
}
