//! Bulk campaigns that survive a crash.

mod store;

pub use self::store::{
    Appended, CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, Count, DraftId,
    EXPIRED, Finish, NewCampaign, NewRecipient, SettledPart, Store, StoreFuture, StoredCampaign,
    StoredRecipient, Tally, Window,
};
