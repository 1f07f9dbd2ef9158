//! Files: what arrives is what was given, or nothing arrives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    convert::Infallible,
    io::Cursor,
    time::{Duration, SystemTime},
};

use http_body_util::BodyExt as _;
use mailgun_core::{Error, ErrorKind, Outcome, bytes::Bytes};
use mailgun_messages::{Attachment, Message, Messages};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use mailgun_testing::{Reaction, Server};
use support::{Scratch, complete, hasty, messages, offline, parts_of, random_bytes};

/// A stream of the content in uneven pieces.
fn stream(
    content: &[u8],
) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let mut pieces = Vec::new();
    let mut rest = content;
    let mut size = 1;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(Ok(Bytes::copy_from_slice(piece)));
        rest = after;
        size = size * 3 + 1;
    }
    futures_util::stream::iter(pieces)
}

async fn send(mock: &MockMailgun, message: Message) -> Result<(), Error> {
    hasty(mock).send(message).await.map(drop)
}

#[tokio::test]
async fn five_attachments_of_every_kind_arrive_whole_and_in_order() {
    let mock = MockMailgun::start().await;
    let contents: Vec<_> = (0..5).map(|n| random_bytes(n + 1, 150_000 + n as usize)).collect();
    let on_disk = Scratch::new("second.pdf", &contents[1]);
    let length = |n: usize| Some(contents[n].len() as u64);
    let message = complete()
        .attachment(Attachment::from_bytes("first.msg", contents[0].clone()))
        .attachment(Attachment::from_path(on_disk.path()).await.unwrap())
        .attachment(Attachment::from_stream("third.unknown-ext", length(2), stream(&contents[2])))
        .attachment(Attachment::from_stream("fourth", None, stream(&contents[3])))
        .attachment(Attachment::from_reader("fifth.TXT", None, Cursor::new(contents[4].clone())));
    send(&mock, message).await.unwrap();

    let sent = &mock.sent()[0];
    let files = sent.attachments();
    let names: Vec<_> = files.iter().map(|file| &*file.filename).collect();
    assert_eq!(names, ["first.msg", "second.pdf", "third.unknown-ext", "fourth", "fifth.TXT"]);
    for (file, content) in files.iter().zip(&contents) {
        assert!(file.bytes == content, "{file:?}");
    }
    let types: Vec<_> = files.iter().map(|file| &*file.content_type).collect();
    assert_eq!(types[1], "application/pdf");
    assert_eq!(types[2], "application/octet-stream");
    assert_eq!(types[3], "application/octet-stream");
    assert_eq!(types[4], "text/plain");
    assert!(types.iter().all(|content_type| !content_type.is_empty()));
}

#[tokio::test]
async fn the_content_length_is_declared_unless_a_stream_has_no_length() {
    let mock = MockMailgun::start().await;
    let content = random_bytes(7, 300_000);
    let length = Some(content.len() as u64);
    for (file, is_declared) in [
        (Attachment::from_bytes("a", content.clone()), true),
        (Attachment::from_stream("a", length, stream(&content)), true),
        (Attachment::from_stream("a", None, stream(&content)), false),
    ] {
        mock.clear();
        send(&mock, complete().attachment(file)).await.unwrap();
        let request = &mock.requests()[0];
        assert_eq!(request.header("content-length").is_some(), is_declared);
        assert_eq!(request.header("transfer-encoding").is_some(), !is_declared);
        if is_declared {
            assert_eq!(request.header("content-length"), Some(&*request.body().len().to_string()));
        }
        assert_eq!(mock.sent()[0].attachments()[0].bytes, content);
    }
}

