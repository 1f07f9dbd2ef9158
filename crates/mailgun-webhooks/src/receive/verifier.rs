use std::{fmt, sync::Arc, time::Duration};

use mailgun_core::{Timestamp, bytes::Bytes};

use super::{
    Limits, MemoryTokens, Payload, ReceiveError, Signature, SigningKey, TokenState, TokenStore,
    Unverified,
    tokens::Clock,
    verified::{Claim, Verified},
};

/// Mailgun retries a request for 8 hours and 5 minutes. The rest allows for delays.
const MAX_AGE: Duration = Duration::from_secs(9 * 3600);
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);
/// Mailgun retries after ten minutes for the first time.
const LEASE: Duration = Duration::from_secs(5 * 60);

/// The time that a mail of 25 MB takes at 3 Mbit/s.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Checks that requests come from Mailgun, and that each is handled once.
///
/// A clone is cheap and shares the tokens.
///
/// ```
/// use mailgun::webhooks::receive::{SigningKey, Verifier};
///
/// // While the key is being replaced, Mailgun signs with the old or the new one.
/// let verifier = Verifier::builder(SigningKey::new("new")?).key(SigningKey::new("old")?).build();
/// # Ok::<(), mailgun::Error>(())
/// ```
#[doc(alias = "hmac")]
#[doc(alias = "signature")]
#[derive(Clone)]
pub struct Verifier {
    settings: Arc<Settings>,
    tokens: Arc<dyn TokenStore>,
}

#[derive(Clone)]
struct Settings {
    keys: Vec<SigningKey>,
    parent_keys: Vec<SigningKey>,
    max_age: Duration,
    clock_skew: Duration,
    lease: Duration,
    limits: Limits,
    read_timeout: Duration,
    clock: Clock,
}

impl Verifier {
    /// Creates a verifier with the default settings of [`VerifierBuilder`].
    pub fn new(key: SigningKey) -> Self {
        Self::builder(key).build()
    }

    /// Creates a builder, for other settings.
    pub fn builder(key: SigningKey) -> VerifierBuilder {
        let settings = Settings {
            keys: vec![key],
            parent_keys: Vec::new(),
            max_age: MAX_AGE,
            clock_skew: CLOCK_SKEW,
            lease: LEASE,
            limits: Limits::default(),
            read_timeout: READ_TIMEOUT,
            clock: Arc::new(Timestamp::now),
        };
        VerifierBuilder { settings, tokens: None }
    }

    /// Returns the limits for requests.
    pub fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    #[cfg(any(feature = "axum", feature = "tower"))]
    pub(super) fn read_timeout(&self) -> Duration {
        self.settings.read_timeout
    }

