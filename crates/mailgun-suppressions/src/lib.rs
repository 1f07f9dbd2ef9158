//! Mailgun suppressions: addresses that get no mail, and an allowlist of exceptions.
//!
//! Each domain has three lists of suppressed addresses: bounces, unsubscribes and complaints.
//! Mailgun accepts messages to them and does not deliver them. It fills the lists itself; you can
//! read and change them. A fourth list, the allowlist, keeps addresses and domains from becoming
//! bounces.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::suppressions::{NewComplaint, NewUnsubscribe};
//!
//! let suppressions = mailgun.suppressions("mg.example.com");
//! let leaving = NewUnsubscribe::new("bob@example.com").tag("newsletter");
//! suppressions.unsubscribes().create(leaving).await?;
//!
//! let moved = (0..2500).map(|i| NewComplaint::new(format!("user{i}@example.com")));
//! for chunk in suppressions.complaints().create_many(moved).await {
//!     println!("{:?}: {}", chunk.positions, chunk.result?.message);
//! }
//! # Ok(()) }
//! ```

mod allowlist;
mod bounces;
mod complaints;
mod list;
mod record;
mod suppressions;
mod unsubscribes;

pub use mailgun_types::{Csv, PageDirection};

pub use self::{
    allowlist::{Allowlist, AllowlistEntry, AllowlistKind, AllowlistResponse, NewAllowlistEntry},
    bounces::{Bounce, Bounces, NewBounce},
    complaints::{Complaint, Complaints, NewComplaint},
    list::{ListSuppressions, Suppression, SuppressionList, SuppressionResponse},
    suppressions::{OPERATIONS, Suppressions},
    unsubscribes::{NewUnsubscribe, Unsubscribe, Unsubscribes},
};
