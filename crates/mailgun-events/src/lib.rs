//! Events of Mailgun: what happened to messages, listed or followed as they come.
//!
//! * [`Event`] is what happened to a message, for one recipient. Webhooks and logs have the same.
//! * [`Events::tail`] follows the events of a domain, those too that Mailgun indexes late, and goes
//!   on after a restart from a [`Checkpoint`].
//! * [`Events::list`] searches them. Mailgun wants the logs to be searched instead, which
//!   `mailgun-analytics` has.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_core::Timestamp;
//! use mailgun_events::{EventKind, Events};
//!
//! let mut tail = Events::new(&client, "mg.example.com").tail(Timestamp::now());
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
