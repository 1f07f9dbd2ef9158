//! The extractor for axum.

use axum::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use super::{Alert, ReceiveError, Verifier, X_SIGN};

/// With the feature `axum`, an alert is an extractor. The state of the router must provide a
/// [`Verifier`].
///
/// ```
/// use axum::{Router, routing::get};
/// use mailgun_alerts::receive::{Alert, SigningKey, Verifier};
///
/// async fn on_alert(alert: Alert) {
///     println!("{:?}: {}", alert.event_data.event, alert.event_data.message);
/// }
///
/// let verifier = Verifier::new(SigningKey::new("bdee4d3e...")?);
/// // Mailgun checks the URL with a `GET` request.
/// let route = get(|| async {}).post(on_alert);
/// let app: Router = Router::new().route("/alerts", route).with_state(verifier);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
///
/// To choose the response to a rejected request, take a `Result<Alert, ReceiveError>`. The limit of
/// the verifier applies; axum's own limit of 2 MB does not.
impl<S> FromRequest<S> for Alert
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = ReceiveError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ReceiveError> {
        let verifier = Verifier::from_ref(state);
        let (max_bytes, read_timeout) = verifier.limits();
        let (head, body) = request.into_parts();
        let read = timeout(read_timeout, Limited::new(body, max_bytes).collect()).await;
        let body = match read.map_err(|_| ReceiveError::Timeout)? {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(ReceiveError::TooLarge),
            Err(error) => return Err(ReceiveError::Body(error)),
        };
        let signature = head.headers.get(X_SIGN).and_then(|value| value.to_str().ok());
        verifier.receive(signature.unwrap_or_default(), &body)
    }
}

impl IntoResponse for ReceiveError {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}
