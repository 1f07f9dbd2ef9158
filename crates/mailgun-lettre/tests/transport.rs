//! What goes to Mailgun, and what errors say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use lettre::{AsyncTransport as _, address::Envelope};
use mailgun::Proxy;
use mailgun_lettre::{Error, MailgunTransport, Outcome};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use mailgun_testing::{Reaction, Server, client, refused, response, response_with};

use self::support::{envelope, mail};

#[tokio::test]
async fn a_message_goes_to_its_envelope_and_is_not_changed() {
    let mock = MockMailgun::start().await;
    let message = mail();
    let expected = message.formatted();
    let receipt = MailgunTransport::new(&mock.client()).send(message).await.unwrap();

    let sent = &mock.sent()[0];
    assert_eq!(sent.id().trim_matches(['<', '>']), receipt.id.as_str());
    assert_eq!(sent.recipients(), ["bob@example.com", "cc@example.com", "hidden@example.com"]);
    assert_eq!(sent.mime().unwrap(), &expected, "a byte was changed");
    let mime = String::from_utf8(expected).unwrap();
    assert!(!mime.contains("hidden@example.com"), "a recipient can see the Bcc");
}

#[tokio::test]
async fn the_headers_of_a_raw_message_do_not_add_recipients() {
    let mock = MockMailgun::start().await;
    let raw = b"From: a@mg.example.com\r\nTo: header@example.com\r\nSubject: \xff\xfe\r\n\
                Content-Transfer-Encoding: 8bit\r\n\r\nH\xe4llo\n.\r\n\x00\x80"
        .as_slice();
    let envelope =
        envelope(Some("bounce@mg.example.com"), &["\"a,b\"@example.com", "c@example.com"]);
    MailgunTransport::new(&mock.client()).send_raw(&envelope, raw).await.unwrap();
    assert_eq!(mock.sent()[0].recipients(), ["\"a,b\"@example.com", "c@example.com"]);
    assert_eq!(mock.sent()[0].mime().unwrap(), raw);
}

#[tokio::test]
async fn the_domain_is_that_of_the_sender_unless_it_is_set() {
    let server = Server::always(mailgun_testing::accepted()).await;
    let sending = MailgunTransport::new(&server.client());
    let from_sender = envelope(Some("shop@eu.example.com"), &["bob@example.com"]);
    sending.send_raw(&from_sender, b"Subject: x\r\n\r\n").await.unwrap();
    let set = sending.clone().domain("mg.example.com");
    set.send_raw(&from_sender, b"Subject: x\r\n\r\n").await.unwrap();
    let without_sender = envelope(None, &["bob@example.com"]);
    set.send_raw(&without_sender, b"Subject: x\r\n\r\n").await.unwrap();
    let targets: Vec<_> =
        server.requests().iter().map(|request| request.target().to_owned()).collect();
    let mime = |domain| format!("/v3/{domain}/messages.mime");
    let set = mime("mg.example.com");
    assert_eq!(targets, [mime("eu.example.com"), set.clone(), set]);
}

#[tokio::test]
async fn the_options_apply_to_each_message() {
    let mock = MockMailgun::start().await;
    let sending = MailgunTransport::new(&mock.client())
        .options(|message| message.tag("receipts").test_mode(true));
    for _ in 0..2 {
        sending.send(mail()).await.unwrap();
    }
    let sent = mock.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|sent| sent.tags() == ["receipts"] && sent.is_test_mode()));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_a_request() {
    let server = Server::always(mailgun_testing::accepted()).await;
    let sending = MailgunTransport::new(&server.client());
    let bob = ["bob@example.com"];
    let raw = b"Subject: x\r\n\r\n".as_slice();
    for (sending, envelope, email, named) in [
        (&sending, envelope(None, &bob), raw, "`domain` is not set"),
        (&sending, envelope(Some("a@mg.example.com"), &bob), b"", "`message` is empty"),
        (&sending.clone().domain("a/b"), envelope(None, &bob), raw, "domain"),
    ] {
        let error = sending.send_raw(&envelope, email).await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        assert!(error.is_client() && error.is_permanent(), "{error}");
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
    // lettre itself has no envelope without recipients.
    assert!(Envelope::new(None, Vec::new()).is_err());
    assert_eq!(server.count(), 0);
}

async fn error(sending: &MailgunTransport) -> Error {
    sending.send(mail()).await.unwrap_err()
}

/// The names of the questions that the error answers with yes.
fn answers(error: &Error) -> Vec<&'static str> {
    let all = [
        ("transient", error.is_transient()),
        ("permanent", error.is_permanent()),
        ("unknown", error.is_unknown()),
        ("client", error.is_client()),
        ("timeout", error.is_timeout()),
        ("tls", error.is_tls()),
    ];
    all.into_iter().filter_map(|(name, answer)| answer.then_some(name)).collect()
}

