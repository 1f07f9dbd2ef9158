//! Mailgun Optimize: blocklist monitoring and spam traps.
//!
//! * [`Domains`] and [`Ips`] are what Mailgun watches.
//! * [`Optimize::monitored_domains`] and [`Ips::list`] say which blocklists list them now, and
//!   [`Optimize::blocklist_events`] when an IP was listed and delisted.
//! * [`Optimize::spam_traps`] counts the messages that reached spam traps.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::optimize::{IpSettings, ListIps};
//!
//! let ips = mailgun.optimize().ips();
//! ips.create([192, 0, 2, 1].into(), IpSettings::new().description("shop")).await?;
//! for ip in ips.list(ListIps::new()).await? {
//!     for listing in ip.listed {
//!         println!("{:?} is on {} since {:?}", ip.ip, listing.list, listing.first_seen);
//!     }
//! }
//! # Ok(()) }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod blocklist;
mod domain;
mod domains;
mod ip;
mod ips;
mod optimize;
mod spam_traps;
mod time_range;

use mailgun_core::Operation;

pub use self::{
    blocklist::{
        Blocklist, BlocklistEvent, BlocklistEventType, Health, ListBlocklistEvents, Listing,
        MonitoredDomain,
    },
    domain::{CreateDomainResponse, Domain, DomainStatus, DomainVerification},
    domains::{Domains, ListDomains},
    ip::Ip,
    ips::{IpSettings, Ips, ListIps},
    optimize::Optimize,
    spam_traps::{ListSpamTraps, SpamTrapDay, SpamTrapDimension, SpamTrapGroup, SpamTrapSort},
    time_range::TimeRange,
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    domains::LIST,
    domains::CREATE,
    domains::DELETE,
    domains::VERIFY,
    ips::LIST,
    ips::CREATE,
    ips::GET,
    ips::UPDATE,
    ips::DELETE,
    optimize::BLOCKLISTS,
    optimize::BLOCKLIST_EVENTS,
    optimize::MONITORED_DOMAINS,
    optimize::DOMAIN_BLOCKLISTS,
    optimize::SPAM_TRAPS,
    optimize::SPAM_TRAPS_V2,
    optimize::SNDS,
];
