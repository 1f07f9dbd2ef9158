//! The names of events and attributes.

use mailgun_core::open_enum;

open_enum! {
    /// A kind of event.
    pub enum LogEvent {
        /// Mailgun accepted the message.
        Accepted = "accepted",
        /// The recipient's server accepted the message.
        Delivered = "delivered",
        /// The recipient's server refused the message, or Mailgun did not try to deliver it.
        Failed = "failed",
        /// The message was opened.
        Opened = "opened",
        /// This recipient opened the message for the first time.
        UniqueOpened = "unique_opened",
        /// A link of the message was clicked.
        Clicked = "clicked",
        /// This recipient clicked a link for the first time.
        UniqueClicked = "unique_clicked",
        /// The recipient unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient marked the message as spam.
        Complained = "complained",
        /// Mailgun rejected the message.
        Rejected = "rejected",
        /// Mailgun stored an incoming message.
        Stored = "stored",
        /// An address was validated.
        EmailValidation = "email_validation",
        /// An upload of mailing list members ended.
        ListUploaded = "list_uploaded",
        /// An upload added a member to a mailing list.
        ListMemberUploaded = "list_member_uploaded",
        /// An upload failed to add a member to a mailing list.
        ListMemberUploadError = "list_member_upload_error",
        /// The message reached a spam trap.
        Trapped = "trapped",
    }
}

open_enum! {
    /// A metric whose events can be searched. See [`Metric`](crate::Metric).
    pub enum LogMetricEvent {
        /// Accepted incoming messages.
        AcceptedIncoming = "accepted_incoming",
        /// Accepted outgoing messages.
        AcceptedOutgoing = "accepted_outgoing",
        /// Accepted messages.
        Accepted = "accepted",
        /// Messages delivered over SMTP.
        DeliveredSmtp = "delivered_smtp",
        /// Messages delivered to routes over HTTP.
        DeliveredHttp = "delivered_http",
        /// Messages delivered at the optimized time.
        DeliveredOptimized = "delivered_optimized",
        /// Delivered messages.
        Delivered = "delivered",
        /// Stored messages.
        Stored = "stored",
        /// Opened messages.
        Opened = "opened",
        /// Clicked messages.
        Clicked = "clicked",
        /// Messages opened for the first time.
        UniqueOpened = "unique_opened",
        /// Messages clicked for the first time.
        UniqueClicked = "unique_clicked",
        /// Messages marked as spam.
        Complained = "complained",
        /// Unsubscribed recipients.
        Unsubscribed = "unsubscribed",
        /// Failed messages.
        Failed = "failed",
        /// Processed messages.
        Processed = "processed",
        /// Sent messages.
        Sent = "sent",
        /// Temporary failures, which Mailgun retries.
        TemporaryFailed = "temporary_failed",
        /// Permanent failures.
        PermanentFailed = "permanent_failed",
        /// Messages blocked by the mail provider.
        EspBlock = "esp_block",
        /// Messages temporarily blocked by the mail provider.
        TemporaryFailedEspBlock = "temporary_failed_esp_block",
        /// Messages permanently blocked by the mail provider.
        PermanentFailedEspBlock = "permanent_failed_esp_block",
        /// Failed webhooks.
        WebhookFailure = "webhook_failure",
        /// Permanent failures of messages sent at the optimized time.
        PermanentFailedOptimized = "permanent_failed_optimized",
        /// Messages given up after retries for too long.
        PermanentFailedOld = "permanent_failed_old",
        /// Bounced messages.
        Bounced = "bounced",
        /// Bounces because the mailbox does not exist.
        HardBounces = "hard_bounces",
        /// Bounces for other reasons.
        SoftBounces = "soft_bounces",
        /// Messages that bounced after delivery.
        DelayedBounce = "delayed_bounce",
        /// Messages suppressed because of an earlier bounce.
        SuppressedBounces = "suppressed_bounces",
        /// Messages suppressed because the recipient unsubscribed.
        SuppressedUnsubscribed = "suppressed_unsubscribed",
        /// Messages suppressed because the recipient complained.
        SuppressedComplaints = "suppressed_complaints",
        /// Messages delivered at the first attempt.
        DeliveredFirstAttempt = "delivered_first_attempt",
        /// Messages delivered at a later attempt.
        DeliveredSubsequent = "delivered_subsequent",
        /// Messages delivered at the second attempt or later.
        DeliveredTwoPlusAttempts = "delivered_two_plus_attempts",
        /// Messages delayed at the first attempt.
        DelayedFirstAttempt = "delayed_first_attempt",
    }
}

open_enum! {
    /// An attribute of logs, for a [`Filter`](crate::Filter).
    pub enum LogAttribute {
        /// The id of the event.
        Id = "id",
        /// The sending domain.
        Domain = "domain",
        /// The sending IP address.
        Ip = "ip",
        /// The sending IP pool.
        IpPool = "ip_pool",
        /// The recipient's domain.
        RecipientDomain = "recipient_domain",
        /// The recipient's mail provider, such as `Gmail`.
        RecipientProvider = "recipient_provider",
        /// The country of the client that opened or clicked.
        Country = "country",
        /// The client or bot that opened or clicked.
        Bot = "bot",
        /// The type of device that opened or clicked.
        Device = "device",
        /// The id of the subaccount.
        Subaccount = "subaccount",
        /// The kind of event.
        Event = "event",
        /// The name of an attachment.
        AttachmentFilename = "attachment_filename",
        /// The From header.
        From = "from",
        /// The id of the message.
        MessageId = "message_id",
        /// The subject.
        Subject = "subject",
        /// The address of the mailing list.
        MailingListAddress = "mailing_list_address",
        /// The To header.
        To = "to",
        /// The size of the message in bytes.
        Size = "size",
        /// The recipient.
        Recipient = "recipient",
        /// All recipients of the message.
        Recipients = "recipients",
        /// One tag of the message.
        Tag = "tag",
        /// Whether the failure is temporary or permanent.
        Severity = "severity",
        /// The variables of the message.
        UserVariables = "user_variables",
        /// When the message was delivered.
        DeliveredAt = "delivered_at",
        /// The status code of the delivery.
        DeliveryStatusCode = "delivery_status_code",
        /// Whether a bounce is hard or soft.
        DeliveryStatusBounceType = "delivery_status_bounce_type",
        /// The response of the recipient's server.
        DeliveryStatusMessage = "delivery_status_message",
        /// Whether a route forwarded the message.
        IsRouted = "is_routed",
        /// The rule of the bounce classification.
        ClassificationRuleId = "i_classification_rule_id",
        /// The group of the bounce classification.
        ClassificationGroupId = "i_classification_group_id",
    }
}
