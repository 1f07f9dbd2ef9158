//! The kinds of events, with the fields of each.

use std::fmt;

use mailgun_core::open_enum;
use serde::Deserializer;

use super::{
    ClientInfo, DeliveryStatus, EventMember, Geolocation, MatchedRoute,
    read::{Read, hide, object},
};

/// What happened, with the fields of such events.
///
/// ```
/// use mailgun::events::{Event, EventKind, Severity};
///
/// fn address_to_suppress(event: &Event) -> Option<&str> {
///     match &event.kind {
///         // Mailgun tries again after a temporary failure.
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
    /// `accepted`: Mailgun accepted the message and queued it.
    Accepted(Accepted),
    /// `rejected`: Mailgun rejected the message.
    Rejected(Rejected),
    /// `delivered`: the recipient's server accepted the message.
    Delivered(Delivered),
    /// `failed`: the recipient's server rejected the message, or Mailgun did not try to deliver it.
    /// [`Failed::severity`] says whether Mailgun tries again.
    Failed(Failed),
    /// `opened`: the recipient opened the message, with its images.
    Opened(Engagement),
    /// `clicked`: the recipient clicked a link in the message.
    Clicked(Clicked),
    /// `unsubscribed`: the recipient clicked the unsubscribe link.
    #[doc(alias = "unsubscribe")]
    Unsubscribed(Engagement),
    /// `complained`: the recipient reported the message as spam.
    #[doc(alias = "spam")]
    Complained,
    /// `stored`: Mailgun stored an incoming message. [`Event::storage`](super::Event::storage) says
    /// where.
    Stored,
    /// `list_member_uploaded`: an upload added a member to a mailing list.
    ListMemberUploaded(ListMemberUploaded),
    /// `list_member_upload_error`: an upload could not add a member to a mailing list.
    ListMemberUploadError(ListMemberUploadError),
    /// `list_uploaded`: an upload of members to a mailing list ended.
    ListUploaded(ListUploaded),
    /// `email_validation`: an address was validated. Its fields are not documented; see
    /// [`Event::get`](super::Event::get).
    EmailValidation,
    /// `unique_opened`: the recipient opened the message for the first time. Only in the logs.
    UniqueOpened(Engagement),
    /// `unique_clicked`: the recipient clicked a link for the first time. Only in the logs.
    UniqueClicked(Clicked),
    /// `trapped`: the message went to a spam trap. Only in the logs.
    Trapped,
    /// A kind that this version does not know, with its name. The name is empty if the item has none.
    Other(Box<str>),
}

impl EventKind {
    /// Returns the name of the kind in events, such as `failed` or `list_uploaded`.
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

/// The fields of an `accepted` event.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Accepted {
    /// The routes that an incoming message matched.
    pub routes: Vec<MatchedRoute>,
}

object! {
    /// Why a message was rejected.
    pub struct Rejected {
        /// The reason.
        pub reason: String = "reason",
        /// A description of the reason.
        pub description: String = "description",
    }
}

/// The fields of a `delivered` event.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Delivered {
    /// The result of the delivery.
    pub delivery_status: DeliveryStatus,
    /// The DKIM key that the message was signed with.
    pub primary_dkim: String,
}

/// The fields of a `failed` event.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Failed {
    /// Whether Mailgun tries again.
    pub severity: Severity,
    /// Why the delivery failed.
    pub reason: FailureReason,
    /// The response of the recipient's server, or Mailgun's message if it did not try.
    pub delivery_status: DeliveryStatus,
    /// The DKIM key that the message was signed with.
    pub primary_dkim: String,
}

/// Leaves the server's message out, because it may contain an address.
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
    /// Whether Mailgun tries a failed delivery again. `Other` with an empty text if the event does not
    /// say.
    pub enum Severity {
        /// Mailgun tries again.
        Temporary = "temporary",
        /// Mailgun does not try again. It is not always a bounce: see [`Failed::reason`].
        Permanent = "permanent",
    }
}

impl Default for Severity {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

open_enum! {
    /// Why a delivery failed. `Other` with an empty text if the event does not say.
    pub enum FailureReason {
        /// A reason without a name of its own.
        Generic = "generic",
        /// The recipient's server rejected the message.
        Bounce = "bounce",
        /// The recipient's provider blocks the sender.
        EspBlock = "espblock",
        /// The recipient's server asked for another attempt later.
        Greylisted = "greylisted",
        /// The sending address is on a blocklist.
        Blacklisted = "blacklisted",
        /// Mailgun did not try, because the address bounced before.
        SuppressBounce = "suppress-bounce",
        /// Mailgun did not try, because the recipient complained before.
        SuppressComplaint = "suppress-complaint",
        /// Mailgun did not try, because the recipient unsubscribed before.
        SuppressUnsubscribe = "suppress-unsubscribe",
        /// Mailgun gave up, because the attempts took too long.
        Old = "old",
        /// The message was rejected permanently.
        HardFail = "hardfail",
    }
}

impl Default for FailureReason {
    fn default() -> Self {
        Self::Other(Box::default())
    }
}

impl Read for Severity {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        String::read(json).map(Self::from)
    }
}

impl Read for FailureReason {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        String::read(json).map(Self::from)
    }
}

/// The device that opened a message or unsubscribed.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Engagement {
    /// The IP address of the device.
    pub ip: String,
    /// The program on the device.
    pub client_info: ClientInfo,
    /// The device's place, derived from its IP address.
    pub geolocation: Geolocation,
}

/// The link that was clicked, and the device.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Clicked {
    /// The URL of the link in the message.
    pub url: String,
    /// The IP address of the device.
    pub ip: String,
    /// The program on the device.
    pub client_info: ClientInfo,
    /// The device's place, derived from its IP address.
    pub geolocation: Geolocation,
}

/// A member that an upload added to a mailing list.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ListMemberUploaded {
    /// The member.
    pub member: EventMember,
    /// The id of the upload.
    pub task_id: String,
}

/// A member that an upload could not add to a mailing list.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ListMemberUploadError {
    /// The id of the upload.
    pub task_id: String,
    /// The format of the upload, for example `csv`.
    pub format: String,
    /// The member as described in the upload.
    pub member_description: String,
    /// Why the member was not added.
    pub error: UploadError,
}

object! {
    /// Why a member was not added to a mailing list.
    pub struct UploadError {
        /// The message from Mailgun.
        pub message: String = "message",
    }
}

/// The result of an upload of members to a mailing list.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ListUploaded {
    /// The id of the upload.
    pub task_id: String,
    /// The format of the upload, for example `csv`.
    pub format: String,
    /// Whether existing members were updated.
    pub is_upsert: Option<bool>,
    /// The number of members that were added or updated.
    pub upserted_count: Option<u64>,
    /// The number of members that could not be added.
    pub failed_count: Option<u64>,
    /// A member, if the event has one.
    pub member: Option<EventMember>,
    /// Whether the members are subscribed.
    pub subscribed: Option<bool>,
}

hide!(
    Accepted,
    Delivered,
    Engagement,
    Clicked,
    ListMemberUploaded,
    ListMemberUploadError,
    ListUploaded,
);
