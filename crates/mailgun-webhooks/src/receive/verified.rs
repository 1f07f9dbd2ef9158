use std::{fmt, sync::Arc, time::Duration};

use mailgun_core::{BoxError, http::StatusCode};

use super::{ClaimId, Payload, Signature, TokenStore};

/// A payload whose request is Mailgun's and was not handled before, with the claim of its token.
///
/// [`handle`](Self::handle) is the short way; [`into_parts`](Self::into_parts) leaves the claim to
/// the caller.
#[derive(Debug)]
#[must_use = "the claim of the token must be settled"]
pub struct Verified<T = Payload> {
    pub(super) payload: T,
    pub(super) signature: Signature,
    pub(super) claim: Claim,
}

impl<T> Verified<T> {
    /// What arrived.
    pub fn payload(&self) -> &T {
        &self.payload
    }

    /// What it was signed with.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// What arrived, and the claim of its token.
    pub fn into_parts(self) -> (T, Claim) {
        (self.payload, self.claim)
    }

    /// Hands the payload to a handler, settles the claim as the outcome wants, and gives the
    /// status to answer with: 200, or 500 after an error, so that Mailgun tries again.
    ///
    /// The handler sees to its errors itself: they are not logged here.
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

/// The claim of a token, while its request is being handled.
///
/// Dropped, it lasts until its lease is over: a repetition before is sent away with 503, and one
/// after it is handled.
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

    /// Marks the token as used: the request was handled, or refused for good.
    ///
    /// # Errors
    ///
    /// Those of the store. What was handled is still handled: an answer of 200 is right, and only a
    /// replay would not be noticed.
    pub async fn commit(self) -> Result<(), BoxError> {
        self.tokens.commit(&self.token, self.keep).await
    }

    /// Frees the token: the handler failed, and the repetition is to be handled. If the claim is
    /// over, and the token is claimed for the repetition already, nothing changes.
    ///
    /// # Errors
    ///
    /// Those of the store; the claim is then over with its lease.
    pub async fn release(self) -> Result<(), BoxError> {
        self.tokens.release(&self.token, self.id).await
    }

    /// Commits or releases as a handler's status wants, and gives the status to answer with.
    ///
    /// A success of any kind becomes 200, since Mailgun repeats after others, and is committed. So
    /// is 406. Anything else is repeated, and so released. A store that fails is logged and changes
    /// nothing.
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
