//! The small types that every resource shares.

mod confirmation;
pub mod de;
mod domain_name;
mod mailbox;
mod open_enum;
mod secret;
mod timestamp;

pub use self::{
    confirmation::Confirmation, domain_name::DomainName, mailbox::Mailbox, secret::Secret,
    timestamp::Timestamp,
};
