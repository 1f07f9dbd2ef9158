//! What became of a chunk, and who may say so.

use super::*;
use crate::{EXPIRED, SettledPart};

pub(super) async fn each_outcome_is_recorded(store: Arc<dyn Store>) {
    let planned: Vec<_> = (0..4).map(|n| n..n + 1).collect();
    start(&*store, "news", &planned).await;
    let mut claimed = Vec::new();
    for _ in 0..4 {
        claimed.push(claim(&*store, "news").await);
    }
    let outcomes = [
        (accepted(), ChunkState::Accepted, Some("id@mg.example.com"), None),
        (refused(), ChunkState::Refused, None, Some("refused")),
        (unknown(), ChunkState::Unknown, None, Some("unknown")),
        (not_sent(), ChunkState::Planned, None, Some("not sent")),
    ];
    for (claimed, (finish, ..)) in claimed.iter().zip(&outcomes) {
        assert!(store.finish(claimed, finish, at(12)).await.unwrap());
    }
    let stored = chunks(&*store, "news").await;
    for (chunk, (_, state, id, error)) in stored.iter().zip(outcomes) {
        assert_eq!((chunk.state, chunk.since), (state, at(12)));
        assert_eq!((chunk.message_id.as_deref(), chunk.error.as_deref()), (id, error));
        assert_eq!((chunk.fence, chunk.owner.as_deref()), (1, Some("worker")), "{state}");
    }
    // A chunk that is claimed again starts over.
    let again = claim_with(&*store, "news", &request("another", 20)).await.chunk;
    assert_eq!((again.fence, again.owner.as_deref()), (2, Some("another")));
    assert_eq!((again.positions, again.error, again.since), (3..4, None, at(20)));
}

pub(super) async fn a_claim_is_finished_once(store: Arc<dyn Store>) {
    let hour = || vec![window("hour", 100)];
    start(&*store, "news", &[0..10]).await;
    let first = claim_with(&*store, "news", &request("a", 10).windows(hour())).await;
    assert!(store.finish(&first, &not_sent(), at(11)).await.unwrap());
    // The response was lost, and the worker records it again.
    assert!(store.finish(&first, &not_sent(), at(12)).await.unwrap());
    assert!(store.finish(&first, &accepted(), at(13)).await.unwrap(), "another has no effect");
    let chunk = chunks(&*store, "news").await.remove(0);
    assert_eq!((chunk.state, chunk.since), (ChunkState::Planned, at(11)));
    // The window was released once: 90 are left beside the 10 that are claimed again.
    claim_with(&*store, "news", &request("a", 14).windows(hour())).await;
    start(&*store, "more", &[0..200]).await;
    let rest = claim_with(&*store, "more", &request("a", 15).windows(hour())).await;
    assert_eq!(rest.chunk.recipients(), 90);
}

pub(super) async fn a_claim_with_an_old_fence_is_refused(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..10]).await;
    let first = claim(&*store, "news").await;
    assert!(store.finish(&first, &not_sent(), at(11)).await.unwrap());
    let second = claim(&*store, "news").await;
    for finish in [accepted(), refused(), unknown(), not_sent()] {
        assert!(!store.finish(&first, &finish, at(12)).await.unwrap(), "{finish:?}");
    }
    assert_eq!(chunks(&*store, "news").await, std::slice::from_ref(&second.chunk));
    assert!(store.finish(&second, &accepted(), at(13)).await.unwrap());
    let mut gone = second;
    gone.chunk.positions = 3..10;
    assert!(!store.finish(&gone, &accepted(), at(14)).await.unwrap());
    gone.key = "other".to_owned();
    assert!(!store.finish(&gone, &accepted(), at(14)).await.unwrap());
}

pub(super) async fn windows_are_released_unless_mail_may_have_been_sent(store: Arc<dyn Store>) {
    let split = Finish::Split { error: "refused".to_owned(), at: 5 };
    let outcomes =
        [(accepted(), 90), (unknown(), 90), (refused(), 100), (not_sent(), 100), (split, 100)];
    for (number, (finish, left)) in outcomes.into_iter().enumerate() {
        let windows = vec![window(&format!("hour {number}"), 100), window("other", 10_000)];
        let keys = [format!("news {number}"), format!("more {number}")];
        start(&*store, &keys[0], &[0..10]).await;
        start(&*store, &keys[1], &[0..200]).await;
        let request = request("a", 10).windows(windows);
        let claimed = claim_with(&*store, &keys[0], &request).await;
        assert!(store.finish(&claimed, &finish, at(11)).await.unwrap());
        let rest = claim_with(&*store, &keys[1], &request).await;
        assert_eq!(rest.chunk.recipients(), left, "{finish:?}");
    }
}

