//! What the service keeps: stored messages and queues, and who may be asked for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::time::{Duration, SystemTime};

use mailgun_core::{Client, Error, ErrorKind, Operation, Outcome, Region, Timestamp};
use mailgun_messages::{Attachment, MessageId, Messages, StorageHost};
use mailgun_mock::MockMailgun;
use serde_json::Value;
use support::{Scripted, accepted, complete, messages, random_bytes, scripted_messages};

const EVENTS: Operation = Operation::get("/v3/{domain}/events");

/// The storage URL and key that the events give for the last message.
async fn storage(mock: &MockMailgun) -> (String, String) {
    let events: Value = mock.client().call(EVENTS, &[&mock.domain()]).await.unwrap();
    let storage = &events["items"][0]["storage"];
    let text = |name: &str| storage[name].as_str().unwrap().to_owned();
    (text("url"), text("key"))
}

#[tokio::test]
async fn a_sent_message_is_found_read_and_sent_again() {
    let mock = MockMailgun::start().await;
    let messages = messages(&mock);
    let pdf = random_bytes(1, 200_000);
    let message = complete()
        .html(r#"<img src="cid:logo.png">"#)
        .tag("receipts")
        .attachment(Attachment::from_bytes("a.pdf", pdf.clone()))
        .inline("logo.png", Attachment::from_bytes("logo.png", &b"\x89PNG"[..]));
    let receipt = messages.send(message).await.unwrap();
    let (url, key) = storage(&mock).await;

    let stored = messages.stored_at(&url).await.unwrap();
    assert_eq!(stored, messages.stored(&key).await.unwrap());
    assert_eq!(stored.from(), Some("shop@mg.example.com"));
    assert_eq!(stored.to(), Some("bob@example.com"));
    assert_eq!(stored.subject(), Some("Hello"));
    assert_eq!(stored.body_plain(), Some("Hello, Bob."));
    assert_eq!(stored.body_html(), Some(r#"<img src="cid:logo.png">"#));
    assert_eq!(stored.recipients(), Some("bob@example.com"));
    assert_eq!(stored.message_id(), Some(receipt.id));
    assert!(stored.headers().contains(&("X-Mailgun-Tag".to_owned(), "receipts".to_owned())));

    let files = stored.attachments();
    let pdf_file = files.iter().find(|file| file.name.as_deref() == Some("a.pdf")).unwrap();
    assert_eq!(pdf_file.size, Some(200_000));
    assert_eq!(messages.stored_file(&pdf_file.url).await.unwrap(), pdf);
    let mut streamed = Vec::new();
    let download = messages.stored_file(&pdf_file.url).stream().await.unwrap();
    assert_eq!(download.size(), Some(200_000));
    assert_eq!(download.headers()["content-type"], "application/pdf");
    assert_eq!(download.write_to(&mut streamed).await.unwrap(), 200_000);
    assert_eq!(streamed, pdf);
    let inline = &stored.content_id_map()["<logo.png>"];
    assert_eq!(messages.stored_file(&inline.url).await.unwrap(), &b"\x89PNG"[..]);

    let by_url = messages.stored_mime_at(&url).await.unwrap();
    assert_eq!(by_url, messages.stored_mime(&key).await.unwrap());
    assert!(by_url.body_mime.contains("\r\nSubject: Hello\r\n"), "{}", by_url.body_mime);
    assert_eq!(by_url.recipients.as_deref(), Some("bob@example.com"));
    let asked_for = |request: &mailgun_mock::LoggedRequest| {
        request.header("accept").is_some_and(|accept| accept.contains("message/rfc2822"))
    };
    assert_eq!(mock.requests().iter().filter(|request| asked_for(request)).count(), 2);

    let again = messages.resend(&key, "Ann <ann@example.com>, cy@example.com").await.unwrap();
    messages.resend_at(&url, "di@example.com").await.unwrap();
    let sent = mock.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(again.id, MessageId::from(sent[1].id()));
    assert_eq!(sent[1].recipients(), ["ann@example.com", "cy@example.com"]);
    assert_eq!(sent[2].recipients(), ["di@example.com"]);
    assert_eq!(sent[2].attachments()[0].bytes, pdf);
}

#[tokio::test]
async fn a_resend_without_recipients_is_refused_before_connecting() {
    let mock = MockMailgun::start().await;
    for to in ["", "bob", "a@example.com\r\nBcc: b@example.com"] {
        let error = messages(&mock).resend("key", to).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("`to`"), "{error}");
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_message_that_is_gone_is_a_404() {
    let mock = MockMailgun::start().await;
    let error = messages(&mock).stored("a+b/c=%?#").await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
    let path = "/v3/domains/mg.example.com/messages/a%2Bb%2Fc%3D%25%3F%23";
    assert_eq!(mock.requests()[0].path(), path);
    assert_eq!(mock.requests()[0].query(), None);
    for key in ["", ".", "..", "a\nb"] {
        let error = messages(&mock).stored(key).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}");
        assert!(error.to_string().contains("storage_key"), "{error}");
    }
    assert_eq!(mock.requests().len(), 1);
}

async fn every_call_of(messages: &Messages, url: &str) -> [Error; 5] {
    [
        messages.stored_at(url).await.map(drop).unwrap_err(),
        messages.stored_mime_at(url).await.map(drop).unwrap_err(),
        messages.stored_file(url).await.map(drop).unwrap_err(),
        messages.stored_file(url).stream().await.map(drop).unwrap_err(),
        messages.resend_at(url, "ann@example.com").await.map(drop).unwrap_err(),
    ]
}

#[tokio::test]
async fn foreign_storage_urls_are_refused_and_nothing_is_connected() {
    let ours = MockMailgun::start().await;
    let other = MockMailgun::start().await;
    messages(&other).send(complete()).await.unwrap();
    let (other_url, _) = storage(&other).await;
    let seen = other.requests().len();
    let host = ours.base_url().replace("http://", "");
    for url in [
        other_url,
        format!("https://{host}/v3/domains/mg.example.com/messages/k"),
        format!("http://user@{host}/v3/domains/mg.example.com/messages/k"),
        format!("http://{host}@127.0.0.2/v3/domains/mg.example.com/messages/k"),
        "/v3/domains/mg.example.com/messages/k".to_owned(),
        // A client of another service does not take its key to Mailgun.
        "https://storage-us-east4.api.mailgun.net/v3/domains/mg.example.com/messages/k".to_owned(),
    ] {
        for error in every_call_of(&messages(&ours), &url).await {
            assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{url}: {error}");
            assert_eq!(error.outcome(), Outcome::NotSent);
            assert!(!error.to_string().contains(&ours.api_key()));
        }
    }
    for url in ["", "not a url", "http://[::1"] {
        for error in every_call_of(&messages(&ours), url).await {
            assert!(
                matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::UntrustedHost),
                "{error}"
            );
        }
    }
    assert_eq!(other.requests().len(), seen);
    assert!(ours.requests().is_empty());
}

#[tokio::test]
async fn hosts_that_resemble_mailguns_are_refused() {
    let service = Scripted::new(|_| accepted());
    let client = service.client_with(Client::builder("key-test").region(Region::Eu));
    let messages = Messages::new(&client, "mg.example.com");
    for host in [
        "http://storage-europe-west1.api.mailgun.net",
        "https://storage.mailgun.net.evil.test",
        "https://evil-mailgun.net",
        "https://api.mailgun.net@evil.test",
        "https://api.mailgun.net:444",
        "https://evil.test/api.mailgun.net",
    ] {
        let url = format!("{host}/v3/domains/mg.example.com/messages/k");
        for error in every_call_of(&messages, &url).await {
            assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{url}");
        }
    }
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn a_url_of_mailguns_storage_is_called_as_it_is() {
    let messages = scripted_messages(&Scripted::new(|_| accepted()));
    for url in [
        "https://storage-us-west1.api.mailgun.net/v3/domains/mg.example.com/messages/A+b%2Fc==",
        "https://se.api.mailgun.net/v3/domains/other.example/messages/k",
    ] {
        let request = messages.stored_at(url).into_request().unwrap();
        assert_eq!(request.uri().to_string(), url, "it is not encoded again");
        assert_eq!(request.method(), "GET");
    }
}

#[tokio::test]
async fn storage_on_another_host_needs_trust() {
    let storage_host = MockMailgun::start().await;
    messages(&storage_host).send(complete()).await.unwrap();
    let (url, _) = storage(&storage_host).await;
    let seen = storage_host.requests().len();
    let api = MockMailgun::start().await;
    let error = messages(&api).stored_at(&url).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UntrustedHost, 0));
    assert_eq!(storage_host.requests().len(), seen);

    let trusting: Client =
        api.client_builder().trust_host(storage_host.base_url()).build().unwrap();
    let stored = Messages::new(&trusting, api.domain()).stored_at(&url).await.unwrap();
    assert_eq!(stored.subject(), Some("Hello"));
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn queues_report_their_state_and_can_be_cleared() {
    let mock = MockMailgun::start().await;
    let messages = messages(&mock);
    let status = messages.queue_status().await.unwrap();
    assert!(!status.regular.is_disabled && !status.scheduled.is_disabled);
    assert_eq!(status.regular.disabled, None);

    let until = SystemTime::now() + Duration::from_secs(3600);
    mock.disable_queue("mg.example.com", "too many messages in queue", until);
    let status = messages.queue_status().await.unwrap();
    assert!(status.regular.is_disabled && !status.scheduled.is_disabled);
    let disabled = status.regular.disabled.unwrap();
    assert_eq!(disabled.reason.as_deref(), Some("too many messages in queue"));
    let parsed = disabled.until.unwrap().to_system_time().unwrap();
    assert!(until.duration_since(parsed).unwrap() < Duration::from_secs(1));

    let tomorrow = Timestamp::now().checked_add(Duration::from_secs(86_400)).unwrap();
    messages.send(complete().deliver_at(tomorrow)).await.unwrap();
    assert_eq!(mock.scheduled().len(), 1);
    assert_eq!(messages.clear_queue(mock.base_url()).await.unwrap().message, "done");
    assert!(mock.scheduled().is_empty());
    let last = mock.requests().pop().unwrap();
    assert_eq!((last.method().as_str(), last.path()), ("DELETE", "/v3/mg.example.com/envelopes"));
}

#[tokio::test]
async fn the_storage_hosts_are_mailguns_three() {
    let messages = scripted_messages(&Scripted::new(|_| accepted()));
    for (host, name) in [
        (StorageHost::US_EAST4, "storage-us-east4.api.mailgun.net"),
        (StorageHost::US_WEST1, "storage-us-west1.api.mailgun.net"),
        (StorageHost::EUROPE_WEST1, "storage-europe-west1.api.mailgun.net"),
    ] {
        assert_eq!(host, StorageHost::from(name));
        for host in [host, name.into(), format!("https://{name}/").into()] {
            let request = messages.clear_queue(host).into_request().unwrap();
            assert_eq!(request.method(), "DELETE");
            assert_eq!(
                request.uri().to_string(),
                format!("https://{name}/v3/mg.example.com/envelopes")
            );
        }
    }
}

#[tokio::test]
async fn other_hosts_are_refused_for_queues() {
    let messages = scripted_messages(&Scripted::new(|_| accepted()));
    for host in [
        "storage.evil.test",
        "api.mailgun.net.evil.test",
        "evil.test/storage-us-east4.api.mailgun.net",
        "storage-us-east4.api.mailgun.net@evil.test",
        "http://storage-us-east4.api.mailgun.net",
        "storage-us-east4.api.mailgun.net:8080",
        "",
    ] {
        let error = support::error_of(messages.clear_queue(host));
        assert!(
            matches!(error.kind(), ErrorKind::UntrustedHost | ErrorKind::InvalidInput),
            "{host:?}: {error}"
        );
    }
}

#[tokio::test]
async fn a_storage_host_with_a_path_query_or_fragment_is_refused() {
    let messages = scripted_messages(&Scripted::new(|_| accepted()));
    for host in [
        // As a URL its fragment is cut off, and the call would delete the domain.
        "storage-us-east4.api.mailgun.net/v4/domains/mg.example.com#",
        "storage-us-east4.api.mailgun.net/v4/domains/mg.example.com?x=",
        "https://storage-us-east4.api.mailgun.net?x=",
        "storage-us-east4.api.mailgun.net#",
    ] {
        let error = support::error_of(messages.clear_queue(host));
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{host}");
        assert!(error.to_string().contains("`host`"), "{error}");
    }
}
