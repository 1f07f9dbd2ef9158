//! What happened, and what only events of that kind tell.

use std::fmt;

use mailgun_core::open_enum;
use serde_json::Value;

use super::{
    ClientInfo, DeliveryStatus, EventMember, Geolocation, MatchedRoute,
    read::{Read, object, words},
};

/// What happened, with the fields that only such events have.
///
/// ```
/// use mailgun_events::{Event, EventKind, Severity};
///
/// fn address_to_suppress(event: &Event) -> Option<&str> {
///     match &event.kind {
///         // A temporary failure is tried again, and is no bounce.
///         EventKind::Failed(failed) if failed.severity == Severity::Permanent => {
///             Some(&event.recipient)
///         }
///         EventKind::Complained | EventKind::Unsubscribed(_) => Some(&event.recipient),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// `accepted`: Mailgun took the message over, and has put it into the queue.
    Accepted(Accepted),
    /// `rejected`: Mailgun did not take the message over.
    Rejected(Rejected),
    /// `delivered`: the recipient's server took the message over.
    Delivered(Delivered),
    /// `failed`: the recipient's server did not take the message over, or Mailgun did not try.
    /// [`Failed::severity`] says whether it is tried again.
    Failed(Failed),
    /// `opened`: the message was opened, and its images were shown.
    Opened(Engagement),
    /// `clicked`: a link of the message was followed.
    Clicked(Clicked),
    /// `unsubscribed`: the link to unsubscribe was followed.
    Unsubscribed(Engagement),
    /// `complained`: the recipient called the message spam.
    Complained,
    /// `stored`: an incoming message was stored; [`Event::storage`](super::Event::storage) says
    /// where.
    Stored,
    /// `list_member_uploaded`: a member of an upload was added to a mailing list.
    ListMemberUploaded(ListMemberUploaded),
    /// `list_member_upload_error`: a member of an upload was not added to a mailing list.
    ListMemberUploadError(ListMemberUploadError),
    /// `list_uploaded`: an upload of members to a mailing list has ended.
    ListUploaded(ListUploaded),
    /// `email_validation`: an address was validated. What the event tells of it is not documented;
    /// see [`Event::get`](super::Event::get).
    EmailValidation,
    /// `unique_opened`: the first opening by this recipient. Only the logs have it.
    UniqueOpened(Engagement),
    /// `unique_clicked`: the first click of this recipient. Only the logs have it.
    UniqueClicked(Clicked),
    /// `trapped`: the message went to a spam trap. Only the logs have it.
    Trapped,
    /// What this version does not know, by its name; empty for an item without a name.
    Other(Box<str>),
}

impl EventKind {
    pub(super) fn read(name: &str, event: &Value) -> Self {
        match name {
            "accepted" => Self::Accepted(Read::read(event)),
            "rejected" => Self::Rejected(Read::read(&event["reject"])),
            "delivered" => Self::Delivered(Read::read(event)),
            "failed" => Self::Failed(Read::read(event)),
            "opened" => Self::Opened(Read::read(event)),
            "clicked" => Self::Clicked(Read::read(event)),
            "unsubscribed" => Self::Unsubscribed(Read::read(event)),
            "complained" => Self::Complained,
            "stored" => Self::Stored,
            "list_member_uploaded" => Self::ListMemberUploaded(Read::read(event)),
            "list_member_upload_error" => Self::ListMemberUploadError(Read::read(event)),
            "list_uploaded" => Self::ListUploaded(Read::read(event)),
            "email_validation" => Self::EmailValidation,
            "unique_opened" => Self::UniqueOpened(Read::read(event)),
            "unique_clicked" => Self::UniqueClicked(Read::read(event)),
            "trapped" => Self::Trapped,
            other => Self::Other(other.into()),
        }
    }

    /// The name of the kind in events: `failed`, `list_uploaded`.
    pub fn name(&self) -> &str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Rejected(_) => "rejected",
            Self::Delivered(_) => "delivered",
            Self::Failed(_) => "failed",
            Self::Opened(_) => "opened",
            Self::Clicked(_) => "clicked",
            Self::Unsubscribed(_) => "unsubscribed",
            Self::Complained => "complained",
            Self::Stored => "stored",
            Self::ListMemberUploaded(_) => "list_member_uploaded",
            Self::ListMemberUploadError(_) => "list_member_upload_error",
            Self::ListUploaded(_) => "list_uploaded",
            Self::EmailValidation => "email_validation",
            Self::UniqueOpened(_) => "unique_opened",
            Self::UniqueClicked(_) => "unique_clicked",
            Self::Trapped => "trapped",
            Self::Other(name) => name,
        }
    }
}

