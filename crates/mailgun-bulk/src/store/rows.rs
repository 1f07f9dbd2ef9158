//! What a store reads and writes.

use std::{fmt, ops::Range};

use bytes::Bytes;
use mailgun_core::Timestamp;

#[cfg(doc)]
use super::Store;

/// The error text of a chunk whose claim has expired.
pub const EXPIRED: &str = "its worker ended, or lost the store, before it recorded the outcome";

/// A campaign to be created.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewCampaign {
    /// The key and the owner of the draft.
    pub draft: DraftId,
    /// The sending domain.
    pub domain: String,
    /// The scope of a pause after a rate limit, and by default of a quota: the sending domain, or a
    /// name for the account.
    pub scope: String,
    /// The frozen content and settings. The store does not read them.
    pub content: Bytes,
    /// The first value of [`StoredCampaign::chunk_limit`].
    pub chunk_limit: u64,
    /// When the draft was created.
    pub created_at: Timestamp,
}

impl NewCampaign {
    /// Describes a campaign with a chunk limit of 1,000 that pauses with its domain.
    pub fn new(draft: DraftId, domain: impl Into<String>, content: Bytes, now: Timestamp) -> Self {
        let domain = domain.into();
        let scope = domain.clone();
        Self { draft, domain, scope, content, chunk_limit: 1000, created_at: now }
    }
}

/// Which draft, and who may add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DraftId {
    /// The key of the campaign.
    pub key: String,
    /// The run of the program that created the draft. Another run that creates it again gets another
    /// owner, so that two never add to one draft.
    pub owner: String,
}

impl DraftId {
    /// Names a draft.
    pub fn new(key: impl Into<String>, owner: impl Into<String>) -> Self {
        Self { key: key.into(), owner: owner.into() }
    }
}

/// A recipient to be added.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewRecipient {
    /// The bare address, in lower case. It is unique in a campaign.
    pub folded: String,
    /// The mailbox as it is sent: `Bob <bob@example.com>`.
    pub mailbox: String,
    /// A JSON object.
    pub variables: String,
}

impl NewRecipient {
    /// Describes a recipient.
    pub fn new(
        folded: impl Into<String>,
        mailbox: impl Into<String>,
        variables: impl Into<String>,
    ) -> Self {
        Self { folded: folded.into(), mailbox: mailbox.into(), variables: variables.into() }
    }
}

/// What became of recipients that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// How many were added.
    pub added: u64,
    /// How many were in the campaign already.
    pub duplicates: u64,
    /// How many are left out.
    pub left_out: u64,
}

/// A campaign as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCampaign {
    /// The key.
    pub key: String,
    /// The sending domain.
    pub domain: String,
    /// The scope of a pause after a rate limit.
    pub scope: String,
    /// Whether its chunks may be claimed.
    pub state: CampaignState,
    /// How many recipients it has, and how many were skipped. `added` is the number of positions.
    pub recipients: Appended,
    /// The maximum number of recipients of a claim.
    pub chunk_limit: u64,
    /// When the draft was created.
    pub created_at: Timestamp,
    /// When it was started; `None` for a draft, and for one that was cancelled before its start.
    pub started_at: Option<Timestamp>,
}

/// A recipient as the store has it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRecipient {
    /// The position in the campaign, from 0.
    pub position: u64,
    /// The mailbox as it is sent.
    pub mailbox: String,
    /// A JSON object.
    pub variables: String,
}

/// Defines a state with the text that stores keep.
macro_rules! state {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in snake case, as stores keep it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Returns the state with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|state| state.as_str() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

state! {
    /// Whether the chunks of a campaign may be sent.
    CampaignState {
        /// Recipients are being added.
        Draft = "draft",
        /// Workers send its chunks.
        Running = "running",
        /// Workers wait.
        Paused = "paused",
        /// Workers end. It can be resumed.
        Stopped = "stopped",
        /// Workers end. It cannot be resumed.
        Cancelled = "cancelled",
    }
}

state! {
    /// The state of a chunk.
    ChunkState {
        /// Nobody sends it.
        Planned = "planned",
        /// The owner of its claim sends it, or has died.
        Sending = "sending",
        /// Mailgun accepted it.
        Accepted = "accepted",
        /// Mailgun refused it. Nobody got the mail.
        Refused = "refused",
        /// Mailgun may have accepted it.
        Unknown = "unknown",
    }
}

/// A chunk as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The positions of its recipients. The first one identifies the chunk.
    pub positions: Range<u64>,
    /// The state.
    pub state: ChunkState,
    /// How often it was claimed or taken from its owner.
    pub fence: u64,
    /// Who claimed it last; `None` if nobody did.
    pub owner: Option<String>,
    /// When its state changed last; the start of the campaign if it never did.
    pub since: Timestamp,
    /// The Message-Id, without brackets. `None` until the mail was accepted or settled.
    pub message_id: Option<String>,
    /// Why it was refused, not sent, or has an unknown outcome. It has no addresses.
    pub error: Option<String>,
    /// Whether its outcome was unknown once, and it was planned again by
    /// [`resend_unknown`](Store::resend_unknown).
    pub is_resent: bool,
}

