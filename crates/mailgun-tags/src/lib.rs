//! Tags of Mailgun: of the account, and the older ones of a domain.
//!
//! A tag is made by sending a message with it. [`Tags`] are those of the account, with metrics;
//! [`DomainTags`] are those of one domain, which Mailgun has deprecated.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_tags::{ListTags, Tags};
//!
//! let mut pager = Tags::new(&client).list(ListTags::new().tag("newsletter").include_metrics(true));
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
