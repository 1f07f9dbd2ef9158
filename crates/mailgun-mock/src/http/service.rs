//! Handles one request, from its head to its response.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use http_body_util::Either;

use super::{
    connection::Cut,
    request::{Request, read_body},
    response::{Pace, PacedBody, Response},
};
use crate::{
    control::{self, Peer},
    fault::Effect,
    inbox::{self, Live, guard},
    server::Server,
};

const TOO_LARGE: &str = "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n\
    <body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n</body>\r\n</html>\r\n";

pub(crate) async fn answer<B: Body<Data = Bytes>>(
    server: &Arc<Server>,
    cut: &Cut,
    peer: Peer,
    request: http::Request<B>,
) -> http::Response<Either<PacedBody, Live>> {
    let peer = peer.behind(request.headers());
    // Inbox and control are not part of the service: they are not logged, and no fault applies.
    let path = request.uri().path();
    if server.inbox.is_served && inbox::has(path) {
        return inbox::answer(server, peer, &request.into_parts().0);
    }
    let response = match control::has(path) {
        true => answer_as_control(server, cut, peer, request).await,
        false => answer_as_mailgun(server, cut, peer, request).await,
    };
    response.map(Either::Left)
}

async fn answer_as_control<B: Body<Data = Bytes>>(
    server: &Server,
    cut: &Cut,
    peer: Peer,
    request: http::Request<B>,
) -> http::Response<PacedBody> {
    let (head, body) = request.into_parts();
    let Ok(body) = read_body(body).await else { match cut.close().await {} };
    let response = match (guard::check(&head, &server.inbox.hosts), body) {
        (Err(refusal), _) => refusal.into(),
        (Ok(()), None) => Response::html(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
        (Ok(()), Some(body)) => control::answer(server, peer, &Request::new(head, body).await),
    };
    response.into_response(Pace::AtOnce)
}

async fn answer_as_mailgun<B: Body<Data = Bytes>>(
    server: &Server,
    cut: &Cut,
    peer: Peer,
    request: http::Request<B>,
) -> http::Response<PacedBody> {
    let (head, body) = request.into_parts();
    // The API shows the same mails as the inbox, and the default key is not a secret.
    if server.inbox.is_served
        && let Err(refusal) = guard::check(&head, &server.inbox.hosts)
    {
        let Ok(_) = read_body(body).await else { match cut.close().await {} };
        return Response::from(refusal).into_response(Pace::AtOnce);
    }
    let (entry, effect) = server.arrived(&head);
    if let Some(Effect::ResetBeforeRead) = effect {
        match cut.reset().await {}
    }
    let Ok(body) = read_body(body).await else { match cut.close().await {} };
    let path = head.uri.path().to_owned();
    let request = match body {
        Some(body) => {
            let request = Request::new(head, body.clone()).await;
            // Strangers must not fill the memory with bodies.
            if peer == Peer::Local || server.authorizes(&request) {
                server.read(entry, body);
            }
            Some(request)
        }
        None => None,
    };
    let effect = effect.or_else(|| server.effect_for(request.as_ref()?));
    let process = || match &request {
        Some(request) => server.process(request),
        None => Response::html(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
    };

    let mut pace = Pace::AtOnce;
    let response = match effect {
        None => process(),
        Some(Effect::Response(response)) => response,
        Some(Effect::RateLimit(limit)) => limit.response(&server.domain_in(&path)),
        Some(Effect::Delay(duration)) => {
            let response = process();
            tokio::time::sleep(duration).await;
            response
        }
        Some(Effect::Truncate { after }) => {
            pace = Pace::Truncated { after };
            process()
        }
        Some(Effect::Drip { chunk, interval }) => {
            pace = Pace::Dripping { chunk, interval };
            process()
        }
        Some(Effect::LoseResponse) => {
            process();
            match cut.close().await {}
        }
        Some(Effect::Silence) => std::future::pending().await,
        Some(Effect::ResetBeforeRead | Effect::ResetAfterRead) => match cut.reset().await {},
    };
    server.answered(entry, response.status);
    response.into_response(pace)
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;
    use crate::{
        account::{Account, Limits},
        inbox::Inbox,
    };

    #[tokio::test]
    async fn bodies_of_strangers_are_not_kept() {
        let limits = Limits { message_bytes: 1, recipients: 1, recipients_per_hour: 1 };
        let account = Account::new(String::new(), "key-mock".to_owned(), Vec::new(), limits);
        let server = Arc::new(Server::new(account, Inbox::default()));
        let right = "Basic YXBpOmtleS1tb2Nr";
        for (peer, key, kept) in [
            (Peer::Remote, "Basic YXBpOndyb25n", ""),
            (Peer::Remote, right, "body"),
            (Peer::Local, "Basic YXBpOndyb25n", "body"),
        ] {
            let request = http::Request::post("/v3/routes").header("Authorization", key);
            let request = request.body(Full::new(Bytes::from("body"))).unwrap();
            answer(&server, &Cut::default(), peer, request).await;
            assert_eq!(server.state().log().last().unwrap().body, kept, "{peer:?} {key}");
        }
    }
}
