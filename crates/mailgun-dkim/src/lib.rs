//! DKIM keys of Mailgun: which keys sign outgoing mail.
//!
//! A key belongs to a signing domain and is named by its selector; its public half stands in the
//! DNS below `{selector}._domainkey.{domain}`. A domain has many keys and signs with those that
//! are active. The domain whose keys sign for another is that one's authority.
//!
//! With automatic sender security Mailgun keeps two keys of its own behind CNAME records, and can
//! rotate them.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_dkim::{DkimKeys, CreateDkimKey};
//!
//! let keys = DkimKeys::new(&client);
//! let key = keys.create("mg.example.com", "s2", CreateDkimKey::new().bits(2048)).await?;
//! if let Some(record) = key.dns_record {
//!     println!("add {:?} with {}, then:", record.name, record.value);
//! }
//! keys.activate("mg.example.com", "s2").await?;
//! # Ok(()) }
//! ```

mod key;
mod keys;
mod rotation;

pub use mailgun_types::{DnsRecord, DnsRecordState, DnsRecordType};

pub use self::{
    key::{CreateDkimKey, DkimActivation, DkimAuthority, DkimKey},
    keys::{DkimKeys, ListDkimKeys, OPERATIONS},
    rotation::{DkimRotation, RotationRecord, RotationSettings, RotationState},
};