    /// Parses a request, checks its signature, and claims its token.
    ///
    /// `T` is the payload that the handler expects: an [`Event`](mailgun_events::Event), an
    /// [`InboundMail`](super::InboundMail), a [`LegacyEvent`](super::LegacyEvent), or a [`Payload`] for
    /// any of them.
    ///
    /// # Errors
    ///
    /// Any except [`ReceiveError::Body`] and [`ReceiveError::Timeout`]. The token is then not claimed.
    pub async fn receive<T>(
        &self,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<Verified<T>, ReceiveError>
    where
        T: TryFrom<Payload>,
        ReceiveError: From<T::Error>,
    {
        let request = Unverified::parse(content_type, body.into(), self.limits())?;
        // The signature comes first: any other error would tell a stranger about the receiver.
        self.check(&request.signature)?;
        let payload = T::try_from(request.payload)?;
        let claim = self.claim_token(&request.signature.token).await?;
        Ok(Verified { payload, signature: request.signature, claim })
    }

    /// Checks a signature and its age, but does not claim its token.
    ///
    /// # Errors
    ///
    /// * [`ReceiveError::BadSignature`] if none of the keys made the signature.
    /// * [`ReceiveError::Stale`] if it is too old.
    /// * [`ReceiveError::InFuture`] if it is further in the future than the clock skew.
    /// * [`ReceiveError::Malformed`] if there is no signature, or the timestamp is not a number of
    ///   seconds.
    pub fn check(&self, signature: &Signature) -> Result<(), ReceiveError> {
        let Settings { keys, parent_keys, max_age, clock_skew, clock, .. } = &*self.settings;
        let Signature { timestamp, token, signature: own, parent_signature } = signature;
        if token.is_empty() {
            return Err(ReceiveError::Malformed("there is no signature"));
        }
        let parent = parent_signature.as_deref().unwrap_or_default();
        let is_by = |keys: &[SigningKey], hex: &str| {
            keys.iter().any(|key| key.has_signed(timestamp, token, hex))
        };
        let is_right = if parent_keys.is_empty() {
            is_by(keys, own) || is_by(keys, parent)
        } else {
            is_by(keys, own) && is_by(parent_keys, parent)
        };
        if !is_right {
            return Err(ReceiveError::BadSignature);
        }
        let signed_at = signature.signed_at();
        let signed_at =
            signed_at.ok_or(ReceiveError::Malformed("the timestamp is not a number of seconds"))?;
        let now = clock();
        match now.duration_since(signed_at) {
            Some(age) if age > *max_age => Err(ReceiveError::Stale),
            None if signed_at.duration_since(now).is_none_or(|ahead| ahead > *clock_skew) => {
                Err(ReceiveError::InFuture)
            }
            _ => Ok(()),
        }
    }

    /// Checks a signature and its age, and claims its token.
    ///
    /// # Errors
    ///
    /// The errors of [`check`](Self::check), [`ReceiveError::Replayed`], [`ReceiveError::InProgress`] and
    /// [`ReceiveError::Store`].
    pub async fn claim(&self, signature: &Signature) -> Result<Claim, ReceiveError> {
        self.check(signature)?;
        self.claim_token(&signature.token).await
    }

    async fn claim_token(&self, token: &str) -> Result<Claim, ReceiveError> {
        let state = self.tokens.claim(token, self.settings.lease).await;
        match state.map_err(ReceiveError::Store)? {
            TokenState::Free(id) => {
                let Settings { max_age, clock_skew, .. } = &*self.settings;
                // After this time, a signature that is fresh now is stale.
                let keep = max_age.saturating_add(*clock_skew);
                Ok(Claim::new(Arc::clone(&self.tokens), token.to_owned(), id, keep))
            }
            TokenState::Claimed => Err(ReceiveError::InProgress),
            TokenState::Used => Err(ReceiveError::Replayed),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            keys, parent_keys, max_age, clock_skew, lease, limits, read_timeout, ..
        } = &*self.settings;
        f.debug_struct("Verifier")
            .field("keys", keys)
            .field("parent_keys", parent_keys)
            .field("max_age", max_age)
            .field("clock_skew", clock_skew)
            .field("lease", lease)
            .field("limits", limits)
            .field("read_timeout", read_timeout)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Verifier`]; see [`Verifier::builder`].
#[derive(Clone)]
#[must_use = "call `build` to make a verifier"]
pub struct VerifierBuilder {
    settings: Settings,
    tokens: Option<Arc<dyn TokenStore>>,
}

impl VerifierBuilder {
    /// Adds another key. A signature by any of the keys is accepted.
    ///
    /// Use it while the key is being replaced, or for several accounts. Events of a subaccount have two
    /// signatures, by the subaccount and by its parent. Either is enough, so the key of the parent
    /// account is enough for all subaccounts.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.settings.keys.push(key);
        self
    }

    /// Requires every request to be signed by a parent account with this key as well.
    ///
    /// Use it for a receiver of subaccounts' events only. If you add several keys, any of them is
    /// accepted.
    pub fn require_parent_key(mut self, key: SigningKey) -> Self {
        self.settings.parent_keys.push(key);
        self
    }

    /// Sets the maximum age of a signature. Default: 9 hours.
    ///
    /// Mailgun retries a request for 8 hours and 5 minutes, with the signature of the first attempt. If
    /// the maximum age is shorter, the last retries are refused, and an event that the handler failed to
    /// process is lost.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.settings.max_age = max_age;
        self
    }

    /// Sets how far Mailgun's clock may be ahead of this machine's. Default: 5 minutes.
    ///
    /// A request that is further ahead is answered with 503, so Mailgun posts it again.
    pub fn clock_skew(mut self, clock_skew: Duration) -> Self {
        self.settings.clock_skew = clock_skew;
        self
    }

    /// Sets the time after which a claim expires that is neither committed nor released. Default: 5
    /// minutes.
    ///
    /// If a handler takes longer, a second one may handle the same request at the same time. If the lease
    /// is longer than ten minutes, the first retry after a crash is refused with 503.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// Sets the limits for requests. Default: see [`Limits`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets the time within which the body of a request must arrive. Default: 60 seconds.
    ///
    /// It applies to the axum extractor and the tower layer, which read the body themselves. They need a
    /// tokio runtime with time enabled.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.read_timeout = timeout;
        self
    }

    /// Sets another clock. Default: the system's.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Sets the store of used tokens. Default: [`MemoryTokens`].
    pub fn tokens(mut self, tokens: impl TokenStore + 'static) -> Self {
        self.tokens = Some(Arc::new(tokens));
        self
    }

    /// Builds the verifier.
    pub fn build(self) -> Verifier {
        let Self { settings, tokens } = self;
        let tokens =
            tokens.unwrap_or_else(|| Arc::new(MemoryTokens::of(Arc::clone(&settings.clock))));
        Verifier { settings: Arc::new(settings), tokens }
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder").field("keys", &self.settings.keys).finish_non_exhaustive()
    }
}
