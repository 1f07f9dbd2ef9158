//! Mailgun DKIM keys, which sign outgoing mail.
//!
//! A key belongs to a signing domain and has a selector. Its public key goes into the DNS record
//! `{selector}._domainkey.{domain}`. A domain can have many keys and signs with the active ones. If
//! the keys of one domain sign for another, the former is the latter's authority.
//!
//! With automatic sender security, Mailgun keeps two keys of its own behind CNAME records and can
//! rotate them.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::dkim::CreateDkimKey;
//!
//! let keys = mailgun.dkim_keys();
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

pub use mailgun_core::Upload;
pub use mailgun_types::{DnsRecord, DnsRecordState, DnsRecordType};

pub use self::{
    key::{CreateDkimKey, DkimActivation, DkimAuthority, DkimKey},
    keys::{DkimKeys, ListDkimKeys, OPERATIONS},
    rotation::{DkimRotation, RotationRecord, RotationSettings, RotationState},
};