impl Default for EventKind {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

object! {
    /// What an `accepted` event tells.
    pub struct Accepted {
        /// The routes that an incoming message matched.
        pub routes: Vec<MatchedRoute> = "routes",
    }
}

object! {
    /// Why a message was rejected.
    pub struct Rejected {
        /// Why.
        pub reason: String = "reason",
        /// More about it.
        pub description: String = "description",
    }
}

object! {
    /// What a `delivered` event tells.
    pub struct Delivered {
        /// How the delivery went.
        pub delivery_status: DeliveryStatus = "delivery-status",
        /// The DKIM key that the message was signed with.
        pub primary_dkim: String = "primary-dkim",
    }
}

/// What a `failed` event tells.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Failed {
    /// Whether it is tried again.
    pub severity: Severity,
    /// Why it failed.
    pub reason: FailureReason,
    /// What the recipient's server said, or Mailgun if it did not try.
    pub delivery_status: DeliveryStatus,
    /// The DKIM key that the message was signed with.
    pub primary_dkim: String,
}

impl Read for Failed {
    fn read(event: &Value) -> Self {
        Self {
            severity: Option::read(&event["severity"]).unwrap_or_default(),
            reason: Option::read(&event["reason"]).unwrap_or_default(),
            delivery_status: Read::read(&event["delivery-status"]),
            primary_dkim: Read::read(&event["primary-dkim"]),
        }
    }
}

/// Without the server's words, which may hold an address.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("severity", &self.severity)
            .field("reason", &self.reason)
            .field("code", &self.delivery_status.code)
            .finish_non_exhaustive()
    }
}

open_enum! {
    /// Whether a failed delivery is tried again. An event that does not say has `Other` with an
    /// empty text.
    pub enum Severity {
        /// It is tried again.
        Temporary = "temporary",
        /// It is not.
        Permanent = "permanent",
    }
}

impl Default for Severity {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

open_enum! {
    /// Why a delivery failed. An event that does not say has `Other` with an empty text.
    pub enum FailureReason {
        /// None of the others.
        Generic = "generic",
        /// The recipient's server refused the message.
        Bounce = "bounce",
        /// The recipient's provider blocks the sender.
        EspBlock = "espblock",
        /// The recipient's server wants another attempt later.
        Greylisted = "greylisted",
        /// The sending address is on a blocklist.
        Blacklisted = "blacklisted",
        /// Not tried: the address bounced before.
        SuppressBounce = "suppress-bounce",
        /// Not tried: the recipient complained before.
        SuppressComplaint = "suppress-complaint",
        /// Not tried: the recipient unsubscribed before.
        SuppressUnsubscribe = "suppress-unsubscribe",
        /// Given up: the attempts took too long.
        Old = "old",
        /// Refused for good.
        HardFail = "hardfail",
    }
}

impl Default for FailureReason {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

words!(Severity, FailureReason);

object! {
    /// Who opened a message or unsubscribed.
    pub struct Engagement {
        /// The address of the device.
        pub ip: String = "ip",
        /// The program.
        pub client_info: ClientInfo = "client-info",
        /// Where the device seems to be.
        pub geolocation: Geolocation = "geolocation",
    }
}

object! {
    /// Which link was followed, and by whom.
    pub struct Clicked {
        /// The link, as the message had it.
        pub url: String = "url",
        /// The address of the device.
        pub ip: String = "ip",
        /// The program.
        pub client_info: ClientInfo = "client-info",
        /// Where the device seems to be.
        pub geolocation: Geolocation = "geolocation",
    }
}

object! {
    /// Which member was added to a mailing list.
    pub struct ListMemberUploaded {
        /// The member.
        pub member: EventMember = "member",
        /// The id of the upload.
        pub task_id: String = "task-id",
    }
}

object! {
    /// Which member was not added to a mailing list, and why.
    pub struct ListMemberUploadError {
        /// The id of the upload.
        pub task_id: String = "task-id",
        /// The form of the upload, `csv` for example.
        pub format: String = "format",
        /// What the upload had of the member.
        pub member_description: String = "member-description",
        /// Why the member was not added.
        pub error: UploadError = "error",
    }
}

object! {
    /// Why a member was not added to a mailing list.
    pub struct UploadError {
        /// Mailgun's words.
        pub message: String = "message",
    }
}

object! {
    /// How an upload of members to a mailing list ended.
    pub struct ListUploaded {
        /// The id of the upload.
        pub task_id: String = "task-id",
        /// The form of the upload, `csv` for example.
        pub format: String = "format",
        /// Whether members that the list had already were changed.
        pub is_upsert: Option<bool> = "is-upsert",
        /// How many members were added or changed.
        pub upserted_count: Option<u64> = "upserted-count",
        /// How many were not.
        pub failed_count: Option<u64> = "failed-count",
        /// A member, where the event tells one.
        pub member: Option<EventMember> = "member",
        /// Whether the members are subscribed.
        pub subscribed: Option<bool> = "subscribed",
    }
}
