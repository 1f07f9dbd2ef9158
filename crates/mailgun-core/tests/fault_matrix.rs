//! All ways in which an exchange can fail, for a send and a read: the number of requests, and the
//! error.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailgun_core::{
    Client, Error, ErrorKind, ErrorKind::*, Operation, Outcome, Outcome::*, TimeoutPhase,
};

use self::support::{
    ACCEPTED, Reaction, Receipt, Server, accepted, builder, everything, mail, refused, response,
    response_with,
};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const READ: Operation = Operation::get("/v3/domains/{domain}");

/// The expected result of one operation.
#[derive(Clone, Copy)]
struct Ending {
    requests: usize,
    error: Option<(ErrorKind, Outcome)>,
}

const fn ok(requests: usize) -> Ending {
    Ending { requests, error: None }
}

const fn fails(requests: usize, kind: ErrorKind, outcome: Outcome) -> Ending {
    Ending { requests, error: Some((kind, outcome)) }
}

/// The expected results of a send and of a read, and part of the error message in the response.
type Expected = (Ending, Ending, &'static str);

/// The same result for both, after one request.
const fn once(kind: ErrorKind, outcome: Outcome, message: &'static str) -> Expected {
    (fails(1, kind, outcome), fails(1, kind, outcome), message)
}

/// An unknown outcome: a send is not retried, a read is.
const fn lost(kind: ErrorKind, message: &'static str) -> Expected {
    (fails(1, kind, Unknown), fails(3, kind, Unknown), message)
}

/// Rate-limited: both are retried.
const fn limited(message: &'static str) -> Expected {
    (fails(3, RateLimited, Rejected), fails(3, RateLimited, Rejected), message)
}

async fn run(client: &Client, is_send: bool) -> Result<Receipt, Error> {
    let domain = &["mg.example.com"];
    if is_send {
        client.call(SEND, domain).multipart(mail()).await
    } else {
        client.call(READ, domain).await
    }
}

fn status_and_body(reaction: &Reaction) -> Option<(u16, Vec<u8>)> {
    let (Reaction::Response(bytes) | Reaction::ResponseAndClose(bytes)) = reaction else {
        return None;
    };
    let text = str::from_utf8(bytes).unwrap();
    let status = text[9..12].parse().unwrap();
    Some((status, text.split_once("\r\n\r\n").unwrap().1.into()))
}

async fn check(name: &str, reaction: Reaction, (send, read, message): Expected) -> Vec<Error> {
    let mut errors = Vec::new();
    for (is_send, expected) in [(true, send), (false, read)] {
        let server = Server::always(reaction.clone()).await;
        let quick = Duration::from_millis(400);
        let client = match &reaction {
            Reaction::Silence => server.builder().attempt_timeout(quick),
            Reaction::Drip(..) => server.builder().body_idle_timeout(quick * 2),
            _ => server.builder(),
        };
        let result = run(&client.build().unwrap(), is_send).await;
        let what = format!("{name}, {}: {result:?}", if is_send { "send" } else { "read" });
        assert_eq!(server.count(), expected.requests, "requests; {what}");
        let Some((kind, outcome)) = expected.error else {
            assert_eq!(result.expect(name).id, "<1@mg.example.com>");
            continue;
        };
        let error = result.expect_err(name);
        assert_eq!(error.kind(), kind, "{what}");
        assert_eq!(error.outcome(), outcome, "{what}");
        assert_eq!(error.attempts() as usize, expected.requests, "{what}");
        if matches!(kind, Api | RateLimited | Decode | TooLarge) {
            let (status, body) = status_and_body(&reaction).unwrap();
            assert_eq!(error.status().unwrap(), status, "{what}");
            assert_eq!(error.body(), body, "{what}");
        }
        let shown = error.api_message().unwrap_or_default();
        assert!(shown.contains(message) && (shown.is_empty() == message.is_empty()), "{what}");
        let operation = if is_send { SEND } else { READ };
        assert_eq!(error.operation(), Some(operation));
        assert!(error.to_string().starts_with(&format!("{operation} failed: ")), "{what}");
        assert_eq!(error.to_string().contains("may have taken effect"), outcome == Unknown);
        for request in server.requests().iter().filter(|request| request.is_whole && is_send) {
            assert_eq!(request.body, server.requests()[0].body, "{what}");
        }
        errors.push(error);
    }
    errors
}

fn cut(response: Reaction, missing: usize) -> Reaction {
    let Reaction::Response(mut bytes) = response else { panic!("a response") };
    bytes.truncate(bytes.len() - missing);
    Reaction::ResponseAndClose(bytes)
}

fn drip(response: Reaction, pieces: usize, missing: usize) -> Reaction {
    let Reaction::Response(mut bytes) = response else { panic!("a response") };
    bytes.truncate(bytes.len() - missing);
    let size = bytes.len().div_ceil(pieces);
    Reaction::Drip(bytes.chunks(size).map(<[u8]>::to_vec).collect(), Duration::from_millis(200))
}

const NOT_FOUND: &str = include_str!("fixtures/404-list.html");
const GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head><body></body></html>";
const UNKNOWN_DOMAIN: &str = r#"{"message": "Domain not found: mg.example.com"}"#;

fn text(status: &str, body: &str) -> Reaction {
    response_with(status, &[("content-type", "text/plain; charset=utf-8")], body)
}

fn html(status: &str, body: &str) -> Reaction {
    response_with(status, &[("content-type", "text/html; charset=utf-8")], body)
}

#[tokio::test]
async fn connections_that_break() {
    let lost_response = || cut(accepted(), 10);
    tokio::join!(
        check("reset before the response head", Reaction::ResetAtHead, lost(Transport, "")),
        check("reset after the whole body", Reaction::Reset, lost(Transport, "")),
        check("closed without a response", Reaction::ResponseAndClose(vec![]), lost(Transport, "")),
        check("half a response body", lost_response(), lost(Transport, "")),
        check(
            "not HTTP",
            Reaction::ResponseAndClose(b"220 smtp\r\n\r\n".into()),
            lost(Transport, "")
        ),
    );
}

#[tokio::test]
async fn connection_refused() {
    for is_send in [true, false] {
        let error = run(&builder(&refused()).build().unwrap(), is_send).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (Connect, NotSent));
        assert_eq!(error.attempts(), 3);
        assert_eq!(error.status(), None);
        let operation = if is_send { SEND } else { READ };
        assert!(error.to_string().starts_with(&format!("{operation} failed: could not connect")));
    }
}

