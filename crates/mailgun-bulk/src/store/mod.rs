//! Where the state of campaigns is kept.
//!
//! * The trait, whose steps decide everything.
//! * `rows`: what it reads and writes.

mod rows;

use std::{future::pending, ops::Range, pin::Pin};

use bytes::Bytes;
use mailgun_core::{BoxError, Timestamp};

pub use self::rows::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Count, DraftId,
    EXPIRED, Finish, NewCampaign, NewRecipient, SettledPart, StoredCampaign, StoredRecipient,
    Tally, Window,
};

/// The future of a method of [`Store`]: `Box::pin(async move { .. })`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Keeps the state of campaigns.
///
/// The store decides who sends a chunk: the one whose [`claim`](Self::claim) moved it from
/// [`Planned`](ChunkState::Planned) to [`Sending`](ChunkState::Sending). Everything else follows from
/// that rule, so each method is **one atomic step** that is durable when its future returns `Ok`. A
/// future that is dropped or fails may have taken effect or not, but never in part.
///
/// The recipients of a campaign have positions from 0, without gaps. Its chunks are ranges of
/// positions that together cover all recipients and never overlap. A chunk is identified by its first
/// position.
///
/// The store has no clock: `now` comes from the caller. It compares times, but no decision about a
/// second send depends on them.
///
/// `mailgun-store` has SQLite and Postgres. [`MemoryStore`](crate::MemoryStore) is for tests.
pub trait Store: Send + Sync {
    /// Creates a draft, and returns `true`.
    ///
    /// * If the key has no campaign, adds it in the state [`Draft`](CampaignState::Draft).
    /// * If the key has a draft, replaces it: nothing was sent for it. Its recipients and left-out
    ///   addresses are deleted, and from now on only the new [owner](DraftId::owner) can add to it.
    /// * If the key has a campaign that was started or cancelled, leaves it as it is and returns
    ///   `false`.
    fn create<'a>(&'a self, campaign: &'a NewCampaign) -> StoreFuture<'a, bool>;

