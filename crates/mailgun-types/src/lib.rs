//! Models that several resources of the Mailgun API share, and CSV files for imports.
//!
//! Applications do not need this crate: each resource crate re-exports the types that it uses, so
//! `mailgun::domains::DnsRecord` and `mailgun::dkim::DnsRecord` are the same type.
//!
//! What only one resource uses is in its own crate. What belongs to no resource, such as
//! [`Timestamp`](mailgun_core::Timestamp), is in `mailgun-core`.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod analytics;
#[cfg(feature = "csv")]
mod csv;
mod dns_record;
#[cfg(feature = "hmac")]
mod hmac_key;
mod ip_replacement;
mod page_direction;
mod sending_limit;
mod success;
mod threshold;
pub mod validation;

#[cfg(feature = "csv")]
pub use self::csv::Csv;
#[cfg(feature = "hmac")]
pub use self::hmac_key::HmacKey;
pub use self::{
    dns_record::{DnsRecord, DnsRecordState, DnsRecordType},
    ip_replacement::IpReplacement,
    page_direction::PageDirection,
    sending_limit::SendingLimit,
    success::Success,
    threshold::{ThresholdComparator, ThresholdDimension, ThresholdFilter},
};