#[tokio::test]
async fn servers_that_are_slow() {
    let drips = || drip(accepted(), 8, 0);
    let (silent, _, stalled) = tokio::join!(
        check("silence", Reaction::Silence, lost(Timeout, "")),
        // Each pause of 200 ms is shorter than the idle timeout of 800 ms; eight are longer.
        check("drip within the idle timeout", drips(), (ok(1), ok(1), "")),
        check("drip that stalls", drip(accepted(), 2, 5), lost(Timeout, "")),
    );
    assert!(silent.iter().all(|error| error.timeout_phase() == Some(TimeoutPhase::Attempt)));
    assert!(stalled.iter().all(|error| error.timeout_phase() == Some(TimeoutPhase::BodyIdle)));
}

#[tokio::test]
async fn error_statuses() {
    let missing = || html("404 NOT FOUND", NOT_FOUND);
    tokio::join!(
        check("401", text("401 Unauthorized", "Forbidden"), once(Api, Rejected, "Forbidden")),
        check("404 html", missing(), once(Api, Rejected, "The requested URL was not found")),
        check(
            "404 json",
            response("404 X", UNKNOWN_DOMAIN),
            once(Api, Rejected, "Domain not found")
        ),
        check("400 empty", response("400 Bad Request", ""), once(Api, Rejected, "")),
        check("413", text("413 Too Large", "too big"), once(TooLarge, Rejected, "too big")),
        check("500 json", response("500 X", r#"{"message":"oops"}"#), lost(Api, "oops")),
        check("502 html", html("502 Bad Gateway", GATEWAY), lost(Api, "502 Bad Gateway")),
        check("503", text("503 Service Unavailable", ""), lost(Api, "")),
        check("408", text("408 Request Timeout", ""), lost(Api, "")),
    );
}

#[tokio::test]
async fn a_success_with_an_unexpected_body_is_an_error() {
    const ENDED: Expected = once(Decode, Unknown, "");
    const LANDING: Expected = once(Api, Rejected, "Mailgun Magnificent API");
    let (_, magnificent, ..) = tokio::join!(
        check("200 not json", html("200 OK", "<html>welcome</html>"), ENDED),
        check("200 landing page", text("200 OK", "Mailgun Magnificent API\n"), LANDING),
        check("200 other json", response("200 OK", r#"{"message": "Queued."}"#), ENDED),
        check("200 json and more", response("200 OK", &format!("{ACCEPTED} x")), ENDED),
        check("200 empty", response("200 OK", ""), ENDED),
        check("204", Reaction::Response(b"HTTP/1.1 204 No Content\r\n\r\n".into()), ENDED),
    );
    assert!(magnificent.iter().all(|error| error.hint().unwrap().contains("base URL")));
}

#[tokio::test]
async fn an_empty_response_is_enough_for_an_operation_that_returns_nothing() {
    for reaction in [response("200 OK", ""), Reaction::Response(b"HTTP/1.1 204 X\r\n\r\n".into())] {
        let server = Server::always(reaction).await;
        server.client().call::<()>(READ, &["mg.example.com"]).await.unwrap();
        let bytes = server.client().call_bytes(READ, &["mg.example.com"]).await.unwrap();
        assert!(bytes.is_empty());
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let bait = Server::always(accepted()).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 X"] {
        let location = format!("{}/v3/mg.example.com/messages", bait.url());
        let moved = response_with(status, &[("location", &location)], "");
        check(status, moved, once(Api, Rejected, "")).await;
    }
    assert_eq!(bait.connections(), 0);
}

#[tokio::test]
async fn call_location_returns_the_location_of_a_redirect_without_following_it() {
    const LINK: Operation = Operation::get("/v3/exports/{id}/download_url");
    let bait = Server::always(accepted()).await;
    let location = format!("{}/signed?a=%2B", bait.url());
    let found = response_with("302 Found", &[("location", &location)], "<a href=\"x\">Found</a>");
    let server = Server::always(found).await;
    let link = server.client().call_location(LINK, &["7"]).response().await.unwrap();
    assert_eq!(link.status(), 302);
    assert_eq!(link.value, location);
    assert_eq!((server.count(), bait.connections()), (1, 0));

    for (reaction, kind) in [
        (response_with("302 Found", &[], ""), Decode),
        (response("200 OK", "{}"), Decode),
        (response("304 Not Modified", ""), Api),
        (response("404 Not Found", r#"{"message": "export not found"}"#), Api),
    ] {
        let server = Server::always(reaction).await;
        let error = server.client().call_location(LINK, &["7"]).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(server.count(), 1);
    }
    let moved = response_with("302 Found", &[("location", &bait.url())], "");
    let server = Server::always(moved).await;
    let error = server.client().call_location(LINK, &["7"]).stream().await.unwrap_err();
    assert_eq!((error.kind(), bait.connections()), (Api, 0));
}

/// All headers and bodies that can ask for a wait, given the time of its end and its seconds.
fn waits(at: SystemTime, seconds: u64) -> Vec<(&'static str, Reaction)> {
    let epoch = at.duration_since(UNIX_EPOCH).unwrap();
    let date = mailgun_core::Timestamp::from(at).to_rfc2822();
    let (date, _) = date.rsplit_once(' ').unwrap();
    let message = |rest: String| {
        let start =
            "Domain mg.example.com is not allowed to send: request limit exceeded, try again";
        format!(r#"{{"message": "{start} after {rest}"}}"#)
    };
    let header = |name: &str, value: String| response_with("429 X", &[(name, &value)], "slow down");
    let unit = if seconds == 1 { "second" } else { "seconds" };
    vec![
        ("retry-after in seconds", header("retry-after", seconds.to_string())),
        ("retry-after as a date", header("retry-after", format!("{date} GMT"))),
        ("x-ratelimit-reset", header("x-ratelimit-reset", epoch.as_millis().to_string())),
        ("retry-seconds", response("429 X", &format!(r#"{{"retry-seconds": {seconds}}}"#))),
        ("seconds in the message", response("429 X", &message(format!("{seconds} {unit}")))),
        ("date in the message", response("420 X", &message(format!("{date} UTC")))),
    ]
}

#[tokio::test]
async fn a_hint_of_zero_is_ignored_and_the_call_is_retried() {
    check("420 unhinted", text("420 Enhance Your Calm", "slow down"), limited("slow down")).await;
    for (name, reaction) in waits(SystemTime::now(), 0) {
        for is_send in [true, false] {
            let server = Server::always(reaction.clone()).await;
            let error = run(&server.client(), is_send).await.unwrap_err();
            assert_eq!(server.count(), 3, "{name}");
            assert_eq!((error.kind(), error.outcome()), (RateLimited, Rejected), "{name}");
            assert_eq!(error.attempts(), 3, "{name}");
            assert_eq!(error.retry_after(), None, "{name}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_hint_beyond_the_policys_limit_is_an_error_at_once_with_its_time() {
    // Within the time that the call has, and beyond what the policy waits.
    const FAR: u64 = 50;
    const WHOLE_CALL: Duration = Duration::from_secs(60);
    let at = SystemTime::now() + Duration::from_secs(FAR);
    for (name, reaction) in waits(at, FAR) {
        for is_send in [true, false] {
            let server = Server::always(reaction.clone()).await;
            let client = server.builder().total_timeout(WHOLE_CALL).build().unwrap();
            let error = run(&client, is_send).await.unwrap_err();
            assert_eq!((server.count(), error.attempts()), (1, 1), "{name}");
            assert_eq!((error.kind(), error.outcome()), (RateLimited, Rejected), "{name}");
            let wait = error.retry_after().expect(name).as_secs();
            // Dates have whole seconds, and the test itself takes time.
            assert!((FAR - 30..=FAR).contains(&wait), "{name}: {wait}");
        }
    }
}

#[tokio::test]
async fn an_error_keeps_its_status_when_its_body_breaks_off() {
    let (half, stalled) = tokio::join!(
        async {
            let server = Server::always(cut(response("403 X", r#"{"message": "no"}"#), 4)).await;
            run(&server.client(), true).await.unwrap_err()
        },
        async {
            let stall = drip(response("403 X", r#"{"message": "no"}"#), 1, 4);
            let server = Server::always(stall).await;
            let client = server.builder().body_idle_timeout(Duration::from_millis(300)).build();
            run(&client.unwrap(), true).await.unwrap_err()
        }
    );
    for error in [half, stalled] {
        assert_eq!(error.status().unwrap(), 403, "{}", everything(&error));
        assert_eq!(error.outcome(), Rejected);
        assert_eq!(error.body(), br#"{"message": ""#);
    }
}

#[tokio::test]
async fn an_error_keeps_the_beginning_of_a_large_body() {
    const KEPT: usize = 64 * 1024;
    for length in [KEPT, KEPT + 1, 3 * 1024 * 1024] {
        let server = Server::always(text("500 X", &"x".repeat(length))).await;
        let error = run(&server.client(), true).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 500);
        assert_eq!(error.body().len(), KEPT, "of {length}");
        assert!(error.to_string().len() < 1000);
    }
}
