//! Each fault, as the socket of a client sees it.

use std::{
    io::ErrorKind,
    time::{Duration, Instant, SystemTime},
};

use mailgun_mock::{Fault, MockMailgun, RateLimit};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::client::{
    AUTH, Answer, MAIL, MESSAGES, URLENCODED, connect, get, post_form, request, send_with,
    urlencode,
};

fn mail() -> Vec<u8> {
    request(MESSAGES, &[AUTH, URLENCODED], urlencode(&MAIL).as_bytes())
}

async fn write_mail(mailgun: &MockMailgun) -> TcpStream {
    let mut socket = connect(mailgun).await;
    socket.write_all(&mail()).await.unwrap();
    socket
}

/// What is read until the connection ends, and how it ends.
async fn read(socket: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = timeout(Duration::from_secs(10), socket.read_to_end(&mut bytes)).await.unwrap();
    (bytes, end.err().map(|error| error.kind()))
}

fn statuses(mailgun: &MockMailgun) -> Vec<Option<u16>> {
    mailgun.requests().iter().map(|request| request.status()).collect()
}

#[tokio::test]
async fn a_status_fault_replaces_processing() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::status(503));
    mailgun.inject(
        Fault::status(502)
            .with_body("text/html", "<html>Bad Gateway</html>")
            .with_header("Retry-After", "7"),
    );
    mailgun.inject(Fault::status(500).with_json(json!({ "error": "x" })));
    post_form(&mailgun, MESSAGES, &MAIL).await.assert_message(503, "Service Unavailable");
    let answer = post_form(&mailgun, MESSAGES, &MAIL).await;
    assert_eq!((answer.status, answer.text()), (502, "<html>Bad Gateway</html>"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(post_form(&mailgun, MESSAGES, &MAIL).await.json(), json!({ "error": "x" }));
    assert!(mailgun.sent().is_empty());
    assert_eq!(post_form(&mailgun, MESSAGES, &MAIL).await.status, 200);
    assert_eq!(statuses(&mailgun), [Some(503), Some(502), Some(500), Some(200)]);
}

#[tokio::test]
async fn a_delay_fault_accepts_the_mail_before_it_responds() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::delay(Duration::from_millis(300)));
    let begin = Instant::now();
    let mut socket = write_mail(&mailgun).await;
    mailgun.wait_for_sent(1, Duration::from_millis(200)).await.unwrap();
    assert_eq!(statuses(&mailgun), [None]);
    let (bytes, end) = read(&mut socket).await;
    assert!(begin.elapsed() >= Duration::from_millis(300));
    assert_eq!((Answer::parse(&bytes).status, end), (200, None));
}

#[tokio::test]
async fn a_silence_fault_reads_the_request_and_never_responds() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::silence());
    let mut socket = write_mail(&mailgun).await;
    let read = timeout(Duration::from_millis(300), socket.read_u8()).await;
    assert!(read.is_err(), "{read:?}");
    assert_eq!(mailgun.requests()[0].body(), urlencode(&MAIL).as_bytes());
    assert_eq!(statuses(&mailgun), [None]);
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn reset_before_read_does_not_wait_for_the_body() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::reset_before_read());
    let mut socket = connect(&mailgun).await;
    let request = mail();
    let head = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    socket.write_all(&request[..head]).await.unwrap();
    assert_eq!(read(&mut socket).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(mailgun.requests()[0].body().is_empty());
    assert_eq!(statuses(&mailgun), [None]);
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn reset_after_read_reads_the_whole_request() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::reset_after_read());
    let mut socket = write_mail(&mailgun).await;
    assert_eq!(read(&mut socket).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(mailgun.requests()[0].body(), urlencode(&MAIL).as_bytes());
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn lose_response_accepts_the_mail() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::lose_response());
    let mut socket = write_mail(&mailgun).await;
    assert_eq!(read(&mut socket).await, (Vec::new(), None));
    assert_eq!(mailgun.sent().len(), 1);
    assert_eq!(statuses(&mailgun), [None]);
}

#[tokio::test]
async fn truncate_response_announces_the_whole_body() {
    let mailgun = MockMailgun::start().await;
    for length in [0, 1, 17] {
        mailgun.inject(Fault::truncate_response(length));
        let (bytes, _) = read(&mut write_mail(&mailgun).await).await;
        let answer = Answer::parse(&bytes);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body.len(), length);
        let announced: usize = answer.header("content-length").unwrap().parse().unwrap();
        assert!(announced > 60, "{announced}");
    }
    assert_eq!(mailgun.sent().len(), 3);
    mailgun.inject(Fault::truncate_response(1_000_000));
    let answer = post_form(&mailgun, MESSAGES, &MAIL).await;
    assert_eq!(answer.json()["id"], mailgun.sent()[3].id());
}

