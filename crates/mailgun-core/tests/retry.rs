//! Retries: which calls, how often, with which bytes and after which wait.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use base64::Engine as _;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use mailgun_core::{
    ApiKey, Body, Client, ClientBuilder, Credentials, ErrorKind, Form, Idempotency, Operation,
    Outcome, ResponseBody, TimeoutPhase, Timestamp, Upload, layers::RetryPolicy,
};
use tokio::time::Instant;
use tower::service_fn;

use self::support::{
    Reaction, Receipt, Server, accepted, builder, mail, policy, response, response_with,
};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const READ: Operation = Operation::get("/v3/domains");
const DOMAIN: &[&str] = &["mg.example.com"];

fn limited() -> Reaction {
    response("429 Too Many Requests", r#"{"message": "slow down"}"#)
}

fn scratch(name: &str, content: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mailgun-retry-{}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path
}

#[tokio::test]
async fn a_retry_sends_the_same_bytes() {
    let content: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let path = scratch("same.bin", &content);
    let server = Server::script(vec![limited(), limited(), accepted()]).await;
    let mut form = mail();
    form.text("html", "x".repeat(20_000)).file("inline", Upload::from_path(&path).await.unwrap());
    let response =
        server.client().call::<Receipt>(SEND, DOMAIN).multipart(form).response().await.unwrap();
    std::fs::remove_file(path).unwrap();

    assert_eq!(response.attempts(), 3);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[0].body.windows(content.len()).any(|window| window == content));
    for request in &requests {
        assert!(request.is_whole);
        assert_eq!(request.head, requests[0].head);
        assert_eq!(request.body, requests[0].body);
    }
}

#[tokio::test]
async fn a_stream_is_not_retried() {
    for length in [Some(5), None] {
        let server = Server::script(vec![limited(), accepted()]).await;
        let pieces = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"12345"))]);
        let mut form = Form::new();
        form.file("attachment", Upload::from_stream("a.txt", length, pieces));
        let call = server.client().call::<Receipt>(SEND, DOMAIN).multipart(form);
        let error = call.await.unwrap_err();
        assert_eq!(server.count(), 1);
        assert_eq!(error.attempts(), 1);
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::RateLimited, Outcome::Rejected));
    }
}

#[tokio::test]
async fn a_call_can_disable_retries() {
    let server = Server::script(vec![limited(), accepted()]).await;
    let error = server.client().call::<Receipt>(SEND, DOMAIN).no_retry().await.unwrap_err();
    assert_eq!((server.count(), error.attempts()), (1, 1));

    let server = Server::script(vec![limited(), accepted()]).await;
    let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
    let error = client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!((server.count(), error.attempts()), (1, 1));
}

#[tokio::test]
async fn a_call_can_be_declared_idempotent() {
    let failing = || vec![response("503 X", ""), Reaction::Reset, accepted()];
    let server = Server::script(failing()).await;
    let call = server.client().call::<Receipt>(SEND, DOMAIN).json(&[1]);
    let response = call.idempotency(Idempotency::Idempotent).response().await.unwrap();
    assert_eq!((server.count(), response.attempts()), (3, 3));

    let server = Server::script(failing()).await;
    let call = server.client().call::<Receipt>(READ, &[]);
    let error = call.idempotency(Idempotency::NonIdempotent).await.unwrap_err();
    assert_eq!((server.count(), error.outcome()), (1, Outcome::Unknown));

    let server = Server::script(failing()).await;
    const METRICS: Operation = Operation::post("/v1/analytics/metrics").idempotent();
    server.client().call::<Receipt>(METRICS, &[]).json(&[1]).await.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn every_method_but_get_is_non_idempotent_by_default() {
    const PATH: &str = "/v3/domains";
    for operation in [
        Operation::post(PATH),
        Operation::put(PATH),
        Operation::patch(PATH),
        Operation::delete(PATH),
    ] {
        for (operation, requests) in [(operation, 1), (operation.idempotent(), 3)] {
            let server = Server::always(response("500 X", "")).await;
            server.client().call::<Receipt>(operation, &[]).await.unwrap_err();
            assert_eq!(server.count(), requests, "{operation:?}");
        }
    }
}

#[tokio::test]
async fn the_policy_limits_the_attempts() {
    for attempts in [1, 2, 5] {
        let server = Server::always(limited()).await;
        let policy = policy().max_attempts(attempts);
        let client = server.builder().retry(policy).build().unwrap();
        let error = client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
        assert_eq!((server.count() as u32, error.attempts()), (attempts, attempts));
    }
}

#[tokio::test]
async fn a_retry_uses_the_replaced_key() {
    let credentials = Credentials::new(ApiKey::new("key-old").unwrap());
    let server = Server::new({
        let credentials = credentials.clone();
        move |request| {
            credentials.replace(ApiKey::new("key-new").unwrap());
            if request.index == 0 { limited() } else { accepted() }
        }
    })
    .await;
    let client =
        Client::builder(credentials).base_url(server.url()).no_proxy().retry(policy()).build();
    client.unwrap().call::<Receipt>(SEND, DOMAIN).await.unwrap();
    let basic = |key: &str| {
        let key = format!("api:{key}");
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(key))
    };
    let requests = server.requests();
    assert_eq!(requests[0].header("authorization"), Some(&*basic("key-old")));
    assert_eq!(requests[1].header("authorization"), Some(&*basic("key-new")));
}

