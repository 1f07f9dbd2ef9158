use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::ready,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mailgun_core::{BoxError, Timestamp};
use sha2::{Digest as _, Sha256};

/// The future of a method of [`TokenStore`]: `Box::pin(async move { .. })`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Stores which tokens were used.
///
/// If a receiver runs as several processes, they must share a store. `mailgun-store` has one in SQLite or
/// Postgres. In Redis, for example:
///
/// * A claim is `SET token id NX EX lease`, with an id from `INCR`. If it does nothing, `GET` says why.
/// * A commit is `SET token used EX keep`.
/// * A release is a script that deletes the key if its value is still the id.
pub trait TokenStore: Send + Sync {
    /// Claims a token in one atomic step, unless it is claimed or used. The claim expires after `lease`.
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState>;

    /// Marks a token as used. After `keep`, the store may forget it, because its signature is stale.
    ///
    /// It applies even if the claim has expired or the token was claimed again: its request was handled.
    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()>;

    /// Ends this claim, so that the token is free again.
    ///
    /// Does nothing if the token is used, or if it was claimed again after this claim expired.
    fn release<'a>(&'a self, token: &'a str, claim: ClaimId) -> StoreFuture<'a, ()>;
}

/// The state of a token when a request claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenState {
    /// The token was free. Now it is claimed, with this claim.
    Free(ClaimId),
    /// The token is claimed: another request with it is being handled.
    Claimed,
    /// The token is used: a request with it was handled.
    Used,
}

/// Identifies a claim among all claims of the same token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClaimId(u64);

impl ClaimId {
    /// Creates an id from a number that the store uses once for each token: a counter or a random one.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The tokens of nine hours at 60 requests per second.
const MAX_TOKENS: usize = 2_000_000;
/// The maximum number of tokens that one claim removes, so that no claim holds the lock for long.
const SWEEP: usize = 100;

/// Tokens in memory, for a receiver that is one process and may lose them when it restarts.
///
/// It has room for 2,000,000 tokens, which take about 225 MB. With the default settings of a
/// [`Verifier`](super::Verifier), which remembers each token for nine hours, that is enough for 60
/// requests per second.
///
/// If it is full, a claim fails, and Mailgun posts the request again later: a token that is removed too
/// early could be replayed. Each claim removes up to 100 expired tokens.
pub struct MemoryTokens {
    clock: Clock,
    max_tokens: usize,
    tokens: Mutex<Tokens>,
}

/// Trees, because a hash table grows all at once while it holds the lock.
#[derive(Default)]
struct Tokens {
    entries: BTreeMap<Key, Entry>,
    /// The same keys, those that expire first in front.
    ends: BTreeSet<(Timestamp, Key)>,
    last_claim: u64,
}

/// A digest of the token, so that a long one takes no more memory.
type Key = [u8; 16];

#[derive(Clone, Copy)]
struct Entry {
    /// `None` if the token is used.
    claim: Option<ClaimId>,
    until: Timestamp,
}

impl MemoryTokens {
    /// Creates an empty store with the system's clock.
    pub fn new() -> Self {
        Self::with_clock(Timestamp::now)
    }

    /// Creates an empty store with another clock.
    pub fn with_clock(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::of(Arc::new(clock))
    }

    /// Limits the tokens in memory. Default: 2,000,000.
    pub fn max_tokens(mut self, max_tokens: usize) -> Self {
        self.max_tokens = max_tokens;
        self
    }

    pub(super) fn of(clock: Clock) -> Self {
        Self { clock, max_tokens: MAX_TOKENS, tokens: Mutex::default() }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_claim(&self, token: &str, lease: Duration) -> Result<TokenState, BoxError> {
        let (key, now) = (key(token), (self.clock)());
        let mut tokens = self.tokens();
        tokens.sweep(now);
        match tokens.entries.get(&key).filter(|entry| entry.until >= now) {
            Some(Entry { claim: None, .. }) => return Ok(TokenState::Used),
            Some(_) => return Ok(TokenState::Claimed),
            None => {}
        }
        if tokens.entries.len() >= self.max_tokens {
            return Err(
                format!("the token store is full: it has {} tokens", self.max_tokens).into()
            );
        }
        tokens.last_claim += 1;
        let claim = ClaimId(tokens.last_claim);
        tokens.insert(key, Entry { claim: Some(claim), until: now.saturating_add(lease) });
        Ok(TokenState::Free(claim))
    }
}

impl Tokens {
    fn insert(&mut self, key: Key, entry: Entry) {
        if let Some(old) = self.entries.insert(key, entry) {
            self.ends.remove(&(old.until, key));
        }
        self.ends.insert((entry.until, key));
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.ends.remove(&(entry.until, *key));
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..SWEEP {
            match self.ends.first() {
                Some(&(until, key)) if until < now => self.remove(&key),
                _ => break,
            }
        }
    }
}

fn key(token: &str) -> Key {
    let digest = Sha256::digest(token);
    std::array::from_fn(|index| digest[index])
}

impl TokenStore for MemoryTokens {
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState> {
        Box::pin(ready(self.try_claim(token, lease)))
    }

    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()> {
        let until = (self.clock)().saturating_add(keep);
        self.tokens().insert(key(token), Entry { claim: None, until });
        Box::pin(ready(Ok(())))
    }

