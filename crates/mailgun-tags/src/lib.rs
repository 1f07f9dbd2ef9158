//! Mailgun tags: those of the account, and the older ones of a domain.
//!
//! Sending a message with a tag creates it. [`Tags`] are the tags of the account, with metrics;
//! [`DomainTags`] are the tags of one domain, which Mailgun has deprecated.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::tags::ListTags;
//!
//! let mut pager = mailgun.tags().list(ListTags::new().tag("newsletter").include_metrics(true));
//! while let Some(page) = pager.next_page().await? {
//!     for tag in page {
//!         println!("{}: {:?} opened", tag.tag, tag.metrics.opened_count());
//!     }
//! }
//! # Ok(()) }
//! ```

mod domain_tags;
mod tags;

pub use mailgun_types::{
    PageDirection,
    analytics::{Metrics, Resolution, Stats, StatsPoint, StatsQuery, TimeSpan},
};

#[allow(deprecated, reason = "it is still there to be used")]
pub use self::domain_tags::{DomainTag, DomainTags, ListDomainTags, TagAggregates, TagCount};
pub use self::tags::{ListTags, OPERATIONS, Tag, TagLimits, Tags};
