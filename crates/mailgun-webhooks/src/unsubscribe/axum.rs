//! The axum extractor.

use axum::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};

use super::{Unsubscribe, UnsubscribeError, UnsubscribeLinks, request::one_click};

/// An axum extractor for handlers whose state has [`UnsubscribeLinks`]. Needs the feature `axum`.
///
/// ```
/// use axum::{Router, http::StatusCode, response::Html, routing::get};
/// use mailgun::Mailgun;
/// use mailgun::suppressions::NewUnsubscribe;
/// use mailgun::webhooks::unsubscribe::{CONFIRMATION_PAGE, Unsubscribe, UnsubscribeLinks};
///
/// fn app(mailgun: Mailgun, links: UnsubscribeLinks) -> Router {
///     let unsubscribes = mailgun.suppressions("mg.example.com").unsubscribes();
///     let unsubscribe = move |unsubscribe: Unsubscribe| async move {
///         let entry = NewUnsubscribe::new(unsubscribe.address);
///         let entry = unsubscribe.tag.into_iter().fold(entry, NewUnsubscribe::tag);
///         match unsubscribes.create(entry).await {
///             Ok(_) => StatusCode::OK,
///             Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
///         }
///     };
///     let page = || async { Html(CONFIRMATION_PAGE) };
///     Router::new().route("/unsubscribe", get(page).post(unsubscribe)).with_state(links)
/// }
/// ```
impl<S> FromRequest<S> for Unsubscribe
where
    S: Send + Sync,
    UnsubscribeLinks: FromRef<S>,
{
    type Rejection = UnsubscribeError;

    async fn from_request(request: Request, state: &S) -> Result<Self, UnsubscribeError> {
        let (head, body) = request.into_parts();
        one_click(&UnsubscribeLinks::from_ref(state), &head, body).await
    }
}

impl IntoResponse for UnsubscribeError {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}