#[tokio::test]
async fn calls_reuse_a_connection_and_replace_a_closed_one() {
    let server = Server::always(accepted()).await;
    let client = server.client();
    for _ in 0..3 {
        client.clone().call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    }
    assert_eq!((server.count(), server.connections()), (3, 1));

    let Reaction::Response(bytes) = accepted() else { unreachable!() };
    let server = Server::always(Reaction::ResponseAndClose(bytes)).await;
    let client = server.builder().retry(RetryPolicy::never()).build().unwrap();
    for _ in 0..3 {
        client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
        // Gives the client time to see that the server closed the connection.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!((server.count(), server.connections()), (3, 3));
}

/// A client with a transport in memory, and the number of its requests.
fn in_memory<F>(builder: ClientBuilder, answer: F) -> (Client, Arc<AtomicUsize>)
where
    F: Fn(usize) -> Option<Response<ResponseBody>> + Clone + Send + Sync + 'static,
{
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let service = service_fn(move |_: Request<Body>| {
        let answer = answer(counted.fetch_add(1, Ordering::SeqCst));
        async move {
            match answer {
                Some(response) => Ok::<_, Infallible>(response),
                None => std::future::pending().await,
            }
        }
    });
    (builder.build_with_transport(service).unwrap(), count)
}

fn canned(status: u16, retry_after: Option<&str>) -> Option<Response<ResponseBody>> {
    let mut response = Response::new(ResponseBody::from(r#"{"id": "1"}"#));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if let Some(wait) = retry_after {
        response.headers_mut().insert("retry-after", wait.parse().unwrap());
    }
    Some(response)
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_is_not_shortened() {
    let (client, count) = in_memory(
        builder("http://localhost").retry(RetryPolicy::default()).total_timeout(None),
        |index| canned(if index < 2 { 429 } else { 200 }, Some("30")),
    );
    let start = Instant::now();
    client.call::<Receipt>(SEND, DOMAIN).await.unwrap();
    let waited = start.elapsed();
    assert_eq!(count.load(Ordering::SeqCst), 3);
    assert!(waited >= Duration::from_secs(60), "{waited:?}");
    assert!(waited <= Duration::from_secs(63), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_fails_at_once() {
    let (client, count) = in_memory(builder("http://localhost"), |_| canned(429, Some("4")));
    let start = Instant::now();
    let call = client.call::<Receipt>(SEND, DOMAIN).deadline(Duration::from_secs(3));
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(4)));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_limit_fails_at_once_for_server_errors() {
    let (client, count) = in_memory(builder("http://localhost"), |_| canned(503, Some("6")));
    let start = Instant::now();
    let error = client.call::<Receipt>(READ, &[]).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(6)));
    assert_eq!((count.load(Ordering::SeqCst), start.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_call_that_hangs() {
    let (client, count) = in_memory(builder("http://localhost"), |_| None);
    for (operation, segments) in [(SEND, DOMAIN), (READ, &[][..])] {
        let start = Instant::now();
        let call = client.call::<Receipt>(operation, segments).deadline(Duration::from_secs(7));
        let error = call.await.unwrap_err();
        assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(error.attempts(), 1);
        assert_eq!(start.elapsed().as_secs(), 7);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_all_attempts_together() {
    let builder = builder("http://localhost").attempt_timeout(Duration::from_secs(3));
    let (client, count) = in_memory(builder, |_| None);
    let start = Instant::now();
    let call = client.call::<Receipt>(READ, &[]).deadline(Duration::from_secs(8));
    let error = call.await.unwrap_err();
    assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));
    assert_eq!((count.load(Ordering::SeqCst), error.attempts()), (3, 3));
    assert_eq!(start.elapsed().as_secs(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_budget_stops_retries_of_all_clones() {
    let policy = policy().max_attempts(11).budget(0.0);
    let builder = builder("http://localhost").retry(policy);
    let (client, count) = in_memory(builder, |_| canned(429, None));
    // The reserve is 10 retries per second in a window of ten seconds. The waits are far shorter.
    for call in 1..=15 {
        let error = client.clone().call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
        assert_eq!(error.attempts(), if call <= 10 { 11 } else { 1 }, "call {call}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 15 + 100);

    let tenant = client.for_subaccount("sub").unwrap();
    let error = tenant.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn backoff_stays_below_the_limit_of_the_policy() {
    let limits = policy()
        .max_attempts(6)
        .base_delay(Duration::from_secs(1))
        .max_delay(Duration::from_secs(3));
    let (client, count) =
        in_memory(builder("http://localhost").retry(limits).total_timeout(None), |_| {
            canned(420, None)
        });
    let start = Instant::now();
    client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 6);
    let (waited, longest) = (start.elapsed(), Duration::from_secs(1 + 2 + 3 + 3 + 3));
    // Each wait may take a millisecond longer.
    assert!(waited >= longest / 2 && waited <= longest + Duration::from_millis(5), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_of_zero_does_not_shorten_the_backoff() {
    let date = |seconds_ago| {
        let at = SystemTime::now() - Duration::from_secs(seconds_ago);
        Timestamp::from(at).to_rfc2822().replace("+0000", "GMT")
    };
    let past = SystemTime::now() - Duration::from_secs(30);
    let past = past.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut hints = vec![("x-ratelimit-reset", past.as_millis().to_string())];
    for text in ["0", "0.0", "-1", "120.5.1", "1994-11-06", "Sunday, 06-Nov-94 08:49:37 GMT"] {
        hints.push(("retry-after", text.to_owned()));
    }
    hints.extend([0, 30, 86_400].map(|ago| ("retry-after", date(ago))));
    for (name, value) in hints {
        let builder = builder("http://localhost").retry(RetryPolicy::default());
        let (client, count) = in_memory(builder, {
            let value = value.clone();
            move |_| {
                let mut response = canned(429, None)?;
                response.headers_mut().insert(name, value.parse().unwrap());
                Some(response)
            }
        });
        let start = Instant::now();
        client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
        let (waited, shortest) = (start.elapsed(), Duration::from_millis(250 + 500 + 1000));
        assert_eq!(count.load(Ordering::SeqCst), 4);
        assert!(waited >= shortest, "{name}: {value}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_requested_wait_does_not_shorten_the_backoff() {
    let limits = policy().base_delay(Duration::from_secs(8)).max_delay(Duration::from_secs(8));
    let (client, count) =
        in_memory(builder("http://localhost").retry(limits), |_| canned(429, Some("1")));
    let start = Instant::now();
    client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 3);
    assert!(start.elapsed() >= Duration::from_secs(4 + 4));
}

#[tokio::test(start_paused = true)]
async fn an_extreme_requested_wait_does_not_overflow() {
    const YEAR: Duration = Duration::from_secs(365 * 86_400);
    for value in ["99999999999999999999", "18446744073709551615", "1e400"] {
        let limits = policy().max_wait(Duration::MAX);
        let builder = builder("http://localhost").retry(limits).total_timeout(None);
        let (client, count) = in_memory(builder, move |_| canned(429, Some(value)));
        let call = client.call::<Receipt>(SEND, DOMAIN).into_future();
        assert!(tokio::time::timeout(YEAR, call).await.is_err(), "{value}");
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let error = client.call::<Receipt>(SEND, DOMAIN).no_retry().await.unwrap_err();
        let hint = error.retry_after().unwrap();
        assert!(hint > YEAR && Instant::now().checked_add(hint).is_some(), "{value}: {hint:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_a_pause_between_attempts_whatever_the_settings() {
    let limits = policy().base_delay(Duration::ZERO).max_delay(Duration::ZERO).max_attempts(10);
    let (client, count) =
        in_memory(builder("http://localhost").retry(limits), |_| canned(429, None));
    let start = Instant::now();
    client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 10);
    assert!(start.elapsed() >= Duration::from_millis(9));
}

#[tokio::test]
async fn a_requested_wait_starts_at_the_response() {
    let limited = response_with("429 X", &[("retry-after", "1")], "slow down");
    let server = Server::script(vec![limited, accepted()]).await;
    let start = Instant::now();
    server.client().call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.count(), 2);
}