pub(super) async fn a_split_chunk_is_claimed_in_two_parts(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..3, 3..10]).await;
    claim(&*store, "news").await;
    let claimed = claim(&*store, "news").await;
    let split = Finish::Split { error: "refused".to_owned(), at: 6 };
    assert!(store.finish(&claimed, &split, at(11)).await.unwrap());
    assert!(store.finish(&claimed, &split, at(12)).await.unwrap(), "again");
    let planned = ChunkState::Planned;
    let expected = [(0, 3, ChunkState::Sending), (3, 6, planned), (6, 10, planned)];
    assert_eq!(states(&*store, "news").await, expected);
    let parts = chunks(&*store, "news").await;
    assert_eq!((parts[1].fence, parts[2].fence), (1, 0));
    for part in &parts[1..] {
        assert_eq!(part.error.as_deref(), Some("refused"));
    }
    for (expected, fence) in [(3..6, 2), (6..10, 1)] {
        let part = claim(&*store, "news").await;
        assert_eq!((part.chunk.positions, part.chunk.fence), (expected.clone(), fence));
        assert!(part.recipients.iter().map(|it| it.position).eq(expected));
    }
}

pub(super) async fn only_claims_that_have_expired_become_unknown(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..1, 1..2, 2..3]).await;
    claim_with(&*store, "news", &request("a", 10)).await;
    claim_with(&*store, "news", &request("b", 20)).await;
    assert_eq!(store.expire("news", at(70)).await.unwrap(), 0, "until 70 it is alive");
    assert_eq!(store.expire("other", at(9999)).await.unwrap(), 0);
    assert_eq!(store.expire("news", at(71)).await.unwrap(), 1);
    assert_eq!(store.expire("news", at(71)).await.unwrap(), 0);
    let stored = chunks(&*store, "news").await;
    let found: Vec<_> = stored.iter().map(|it| it.state).collect();
    assert_eq!(found, [ChunkState::Unknown, ChunkState::Sending, ChunkState::Planned]);
    let expired = &stored[0];
    assert_eq!((expired.error.as_deref(), expired.since), (Some(EXPIRED), at(71)));
    assert_eq!((expired.owner.as_deref(), expired.fence), (Some("a"), 1));
    let next = claim(&*store, "news").await;
    assert_eq!(next.chunk.positions, 2..3, "an expired claim is not planned again");
}

pub(super) async fn an_expired_claim_can_be_finished_until_it_is_resent(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..1, 1..2]).await;
    let (first, second) = (claim(&*store, "news").await, claim(&*store, "news").await);
    assert_eq!(store.expire("news", at(1000)).await.unwrap(), 2);
    assert!(store.finish(&first, &accepted(), at(1001)).await.unwrap());
    assert_eq!(store.resend_unknown("news", at(1002)).await.unwrap(), 1);
    assert!(!store.finish(&second, &accepted(), at(1003)).await.unwrap());
    let (accepted, planned) = (ChunkState::Accepted, ChunkState::Planned);
    assert_eq!(states(&*store, "news").await, [(0, 1, accepted), (1, 2, planned)]);
}

fn part(positions: Range<u64>, is_accepted: bool) -> SettledPart {
    SettledPart { positions, is_accepted }
}

pub(super) async fn an_unknown_chunk_is_settled_in_parts(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..2, 2..10, 10..12]).await;
    for _ in 0..3 {
        let claimed = claim(&*store, "news").await;
        assert!(store.finish(&claimed, &unknown(), at(11)).await.unwrap());
    }
    let stored = chunks(&*store, "news").await;
    let parts = [part(2..5, true), part(5..6, false), part(6..10, true)];
    assert!(store.settle("news", &stored[1], "a@x", &parts, at(12)).await.unwrap());
    assert!(store.settle("news", &stored[2], "b@x", &[part(10..12, true)], at(12)).await.unwrap());
    let (accepted, open) = (ChunkState::Accepted, ChunkState::Unknown);
    assert_eq!(
        states(&*store, "news").await,
        [(0, 2, open), (2, 5, accepted), (5, 6, open), (6, 10, accepted), (10, 12, accepted)]
    );
    let settled = chunks(&*store, "news").await;
    for (at_index, id, error) in
        [(1, "a@x", None), (2, "a@x", Some("unknown")), (3, "a@x", None), (4, "b@x", None)]
    {
        let chunk = &settled[at_index];
        assert_eq!((chunk.message_id.as_deref(), chunk.error.as_deref()), (Some(id), error));
        assert_eq!((chunk.fence, chunk.owner.as_deref()), (1, Some("worker")));
        assert_eq!((chunk.since, chunk.is_resent), (at(12), false));
    }
    // Only the part that is still unknown is sent again, with an id of its own.
    assert_eq!(store.resend_unknown("news", at(13)).await.unwrap(), 3);
    claim(&*store, "news").await;
    let again = claim(&*store, "news").await.chunk;
    assert_eq!((again.positions, again.message_id, again.is_resent), (5..6, None, true));
}