    fn release<'a>(&'a self, token: &'a str, claim: ClaimId) -> StoreFuture<'a, ()> {
        let key = key(token);
        let mut tokens = self.tokens();
        if tokens.entries.get(&key).is_some_and(|entry| entry.claim == Some(claim)) {
            tokens.remove(&key);
        }
        Box::pin(ready(Ok(())))
    }
}

impl Default for MemoryTokens {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryTokens({} tokens)", self.tokens().entries.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A store, and the seconds of its clock.
    fn tokens() -> (MemoryTokens, Arc<AtomicI64>) {
        let seconds = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&seconds);
        let tokens = MemoryTokens::with_clock(move || {
            Timestamp::from_unix_seconds(clock.load(Ordering::SeqCst)).unwrap()
        });
        (tokens, seconds)
    }

    async fn claim(tokens: &MemoryTokens, token: &str) -> ClaimId {
        match tokens.claim(token, MINUTE).await.unwrap() {
            TokenState::Free(claim) => claim,
            other => panic!("{token}: {other:?}"),
        }
    }

    fn sizes(tokens: &MemoryTokens) -> (usize, usize) {
        let tokens = tokens.tokens();
        (tokens.entries.len(), tokens.ends.len())
    }

    #[tokio::test]
    async fn tokens_are_forgotten_when_their_time_is_over() {
        let (tokens, seconds) = tokens();
        for i in 0..5000 {
            let token = i.to_string();
            let id = claim(&tokens, &token).await;
            tokens.commit(&token, MINUTE).await.unwrap();
            tokens.release(&token, id).await.unwrap();
            assert_eq!(tokens.claim(&token, MINUTE).await.unwrap(), TokenState::Used);
            seconds.fetch_add(1, Ordering::SeqCst);
        }
        assert_eq!(sizes(&tokens), (61, 61));
        claim(&tokens, "1").await;
    }

    #[tokio::test]
    async fn tokens_are_forgotten_in_bounded_steps_until_none_is_left() {
        let (tokens, seconds) = tokens();
        for i in 0..5 * SWEEP {
            tokens.commit(&i.to_string(), MINUTE).await.unwrap();
        }
        seconds.store(10 * 3600, Ordering::SeqCst);
        for claims in 1..=5 {
            claim(&tokens, &format!("new {claims}")).await;
            let left = (5 - claims) * SWEEP + claims;
            assert_eq!(sizes(&tokens), (left, left));
        }
    }

    #[tokio::test]
    async fn a_full_store_refuses_new_tokens_and_knows_the_old_ones() {
        let (tokens, seconds) = tokens();
        let tokens = tokens.max_tokens(3);
        for token in ["a", "b", "c"] {
            claim(&tokens, token).await;
            tokens.commit(token, 2 * MINUTE).await.unwrap();
        }
        let error = tokens.claim("d", MINUTE).await.unwrap_err();
        assert_eq!(error.to_string(), "the token store is full: it has 3 tokens");
        assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Used);
        assert_eq!(sizes(&tokens), (3, 3));
        seconds.store(121, Ordering::SeqCst);
        claim(&tokens, "d").await;
        assert_eq!(sizes(&tokens), (1, 1));
    }

    #[tokio::test]
    async fn a_late_release_leaves_the_claim_of_the_next_holder() {
        let (tokens, seconds) = tokens();
        let first = claim(&tokens, "a").await;
        seconds.store(61, Ordering::SeqCst);
        let second = claim(&tokens, "a").await;
        assert_ne!(first, second);
        tokens.release("a", first).await.unwrap();
        assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
        tokens.release("a", second).await.unwrap();
        let third = claim(&tokens, "a").await;
        // A second release of the same claim does not end the third either.
        tokens.release("a", second).await.unwrap();
        assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
        tokens.release("a", third).await.unwrap();
        assert_eq!(sizes(&tokens), (0, 0));
    }

    #[tokio::test]
    async fn a_late_commit_marks_the_token_as_used() {
        let (tokens, seconds) = tokens();
        claim(&tokens, "a").await;
        seconds.store(61, Ordering::SeqCst);
        tokens.commit("a", MINUTE).await.unwrap();
        assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Used);

        claim(&tokens, "b").await;
        seconds.store(122, Ordering::SeqCst);
        let second = claim(&tokens, "b").await;
        tokens.commit("b", MINUTE).await.unwrap();
        tokens.release("b", second).await.unwrap();
        assert_eq!(tokens.claim("b", MINUTE).await.unwrap(), TokenState::Used);
    }

    #[tokio::test]
    async fn the_longest_lease_and_long_tokens_are_accepted() {
        let (tokens, seconds) = tokens();
        let token = "é".repeat(100_000);
        let state = tokens.claim(&token, Duration::MAX).await.unwrap();
        assert!(matches!(state, TokenState::Free(_)));
        seconds.store(1 << 37, Ordering::SeqCst);
        assert_eq!(tokens.claim(&token, MINUTE).await.unwrap(), TokenState::Claimed);
        tokens.commit(&token, Duration::MAX).await.unwrap();
        assert_eq!(tokens.claim(&token, MINUTE).await.unwrap(), TokenState::Used);
    }
}