impl Chunk {
    /// Returns the number of recipients.
    pub fn recipients(&self) -> u64 {
        self.positions.end.saturating_sub(self.positions.start)
    }
}

/// Who wants to send a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// A name that no other worker has.
    pub owner: String,
    /// The time of the claim.
    pub now: Timestamp,
    /// After this time, the call has certainly ended. It is in the future.
    pub expires_at: Timestamp,
    /// The limits in which the recipients are reserved. No two have the same counter.
    pub windows: Vec<Window>,
}

impl ClaimRequest {
    /// Describes a claim without limits.
    pub fn new(owner: impl Into<String>, now: Timestamp, expires_at: Timestamp) -> Self {
        Self { owner: owner.into(), now, expires_at, windows: Vec::new() }
    }

    /// Reserves the recipients in these windows.
    pub fn windows(mut self, windows: Vec<Window>) -> Self {
        self.windows = windows;
        self
    }
}

/// A limit on the recipients within some time, shared by all claims that name the same counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The name of the counter, which includes its period.
    pub counter: String,
    /// The maximum number of recipients.
    pub limit: u64,
    /// When the counter is no longer needed, and the store may delete it. `None`: not while the
    /// campaign exists.
    pub resets_at: Option<Timestamp>,
}

/// The result of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The caller must send this chunk, and nobody else will.
    Claimed(Box<Claimed>),
    /// No chunk is planned.
    Nothing,
    /// The campaign has this state; `None` if the store does not have it.
    NotRunning(Option<CampaignState>),
    /// The scope is paused.
    PausedUntil(Timestamp),
    /// The window with this index is full.
    NoRoom(usize),
}

/// A chunk that belongs to the caller.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The key of the campaign.
    pub key: String,
    /// The chunk after the claim.
    pub chunk: Chunk,
    /// Its recipients, in order.
    pub recipients: Vec<StoredRecipient>,
    /// Where they are reserved: the windows of the request.
    pub windows: Vec<Window>,
}

/// What became of a claimed chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Mailgun accepted it: [`Accepted`](ChunkState::Accepted) with this message id.
    Accepted {
        /// The id of the receipt, without brackets.
        message_id: String,
    },
    /// Mailgun refused it: [`Refused`](ChunkState::Refused) with this error.
    Refused {
        /// Why, without addresses.
        error: String,
    },
    /// Mailgun may have accepted it: [`Unknown`](ChunkState::Unknown) with this error.
    Unknown {
        /// Why, without addresses.
        error: String,
    },
    /// It was certainly not accepted and may be sent again: [`Planned`](ChunkState::Planned) with this
    /// error.
    NotSent {
        /// Why, without addresses.
        error: String,
        /// A new [`chunk_limit`](StoredCampaign::chunk_limit) of the campaign, if it changes.
        chunk_limit: Option<u64>,
    },
    /// Mailgun refused it, and its parts are tried separately: two [`Planned`](ChunkState::Planned)
    /// chunks with this error, from its first position to `at` and from `at` to its end. The second
    /// has fence 0 and the same `is_resent`.
    Split {
        /// Why, without addresses.
        error: String,
        /// A position within the chunk, after its first.
        at: u64,
    },
}

/// A part of a chunk whose outcome was unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledPart {
    /// The positions.
    pub positions: Range<u64>,
    /// Whether the mail was found: [`Accepted`](ChunkState::Accepted), or still
    /// [`Unknown`](ChunkState::Unknown).
    pub is_accepted: bool,
}

/// The chunks of a campaign and their recipients, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Not sent yet.
    pub planned: Count,
    /// On their way.
    pub sending: Count,
    /// Accepted.
    pub accepted: Count,
    /// Refused.
    pub refused: Count,
    /// Of an unknown outcome.
    pub unknown: Count,
    /// The recipients of chunks that were accepted since the requested time.
    pub recently_accepted: u64,
    /// The end of the pause of the scope, if there was one.
    pub paused_until: Option<Timestamp>,
}

/// How many chunks are in a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The number of chunks.
    pub chunks: u64,
    /// The number of their recipients.
    pub recipients: u64,
    /// The number of recipients of the largest chunk.
    pub largest: u64,
}

/// Shows no address.
impl fmt::Debug for NewRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRecipient").finish_non_exhaustive()
    }
}

/// Shows no address.
impl fmt::Debug for StoredRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRecipient").field("position", &self.position).finish_non_exhaustive()
    }
}

/// Shows no address.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("key", &self.key)
            .field("chunk", &self.chunk)
            .field("windows", &self.windows)
            .finish_non_exhaustive()
    }
}

/// Shows no content.
impl fmt::Debug for NewCampaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCampaign")
            .field("draft", &self.draft)
            .field("domain", &self.domain)
            .field("scope", &self.scope)
            .field("content", &format_args!("{} bytes", self.content.len()))
            .finish_non_exhaustive()
    }
}
