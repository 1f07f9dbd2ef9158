//! Handles one request, from its head to its response.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::Either;
use hyper::body::Incoming;

use super::{
    connection::Cut,
    request::{Request, read_body},
    response::{Pace, PacedBody, Response},
};
use crate::{
    fault::Effect,
    inbox::{self, Live},
    server::Server,
};

const TOO_LARGE: &str = "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n\
    <body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n</body>\r\n</html>\r\n";

pub(crate) async fn answer(
    server: &Arc<Server>,
    cut: &Cut,
    request: http::Request<Incoming>,
) -> http::Response<Either<PacedBody, Live>> {
    // The inbox is no part of the service: it is not logged, and no fault applies to it.
    if server.inbox.is_served && inbox::has(request.uri().path()) {
        return inbox::answer(server, &request.into_parts().0);
    }
    answer_as_mailgun(server, cut, request).await.map(Either::Left)
}

async fn answer_as_mailgun(
    server: &Server,
    cut: &Cut,
    request: http::Request<Incoming>,
) -> http::Response<PacedBody> {
    let (head, body) = request.into_parts();
    let (entry, effect) = server.arrived(&head);
    if let Some(Effect::ResetBeforeRead) = effect {
        match cut.reset().await {}
    }
    let Ok(body) = read_body(body).await else { match cut.close().await {} };
    server.read(entry, body.clone().unwrap_or_default());

    let mut pace = Pace::AtOnce;
    let response = match effect {
        None => process(server, head, body).await,
        Some(Effect::Response(response)) => response,
        Some(Effect::RateLimit(limit)) => limit.response(&server.domain_in(head.uri.path())),
        Some(Effect::Delay(duration)) => {
            let response = process(server, head, body).await;
            tokio::time::sleep(duration).await;
            response
        }
        Some(Effect::Truncate { after }) => {
            pace = Pace::Truncated { after };
            process(server, head, body).await
        }
        Some(Effect::Drip { chunk, interval }) => {
            pace = Pace::Dripping { chunk, interval };
            process(server, head, body).await
        }
        Some(Effect::LoseResponse) => {
            process(server, head, body).await;
            match cut.close().await {}
        }
        Some(Effect::Silence) => std::future::pending().await,
        Some(Effect::ResetBeforeRead | Effect::ResetAfterRead) => match cut.reset().await {},
    };
    server.answered(entry, response.status);
    response.into_response(pace)
}

async fn process(server: &Server, head: http::request::Parts, body: Option<Bytes>) -> Response {
    match body {
        Some(body) => server.process(&Request::new(head, body).await),
        None => Response::html(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
    }
}
