use std::time::Duration;

use mailgun_store::SqlTokens;
use mailgun_webhooks::receive::{ClaimId, TokenState, TokenStore as _};

use crate::support::Place;

on_both! {
    of_eight_requests_at_once_one_gets_the_token,
    a_used_token_is_used_after_a_restart,
    a_used_token_is_free_after_its_time,
    a_release_ends_its_own_claim_only,
    an_expired_claim_is_free_and_its_late_release_leaves_the_next_claim,
    a_late_commit_marks_the_token_as_used,
    the_longest_lease_does_not_expire,
    claims_remove_tokens_whose_time_is_over,
}

const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

async fn claim(tokens: &SqlTokens, token: &str, lease: Duration) -> ClaimId {
    match tokens.claim(token, lease).await.unwrap() {
        TokenState::Free(claim) => claim,
        other => panic!("{token}: {other:?}"),
    }
}

async fn of_eight_requests_at_once_one_gets_the_token(place: &Place) {
    let store = place.open().await;
    let requests = (0..8).map(|_| {
        let tokens = store.tokens();
        tokio::spawn(async move { tokens.claim("a", MINUTE).await.unwrap() })
    });
    let mut claimed = 0;
    for request in requests.collect::<Vec<_>>() {
        match request.await.unwrap() {
            TokenState::Free(_) => claimed += 1,
            state => assert_eq!(state, TokenState::Claimed),
        }
    }
    assert_eq!(claimed, 1);
}

async fn a_used_token_is_used_after_a_restart(place: &Place) {
    let store = place.open().await;
    claim(&store.tokens(), "a", MINUTE).await;
    store.tokens().commit("a", MINUTE).await.unwrap();
    store.close().await;

    let tokens = place.open().await.tokens();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Used);
}

async fn a_used_token_is_free_after_its_time(place: &Place) {
    let tokens = place.open().await.tokens();
    tokens.commit("a", SHORT).await.unwrap();
    tokio::time::sleep(2 * SHORT).await;
    claim(&tokens, "a", MINUTE).await;
}

async fn a_release_ends_its_own_claim_only(place: &Place) {
    let tokens = place.open().await.tokens();
    let first = claim(&tokens, "a", MINUTE).await;
    let other = claim(&tokens, "b", MINUTE).await;
    tokens.release("a", other).await.unwrap();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
    tokens.release("a", first).await.unwrap();
    claim(&tokens, "a", MINUTE).await;
    // A second release of the same claim does not end the next one.
    tokens.release("a", first).await.unwrap();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
}

async fn an_expired_claim_is_free_and_its_late_release_leaves_the_next_claim(place: &Place) {
    let tokens = place.open().await.tokens();
    let first = claim(&tokens, "a", SHORT).await;
    tokio::time::sleep(2 * SHORT).await;
    claim(&tokens, "a", MINUTE).await;
    tokens.release("a", first).await.unwrap();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
}

async fn a_late_commit_marks_the_token_as_used(place: &Place) {
    let tokens = place.open().await.tokens();
    claim(&tokens, "a", SHORT).await;
    tokio::time::sleep(2 * SHORT).await;
    let second = claim(&tokens, "a", MINUTE).await;
    tokens.commit("a", MINUTE).await.unwrap();
    tokens.release("a", second).await.unwrap();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Used);
}

async fn the_longest_lease_does_not_expire(place: &Place) {
    let tokens = place.open().await.tokens();
    claim(&tokens, "a", Duration::MAX).await;
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
    tokens.commit("a", Duration::MAX).await.unwrap();
    assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Used);
}

async fn claims_remove_tokens_whose_time_is_over(place: &Place) {
    let tokens = place.open().await.tokens();
    for token in ["a", "b", "c"] {
        tokens.commit(token, Duration::ZERO).await.unwrap();
    }
    tokens.commit("stays", MINUTE).await.unwrap();
    claim(&tokens, "new", MINUTE).await;
    assert_eq!(place.count("SELECT count(*) FROM mailgun_tokens").await, 2);
}