pub(super) async fn an_acceptance_that_comes_late_settles_what_is_left_of_its_claim(
    store: Arc<dyn Store>,
) {
    start(&*store, "news", &[0..10, 10..12]).await;
    let (first, second) = (claim(&*store, "news").await, claim(&*store, "news").await);
    assert_eq!(store.expire("news", at(1000)).await.unwrap(), 2);
    let read = chunks(&*store, "news").await.remove(0);
    let parts = [part(0..2, true), part(2..5, false), part(5..8, true), part(8..10, false)];
    assert!(store.settle("news", &read, "a@x", &parts, at(1001)).await.unwrap());
    // The worker was only slow. Its response is about all recipients of its claim.
    for _ in 0..2 {
        assert!(store.finish(&first, &accepted(), at(1002)).await.unwrap());
    }
    let (accepted, open) = (ChunkState::Accepted, ChunkState::Unknown);
    assert_eq!(
        states(&*store, "news").await,
        [(0, 2, accepted), (2, 5, accepted), (5, 8, accepted), (8, 10, accepted), (10, 12, open)]
    );
    let id = "id@mg.example.com";
    let settled = chunks(&*store, "news").await;
    for (chunk, (since, id)) in
        settled.iter().zip([(1001, "a@x"), (1002, id), (1001, "a@x"), (1002, id)])
    {
        assert_eq!((chunk.since, chunk.message_id.as_deref()), (at(since), Some(id)));
        assert_eq!((chunk.error.as_deref(), chunk.fence), (None, 1));
    }

    // A part that was resent has another fence, and the part before it is still of this claim.
    let read = chunks(&*store, "news").await.remove(4);
    let parts = [part(10..11, true), part(11..12, false)];
    assert!(store.settle("news", &read, "b@x", &parts, at(1003)).await.unwrap());
    assert_eq!(store.resend_unknown("news", at(1004)).await.unwrap(), 1);
    assert!(store.finish(&second, &self::accepted(), at(1005)).await.unwrap());
    let last = chunks(&*store, "news").await.pop().unwrap();
    assert_eq!((last.positions, last.state), (11..12, ChunkState::Planned));
}

pub(super) async fn only_the_chunk_that_was_read_is_settled(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..4]).await;
    let claimed = claim(&*store, "news").await;
    let parts = [part(0..4, true)];
    let sending = claimed.chunk.clone();
    assert!(!store.settle("news", &sending, "a@x", &parts, at(12)).await.unwrap());
    assert!(store.finish(&claimed, &unknown(), at(11)).await.unwrap());
    let read = chunks(&*store, "news").await.remove(0);
    let other_fence = Chunk { fence: 2, ..read.clone() };
    let other_range = Chunk { positions: 0..3, ..read.clone() };
    for chunk in [other_fence, other_range] {
        assert!(!store.settle("news", &chunk, "a@x", &parts, at(12)).await.unwrap(), "{chunk:?}");
    }
    assert!(!store.settle("other", &read, "a@x", &parts, at(12)).await.unwrap());
    assert_eq!(states(&*store, "news").await, [(0, 4, ChunkState::Unknown)]);
    // Its owner comes back late.
    assert!(store.finish(&claimed, &refused(), at(13)).await.unwrap());
    assert!(!store.settle("news", &read, "a@x", &parts, at(14)).await.unwrap());
    assert_eq!(states(&*store, "news").await, [(0, 4, ChunkState::Refused)]);
}

pub(super) async fn resent_chunks_are_marked_also_when_they_are_split(store: Arc<dyn Store>) {
    start(&*store, "news", &[0..10, 10..12]).await;
    let (first, second) = (claim(&*store, "news").await, claim(&*store, "news").await);
    assert!(store.finish(&first, &unknown(), at(11)).await.unwrap());
    assert!(store.finish(&second, &accepted(), at(11)).await.unwrap());
    assert_eq!(store.resend_unknown("news", at(12)).await.unwrap(), 10);
    assert_eq!(store.resend_unknown("news", at(12)).await.unwrap(), 0);
    let resent = chunks(&*store, "news").await.remove(0);
    assert_eq!((resent.state, resent.fence), (ChunkState::Planned, 2));
    assert_eq!((resent.is_resent, resent.since), (true, at(12)));
    let request = request("a", 13).windows(vec![window("hour", 6)]);
    let claimed = claim_with(&*store, "news", &request).await;
    assert_eq!((claimed.chunk.positions.clone(), claimed.chunk.fence), (0..6, 3));
    let split = Finish::Split { error: "refused".to_owned(), at: 3 };
    assert!(store.finish(&claimed, &split, at(14)).await.unwrap());
    let stored = chunks(&*store, "news").await;
    let marks: Vec<_> = stored.iter().map(|it| (it.positions.clone(), it.is_resent)).collect();
    assert_eq!(marks, [(0..3, true), (3..6, true), (6..10, true), (10..12, false)]);
}
