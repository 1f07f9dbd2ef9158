use std::{
    collections::HashMap,
    fmt,
    future::ready,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mailgun_core::{BoxError, Timestamp};

/// What the methods of a [`TokenStore`] return; `Box::pin(async move { .. })` makes one.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Remembers which tokens were used.
///
/// A receiver that runs as several processes needs one that they share. In Redis, a claim is
/// `SET token claimed NX EX lease`, and, if that does nothing, a `GET` tells why; a commit is
/// `SET token used EX keep`; a release deletes the key if it is `claimed`.
pub trait TokenStore: Send + Sync {
    /// Claims a token in one atomic step, unless it is claimed or used; the claim ends by itself
    /// after `lease`.
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState>;

    /// Marks a token as used, which may be forgotten after `keep`: by then its signature is stale.
    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()>;

    /// Ends the claim of a token, so that it is free again; leaves a used one as it is.
    fn release<'a>(&'a self, token: &'a str) -> StoreFuture<'a, ()>;
}

/// What a token was when somebody wanted to claim it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenState {
    /// Free: now it is claimed.
    Free,
    /// Claimed: its request is being handled.
    Claimed,
    /// Used: its request was handled.
    Used,
}

pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Tokens in memory: for a receiver that is one process, and may forget them when it restarts.
pub struct MemoryTokens {
    clock: Clock,
    tokens: Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    entries: HashMap<Box<str>, Entry>,
    /// At how many entries those that are over are looked for next.
    sweep_at: usize,
}

struct Entry {
    is_used: bool,
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

    pub(super) fn of(clock: Clock) -> Self {
        Self { clock, tokens: Mutex::default() }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, is_used: bool, duration: Duration) -> Entry {
        Entry { is_used, until: (self.clock)().checked_add(duration).unwrap_or(Timestamp::MAX) }
    }
}

impl TokenStore for MemoryTokens {
    fn claim<'a>(&'a self, token: &'a str, lease: Duration) -> StoreFuture<'a, TokenState> {
        let entry = self.entry(false, lease);
        let now = (self.clock)();
        let mut tokens = self.tokens();
        if tokens.entries.len() >= tokens.sweep_at {
            tokens.entries.retain(|_, entry| entry.until >= now);
            tokens.sweep_at = 1024.max(2 * tokens.entries.len());
        }
        let state = match tokens.entries.get(token).filter(|entry| entry.until >= now) {
            Some(entry) if entry.is_used => TokenState::Used,
            Some(_) => TokenState::Claimed,
            None => {
                tokens.entries.insert(token.into(), entry);
                TokenState::Free
            }
        };
        Box::pin(ready(Ok(state)))
    }

    fn commit<'a>(&'a self, token: &'a str, keep: Duration) -> StoreFuture<'a, ()> {
        let entry = self.entry(true, keep);
        self.tokens().entries.insert(token.into(), entry);
        Box::pin(ready(Ok(())))
    }

    fn release<'a>(&'a self, token: &'a str) -> StoreFuture<'a, ()> {
        let mut tokens = self.tokens();
        if tokens.entries.get(token).is_some_and(|entry| !entry.is_used) {
            tokens.entries.remove(token);
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

    #[tokio::test]
    async fn tokens_are_forgotten_when_their_time_is_over() {
        let seconds = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&seconds);
        let tokens = MemoryTokens::with_clock(move || {
            Timestamp::from_unix_seconds(clock.load(Ordering::SeqCst)).unwrap()
        });
        let minute = Duration::from_secs(60);
        for i in 0..5000 {
            let token = i.to_string();
            assert_eq!(tokens.claim(&token, minute).await.unwrap(), TokenState::Free);
            tokens.commit(&token, minute).await.unwrap();
            tokens.release(&token).await.unwrap();
            assert_eq!(tokens.claim(&token, minute).await.unwrap(), TokenState::Used);
            seconds.fetch_add(1, Ordering::SeqCst);
        }
        // All 5000 would be more than two thresholds.
        assert!(tokens.tokens().entries.len() < 1100, "{tokens:?}");
        assert_eq!(tokens.claim("1", minute).await.unwrap(), TokenState::Free);
    }
}