#[tokio::test]
async fn errors_tell_whether_the_mail_may_have_been_accepted() {
    for (reaction, expected, status) in [
        (Reaction::Reset, ["unknown"], None),
        (Reaction::ResetAtHead, ["unknown"], None),
        (response("500 X", ""), ["unknown"], Some(500)),
        (response("200 OK", "nonsense"), ["unknown"], Some(200)),
        (response("400 X", r#"{"message":"no"}"#), ["permanent"], Some(400)),
        (response("401 X", "Forbidden"), ["permanent"], Some(401)),
        (response_with("429 X", &[("retry-after", "90")], ""), ["transient"], Some(429)),
    ] {
        let server = Server::always(reaction.clone()).await;
        let error = error(&MailgunTransport::new(&server.client())).await;
        assert_eq!(answers(&error), expected, "{reaction:?}: {error}");
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{reaction:?}");
        let is_unknown = error.outcome() == Outcome::Unknown;
        assert_eq!(is_unknown, error.is_unknown(), "{reaction:?}");
    }
    let error = error(&MailgunTransport::new(&client(refused()))).await;
    assert_eq!(answers(&error), ["transient"], "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_guard_and_a_proxy_refuse_for_good() {
    let server = Server::always(mailgun_testing::accepted()).await;
    let guarded = server.builder().allow_recipients(["example.org"]).build().unwrap();
    let refused = error(&MailgunTransport::new(&guarded)).await;
    assert_eq!(answers(&refused), ["permanent", "client"], "{refused}");
    assert_eq!(server.count(), 0);

    let proxy = Server::always(response("407 Proxy Authentication Required", "")).await;
    let proxy = Proxy::new(&proxy.url()).unwrap();
    let proxied = server
        .builder()
        .allow_plain_http()
        .base_url("http://api.test")
        .proxy(proxy)
        .build()
        .unwrap();
    let refused = error(&MailgunTransport::new(&proxied)).await;
    assert_eq!(answers(&refused), ["permanent"], "{refused}");
    assert_eq!(refused.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_timeout_is_unknown_and_a_limit_has_its_wait() {
    let server = Server::always(Reaction::Silence).await;
    let brief = server.builder().attempt_timeout(std::time::Duration::from_millis(200));
    let timed_out = error(&MailgunTransport::new(&brief.build().unwrap())).await;
    assert_eq!(answers(&timed_out), ["unknown", "timeout"]);

    let mock = MockMailgun::start().await;
    mock.inject(Fault::rate_limit(RateLimit::RetryAfterSeconds(3_600)));
    let limited = error(&MailgunTransport::new(&mock.client())).await;
    assert_eq!(limited.retry_after(), Some(std::time::Duration::from_secs(3_600)));
}

#[tokio::test]
async fn errors_show_no_address() {
    let echo = response("400 X", r#"{"message":"hidden@example.com is bad"}"#);
    let server = Server::always(echo).await;
    let error = error(&MailgunTransport::new(&server.client())).await;
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("is bad") && !shown.contains("hidden@"), "{shown}");
}
