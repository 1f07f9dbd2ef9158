//! Types that resources share.

pub mod analytics;
mod confirmation;
mod content_id;
pub mod de;
mod dns_record;
mod domain_name;
mod ip_replacement;
mod mailbox;
mod open_enum;
mod page_direction;
mod secret;
mod sending_limit;
mod success;
mod timestamp;
pub mod validation;

pub use self::{
    confirmation::Confirmation,
    content_id::by_content_id,
    dns_record::{DnsRecord, DnsRecordState, DnsRecordType},
    domain_name::DomainName,
    ip_replacement::IpReplacement,
    mailbox::{Mailbox, unfold},
    page_direction::PageDirection,
    secret::Secret,
    sending_limit::SendingLimit,
    success::Success,
    timestamp::Timestamp,
};
