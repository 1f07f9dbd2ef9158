//! Types that resources share.

mod confirmation;
mod content_id;
pub mod de;
mod domain_name;
mod mailbox;
mod open_enum;
mod safe_filename;
mod secret;
mod timestamp;

pub use self::{
    confirmation::Confirmation,
    content_id::by_content_id,
    domain_name::DomainName,
    mailbox::{Mailbox, is_control, unfold},
    safe_filename::safe_filename,
    secret::Secret,
    timestamp::Timestamp,
};
