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

/// What the methods of a [`TokenStore`] return; `Box::pin(async move { .. })` makes one.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Remembers which tokens were used.
///
/// A receiver that runs as several processes needs one that they share. In Redis, a claim is
/// `SET token id NX EX lease` with an id from `INCR`, and, if that does nothing, a `GET` tells why; a
/// commit is `SET token used EX keep`; a release is a script that deletes the key if it still holds
/// the id.
pub trait TokenStore: Send + Sync {
    /// Claims a token in one atomic step, unless it is claimed or used; the claim ends by itself
    /// after `lease`.
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState>;

    /// Marks a token as used, which may be forgotten after `keep`: by then its signature is stale.
    ///
    /// It counts also if the claim is over, and if the token was claimed again since: its request
    /// was handled.
    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()>;

    /// Ends this claim of a token, so that the token is free again.
    ///
    /// Does nothing if the token is used, or if the claim is over and another one holds the token.
    fn release<'a>(&'a self, token: &'a str, claim: ClaimId) -> StoreFuture<'a, ()>;
}

/// What a token was when somebody wanted to claim it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenState {
    /// Free: now it is claimed, and this is the claim.
    Free(ClaimId),
    /// Claimed: its request is being handled.
    Claimed,
    /// Used: its request was handled.
    Used,
}

/// Tells a claim of a token from the other claims of the same token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClaimId(u64);

impl ClaimId {
    /// A number that the store gives once for each token: a counter, or random.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Mailgun's tokens of nine hours, at sixty a second.
const MAX_TOKENS: usize = 2_000_000;
/// How many tokens a claim forgets at most, so that no claim waits long for the lock.
const SWEEP: usize = 100;

/// Tokens in memory: for a receiver that is one process, and may forget them when it restarts.
///
/// It holds 2,000,000 tokens at most, which take about 225 MB. That is enough for sixty requests a
/// second, as a [`Verifier`](super::Verifier) with its default settings remembers each for nine
/// hours. If it is full, a claim fails, so that Mailgun posts the request again later: to forget a
/// token too early would let it be replayed. Each claim forgets up to 100 tokens whose time is over.
pub struct MemoryTokens {
    clock: Clock,
    max_tokens: usize,
    tokens: Mutex<Tokens>,
}

/// Trees, as they grow and shrink in small steps.
#[derive(Default)]
struct Tokens {
    entries: BTreeMap<Key, Entry>,
    /// The same, those that are over first.
    ends: BTreeSet<(Timestamp, Key)>,
    last_claim: u64,
}

/// The digest of a token, so that each takes the same memory.
type Key = [u8; 16];

#[derive(Clone, Copy)]
struct Entry {
    /// Nothing if the token is used.
    claim: Option<ClaimId>,
    until: Timestamp,
}

impl MemoryTokens {
    /// Empty, with the clock of the system.
    pub fn new() -> Self {
        Self::with_clock(Timestamp::now)
    }

    /// Empty, with another clock.
    pub fn with_clock(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::of(Arc::new(clock))
    }

    /// How many tokens to hold at most; 2,000,000 when not set.
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
            return Err(format!("the token store is full: it holds {}", self.max_tokens).into());
        }
        tokens.last_claim += 1;
        let claim = ClaimId(tokens.last_claim);
        tokens.insert(key, Entry { claim: Some(claim), until: later(now, lease) });
        Ok(TokenState::Free(claim))
    }
}

impl Tokens {
    fn insert(&mut self, key: Key, entry: Entry) {
        self.remove(&key);
        self.entries.insert(key, entry);
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

fn later(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

impl TokenStore for MemoryTokens {
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState> {
        Box::pin(ready(self.try_claim(token, lease)))
    }

    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()> {
        let until = later((self.clock)(), keep);
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
        assert_eq!(error.to_string(), "the token store is full: it holds 3");
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
        // A release twice is none of the third's either.
        tokens.release("a", second).await.unwrap();
        assert_eq!(tokens.claim("a", MINUTE).await.unwrap(), TokenState::Claimed);
        tokens.release("a", third).await.unwrap();
        assert_eq!(sizes(&tokens), (0, 0));
    }

    #[tokio::test]
    async fn what_was_handled_late_is_used_whoever_holds_the_token() {
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
    async fn endless_leases_and_long_tokens_are_taken() {
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
