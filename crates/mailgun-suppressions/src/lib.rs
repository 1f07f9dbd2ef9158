//! Suppressions of Mailgun: addresses that get no mail, and those that are spared.
//!
//! Each domain has three lists of addresses that Mailgun accepts mail for and does not deliver it
//! to: bounces, unsubscribes and complaints. Mailgun fills them itself; a program can read them and
//! change them. A fourth list, the allowlist, keeps addresses and domains from becoming bounces.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_suppressions::{NewComplaint, NewUnsubscribe, Suppressions};
//!
//! let suppressions = Suppressions::new(&client, "mg.example.com");
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
    list::{ListSuppressions, SuppressionResponse},
    suppressions::{OPERATIONS, Suppressions},
    unsubscribes::{NewUnsubscribe, Unsubscribe, Unsubscribes},
};
