//! The axum extractor.

use axum::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};

use super::{Payload, ReceiveError, Verified, Verifier, body};

/// An axum extractor for handlers whose state has a [`Verifier`]. Needs the feature `axum`.
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use mailgun::events::Event;
/// use mailgun::webhooks::receive::{SigningKey, Verified, Verifier};
///
/// async fn on_event(verified: Verified<Event>) -> StatusCode {
///     verified
///         .handle(|event| async move {
///             println!("{} {}", event.name(), event.message_id());
///             Ok::<_, std::io::Error>(())
///         })
///         .await
/// }
///
/// let verifier = Verifier::new(SigningKey::new("8d4d...")?);
/// let app: Router = Router::new().route("/mailgun", post(on_event)).with_state(verifier);
/// # Ok::<(), mailgun::Error>(())
/// ```
///
/// The handler must settle the claim, with [`Verified::handle`] or
/// [`Claim::settle`](super::Claim::settle), because an extractor does not see the response.
///
/// To choose the response to a refused request, take a `Result<Verified<Event>, ReceiveError>`. The
/// limits of the verifier apply instead of axum's limit of 2 MB.
impl<S, T> FromRequest<S> for Verified<T>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
    T: TryFrom<Payload> + Send,
    ReceiveError: From<T::Error>,
{
    type Rejection = ReceiveError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ReceiveError> {
        let (head, body) = request.into_parts();
        body::receive(&Verifier::from_ref(state), &head.headers, body).await
    }
}

impl IntoResponse for ReceiveError {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}