    /// Leaves out these addresses (in lower case) when recipients are added to a draft later. An
    /// address that is left out already stays so.
    ///
    /// Returns `false` and changes nothing if the campaign is not a draft of this owner.
    fn leave_out<'a>(
        &'a self,
        draft: &'a DraftId,
        addresses: &'a [String],
    ) -> StoreFuture<'a, bool>;

    /// Adds recipients to a draft, in order, at the next free positions.
    ///
    /// A recipient whose [`folded`](NewRecipient::folded) address is left out, or is in the campaign
    /// already (also earlier in this list), is skipped and counted. A skipped recipient takes no
    /// position. The counts of the campaign grow by the counts that are returned.
    ///
    /// Returns `None` and changes nothing if the campaign is not a draft of this owner.
    fn append<'a>(
        &'a self,
        draft: &'a DraftId,
        recipients: &'a [NewRecipient],
    ) -> StoreFuture<'a, Option<Appended>>;

    /// Starts a draft: adds its chunks as [`Planned`](ChunkState::Planned) with fence 0, and sets the
    /// state to [`Running`](CampaignState::Running) and [`started_at`](StoredCampaign::started_at) to
    /// `now`.
    ///
    /// `chunks` are in ascending order and cover all recipients.
    ///
    /// Returns `false` and changes nothing if the campaign is not a draft of this owner, or if the
    /// chunks do not end at its number of recipients.
    fn start<'a>(
        &'a self,
        draft: &'a DraftId,
        chunks: &'a [Range<u64>],
        now: Timestamp,
    ) -> StoreFuture<'a, bool>;

    /// Returns a campaign without its content.
    fn campaign<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredCampaign>>;

    /// Returns the content of a campaign, byte for byte as in [`NewCampaign::content`].
    fn content<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Bytes>>;

    /// Returns up to `limit` keys of campaigns after the key `after`, in the order of their bytes.
    fn campaigns<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<String>>;

    /// Returns the recipients at these positions, in order. Positions beyond the last recipient are
    /// left out.
    fn recipients<'a>(
        &'a self,
        key: &'a str,
        positions: Range<u64>,
    ) -> StoreFuture<'a, Vec<StoredRecipient>>;

    /// Sets the state of a campaign if its state is one of `from`, and returns whether it did.
    fn set_state<'a>(
        &'a self,
        key: &'a str,
        from: &'a [CampaignState],
        to: CampaignState,
    ) -> StoreFuture<'a, bool>;

    /// Moves the first planned chunk to [`Sending`](ChunkState::Sending), and reserves its recipients
    /// in all `windows`.
    ///
    /// The checks come in this order. Each that fails ends the step without a change:
    ///
    /// 1. The campaign is [`Running`](CampaignState::Running), or else [`Claim::NotRunning`].
    /// 2. The campaign's [scope](NewCampaign::scope) is not paused after `now`, or else
    ///    [`Claim::PausedUntil`].
    /// 3. There is a planned chunk, or else [`Claim::Nothing`].
    /// 4. Each window has room: its counter is below its limit, or else [`Claim::NoRoom`] with the
    ///    index of the first that is full.
    ///
    /// The chunk is claimed with as many recipients as the campaign's
    /// [`chunk_limit`](StoredCampaign::chunk_limit) and the room in every window allow. If these are
    /// fewer than it has, the rest becomes a planned chunk of its own, with fence 0 and the same
    /// [`is_resent`](Chunk::is_resent).
    ///
    /// The claimed chunk gets the owner, a fence that is one higher, `since` = `now`, the time at
    /// which it [expires](ClaimRequest::expires_at), and neither message id nor error. The counter of
    /// each window grows by the number of recipients. A counter that does not exist is 0.
    fn claim<'a>(&'a self, key: &'a str, request: &'a ClaimRequest) -> StoreFuture<'a, Claim>;

    /// Records what became of a claimed chunk, and returns `true`.
    ///
    /// The chunk must have the fence of the claim and be [`Sending`](ChunkState::Sending) or
    /// [`Unknown`](ChunkState::Unknown): a claim that expired can still be finished by its owner.
    /// [`Finish`] says what changes; `since` becomes `now`. Unless the mail was accepted or its
    /// outcome is unknown, the counters of the claim's windows shrink by the number of recipients,
    /// but not below 0.
    ///
    /// An accepted mail went to all recipients of the claim. So [`Finish::Accepted`] changes each chunk
    /// within its positions that has its fence and its owner and is `Sending` or `Unknown`: the claim may
    /// have expired and been [settled](Self::settle) in parts. `false` is returned if no chunk within the
    /// positions has that fence and owner.
    ///
    /// If the chunk has the fence of the claim but another state, an earlier call took effect: nothing
    /// changes, and `true` is returned. If it has another fence or is gone, nothing changes, and
    /// `false` is returned.
    fn finish<'a>(
        &'a self,
        claimed: &'a Claimed,
        finish: &'a Finish,
        now: Timestamp,
    ) -> StoreFuture<'a, bool>;

    /// Moves all chunks that are [`Sending`](ChunkState::Sending) and whose claim expired before
    /// `now` to [`Unknown`](ChunkState::Unknown), and returns how many. They keep owner and fence, and
    /// get the error [`EXPIRED`].
    fn expire<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64>;

    /// Replaces an unknown chunk by `parts`, which cover the same positions in order, and returns
    /// `true`.
    ///
    /// The stored chunk must be [`Unknown`](ChunkState::Unknown) and have the range and the fence of
    /// `chunk`. Otherwise nothing changes, and `false` is returned.
    ///
    /// Each part keeps the owner, the fence and `is_resent` of the chunk, and gets `since` = `now` and
    /// the message id `message_id`. An accepted part has no error; an unknown one keeps that of the
    /// chunk.
    fn settle<'a>(
        &'a self,
        key: &'a str,
        chunk: &'a Chunk,
        message_id: &'a str,
        parts: &'a [SettledPart],
        now: Timestamp,
    ) -> StoreFuture<'a, bool>;

    /// Moves all [`Unknown`](ChunkState::Unknown) chunks of a campaign to
    /// [`Planned`](ChunkState::Planned) with `is_resent` and a fence that is one higher, so that a
    /// late [`finish`](Self::finish) fails. Returns the number of their recipients.
    fn resend_unknown<'a>(&'a self, key: &'a str, now: Timestamp) -> StoreFuture<'a, u64>;

    /// Returns up to `limit` chunks whose first position is at least `from`, in order; only those in
    /// `state` if it is given.
    fn chunks<'a>(
        &'a self,
        key: &'a str,
        state: Option<ChunkState>,
        from: u64,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Chunk>>;

    /// Counts the chunks and their recipients by state, and the recipients that were accepted since
    /// `since`.
    fn tally<'a>(&'a self, key: &'a str, since: Timestamp) -> StoreFuture<'a, Tally>;

    /// Prevents claims of chunks of all campaigns of this scope until then. An earlier pause that lasts
    /// longer stays.
    fn pause_until<'a>(&'a self, scope: &'a str, until: Timestamp) -> StoreFuture<'a, ()>;

    /// Returns when the campaign may have changed, so that a worker that waits looks again.
    ///
    /// Workers also look again from time to time without it. The default never returns.
    fn changed<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        let _ = key;
        Box::pin(pending())
    }
}
