//! Reads Mailgun's events: what happened to each message. Lists them, or follows them as they come.
//!
//! * [`Event`] is something that happened to a message, for one recipient. Webhooks and logs have the
//!   same type.
//! * [`Events::tail`] follows the events of a domain. It finds events that Mailgun indexes late, and
//!   continues from a [`Checkpoint`] after a restart.
//! * [`Events::list`] searches the events of a domain. Mailgun has deprecated it: search the logs, which
//!   are in `mailgun-analytics`.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::{Timestamp, events::EventKind};
//!
//! let mut tail = mailgun.events("mg.example.com").tail(Timestamp::now());
//! loop {
//!     let event = tail.next_event().await?;
//!     if let EventKind::Failed(failed) = &event.kind {
//!         println!("{}: {} {}", event.message_id(), failed.severity, failed.reason);
//!     }
//! }
//! # }
//! ```

mod event;
mod events;
mod query;
mod tail;

pub use self::{
    event::{
        Accepted, AttachmentInfo, Bot, Campaign, Clicked, ClientInfo, ClientType, Delivered,
        DeliveryStatus, DeviceType, Engagement, Envelope, Event, EventAccount, EventFlags,
        EventKind, EventMailingList, EventMember, EventMessage, EventTemplate, Failed,
        FailureReason, Geolocation, ListMemberUploadError, ListMemberUploaded, ListUploaded,
        LogLevel, MatchedRoute, MessageHeaders, Rejected, RouteMatch, Severity, SmtpCode, Storage,
        Transport, UploadError,
    },
    events::{Events, OPERATIONS},
    query::{EventQuery, Filter},
    tail::{Checkpoint, Tail},
};
