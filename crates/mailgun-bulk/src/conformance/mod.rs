//! What every [`Store`] must do, as cases that its tests run.
//!
//! ```ignore
//! #[tokio::test(flavor = "multi_thread")]
//! async fn the_store_conforms() {
//!     for (name, case) in mailgun_bulk::conformance::CASES {
//!         println!("{name}");
//!         case(Arc::new(an_empty_store().await)).await;
//!     }
//! }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a case that cannot go on has failed"
)]
#![allow(clippy::single_range_in_vec_init, reason = "a campaign may have one chunk")]

mod claims;
mod drafts;
mod hooked;
mod outcomes;
mod reading;

use std::{ops::Range, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use mailgun_core::Timestamp;

pub use self::hooked::{Hook, Hooked, Moment};
use crate::{
    CampaignState, Chunk, ChunkState, Claim, ClaimRequest, Claimed, DraftId, Finish, NewCampaign,
    NewRecipient, Store, Window,
};

/// A case. It takes an empty store, and panics if the store does not pass.
pub type Case = fn(Arc<dyn Store>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! cases {
    ($($module:ident :: $name:ident,)+) => {
        /// All cases by name. Each needs an empty store.
        pub const CASES: &[(&str, Case)] =
            &[$((stringify!($name), |store| Box::pin($module::$name(store)))),+];
    };
}

cases! {
    drafts::a_key_that_was_started_is_not_created_again,
    drafts::a_draft_that_is_created_again_has_a_new_owner_and_no_recipients,
    drafts::recipients_get_positions_without_gaps,
    drafts::addresses_that_are_left_out_get_no_position,
    drafts::only_the_owner_of_a_draft_adds_to_it_and_starts_it,
    drafts::a_campaign_is_started_once,
    drafts::a_plan_that_does_not_end_at_the_last_recipient_starts_nothing,
    drafts::content_is_kept_byte_for_byte,
    claims::a_chunk_is_claimed_once_by_eight_claimers,
    claims::a_claim_says_why_it_got_nothing,
    claims::a_claim_takes_no_more_than_the_chunk_limit,
    claims::a_claim_fills_each_window_to_the_last_recipient,
    claims::windows_are_reserved_all_or_none,
    claims::a_window_is_never_over_its_limit_with_eight_claimers,
    claims::a_pause_is_shared_by_the_campaigns_of_a_scope,
    claims::a_claim_of_a_cancelled_campaign_can_be_finished,
    claims::no_chunk_is_claimed_again_after_a_clock_was_set_back,
    outcomes::each_outcome_is_recorded,
    outcomes::a_claim_is_finished_once,
    outcomes::a_claim_with_an_old_fence_is_refused,
    outcomes::windows_are_released_unless_mail_may_have_been_sent,
    outcomes::a_split_chunk_is_claimed_in_two_parts,
    outcomes::only_claims_that_have_expired_become_unknown,
    outcomes::an_expired_claim_can_be_finished_until_it_is_resent,
    outcomes::an_unknown_chunk_is_settled_in_parts,
    outcomes::an_acceptance_that_comes_late_settles_what_is_left_of_its_claim,
    outcomes::only_the_chunk_that_was_read_is_settled,
    outcomes::resent_chunks_are_marked_also_when_they_are_split,
    reading::campaigns_are_listed_by_key,
    reading::chunks_are_listed_by_position_and_state,
    reading::states_change_only_from_those_that_are_named,
    reading::chunks_and_recipients_are_counted_by_state,
}

/// A moment, in seconds after the start of the tests' time.
fn at(seconds: u64) -> Timestamp {
    let start: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
    start.checked_add(Duration::from_secs(seconds)).unwrap()
}

fn new_campaign(key: &str, owner: &str) -> NewCampaign {
    let content = Bytes::from_static(b"content");
    NewCampaign::new(DraftId::new(key, owner), "mg.example.com", content, at(0))
}

fn recipient(number: u64) -> NewRecipient {
    let address = format!("r{number}@example.com");
    NewRecipient::new(&address, &address, format!(r#"{{"n":{number}}}"#))
}

/// Adds a campaign of these chunks, which is running.
async fn start(store: &dyn Store, key: &str, chunks: &[Range<u64>]) {
    let campaign = new_campaign(key, "importer");
    assert!(store.create(&campaign).await.unwrap());
    let total = chunks.last().map_or(0, |chunk| chunk.end);
    let recipients: Vec<_> = (0..total).map(recipient).collect();
    for page in recipients.chunks(1000) {
        let appended = store.append(&campaign.draft, page).await.unwrap().unwrap();
        assert_eq!(appended.added, page.len() as u64);
    }
    assert!(store.start(&campaign.draft, chunks, at(1)).await.unwrap());
}

fn request(owner: &str, seconds: u64) -> ClaimRequest {
    ClaimRequest::new(owner, at(seconds), at(seconds + 60))
}

fn window(counter: &str, limit: u64) -> Window {
    Window { counter: counter.to_owned(), limit, resets_at: Some(at(3600)) }
}

/// Claims the next chunk 10 s after the start.
async fn claim(store: &dyn Store, key: &str) -> Claimed {
    claim_with(store, key, &request("worker", 10)).await
}

async fn claim_with(store: &dyn Store, key: &str, request: &ClaimRequest) -> Claimed {
    match store.claim(key, request).await.unwrap() {
        Claim::Claimed(claimed) => *claimed,
        other => panic!("got no chunk: {other:?}"),
    }
}

fn accepted() -> Finish {
    Finish::Accepted { message_id: "id@mg.example.com".to_owned() }
}

fn refused() -> Finish {
    Finish::Refused { error: "refused".to_owned() }
}

fn unknown() -> Finish {
    Finish::Unknown { error: "unknown".to_owned() }
}

fn not_sent() -> Finish {
    Finish::NotSent { error: "not sent".to_owned(), chunk_limit: None }
}

async fn chunks(store: &dyn Store, key: &str) -> Vec<Chunk> {
    store.chunks(key, None, 0, 10_000).await.unwrap()
}

/// The chunks as first position, end and state.
async fn states(store: &dyn Store, key: &str) -> Vec<(u64, u64, ChunkState)> {
    let chunks = chunks(store, key).await.into_iter();
    chunks.map(|it| (it.positions.start, it.positions.end, it.state)).collect()
}

async fn state(store: &dyn Store, key: &str) -> Option<CampaignState> {
    store.campaign(key).await.unwrap().map(|campaign| campaign.state)
}
