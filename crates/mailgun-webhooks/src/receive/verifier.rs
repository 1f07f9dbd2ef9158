use std::{fmt, sync::Arc, time::Duration};

use mailgun_core::{Timestamp, bytes::Bytes};

use super::{
    Limits, MemoryTokens, Payload, ReceiveError, Signature, SigningKey, TokenState, TokenStore,
    Unverified,
    tokens::Clock,
    verified::{Claim, Verified},
};

/// Mailgun repeats a request for 8 hours and 5 minutes; the rest is for queues on the way.
const MAX_AGE: Duration = Duration::from_secs(9 * 3600);
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);
/// The first repetition comes after ten minutes.
const LEASE: Duration = Duration::from_secs(5 * 60);

/// A mail of 25 MB takes this long at 3 Mbit/s.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Checks that requests come from Mailgun, and that each is handled once.
///
/// Cheap to clone; all clones share the tokens.
///
/// ```
/// use mailgun_webhooks::receive::{SigningKey, Verifier};
///
/// // While the key is being replaced, requests are signed with the old or the new one.
/// let verifier = Verifier::builder(SigningKey::new("new")?).key(SigningKey::new("old")?).build();
/// # Ok::<(), mailgun_core::Error>(())
/// ```
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
    /// With a key, and the default settings of [`VerifierBuilder`].
    #[doc(alias = "hmac")]
    pub fn new(key: SigningKey) -> Self {
        Self::builder(key).build()
    }

    /// With a key, and settings.
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

    /// How much of a request is read.
    pub fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    #[cfg(any(feature = "axum", feature = "tower"))]
    pub(super) fn read_timeout(&self) -> Duration {
        self.settings.read_timeout
    }

    /// Reads a request, checks its signature, and claims its token.
    ///
    /// `T` is what the handler is for: an [`Event`](mailgun_events::Event), an
    /// [`InboundMail`](super::InboundMail), a [`LegacyEvent`](super::LegacyEvent), or a
    /// [`Payload`], which is any of them.
    ///
    /// # Errors
    ///
    /// Any but [`ReceiveError::Body`] and [`ReceiveError::Timeout`]. The token is not claimed then.
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
        // Nobody learns anything of the receiver without a right signature.
        self.check(&request.signature)?;
        let payload = T::try_from(request.payload)?;
        let claim = self.claim(&request.signature).await?;
        Ok(Verified { payload, signature: request.signature, claim })
    }

    /// Checks a signature and its age, and leaves its token alone.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::BadSignature`], [`ReceiveError::Stale`], and [`ReceiveError::Malformed`] if
    /// there is no signature, or its timestamp is not a number of seconds.
    pub fn check(&self, signature: &Signature) -> Result<(), ReceiveError> {
        let Settings { keys, parent_keys, max_age, clock_skew, clock, .. } = &*self.settings;
        let Signature { timestamp, token, signature: own, parent_signature } = signature;
        if token.is_empty() {
            return Err(ReceiveError::Malformed("it has no signature"));
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
        let is_fresh = match now.duration_since(signed_at) {
            Some(age) => age <= *max_age,
            None => signed_at.duration_since(now).is_some_and(|ahead| ahead <= *clock_skew),
        };
        if is_fresh { Ok(()) } else { Err(ReceiveError::Stale) }
    }

    /// Checks a signature, and claims its token.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check), [`ReceiveError::Replayed`], [`ReceiveError::InProgress`]
    /// and [`ReceiveError::Store`].
    pub async fn claim(&self, signature: &Signature) -> Result<Claim, ReceiveError> {
        self.check(signature)?;
        let token = &signature.token;
        let state = self.tokens.claim(token, self.settings.lease).await;
        match state.map_err(ReceiveError::Store)? {
            TokenState::Free(id) => {
                let Settings { max_age, clock_skew, .. } = &*self.settings;
                // After this a signature that is fresh now is stale.
                let keep = max_age.saturating_add(*clock_skew);
                Ok(Claim::new(Arc::clone(&self.tokens), token.clone(), id, keep))
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

/// Settings of a [`Verifier`]; from [`Verifier::builder`].
#[derive(Clone)]
#[must_use = "a verifier is there after `build`"]
pub struct VerifierBuilder {
    settings: Settings,
    tokens: Option<Arc<dyn TokenStore>>,
}

impl VerifierBuilder {
    /// Adds another key, of which any is right: the old one while the key is being replaced, or
    /// those of several accounts.
    ///
    /// Events of a subaccount are signed twice, by the subaccount and by its parent. Either is
    /// enough, so that the key of the parent account is right for the events of all of them.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.settings.keys.push(key);
        self
    }

    /// Wants every request to be signed by a parent account with this key as well, for a receiver
    /// of subaccounts' events alone. Any of several is right.
    pub fn require_parent_key(mut self, key: SigningKey) -> Self {
        self.settings.parent_keys.push(key);
        self
    }

    /// How old a signature may be; 9 hours when not set.
    ///
    /// Mailgun repeats a request with the signature of the first for 8 hours and 5 minutes. A
    /// shorter time refuses the last repetitions, and loses what the handler failed to do before.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.settings.max_age = max_age;
        self
    }

    /// How far the clock of Mailgun may be ahead of ours; 5 minutes when not set.
    pub fn clock_skew(mut self, clock_skew: Duration) -> Self {
        self.settings.clock_skew = clock_skew;
        self
    }

    /// After which time a claim of which nothing is heard is over; 5 minutes when not set.
    ///
    /// A handler that takes longer may have company. A lease of more than ten minutes sends the
    /// first repetition after a crash away, with 503.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// How much of a request is read.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// How long the body of a request may take to arrive; 60 seconds when not set.
    ///
    /// It applies where this crate reads the body: in the axum extractor and the tower layer, which
    /// run in a tokio runtime with its time enabled.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.read_timeout = timeout;
        self
    }

    /// Another clock than that of the system.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Where used tokens are kept; in memory when not set.
    pub fn tokens(mut self, tokens: impl TokenStore + 'static) -> Self {
        self.tokens = Some(Arc::new(tokens));
        self
    }

    /// The verifier.
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
