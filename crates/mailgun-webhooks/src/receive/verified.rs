use std::{fmt, sync::Arc, time::Duration};

use mailgun_core::{BoxError, http::StatusCode};

use super::{ClaimId, Payload, Signature, TokenStore};

/// A payload of a verified request, with the claim of its token.
///
/// [`handle`](Self::handle) runs a handler and settles the claim. To settle the claim yourself, use
/// [`into_parts`](Self::into_parts).
#[derive(Debug)]
#[must_use = "the claim of the token must be settled"]
pub struct Verified<T = Payload> {
    pub(super) payload: T,
    pub(super) signature: Signature,
    pub(super) claim: Claim,
}

impl<T> Verified<T> {
    /// Returns the payload.
    pub fn payload(&self) -> &T {
        &self.payload
    }

    /// Returns the signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Splits into the payload and the claim of its token.
    pub fn into_parts(self) -> (T, Claim) {
        (self.payload, self.claim)
    }

    /// Runs a handler with the payload, settles the claim, and returns the status for the response: 200,
    /// or 500 after an error, so that Mailgun tries again.
    ///
    /// Errors of the handler are not logged here.
    pub async fn handle<F, U, E>(self, handler: impl FnOnce(T) -> F) -> StatusCode
    where
        F: Future<Output = Result<U, E>>,
    {
        let status = match handler(self.payload).await {
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        self.claim.settle(status).await
    }
}

/// The claim of a token while its request is being handled.
///
/// If it is dropped, it lasts until its lease expires. Until then, a retry of the request is refused with
/// 503. After that, a retry is handled.
#[must_use = "a claim must be settled"]
pub struct Claim {
    tokens: Arc<dyn TokenStore>,
    token: String,
    id: ClaimId,
    keep: Duration,
}

impl Claim {
    pub(super) fn new(
        tokens: Arc<dyn TokenStore>,
        token: String,
        id: ClaimId,
        keep: Duration,
    ) -> Self {
        Self { tokens, token, id, keep }
    }

    /// Marks the token as used, because the request was handled or refused permanently.
    ///
    /// # Errors
    ///
    /// The error of the store. The request was handled nevertheless, so respond with 200. A replay would
    /// not be noticed.
    pub async fn commit(self) -> Result<(), BoxError> {
        self.tokens.commit(&self.token, self.keep).await
    }

    /// Frees the token, because the handler failed and the retry must be handled. Does nothing if the
    /// claim has expired and a retry has claimed the token.
    ///
    /// # Errors
    ///
    /// The error of the store. The claim then expires after its lease.
    pub async fn release(self) -> Result<(), BoxError> {
        self.tokens.release(&self.token, self.id).await
    }

    /// Commits or releases the token according to a handler's status, and returns the status for the
    /// response.
    ///
    /// Any 2xx becomes 200, because Mailgun tries again after any other 2xx. 200 and 406 commit the
    /// token. Any other status releases it, because Mailgun tries again. If the store fails, that is
    /// logged, and the status stays the same.
    pub async fn settle(self, status: StatusCode) -> StatusCode {
        let status = if status.is_success() { StatusCode::OK } else { status };
        let settled = match status {
            StatusCode::OK | StatusCode::NOT_ACCEPTABLE => self.commit().await,
            _ => self.release().await,
        };
        if let Err(error) = settled {
            tracing::warn!(
                error = &*error as &dyn std::error::Error,
                "the token store could not be written"
            );
        }
        status
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}
