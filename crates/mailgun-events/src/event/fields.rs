//! The JSON of an event.

use std::mem::take;

use mailgun_core::{Timestamp, de::MapOrText};

use super::{
    Accepted, Campaign, Clicked, ClientInfo, Delivered, DeliveryStatus, Engagement, Envelope,
    Event, EventAccount, EventFlags, EventKind, EventMailingList, EventMember, EventMessage,
    EventTemplate, Failed, FailureReason, Geolocation, ListMemberUploadError, ListMemberUploaded,
    ListUploaded, LogLevel, MatchedRoute, Raw, Rejected, Severity, Storage, Transport, UploadError,
    read::object,
};

object! {
    /// The fields of events of all kinds. The kind may come last, so all are read.
    pub(super) struct EventFields {
        id: String = "id",
        timestamp: Option<Timestamp> = "timestamp" | "@timestamp",
        event: String = "event",
        log_level: Option<LogLevel> = "log-level",
        domain: EventDomain = "domain",
        account: Option<EventAccount> = "account",
        recipient: String = "recipient",
        recipient_domain: String = "recipient-domain",
        recipient_provider: String = "recipient-provider",
        message: EventMessage = "message",
        tags: Vec<String> = "tags",
        campaigns: Vec<Campaign> = "campaigns",
        user_variables: MapOrText = "user-variables",
        flags: EventFlags = "flags",
        envelope: Envelope = "envelope",
        storage: Storage = "storage",
        method: Option<Transport> = "method",
        originating_ip: String = "originating-ip",
        api_key_id: String = "api-key-id",
        template: Option<EventTemplate> = "template",
        batch: EventBatch = "batch",
        mailing_list: Option<EventMailingList> = "mailing-list",
        delivered_at: Option<Timestamp> = "delivered-at",
        delivery_optimizer: String = "i-delivery-optimizer",

        routes: Vec<MatchedRoute> = "routes",
        reject: Rejected = "reject",
        severity: Severity = "severity",
        reason: FailureReason = "reason",
        delivery_status: DeliveryStatus = "delivery-status",
        primary_dkim: String = "primary-dkim",
        url: String = "url",
        ip: String = "ip",
        client_info: ClientInfo = "client-info",
        geolocation: Geolocation = "geolocation",
        member: Option<EventMember> = "member",
        task_id: String = "task-id",
        format: String = "format",
        member_description: String = "member-description",
        error: UploadError = "error",
        is_upsert: Option<bool> = "is-upsert",
        upserted_count: Option<u64> = "upserted-count",
        failed_count: Option<u64> = "failed-count",
        subscribed: Option<bool> = "subscribed",
    }
}

object! {
    struct EventDomain {
        name: String = "name",
    }
}

object! {
    struct EventBatch {
        id: String = "id",
    }
}

impl EventFields {
    pub(super) fn into_event(mut self, raw: Raw) -> Event {
        Event {
            kind: self.kind(),
            id: self.id,
            timestamp: self.timestamp,
            log_level: self.log_level,
            domain: self.domain.name,
            account: self.account,
            recipient: self.recipient,
            recipient_domain: self.recipient_domain,
            recipient_provider: self.recipient_provider,
            message: self.message,
            tags: self.tags,
            campaigns: self.campaigns,
            user_variables: self.user_variables,
            flags: self.flags,
            envelope: self.envelope,
            storage: self.storage,
            method: self.method,
            originating_ip: self.originating_ip,
            api_key_id: self.api_key_id,
            template: self.template,
            batch_id: self.batch.id,
            mailing_list: self.mailing_list,
            delivered_at: self.delivered_at,
            delivery_optimizer: self.delivery_optimizer,
            raw,
        }
    }

    fn kind(&mut self) -> EventKind {
        match &*take(&mut self.event) {
            "accepted" => EventKind::Accepted(Accepted { routes: take(&mut self.routes) }),
            "rejected" => EventKind::Rejected(take(&mut self.reject)),
            "delivered" => EventKind::Delivered(Delivered {
                delivery_status: take(&mut self.delivery_status),
                primary_dkim: take(&mut self.primary_dkim),
            }),
            "failed" => EventKind::Failed(Failed {
                severity: take(&mut self.severity),
                reason: take(&mut self.reason),
                delivery_status: take(&mut self.delivery_status),
                primary_dkim: take(&mut self.primary_dkim),
            }),
            "opened" => EventKind::Opened(self.engagement()),
            "clicked" => EventKind::Clicked(self.clicked()),
            "unsubscribed" => EventKind::Unsubscribed(self.engagement()),
            "complained" => EventKind::Complained,
            "stored" => EventKind::Stored,
            "list_member_uploaded" => EventKind::ListMemberUploaded(ListMemberUploaded {
                member: take(&mut self.member).unwrap_or_default(),
                task_id: take(&mut self.task_id),
            }),
            "list_member_upload_error" => EventKind::ListMemberUploadError(ListMemberUploadError {
                task_id: take(&mut self.task_id),
                format: take(&mut self.format),
                member_description: take(&mut self.member_description),
                error: take(&mut self.error),
            }),
            "list_uploaded" => EventKind::ListUploaded(ListUploaded {
                task_id: take(&mut self.task_id),
                format: take(&mut self.format),
                is_upsert: self.is_upsert,
                upserted_count: self.upserted_count,
                failed_count: self.failed_count,
                member: take(&mut self.member),
                subscribed: self.subscribed,
            }),
            "email_validation" => EventKind::EmailValidation,
            "unique_opened" => EventKind::UniqueOpened(self.engagement()),
            "unique_clicked" => EventKind::UniqueClicked(self.clicked()),
            "trapped" => EventKind::Trapped,
            other => EventKind::Other(other.into()),
        }
    }

    fn engagement(&mut self) -> Engagement {
        Engagement {
            ip: take(&mut self.ip),
            client_info: take(&mut self.client_info),
            geolocation: take(&mut self.geolocation),
        }
    }

    fn clicked(&mut self) -> Clicked {
        Clicked {
            url: take(&mut self.url),
            ip: take(&mut self.ip),
            client_info: take(&mut self.client_info),
            geolocation: take(&mut self.geolocation),
        }
    }
}
