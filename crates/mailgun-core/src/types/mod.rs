//! The small types that every resource shares.

pub mod de;
mod domain_name;
mod mailbox;
mod open_enum;
mod secret;
mod timestamp;

pub use self::{domain_name::DomainName, mailbox::Mailbox, secret::Secret, timestamp::Timestamp};
