//! Who sends a chunk, and how many recipients.

use super::*;

/// Claims until there is nothing left, in eight tasks at once.
async fn claim_all(store: &Arc<dyn Store>, windows: Vec<Window>) -> Vec<Claimed> {
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(store);
            let request = request(&format!("worker {number}"), 10).windows(windows.clone());
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                while let Claim::Claimed(chunk) = store.claim("news", &request).await.unwrap() {
                    claimed.push(*chunk);
                    tokio::task::yield_now().await;
                }
                claimed
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all
}

pub(super) async fn a_chunk_is_claimed_once_by_eight_claimers(store: Arc<dyn Store>) {
    let planned: Vec<_> = (0..100).map(|n| n * 3..n * 3 + 3).collect();
    start(&*store, "news", &planned).await;
    let mut claimed = claim_all(&store, Vec::new()).await;
    claimed.sort_by_key(|it| it.chunk.positions.start);
    let positions: Vec<_> = claimed.iter().map(|it| it.chunk.positions.clone()).collect();
    assert_eq!(positions, planned, "each chunk once");
    for Claimed { key, chunk, recipients, .. } in &claimed {
        assert_eq!((key.as_str(), chunk.state, chunk.fence), ("news", ChunkState::Sending, 1));
        assert!(chunk.owner.as_ref().unwrap().starts_with("worker "));
        assert_eq!(chunk.since, at(10));
        let found: Vec<_> = recipients.iter().map(|it| it.position).collect();
        assert_eq!(found, chunk.positions.clone().collect::<Vec<_>>());
    }
    let stored = chunks(&*store, "news").await;
    assert!(stored.iter().eq(claimed.iter().map(|it| &it.chunk)), "what was returned is stored");
}

pub(super) async fn a_claim_says_why_it_got_nothing(store: Arc<dyn Store>) {
    let claim = |request: ClaimRequest| {
        let store = Arc::clone(&store);
        async move { store.claim("news", &request).await.unwrap() }
    };
    let full = || request("worker", 10).windows(vec![window("full", 0)]);
    assert_eq!(claim(full()).await, Claim::NotRunning(None));
    start(&*store, "news", &[0..2]).await;
    // Each reason comes before those that follow.
    store.pause_until("mg.example.com", at(20)).await.unwrap();
    for state in [CampaignState::Paused, CampaignState::Stopped, CampaignState::Cancelled] {
        assert!(store.set_state("news", CampaignState::ALL, state).await.unwrap());
        assert_eq!(claim(full()).await, Claim::NotRunning(Some(state)));
    }
    store.set_state("news", CampaignState::ALL, CampaignState::Running).await.unwrap();
    assert_eq!(claim(full()).await, Claim::PausedUntil(at(20)));
    let later = || request("worker", 20).windows(vec![window("open", 5), window("full", 0)]);
    assert_eq!(claim(later()).await, Claim::NoRoom(1), "a pause until now is over");
    assert!(matches!(claim(request("worker", 20)).await, Claim::Claimed(_)));
    assert_eq!(claim(later()).await, Claim::Nothing, "the chunk is on its way");
}

pub(super) async fn a_claim_takes_no_more_than_the_chunk_limit(store: Arc<dyn Store>) {
    let mut campaign = new_campaign("news", "importer");
    campaign.chunk_limit = 4;
    store.create(&campaign).await.unwrap();
    let recipients: Vec<_> = (0..10).map(recipient).collect();
    store.append(&campaign.draft, &recipients).await.unwrap().unwrap();
    assert!(store.start(&campaign.draft, &[0..10], at(1)).await.unwrap());
    let first = claim(&*store, "news").await;
    assert_eq!((first.chunk.positions.clone(), first.recipients.len()), (0..4, 4));
    let (sending, planned) = (ChunkState::Sending, ChunkState::Planned);
    assert_eq!(states(&*store, "news").await, [(0, 4, sending), (4, 10, planned)]);
    let rest = chunks(&*store, "news").await.remove(1);
    assert_eq!((rest.fence, rest.owner, rest.error), (0, None, None));
    // A refusal lowers the limit for all that follow.
    let finish = Finish::NotSent { error: "too many".to_owned(), chunk_limit: Some(3) };
    assert!(store.finish(&first, &finish, at(11)).await.unwrap());
    assert_eq!(store.campaign("news").await.unwrap().unwrap().chunk_limit, 3);
    for expected in [0..3, 3..4, 4..7, 7..10] {
        assert_eq!(claim(&*store, "news").await.chunk.positions, expected);
    }
}

