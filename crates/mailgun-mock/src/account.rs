//! The account that the mock serves: its settings, its clock and the state of every group.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    date,
    groups::{Groups, domains},
    http::response::Refusal,
    mock::MockMailgun,
    sent::SentMessage,
    smtp::Outgoing,
    webhook::Post,
};

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    /// The domains that exist from the start. The group of domains holds the current ones.
    pub(crate) domains: Vec<String>,
    pub(crate) limits: Limits,
    pub(crate) groups: Groups,
    /// Signs webhooks.
    pub(crate) signing_key: String,
    /// The queue of webhooks to post; `None` if nothing posts them.
    pub(crate) outbox: Option<UnboundedSender<Post>>,
    /// The queue of mails to forward; `None` if mail is not forwarded.
    pub(crate) relay: Option<UnboundedSender<Outgoing>>,
    /// How far the clock is ahead of that of the machine.
    pub(crate) ahead: Duration,
    clock_micros: u64,
    pub(crate) numbers: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) message_bytes: usize,
    pub(crate) recipients: usize,
    pub(crate) recipients_per_hour: usize,
}

impl Account {
    pub(crate) fn new(
        base_url: String,
        api_key: String,
        domains: Vec<String>,
        limits: Limits,
    ) -> Self {
        let mut account = Self {
            base_url,
            api_key,
            domains,
            limits,
            groups: Groups::default(),
            signing_key: MockMailgun::SIGNING_KEY.to_owned(),
            outbox: None,
            relay: None,
            ahead: Duration::ZERO,
            clock_micros: 0,
            numbers: random(),
        };
        domains::add_first(&mut account);
        account
    }

    /// The domain in a path, spelled as in the account.
    pub(crate) fn domain(&self, name: &str) -> Result<String, Refusal> {
        let known = self.groups.domains.find(name).map(|domain| domain.name.clone());
        known.ok_or_else(|| Refusal::not_found(format!("Domain not found: {name}")))
    }

    /// The URL of a stored message.
    pub(crate) fn storage_url(&self, message: &SentMessage) -> String {
        let SentMessage { domain, storage_key, .. } = message;
        format!("{}/v3/domains/{domain}/messages/{storage_key}", self.base_url)
    }

    /// The time on the clock of the account.
    pub(crate) fn now(&self) -> SystemTime {
        let now = SystemTime::now();
        now.checked_add(self.ahead).unwrap_or(now)
    }

    /// Queues a post for the task in the background.
    pub(crate) fn post(&self, post: Post) {
        if let Some(outbox) = &self.outbox {
            // Without a receiver, the server has stopped.
            drop(outbox.send(post));
        }
    }

    /// Sets the clock to that of the machine.
    pub(crate) fn reset_clock(&mut self) {
        self.ahead = Duration::ZERO;
        self.clock_micros = 0;
    }

    /// The time in microseconds since the epoch; later than at every earlier call.
    pub(crate) fn tick(&mut self) -> u64 {
        self.clock_micros = (self.clock_micros + 1).max(date::epoch_micros(self.now()));
        self.clock_micros
    }

    /// A message id in Mailgun's format, in angle brackets.
    pub(crate) fn message_id(&mut self, domain: &str, now: SystemTime) -> String {
        let number = self.unique_number();
        format!("<{}.1.{number:016X}@{domain}>", date::compact(now))
    }

    /// A unique opaque token. Like Mailgun's, it must be percent-encoded in a URL.
    pub(crate) fn token(&mut self) -> String {
        let (high, low) = (self.unique_number(), self.unique_number());
        BASE64_URL_SAFE.encode([high.to_be_bytes(), low.to_be_bytes()].concat())
    }

    /// A token for a signature: 50 characters.
    pub(crate) fn signature_token(&mut self) -> String {
        let mut number = || self.unique_number();
        format!("{:016x}{:016x}{:016x}ff", number(), number(), number())
    }

    /// The id of an object: 24 hexadecimal digits.
    pub(crate) fn object_id(&mut self) -> String {
        format!("{:016x}{:08x}", self.unique_number(), self.numbers as u32)
    }

    // SplitMix64, from a random start: a bijection of its counter, so that no number repeats.
    fn unique_number(&mut self) -> u64 {
        self.numbers = self.numbers.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.numbers;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Deletes what clients created. Settings stay, and no number repeats.
    pub(crate) fn clear(&mut self) {
        self.groups = Groups::default();
        domains::add_first(self);
    }
}

/// Where the numbers of a mock start. Pages of other sites cannot guess the links in mails, and a
/// receiver that keeps the tokens of webhooks does not meet them again after a restart.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
