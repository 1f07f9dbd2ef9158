//! Request bodies whose source has the wrong length, fails, or is large.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{convert::Infallible, io, path::PathBuf, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mailgun_core::{Call, Client, Error, ErrorKind, Form, Operation, Outcome, Upload};
use tokio::time::{Instant, timeout};

use self::support::{Receipt, Server, accepted, everything, response};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

/// Well below all timeouts of the client: an error of the body must not wait for one.
const SOON: Duration = Duration::from_secs(5);

fn send(client: &Client, file: Upload) -> Call<Receipt> {
    let mut form = Form::new();
    form.text("to", "bob@example.com").file("attachment", file).text("subject", "after the file");
    client.call(SEND, &["mg.example.com"]).multipart(form)
}

fn pieces(length: usize) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::iter(vec![b'x'; length]).chunks(1000).map(|piece| Ok(piece.into()))
}

fn scratch(name: &str, content: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mailgun-body-{}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path
}

#[track_caller]
fn assert_is_body_error(error: &Error, words: &str) {
    assert_eq!(error.kind(), ErrorKind::RequestBody, "{}", everything(error));
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().starts_with("POST /v3/{domain}/messages failed: "), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_stream_of_another_length_than_declared_is_an_error_at_once() {
    const HELD: usize = 100_000;
    for (declared, words) in [
        (HELD + 1, "`report.csv` ended after 100000 of 100001 declared bytes"),
        (HELD - 1, "`report.csv` is longer than its declared length of 99999 bytes"),
        (HELD + 5_000_000, "`report.csv` ended after 100000 of 5100000 declared bytes"),
        (0, "`report.csv` is longer than its declared length of 0 bytes"),
    ] {
        let server = Server::always(accepted()).await;
        let file = Upload::from_stream("report.csv", Some(declared as u64), pieces(HELD));
        let start = Instant::now();
        let error = timeout(SOON, send(&server.client(), file).into_future()).await;
        let error = error.expect("hangs").expect_err("accepted");
        assert!(start.elapsed() < SOON);
        assert_is_body_error(&error, words);
        server.closed().await;
        assert!(server.requests().iter().all(|request| !request.is_whole), "{declared}");
        assert!(server.count() <= 1);
    }
}

#[tokio::test]
async fn a_client_stays_usable_after_an_error_of_a_body() {
    let server = Server::always(accepted()).await;
    let client = server.client();
    let wrong = Upload::from_stream("a.bin", Some(11), pieces(10));
    assert_is_body_error(&send(&client, wrong).await.unwrap_err(), "a.bin");
    let right = Upload::from_stream("a.bin", Some(10), pieces(10));
    send(&client, right).await.unwrap();
    assert_eq!(server.requests().iter().filter(|request| request.is_whole).count(), 1);
}

#[tokio::test]
async fn a_stream_of_the_declared_length_is_sent_with_it() {
    let server = Server::always(accepted()).await;
    let file = Upload::from_stream("report.csv", Some(100_000), pieces(100_000));
    send(&server.client(), file).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.is_whole);
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("content-length"), Some(&*request.body.len().to_string()));
    assert!(request.text().contains(&"x".repeat(100_000)));
}

#[tokio::test]
async fn a_stream_without_a_length_is_sent_chunked() {
    let server = Server::always(accepted()).await;
    let client = server.client();
    send(&client, Upload::from_stream("report.csv", None, pieces(100_000))).await.unwrap();
    let reader = io::Cursor::new(vec![b'x'; 100_000]);
    send(&client, Upload::from_reader("report.csv", None, reader)).await.unwrap();
    for request in server.requests() {
        assert!(request.is_whole);
        assert_eq!(request.header("transfer-encoding"), Some("chunked"));
        assert_eq!(request.header("content-length"), None);
        assert!(request.text().contains(&format!("\r\n\r\n{}\r\n--", "x".repeat(100_000))));
        assert!(request.text().contains("after the file"));
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_an_error_with_its_cause() {
    for length in [Some(5000), None] {
        let server = Server::always(accepted()).await;
        let broken = stream::iter([
            Ok(Bytes::from(vec![b'x'; 1000])),
            Err(io::Error::other("the disk is on fire")),
        ]);
        let file = Upload::from_stream("report.csv", length, broken);
        let error = timeout(SOON, send(&server.client(), file).into_future()).await;
        let error = error.expect("hangs").expect_err("accepted");
        assert_is_body_error(&error, "`report.csv` could not be read");
        assert!(everything(&error).contains("the disk is on fire"));
        server.closed().await;
        assert!(server.requests().iter().all(|request| !request.is_whole));
    }
}

#[tokio::test]
async fn a_file_that_changed_since_it_was_attached_is_not_sent() {
    type Change = fn(&PathBuf);
    let grown: Change = |path| std::fs::write(path, vec![b'y'; 6000]).unwrap();
    let rewritten: Change = |path| {
        std::fs::write(path, vec![b'y'; 5000]).unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::now() + Duration::from_secs(5)).unwrap();
    };
    let truncated: Change = |path| std::fs::write(path, b"yy").unwrap();
    let removed: Change = |path| std::fs::remove_file(path).unwrap();
    for (name, change) in
        [("grown", grown), ("rewritten", rewritten), ("truncated", truncated), ("removed", removed)]
    {
        let path = scratch(name, &[b'x'; 5000]);
        let file = Upload::from_path(&path).await.unwrap();
        change(&path);
        let server = Server::always(accepted()).await;
        let error = timeout(SOON, send(&server.client(), file).into_future()).await;
        let error = error.expect("hangs").expect_err("accepted");
        let filename = path.file_name().unwrap().to_str().unwrap();
        assert_is_body_error(&error, &format!("`{filename}` could not be read"));
        server.closed().await;
        assert!(server.requests().iter().all(|request| !request.is_whole), "{name}");
        let _ = std::fs::remove_file(path);
    }
}

#[tokio::test]
async fn a_large_file_is_streamed_with_its_exact_length() {
    const SIZE: usize = 24 * 1024 * 1024;
    let content: Vec<u8> = (0..SIZE).map(|i| (i % 251) as u8).collect();
    let path = scratch("large.bin", &content);
    let file = Upload::from_path(&path).await.unwrap();
    assert_eq!(file.size(), Some(SIZE as u64));
    let server = Server::always(accepted()).await;
    send(&server.client(), file).await.unwrap();
    std::fs::remove_file(path).unwrap();

    let request = &server.requests()[0];
    assert!(request.is_whole);
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("content-length"), Some(&*request.body.len().to_string()));
    let mark = b"Content-Type: application/octet-stream\r\n\r\n";
    let start = request.body.windows(mark.len()).position(|w| w == mark).unwrap() + mark.len();
    assert!(request.body[start..start + SIZE] == content[..]);
    assert!(request.body[start + SIZE..].starts_with(b"\r\n--"));
}

#[tokio::test]
async fn a_refusal_before_the_end_of_the_request_body_is_read() {
    let support::Reaction::Response(refusal) = response("401 Unauthorized", "Forbidden") else {
        unreachable!()
    };
    let server = Server::always(support::Reaction::EarlyResponse(refusal)).await;
    let file = Upload::from_bytes("large.bin", vec![0; 24 * 1024 * 1024]);
    let error = timeout(SOON, send(&server.client(), file).into_future()).await;
    let error = error.expect("hangs").expect_err("accepted");
    assert_eq!(error.status().unwrap(), 401, "{}", everything(&error));
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(server.count(), 1);
}
