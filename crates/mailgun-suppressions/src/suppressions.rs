use mailgun_core::{Client, Operation};

use crate::{
    Allowlist, AllowlistEntry, Bounce, Bounces, Complaint, Complaints, Unsubscribe, Unsubscribes,
    list::Described,
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    Bounce::OPERATIONS.list,
    Bounce::OPERATIONS.get,
    Bounce::OPERATIONS.create,
    Bounce::OPERATIONS.import,
    Bounce::OPERATIONS.delete,
    Bounce::OPERATIONS.delete_all,
    Unsubscribe::OPERATIONS.list,
    Unsubscribe::OPERATIONS.get,
    Unsubscribe::OPERATIONS.create,
    Unsubscribe::OPERATIONS.import,
    Unsubscribe::OPERATIONS.delete,
    Unsubscribe::OPERATIONS.delete_all,
    Complaint::OPERATIONS.list,
    Complaint::OPERATIONS.get,
    Complaint::OPERATIONS.create,
    Complaint::OPERATIONS.import,
    Complaint::OPERATIONS.delete,
    Complaint::OPERATIONS.delete_all,
    AllowlistEntry::OPERATIONS.list,
    AllowlistEntry::OPERATIONS.get,
    AllowlistEntry::OPERATIONS.create,
    AllowlistEntry::OPERATIONS.import,
    AllowlistEntry::OPERATIONS.delete,
    AllowlistEntry::OPERATIONS.delete_all,
];

/// The suppression lists of one domain.
///
/// The handle is owned. Each call checks the domain name.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// let suppressions = mailgun.suppressions("mg.example.com");
/// println!("{:?}", suppressions.bounces().get("bob@example.com").await?.error);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Suppressions {
    client: Client,
    domain: String,
}

impl Suppressions {
    /// A handle to the lists of the sending domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Addresses that permanently refused mail.
    pub fn bounces(&self) -> Bounces {
        Bounces::new(&self.client, &self.domain)
    }

    /// Addresses whose owners unsubscribed.
    pub fn unsubscribes(&self) -> Unsubscribes {
        Unsubscribes::new(&self.client, &self.domain)
    }

    /// Addresses whose owners marked a message as spam.
    pub fn complaints(&self) -> Complaints {
        Complaints::new(&self.client, &self.domain)
    }

    /// Addresses and domains that never become bounces.
    pub fn allowlist(&self) -> Allowlist {
        Allowlist::new(&self.client, &self.domain)
    }
}
