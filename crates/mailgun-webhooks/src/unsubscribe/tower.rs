use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http_body::Body;
use mailgun_core::{
    BoxError,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use tower::Service;

use super::{
    CONFIRMATION_PAGE, Unsubscribe, UnsubscribeError, UnsubscribeLinks,
    request::{linked, one_click},
};

type Page = Arc<dyn Fn(&Unsubscribe) -> String + Send + Sync>;

/// A tower service that receives one-click unsubscribes.
///
/// * A one-click `POST` with a valid link runs the handler. The response is 200, or 500 if the handler
///   fails. The text of its error is not logged, because it may name the address. A repeated `POST` runs
///   the handler again.
/// * The response to a `GET` with a valid link is a [page](Self::page) that asks for confirmation.
/// * The response to any other request has [`UnsubscribeError::status`].
///
/// It has no errors, and its responses are text, so axum's `Router::route_service` takes it. The module
/// has an example.
#[derive(Clone)]
pub struct UnsubscribeService<F> {
    links: UnsubscribeLinks,
    handler: F,
    page: Page,
}

impl<F> UnsubscribeService<F> {
    /// Creates a service with a handler, which records the unsubscribe.
    pub fn new<R, T, E>(links: UnsubscribeLinks, handler: F) -> Self
    where
        F: Fn(Unsubscribe) -> R,
        R: Future<Output = Result<T, E>>,
    {
        Self { links, handler, page: Arc::new(|_| CONFIRMATION_PAGE.to_owned()) }
    }

    /// Sets the HTML page that asks for confirmation. Default: [`CONFIRMATION_PAGE`].
    ///
    /// It needs a form with the method `post`, whose button has the name `List-Unsubscribe` and the value
    /// `One-Click`.
    pub fn page(mut self, page: impl Fn(&Unsubscribe) -> String + Send + Sync + 'static) -> Self {
        self.page = Arc::new(page);
        self
    }
}

impl<F, B, R, T, E> Service<Request<B>> for UnsubscribeService<F>
where
    F: Fn(Unsubscribe) -> R + Clone + Send + 'static,
    R: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { links, handler, page } = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            if matches!(head.method, Method::GET | Method::HEAD) {
                return Ok(match linked(&links, &head.uri) {
                    Ok(unsubscribe) => {
                        response(StatusCode::OK, "text/html; charset=utf-8", page(&unsubscribe))
                    }
                    Err(error) => refusal(&error),
                });
            }
            Ok(match one_click(&links, &head, body).await {
                Ok(unsubscribe) => match handler(unsubscribe).await {
                    Ok(_) => text(StatusCode::OK, "You have unsubscribed."),
                    Err(_) => {
                        tracing::error!("an unsubscribe could not be written down");
                        text(StatusCode::INTERNAL_SERVER_ERROR, "Please try again later.")
                    }
                },
                Err(error) => refusal(&error),
            })
        })
    }
}

fn refusal(error: &UnsubscribeError) -> Response<String> {
    let mut response = text(error.status(), error.to_string());
    if let UnsubscribeError::Method = error {
        let allowed = HeaderValue::from_static("GET, HEAD, POST");
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn text(status: StatusCode, text: impl Into<String>) -> Response<String> {
    response(status, "text/plain; charset=utf-8", text)
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    text: impl Into<String>,
) -> Response<String> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The link is a secret, and the page may have links of its own.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

impl<F> fmt::Debug for UnsubscribeService<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsubscribeService").field("links", &self.links).finish_non_exhaustive()
    }
}