#[tokio::test]
async fn an_inline_file_is_named_by_its_content_id_and_keeps_its_type() {
    let mock = MockMailgun::start().await;
    let png = || Attachment::from_bytes("picture.png", &b"\x89PNG"[..]);
    let message = complete()
        .html(r#"<img src="cid:logo"><img src="cid:logo@example.com"><img src="cid:x.gif">"#)
        .inline("logo", png())
        .inline("logo@example.com", png())
        .inline("x.gif", Attachment::from_bytes("", &b"GIF89a"[..]))
        .inline("own", png().with_content_type("image/x-own".parse().unwrap()));
    send(&mock, message).await.unwrap();
    let sent = &mock.sent()[0];
    assert!(sent.attachments().is_empty());
    let inline: Vec<_> =
        sent.inline().iter().map(|file| (&*file.filename, &*file.content_type)).collect();
    let expected = [
        ("logo", "image/png"),
        ("logo@example.com", "image/png"),
        ("x.gif", "image/gif"),
        ("own", "image/x-own"),
    ];
    assert_eq!(inline, expected);
}

#[tokio::test]
async fn odd_filenames_are_raw_utf8_on_the_wire() {
    let mock = MockMailgun::start().await;
    let long = "ä".repeat(200);
    for (name, on_the_wire) in [
        ("café.txt", "café.txt"),
        ("日本語.pdf", "日本語.pdf"),
        ("🎉 party.png", "🎉 party.png"),
        ("a'b;c=d%20,e.txt", "a'b;c=d%20,e.txt"),
        ("back\\slash.txt", "back\\slash.txt"),
        ("filename*=utf-8''x.txt", "filename*=utf-8''x.txt"),
        ("a\"\r\nX: y.txt", "a%22%0D%0AX: y.txt"),
        (&*long, &*long),
    ] {
        mock.clear();
        send(&mock, complete().attachment(Attachment::from_bytes(name, "content"))).await.unwrap();
        let golden = format!(
            "\r\nContent-Disposition: form-data; name=\"attachment\"; \
             filename=\"{on_the_wire}\"\r\nContent-Type: "
        );
        let body = mock.requests()[0].body().clone();
        let found = body.windows(golden.len()).filter(|w| *w == golden.as_bytes()).count();
        assert_eq!(found, 1, "{name:?}");
        assert_eq!(mock.sent()[0].attachments()[0].bytes, "content", "{name:?}");
    }
}

#[tokio::test]
async fn a_filename_that_ends_with_a_backslash_arrives() {
    let mock = MockMailgun::start().await;
    let file = Attachment::from_bytes("a\\", "content");
    // Refusing it is as good.
    if send(&mock, complete().attachment(file)).await.is_ok() {
        assert_eq!(mock.sent()[0].attachments()[0].bytes, "content");
    }
}

#[tokio::test]
async fn names_of_parameters_are_raw_utf8_on_the_wire() {
    for (name, on_the_wire) in [
        ("my key", "v:my key"),
        ("naïve", "v:naïve"),
        ("a/b%{}'()", "v:a/b%{}'()"),
        ("a\"b", "v:a%22b"),
    ] {
        let (_, body) =
            offline().send(complete().variable(name, "x")).into_request().unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let golden = format!("form-data; name=\"{on_the_wire}\"\r\n\r\nx\r\n");
        assert!(str::from_utf8(&body).unwrap().contains(&golden), "{name}");
    }
}

#[tokio::test]
async fn bytes_that_look_like_a_boundary_are_only_bytes() {
    for round in 0..50_u64 {
        let mut content = random_bytes(round, (round * 977) as usize);
        // The boundary is drawn anew for each request, so that no content can hold it.
        let first = offline().send(complete()).into_request().unwrap();
        let content_type = first.headers()["content-type"].to_str().unwrap();
        let boundary = content_type.split_once("boundary=").unwrap().1;
        content.extend(format!("\r\n--{boundary}--\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"bcc\"\r\n\r\nevil@example.com\r\n").bytes());
        content.extend(random_bytes(round + 1000, 100));
        let file = Attachment::from_bytes("a.bin", content.clone());
        let parts = parts_of(offline().send(complete().attachment(file))).await;
        assert_eq!(parts.len(), 5);
        assert_eq!(parts[4].bytes, content, "round {round}");
    }
}

#[tokio::test]
async fn a_wrong_declared_length_is_an_error_and_nothing_is_delivered() {
    let mock = MockMailgun::start().await;
    let content = random_bytes(3, 200_000);
    let length = content.len() as u64;
    for (declared, reason) in [(length - 1, "longer than"), (length + 1, "ended after")] {
        let streamed = Attachment::from_stream("s.bin", Some(declared), stream(&content));
        let read = Attachment::from_reader("s.bin", Some(declared), Cursor::new(content.clone()));
        for file in [streamed, read] {
            let call = messages(&mock).send(complete().attachment(file));
            let error = tokio::time::timeout(Duration::from_secs(5), call).await;
            let error = error.expect("it does not hang").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RequestBody, "{error}");
            assert_eq!(error.outcome(), Outcome::NotSent);
            assert_eq!(error.attempts(), 1);
            let shown = support::everything_shown(&error);
            assert!(shown.contains("`s.bin`") && shown.contains(reason), "{shown}");
        }
    }
    assert!(mock.sent().is_empty());
    let exact = Attachment::from_stream("s.bin", Some(length), stream(&content));
    send(&mock, complete().attachment(exact)).await.unwrap();
    assert_eq!(mock.sent()[0].attachments()[0].bytes, content);
}

