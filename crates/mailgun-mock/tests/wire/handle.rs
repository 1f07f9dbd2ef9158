//! What the handle shows, and what ends with it.

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use mailgun_mock::{Fault, MockMailgun};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::client::{
    AUTH, MAIL, MESSAGES, URLENCODED, connect, exchange, get, post_form, send_with, urlencode,
};

#[tokio::test]
async fn every_request_is_logged_as_it_was_sent() {
    let mailgun = MockMailgun::start().await;
    post_form(&mailgun, MESSAGES, &MAIL).await;
    exchange(&mailgun, "GET /v3/a%2Fb/x?q=%20&r", &[("X-Own", "1")], b"raw").await;
    let requests = mailgun.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].path(), "/v3/mg.example.com/messages");
    assert_eq!(requests[0].query(), None);
    assert_eq!(requests[0].header("authorization"), Some(AUTH.1));
    assert_eq!(requests[0].body(), urlencode(&MAIL).as_bytes());
    assert_eq!(requests[0].status(), Some(200));
    assert_eq!(requests[1].path(), "/v3/a%2Fb/x");
    assert_eq!(requests[1].query(), Some("q=%20&r"));
    assert_eq!(requests[1].headers()["x-own"], "1");
    assert_eq!(requests[1].body(), "raw");
    assert_eq!(requests[1].status(), Some(401));
}

#[tokio::test]
async fn a_mock_does_not_repeat_the_ids_of_another_one() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mailgun = MockMailgun::start().await;
        send_with(&mailgun, &[]).await;
        let message = mailgun.sent().remove(0);
        // Links in mails have the key, and nothing else protects them.
        ids.push((message.storage_key().to_owned(), mailgun.events()[0]["id"].clone()));
    }
    assert_ne!(ids[0].0, ids[1].0);
    assert_ne!(ids[0].1, ids[1].1);
}

#[tokio::test]
async fn debug_output_shows_neither_key_nor_content() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("text", "top secret")]).await;
    let shown = format!(
        "{mailgun:?} {:?} {:?} {:?}",
        mailgun.requests(),
        mailgun.sent(),
        MockMailgun::builder().api_key("key-mock")
    );
    assert!(shown.contains("Sensitive"), "{shown}");
    for secret in ["YXBpOmtleS1tb2Nr", "key-mock", "secret"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn later_requests_do_not_change_returned_copies() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("subject", "One")]).await;
    let (sent, requests, events) = (mailgun.sent(), mailgun.requests(), mailgun.events());
    send_with(&mailgun, &[("subject", "Two")]).await;
    mailgun.clear();
    assert_eq!((sent.len(), requests.len(), events.len()), (1, 1, 2));
    assert_eq!(sent[0].subject(), Some("One"));
    assert!(mailgun.sent().is_empty() && mailgun.requests().is_empty());
    assert!(mailgun.events().is_empty());
    send_with(&mailgun, &[("subject", "Three")]).await;
    assert_eq!(mailgun.sent()[0].subject(), Some("Three"));
    assert_eq!(mailgun.requests()[0].status(), Some(200));
    assert_ne!(mailgun.sent()[0].id(), sent[0].id());
}

#[tokio::test]
async fn a_request_that_ends_after_clear_changes_no_later_entry() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::delay(Duration::from_millis(200)));
    let slow = send_with(&mailgun, &[]);
    let meanwhile = async {
        mailgun.wait_for_sent(1, Duration::from_secs(5)).await.unwrap();
        mailgun.clear();
        get(&mailgun, "/v3/nothing").await;
    };
    tokio::join!(slow, meanwhile);
    let statuses: Vec<_> = mailgun.requests().iter().map(|request| request.status()).collect();
    assert_eq!(statuses, [Some(404)]);
}

