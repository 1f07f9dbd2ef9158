//! Lists, states and counts.

use super::*;
use crate::{Count, Tally};

pub(super) async fn campaigns_are_listed_by_key(store: Arc<dyn Store>) {
    for key in ["b", "a", "Z", "a.1", "a-1", "c"] {
        store.create(&new_campaign(key, "importer")).await.unwrap();
    }
    let all = ["Z", "a", "a-1", "a.1", "b", "c"];
    assert_eq!(store.campaigns(None, 100).await.unwrap(), all);
    assert_eq!(store.campaigns(None, 2).await.unwrap(), all[..2]);
    assert_eq!(store.campaigns(Some("a"), 2).await.unwrap(), all[2..4]);
    assert_eq!(store.campaigns(Some("aa"), 9).await.unwrap(), all[4..]);
    assert!(store.campaigns(Some("c"), 9).await.unwrap().is_empty());
}

pub(super) async fn chunks_are_listed_by_position_and_state(store: Arc<dyn Store>) {
    let planned: Vec<_> = (0..25).map(|n| n * 2..n * 2 + 2).collect();
    start(&*store, "news", &planned).await;
    start(&*store, "other", &[0..1]).await;
    for _ in 0..10 {
        let claimed = claim(&*store, "news").await;
        let finish = if claimed.chunk.positions.start % 4 == 0 { accepted() } else { unknown() };
        assert!(store.finish(&claimed, &finish, at(11)).await.unwrap());
    }
    let firsts = |state, from, limit| {
        let store = Arc::clone(&store);
        async move {
            let chunks = store.chunks("news", state, from, limit).await.unwrap();
            chunks.into_iter().map(|it| it.positions.start).collect::<Vec<_>>()
        }
    };
    assert_eq!(firsts(None, 0, 100).await, (0..25).map(|n| n * 2).collect::<Vec<_>>());
    assert_eq!(firsts(None, 3, 4).await, [4, 6, 8, 10]);
    assert_eq!(firsts(None, 4, 1).await, [4]);
    let unknown = Some(ChunkState::Unknown);
    assert_eq!(firsts(unknown, 0, 3).await, [2, 6, 10]);
    assert_eq!(firsts(unknown, 11, 100).await, [14, 18]);
    assert_eq!(firsts(Some(ChunkState::Planned), 40, 2).await, [40, 42]);
    assert!(firsts(Some(ChunkState::Refused), 0, 9).await.is_empty());
    assert!(firsts(None, 50, 9).await.is_empty());
    assert!(store.chunks("none", None, 0, 9).await.unwrap().is_empty());
}

pub(super) async fn states_change_only_from_those_that_are_named(store: Arc<dyn Store>) {
    use CampaignState::{Cancelled, Paused, Running, Stopped};
    start(&*store, "news", &[0..1]).await;
    assert!(!store.set_state("none", CampaignState::ALL, Paused).await.unwrap());
    for (from, to, changes) in [
        (&[Paused][..], Running, false),
        (&[Running], Paused, true),
        (&[Running], Paused, false),
        (&[Running, Paused], Stopped, true),
        (&[], Running, false),
        (&[Running, Paused, Stopped], Running, true),
        (&[Running], Running, true),
        (CampaignState::ALL, Cancelled, true),
        (&[Running, Paused, Stopped], Running, false),
    ] {
        let before = state(&*store, "news").await.unwrap();
        assert_eq!(store.set_state("news", from, to).await.unwrap(), changes, "{from:?} {to}");
        let after = if changes { to } else { before };
        assert_eq!(state(&*store, "news").await, Some(after), "{from:?} {to}");
    }
}

pub(super) async fn chunks_and_recipients_are_counted_by_state(store: Arc<dyn Store>) {
    assert_eq!(store.tally("news", at(0)).await.unwrap(), Tally::default());
    start(&*store, "news", &[0..5, 5..8, 8..10, 10..16, 16..17, 17..19, 19..20]).await;
    start(&*store, "other", &[0..1]).await;
    let outcomes = [
        Some((accepted(), 20)),
        Some((accepted(), 30)),
        Some((refused(), 30)),
        Some((unknown(), 30)),
        None,
    ];
    for outcome in outcomes {
        let claimed = claim(&*store, "news").await;
        if let Some((finish, seconds)) = outcome {
            assert!(store.finish(&claimed, &finish, at(seconds)).await.unwrap());
        }
    }
    store.pause_until("mg.example.com", at(99)).await.unwrap();
    let count = |chunks, recipients, largest| Count { chunks, recipients, largest };
    let expected = Tally {
        planned: count(2, 3, 2),
        sending: count(1, 1, 1),
        accepted: count(2, 8, 5),
        refused: count(1, 2, 2),
        unknown: count(1, 6, 6),
        recently_accepted: 3,
        paused_until: Some(at(99)),
    };
    assert_eq!(store.tally("news", at(30)).await.unwrap(), expected);
    assert_eq!(store.tally("news", at(20)).await.unwrap().recently_accepted, 8);
    assert_eq!(store.tally("news", at(31)).await.unwrap().recently_accepted, 0);
    assert_eq!(store.tally("news", Timestamp::MAX).await.unwrap().recently_accepted, 0);
}