pub(super) async fn a_claim_fills_each_window_to_the_last_recipient(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..10, 10..20]).await;
    let windows = |hour, day| vec![window("hour", hour), window("day", day)];
    let first = claim_with(&*store, "news", &request("a", 10).windows(windows(13, 15))).await;
    assert_eq!(first.chunk.positions, 0..10);
    assert_eq!(first.windows, windows(13, 15));
    let second = claim_with(&*store, "news", &request("a", 10).windows(windows(13, 15))).await;
    assert_eq!(second.chunk.positions, 10..13, "what the hour has left");
    let claim = |windows| {
        let store = Arc::clone(&store);
        async move { store.claim("news", &request("a", 10).windows(windows)).await.unwrap() }
    };
    assert_eq!(claim(windows(13, 15)).await, Claim::NoRoom(0));
    // The next hour has a counter of its own, and the day has two left.
    let next_hour = vec![window("next hour", 13), window("day", 15)];
    let third = claim_with(&*store, "news", &request("a", 10).windows(next_hour.clone())).await;
    assert_eq!(third.chunk.positions, 13..15);
    assert_eq!(claim(next_hour).await, Claim::NoRoom(1));
    let planned = states(&*store, "news").await.pop();
    assert_eq!(planned, Some((15, 20, ChunkState::Planned)));
}

pub(super) async fn windows_are_reserved_all_or_none(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..10]).await;
    let windows = vec![window("open", 10), window("full", 0)];
    let claimed = store.claim("news", &request("a", 10).windows(windows)).await.unwrap();
    assert_eq!(claimed, Claim::NoRoom(1));
    let open = vec![window("open", 10)];
    let all = claim_with(&*store, "news", &request("a", 10).windows(open)).await;
    assert_eq!(all.chunk.positions, 0..10, "the open window was not touched");
}

pub(super) async fn a_window_is_never_over_its_limit_with_eight_claimers(store: Arc<dyn Store>) {
    let planned: Vec<_> = (0..40).map(|n| n * 7..n * 7 + 7).collect();
    start(&*store, "news", &planned).await;
    let claimed = claim_all(&store, vec![window("hour", 100), window("day", 1000)]).await;
    let recipients: u64 = claimed.iter().map(|it| it.chunk.recipients()).sum();
    assert_eq!(recipients, 100);
    let next = claim_all(&store, vec![window("next hour", 100), window("day", 150)]).await;
    let recipients: u64 = next.iter().map(|it| it.chunk.recipients()).sum();
    assert_eq!(recipients, 50, "the day has 50 left");
}

pub(super) async fn a_pause_is_shared_by_the_campaigns_of_a_scope(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..1]).await;
    start(&*store, "more news", &[0..1]).await;
    let mut other = new_campaign("other", "importer");
    other.scope = "other".to_owned();
    store.create(&other).await.unwrap();
    store.append(&other.draft, &[recipient(0)]).await.unwrap().unwrap();
    assert!(store.start(&other.draft, &[0..1], at(1)).await.unwrap());
    store.pause_until("mg.example.com", at(60)).await.unwrap();
    store.pause_until("mg.example.com", at(30)).await.unwrap();
    for key in ["news", "more news"] {
        let claimed = store.claim(key, &request("a", 59)).await.unwrap();
        assert_eq!(claimed, Claim::PausedUntil(at(60)), "the longer pause stays");
    }
    claim(&*store, "other").await;
    store.pause_until("mg.example.com", at(90)).await.unwrap();
    let claimed = store.claim("news", &request("a", 60)).await.unwrap();
    assert_eq!(claimed, Claim::PausedUntil(at(90)));
    claim_with(&*store, "news", &request("a", 90)).await;
}

pub(super) async fn a_claim_of_a_cancelled_campaign_can_be_finished(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..1, 1..2, 2..3]).await;
    let (first, second) = (claim(&*store, "news").await, claim(&*store, "news").await);
    assert!(store.set_state("news", CampaignState::ALL, CampaignState::Cancelled).await.unwrap());
    assert!(store.finish(&first, &accepted(), at(11)).await.unwrap());
    assert!(store.finish(&second, &not_sent(), at(11)).await.unwrap());
    let claimed = store.claim("news", &request("a", 12)).await.unwrap();
    assert_eq!(claimed, Claim::NotRunning(Some(CampaignState::Cancelled)));
    let (accepted, planned) = (ChunkState::Accepted, ChunkState::Planned);
    assert_eq!(states(&*store, "news").await, [(0, 1, accepted), (1, 2, planned), (2, 3, planned)]);
}

pub(super) async fn no_chunk_is_claimed_again_after_a_clock_was_set_back(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..2, 2..4]).await;
    let first = claim_with(&*store, "news", &request("worker", 1000)).await;

    // A worker whose clock is before the claim, and even before the start of the campaign.
    assert_eq!(store.expire("news", at(0)).await.unwrap(), 0);
    let second = claim_with(&*store, "news", &request("another", 0)).await;
    assert_eq!((first.chunk.positions.clone(), second.chunk.positions), (0..2, 2..4));
    let nothing = store.claim("news", &request("another", 0)).await.unwrap();
    assert_eq!(nothing, Claim::Nothing);

    let finish = Finish::Accepted { message_id: "1@mg.example.com".to_owned() };
    assert!(store.finish(&first, &finish, at(0)).await.unwrap());
    let (accepted, sending) = (ChunkState::Accepted, ChunkState::Sending);
    assert_eq!(states(&*store, "news").await, [(0, 2, accepted), (2, 4, sending)]);
}