#[tokio::test]
async fn mail_is_found_by_recipient() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("subject", "One"), ("bcc", "Bob <bob@example.com>")]).await;
    send_with(&mailgun, &[("subject", "Two"), ("to", "BOB@example.com")]).await;
    let subjects = |address| {
        let sent = mailgun.sent_to(address);
        sent.iter().map(|message| message.subject().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subjects("bob@example.com"), ["One", "Two"]);
    assert_eq!(subjects("Ada <ADA@example.com>"), ["One"]);
    assert_eq!(subjects("example.com"), [""; 0]);
}

#[tokio::test]
async fn wait_for_sent_ends_with_enough_messages_or_the_time_out() {
    let mailgun = MockMailgun::start().await;
    let send_two = async {
        send_with(&mailgun, &[]).await;
        send_with(&mailgun, &[]).await;
    };
    let (waited, ()) = tokio::join!(mailgun.wait_for_sent(2, Duration::from_secs(5)), send_two);
    assert_eq!(waited.unwrap().len(), 2);
    let error = mailgun.wait_for_sent(3, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.to_string(), "2 of 3 messages were sent within 50ms");
    assert_eq!(error.sent().len(), 2);
    mailgun.clear();
    assert!(mailgun.wait_for_sent(1, Duration::from_millis(50)).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_concurrent_sends_are_kept() {
    let mailgun = Arc::new(MockMailgun::start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..100 {
        let mailgun = Arc::clone(&mailgun);
        tasks.spawn(async move {
            let to = format!("user{i}@example.com");
            let answer = send_with(&mailgun, &[("to", &to)]).await;
            (answer.json()["id"].as_str().unwrap().to_owned(), to)
        });
    }
    let answered = tasks.join_all().await;
    let sent = mailgun.sent();
    assert_eq!(sent.len(), 100);
    for (id, to) in answered {
        let of_id: Vec<_> = sent.iter().filter(|message| message.id() == id).collect();
        assert_eq!(of_id.len(), 1);
        assert_eq!(of_id[0].to(), [to]);
    }
    assert_eq!(mailgun.events().len(), 200);
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let mailgun = MockMailgun::start().await;
    let mut socket = connect(&mailgun).await;
    for _ in 0..3 {
        socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut response = [0; 512];
        let length = socket.read(&mut response).await.unwrap();
        assert!(response[..length].ends_with(b"Mailgun Magnificent API"));
    }
    assert_eq!(mailgun.requests().len(), 3);
}

#[tokio::test]
async fn http2_with_prior_knowledge_is_served_and_reset() {
    let mailgun = MockMailgun::start().await;
    let io = TokioIo::new(connect(&mailgun).await);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = || {
        http::Request::post("http://localhost/v3/mg.example.com/messages")
            .header(AUTH.0, AUTH.1)
            .header(URLENCODED.0, URLENCODED.1)
            .body(Full::new(bytes::Bytes::from(urlencode(&MAIL))))
            .unwrap()
    };
    let response = client.send_request(request()).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(b"{\n  \"id\""));

    mailgun.inject(Fault::truncate_response(5));
    let cut = client.send_request(request()).await.unwrap().into_body().collect().await;
    assert!(cut.is_err());
    mailgun.inject(Fault::reset_after_read());
    assert!(client.send_request(request()).await.is_err());
    assert_eq!(mailgun.sent().len(), 2);
}

#[tokio::test]
async fn dropping_the_handle_stops_the_server_and_closes_connections() {
    let mailgun = MockMailgun::start().await;
    mailgun.inject(Fault::silence());
    let address = mailgun.base_url().replace("http://", "");
    let mut idle = connect(&mailgun).await;
    let mut waiting = connect(&mailgun).await;
    waiting.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    while mailgun.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(mailgun);
    for socket in [&mut idle, &mut waiting] {
        let end = timeout(Duration::from_secs(5), socket.read_to_end(&mut Vec::new())).await;
        assert!(matches!(end, Ok(Ok(0) | Err(_))), "{end:?}");
    }
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let mailgun = MockMailgun::start().await;
    let address = mailgun.base_url().replace("http://", "").parse().unwrap();
    let error = MockMailgun::builder().address(address).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