#[tokio::test]
async fn drip_response_writes_the_body_in_pieces() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::drip_response(10, Duration::from_millis(30)));
    let mut socket = write_mail(&mailgun).await;
    let (mut bytes, mut pieces) = (Vec::new(), Vec::new());
    loop {
        let read = socket.read_buf(&mut bytes);
        match timeout(Duration::from_secs(5), read).await.unwrap().unwrap() {
            0 => break,
            length => pieces.push(length),
        }
    }
    let answer = Answer::parse(&bytes);
    assert_eq!(answer.json()["id"], mailgun.sent()[0].id());
    assert!(pieces.len() >= answer.body.len() / 10, "{pieces:?}");
    assert!(pieces[1..].iter().filter(|length| **length == 10).count() > 3, "{pieces:?}");
}

#[tokio::test]
async fn each_rate_limit_has_its_own_hint() {
    let mailgun = MockMailgun::start().await;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_640_032_401);
    let exceeded = "Domain mg.example.com is not allowed to send: request limit exceeded";
    for (limit, header, body) in [
        (
            RateLimit::RetryAfterSeconds(7),
            Some(("retry-after", "7")),
            json!({ "message": exceeded }),
        ),
        (
            RateLimit::RetryAfterDate(time),
            Some(("retry-after", "Mon, 20 Dec 2021 20:33:21 GMT")),
            json!({ "message": exceeded }),
        ),
        (
            RateLimit::ResetMillis(1_620_637_982_656),
            Some(("x-ratelimit-reset", "1620637982656")),
            json!({ "message": exceeded }),
        ),
        (RateLimit::RetrySeconds(60), None, json!({ "retry-seconds": 60 })),
        (
            RateLimit::MessageSeconds(120),
            None,
            json!({ "message": "Domain mg.example.com is not allowed to send: \
                account-requests-per-sec limit exceeded, try again after 120 seconds" }),
        ),
        (
            RateLimit::MessageDate(time),
            None,
            json!({ "message":
                format!("{exceeded}, try again after Mon, 20 Dec 2021 20:33:21 UTC") }),
        ),
        (RateLimit::Unhinted, None, json!({ "message": exceeded })),
    ] {
        mailgun.inject(Fault::rate_limit(limit));
        mailgun.inject(Fault::rate_limit(limit).as_420());
        for status in [429, 420] {
            let answer = post_form(&mailgun, MESSAGES, &MAIL).await;
            assert_eq!((answer.status, answer.json()), (status, body.clone()), "{limit:?}");
            for name in ["retry-after", "x-ratelimit-reset"] {
                let expected = header.filter(|(wanted, _)| *wanted == name).map(|(_, value)| value);
                assert_eq!(answer.header(name), expected, "{limit:?}");
            }
        }
    }
    mailgun.inject(
        Fault::rate_limit(RateLimit::RetryAfterSeconds(1))
            .with_body("text/plain", "Slow down")
            .with_header("X-Trace", "7"),
    );
    let answer = post_form(&mailgun, MESSAGES, &MAIL).await;
    assert_eq!((answer.status, answer.text()), (429, "Slow down"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("x-trace"), Some("7"));
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn a_request_gets_the_first_fault_that_applies_to_it() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::status(500).for_method(http::Method::DELETE));
    mailgun.inject(Fault::status(501).for_path("/events"));
    mailgun.inject(Fault::status(502).for_path_where(|path| path.ends_with("/messages")).times(2));
    mailgun.inject(Fault::status(503).times(0));
    mailgun.inject(Fault::status(504));
    assert_eq!(mailgun.faults_left(), 5);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(post_form(&mailgun, MESSAGES, &MAIL).await.status);
    }
    assert_eq!(seen, [502, 502, 504, 200]);
    assert_eq!(mailgun.faults_left(), 2);
    assert_eq!(get(&mailgun, "/v3/mg.example.com/events").await.status, 501);
    assert_eq!(mailgun.faults_left(), 1);
    mailgun.clear();
    assert_eq!(mailgun.faults_left(), 1);
}

#[test]
#[should_panic(expected = "the status must be between 200 and 999")]
fn an_invalid_status_panics() {
    let _ = Fault::status(99);
}

#[tokio::test]
async fn a_fault_for_a_recipient_leaves_other_mail_alone() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::status(503).for_recipient("Eve <EVE@example.com>").times(2));
    mailgun.inject(Fault::status(500).for_path("/events"));
    assert_eq!(send_with(&mailgun, &[]).await.status, 200);
    assert_eq!(send_with(&mailgun, &[("bcc", "Eve <eve@Example.com>")]).await.status, 503);
    assert_eq!(get(&mailgun, "/v3/mg.example.com/events").await.status, 500);
    assert_eq!(mailgun.faults_left(), 1);
    mailgun.clear_faults();
    assert_eq!(send_with(&mailgun, &[("to", "eve@example.com")]).await.status, 200);
    assert_eq!(mailgun.sent().len(), 2);
}