#[tokio::test]
async fn a_stream_that_fails_delivers_nothing() {
    let mock = MockMailgun::start().await;
    let pieces =
        [Ok(Bytes::from(random_bytes(1, 100_000))), Err(std::io::Error::other("the disk is gone"))];
    let file = Attachment::from_stream("s.bin", None, futures_util::stream::iter(pieces));
    let error = send(&mock, complete().attachment(file)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(support::everything_shown(&error).contains("the disk is gone"));
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn a_file_that_changed_since_it_was_attached_is_not_sent() {
    let mock = MockMailgun::start().await;
    let file = Scratch::new("report.csv", &random_bytes(1, 1000));
    let changed = Attachment::from_path(file.path()).await.unwrap();
    std::fs::write(file.path(), b"shorter").unwrap();
    let vanished = Attachment::from_path(file.path()).await.unwrap();
    let error = send(&mock, complete().attachment(changed)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    std::fs::remove_file(file.path()).unwrap();
    let error = send(&mock, complete().attachment(vanished)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn a_file_that_changes_between_attempts_is_not_delivered() {
    let mock = MockMailgun::start().await;
    let content = random_bytes(5, 400_000);
    let file = Scratch::new("log.txt", &content);
    let path = file.path().to_owned();
    let upload = Attachment::from_path(&path).await.unwrap();
    // The first attempt is refused for its rate, and the file grows before the second.
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(1)));
    let messages = hasty(&mock);
    let call = tokio::spawn(messages.send(complete().attachment(upload)).into_future());
    while mock.requests().first().is_none_or(|request| request.status().is_none()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    std::fs::write(&path, [&content[..], b"more"].concat()).unwrap();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_sent_breaks_the_request_off() {
    const SIZE: u64 = 16 * 1024 * 1024;
    let file = Scratch::new("log.txt", &[]);
    let on_disk = std::fs::File::options().write(true).open(file.path()).unwrap();
    on_disk.set_len(SIZE).unwrap();
    let upload = Attachment::from_path(file.path()).await.unwrap();
    // At the head of the request; what does not fit in the buffers on the way is still in the file.
    let server = Server::new(move |_| {
        on_disk.set_len(1000).unwrap();
        Reaction::Silence
    })
    .await;
    let messages = Messages::new(&server.client(), "mg.example.com");
    let error = messages.send(complete().attachment(upload)).await.unwrap_err();
    drop(messages);
    server.closed().await;
    assert!(!server.requests()[0].is_whole, "the service could take the request for a whole one");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(support::everything_shown(&error).contains("`log.txt`"));
}

#[tokio::test]
async fn a_file_overwritten_while_it_is_sent_is_not_delivered() {
    const SIZE: usize = 16 * 1024 * 1024;
    let file = Scratch::new("report.txt", &vec![b'a'; SIZE]);
    let upload = Attachment::from_path(file.path()).await.unwrap();
    let path = file.path().to_owned();
    // At the head of the request; what does not fit in the buffers on the way is still in the file.
    let server = Server::new(move |_| {
        let mut on_disk = std::fs::File::options().write(true).open(&path).unwrap();
        std::io::Write::write_all(&mut on_disk, &vec![b'b'; SIZE]).unwrap();
        // Even if both writes fall into one tick of the clock.
        on_disk.set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
        Reaction::Silence
    })
    .await;
    let messages = Messages::new(&server.client(), "mg.example.com");
    let error = messages.send(complete().attachment(upload)).await.unwrap_err();
    drop(messages);
    server.closed().await;
    let request = &server.requests()[0];
    assert!(!request.is_whole, "the request is whole");
    assert!(!request.body.is_empty(), "nothing was on its way");
    assert!(!request.body.ends_with(b"--\r\n"), "the closing boundary arrived");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(support::everything_shown(&error).contains("has changed"), "{error}");
}

#[tokio::test]
#[cfg(unix)]
async fn a_fifo_is_refused_without_opening_it() {
    let mock = MockMailgun::start().await;
    let file = Scratch::new("a.pdf", b"content");
    let attached = Attachment::from_path(file.path()).await.unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(file.path()).status().unwrap();
    assert!(made.success());
    let soon = Duration::from_secs(5);
    let refused = tokio::time::timeout(soon, Attachment::from_path(file.path())).await;
    assert_eq!(refused.expect("waits").unwrap_err().kind(), ErrorKind::InvalidInput);
    let call = send(&mock, complete().attachment(attached));
    let error = tokio::time::timeout(soon, call).await.expect("waits").unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RequestBody, Outcome::NotSent));
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn declared_lengths_that_add_up_to_too_much_are_refused() {
    for (first, second) in
        [(u64::MAX, 0), (u64::MAX / 2 + 1, u64::MAX / 2 + 1), (u64::MAX, u64::MAX)]
    {
        let message = |limit| {
            complete()
                .max_size(limit)
                .attachment(Attachment::from_stream("a", Some(first), stream(b"x")))
                .attachment(Attachment::from_stream("b", Some(second), stream(b"x")))
        };
        for limit in [1000, u64::MAX] {
            let error = support::error_of(offline().send(message(limit)));
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        }
    }
}

#[tokio::test]
async fn a_retried_request_has_the_same_bytes() {
    let mock = MockMailgun::start().await;
    let content = random_bytes(9, 300_000);
    let file = Scratch::new("a.pdf", &content);
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(0)).times(2));
    let message = complete()
        .html("x".repeat(20_000))
        .attachment(Attachment::from_path(file.path()).await.unwrap())
        .attachment(Attachment::from_bytes("b.bin", content.clone()));
    let response = hasty(&mock).send(message).response().await.unwrap();
    assert_eq!(response.attempts(), 3);
    let requests = mock.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests[1..] {
        assert_eq!(request.header("content-type"), requests[0].header("content-type"));
        assert_eq!(request.header("content-length"), requests[0].header("content-length"));
        assert!(request.body() == requests[0].body(), "the body of the retry differs");
    }
    assert_eq!(mock.sent().len(), 1);
    assert!(mock.sent()[0].attachments().iter().all(|file| file.bytes == content));
}

#[tokio::test]
async fn a_stream_that_can_be_read_once_is_sent_once() {
    let content = random_bytes(2, 50_000);
    for as_420 in [false, true] {
        let mock = MockMailgun::start().await;
        let fault = Fault::rate_limit(RateLimit::RetryAfterSeconds(0));
        mock.inject(if as_420 { fault.as_420() } else { fault });
        let file = Attachment::from_stream("s.bin", Some(50_000), stream(&content));
        let error = send(&mock, complete().attachment(file)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.outcome(), Outcome::Rejected);
        assert_eq!(error.attempts(), 1);
        assert_eq!(mock.requests().len(), 1);
        assert!(mock.sent().is_empty());
    }
}

#[tokio::test]
async fn missing_files_and_folders_are_refused_when_they_are_attached() {
    let file = Scratch::new("x", b"");
    let folder = file.path().parent().unwrap();
    for path in [folder.join("missing.pdf"), folder.to_owned(), "..".into(), "/".into()] {
        let error = Attachment::from_path(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", path.display());
    }
    let empty = Attachment::from_path(file.path()).await.unwrap();
    let mock = MockMailgun::start().await;
    send(&mock, complete().attachment(empty)).await.unwrap();
    assert_eq!(mock.sent()[0].attachments()[0].bytes, "");
}
