use mailgun_core::{Client, Operation};

use crate::{
    Allowlist, Bounces, Complaints, Unsubscribes, allowlist, bounces, complaints, unsubscribes,
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    bounces::LIST,
    bounces::GET,
    bounces::CREATE,
    bounces::IMPORT,
    bounces::DELETE,
    bounces::DELETE_ALL,
    unsubscribes::LIST,
    unsubscribes::GET,
    unsubscribes::CREATE,
    unsubscribes::IMPORT,
    unsubscribes::DELETE,
    unsubscribes::DELETE_ALL,
    complaints::LIST,
    complaints::GET,
    complaints::CREATE,
    complaints::IMPORT,
    complaints::DELETE,
    complaints::DELETE_ALL,
    allowlist::LIST,
    allowlist::GET,
    allowlist::CREATE,
    allowlist::IMPORT,
    allowlist::DELETE,
    allowlist::DELETE_ALL,
];

/// The suppressions of one domain.
///
/// An owned handle: a clone of the client and the domain's name, which is checked by each call.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_suppressions::Suppressions;
///
/// let suppressions = Suppressions::new(&client, "mg.example.com");
/// println!("{:?}", suppressions.bounces().get("bob@example.com").await?.error);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Suppressions {
    client: Client,
    domain: String,
}

impl Suppressions {
    /// For the sending domain `domain`.
    pub fn new(client: &Client, domain: impl Into<String>) -> Self {
        Self { client: client.clone(), domain: domain.into() }
    }

    /// Addresses that refused mail for good.
    pub fn bounces(&self) -> Bounces {
        Bounces { client: self.client.clone(), domain: self.domain.clone() }
    }

    /// Addresses whose owners have unsubscribed.
    pub fn unsubscribes(&self) -> Unsubscribes {
        Unsubscribes { client: self.client.clone(), domain: self.domain.clone() }
    }

    /// Addresses whose owners have marked a mail as spam.
    pub fn complaints(&self) -> Complaints {
        Complaints { client: self.client.clone(), domain: self.domain.clone() }
    }

    /// Addresses and domains that never become bounces.
    pub fn allowlist(&self) -> Allowlist {
        Allowlist { client: self.client.clone(), domain: self.domain.clone() }
    }
}
