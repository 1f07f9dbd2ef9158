//! Guards for staging, and defaults: what leaves, and what does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use mailgun_core::{
    Client, ClientBuilder, Error, ErrorKind, Fields, Form, Operation, Outcome, Upload,
};
use mailgun_messages::{
    Batch, ChunkOutcome, Defaults, MemoryLedger, Message, Messages, MimeMessage,
};
use mailgun_mock::{MockMailgun, SentMessage};
use serde_json::{Value, json};
use support::{complete, everything_shown};

const BOX: &str = "staging@box.example.com";

fn guarded(mock: &MockMailgun, guard: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    guard(mock.client_builder()).build().unwrap()
}

fn redirecting(mock: &MockMailgun) -> Messages {
    Messages::new(&guarded(mock, |builder| builder.redirect_all_to(BOX)), mock.domain())
}

fn allowing(mock: &MockMailgun) -> Messages {
    let allowed = ["tester@example.com", "box.example.com"];
    Messages::new(&guarded(mock, |builder| builder.allow_recipients(allowed)), mock.domain())
}

/// Everybody who got a mail.
fn reached(mock: &MockMailgun) -> Vec<String> {
    mock.sent().iter().flat_map(|sent| sent.recipients().to_vec()).collect()
}

#[track_caller]
fn assert_refused(error: &Error) {
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Guarded, Outcome::NotSent), "{error}");
    let shown = everything_shown(error);
    assert!(!shown.contains("example"), "{shown}");
}

#[tokio::test]
async fn a_redirected_message_goes_to_the_one_address_and_names_the_others_in_a_header() {
    let mock = MockMailgun::start().await;
    let message = complete().cc("Cy <cy@example.com>").bcc("di@example.com").tag("t").html("<p>");
    redirecting(&mock).send(message).await.unwrap();
    let sent = mock.sent().remove(0);
    assert_eq!(sent.recipients(), [BOX]);
    assert!(sent.cc().is_empty() && sent.bcc().is_empty());
    assert_eq!(
        sent.field("h:X-Original-To"),
        Some("bob@example.com, cy@example.com, di@example.com")
    );
    assert_eq!((sent.subject(), sent.tags()), (Some("Hello"), vec!["t"]));
}

#[tokio::test]
async fn a_redirected_batch_is_one_mail_for_each_chunk_with_the_first_variables() {
    let mock = MockMailgun::start().await;
    let mut batch = Batch::new().from(format!("news@{}", mock.domain())).subject("s").text("t");
    for number in 0..25 {
        batch = batch.recipient(format!("r{number}@example.com"), json!({"number": number}));
    }
    let report = redirecting(&mock).send_batch(batch.chunk_size(20)).concurrency(1).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(reached(&mock), [BOX, BOX]);
    let sent = mock.sent();
    let variables = |sent: &SentMessage| Value::Object(sent.recipient_variables().unwrap().clone());
    assert_eq!(variables(&sent[0]), json!({ BOX: {"number": 0} }));
    assert_eq!(variables(&sent[1]), json!({ BOX: {"number": 20} }));
    let original = sent[0].field("h:X-Original-To").unwrap();
    assert!(original.starts_with("r0@example.com, r1@example.com, "), "{original}");
    assert!(original.ends_with("r9@example.com and 10 more"), "{original}");
}

#[tokio::test]
async fn mime_resends_ledger_sends_and_raw_calls_are_redirected() {
    let mock = MockMailgun::start().await;
    let messages = redirecting(&mock);
    let mime = "To: bob@example.com\r\nCc: cy@example.com\r\nSubject: s\r\n\r\nt\r\n";
    messages.send_mime(MimeMessage::from_message(mime).unwrap()).await.unwrap();
    let key = mock.sent()[0].storage_key().to_owned();
    messages.resend(&key, "eve@example.com").await.unwrap();
    let url = format!("{}/v3/domains/{}/messages/{key}", mock.base_url(), mock.domain());
    messages.resend_at(&url, "eve@example.com").await.unwrap();
    messages.send_once(&MemoryLedger::new(), "key-1", complete()).await.unwrap();

    let client = guarded(&mock, |builder| builder.redirect_all_to(BOX));
    let mut form = Fields::new();
    form.set("from", format!("a@{}", mock.domain())).set("to", "eve@example.com").set("text", "t");
    let raw = Operation::post("/v3/{domain}/messages");
    client.call::<Value>(raw, &[&mock.domain()]).form(form.clone()).await.unwrap();
    client.call::<Value>(raw, &[&mock.domain()]).multipart(form).await.unwrap();
    let for_other = client.for_subaccount("sub-1").unwrap();
    Messages::new(&for_other, mock.domain()).send(complete()).await.unwrap();
    assert_eq!(reached(&mock), [BOX; 7]);
}

#[tokio::test]
async fn allowed_recipients_get_their_mail_and_one_other_refuses_the_whole() {
    let mock = MockMailgun::start().await;
    let messages = allowing(&mock);
    let message = || Message::new().from("a@mg.example.com").subject("s").text("t");
    let allowed = message().to(["Tester@Example.com", "any@BOX.example.com"]).bcc(BOX);
    messages.send(allowed).await.unwrap();
    assert_eq!(reached(&mock).len(), 3);

    for refused in [
        message().to("bob@example.com"),
        message().to("tester@example.com").cc("bob@example.com"),
        message().to("tester@example.com").bcc("bob@example.com"),
        message().to("any@sub.box.example.com"),
        message().to("tester@example.com.evil.example"),
        message().to("\"tester@example.com\" <bob@example.com>"),
        message().to("tester@example.com").extra("to[1]", "bob@example.com"),
        message().to("tester@example.com").extra("Bcc", "bob@example.com"),
        message().to("tester@example.com").header("To", "bob@example.com"),
        message().to("tester@example.com").extra("to", "no address"),
    ] {
        assert_refused(&messages.send(refused).await.unwrap_err());
    }
    let mime = MimeMessage::new("Subject: s\r\n\r\nt\r\n");
    assert_refused(&messages.send_mime(mime.to("list@example.com")).await.unwrap_err());
    assert_refused(&messages.resend("key", "bob@example.com").await.unwrap_err());
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn a_batch_with_a_recipient_who_is_not_allowed_stops_before_anything_is_sent() {
    let mock = MockMailgun::start().await;
    let batch = Batch::new().from("a@mg.example.com").subject("s").text("t");
    let batch = batch.to_all(["tester@example.com", "bob@example.com"]);
    let report = allowing(&mock).send_batch(batch).await.unwrap();
    let [result] = &report.results[..] else { panic!("one chunk") };
    let ChunkOutcome::NotSent(Some(error)) = &result.outcome else { panic!("{result:?}") };
    assert_refused(error);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn what_the_guard_cannot_see_is_refused() {
    let mock = MockMailgun::start().await;
    let client = guarded(&mock, |builder| builder.redirect_all_to(BOX));
    let domain = &*mock.domain();
    let send = || client.call::<Value>(Operation::post("/v3/{domain}/messages"), &[domain]);
    let with_to = |name: &'static str| {
        let mut fields = Fields::new();
        fields.set(name, "bob@example.com");
        fields
    };
    let mut file = Form::new();
    file.text("to", BOX).file("to", Upload::from_bytes("to.txt", "bob@example.com"));
    let mut variables = Form::new();
    variables.text("to", "bob@example.com").text("recipient-variables", "[1]");
    let at = |operation| client.call::<Value>(operation, &[]);
    let raw = |path| at(Operation::post(path)).json(&json!({}));
    for call in [
        send(),
        send().json(&json!({"to": "bob@example.com"})),
        send().form(Fields::new()),
        send().form(with_to("to")).query(with_to("to")),
        send().form(with_to("to")).json(&json!({})),
        send().multipart(file),
        send().multipart(variables),
        raw("/v3/mg.example.com/messages"),
        raw("/v9/anything/Messages.mime/"),
        raw("/v3/mg.example.com/%6dessages"),
        raw("/v1/alerts/email/test"),
        raw("/v4/inbox/tests"),
        raw("/v5/accounts/resend_activation_email"),
        raw("/v5/sandbox/auth_recipients"),
        raw("/v5/users/invitations"),
        raw("/v3/mg.example.com/messages/x/.."),
        at(Operation::post("/v1/alerts/email/test")).form(with_to("to")),
        at(Operation::post("/v4/inbox/tests")).multipart(with_to("to")),
        at(Operation::put("/v3/mg.example.com/messages")),
        client.call_url(Operation::post("/any"), &format!("{}/v3/a/messages", mock.base_url())),
    ] {
        let operation = call.operation();
        let error = call.await.expect_err(&operation.to_string());
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Guarded, Some(operation)));
        assert!(!error.to_string().contains("bob"), "{error}");
    }
    assert!(mock.requests().is_empty());
    // Reading needs no guard.
    Messages::new(&client, domain).queue_status().await.unwrap();
}

#[tokio::test]
async fn with_both_guards_mail_is_redirected_and_then_checked() {
    let mock = MockMailgun::start().await;
    let both = |allowed: &'static str| {
        let client =
            guarded(&mock, |builder| builder.redirect_all_to(BOX).allow_recipients([allowed]));
        Messages::new(&client, mock.domain())
    };
    both("box.example.com").send(complete()).await.unwrap();
    assert_refused(&both("example.com").send(complete()).await.unwrap_err());
    let nobody = guarded(&mock, |builder| builder.allow_recipients::<&str>([]));
    let error = Messages::new(&nobody, mock.domain()).send(complete()).await.unwrap_err();
    assert_refused(&error);
    assert_eq!(reached(&mock), [BOX]);
}

#[tokio::test]
async fn a_domain_does_not_allow_an_address_that_hides_another_one_in_quotes() {
    const QUOTED: &str = r#""eve@evil.test x"@box.example.com"#;
    let mock = MockMailgun::start().await;
    let send = async |allowed: &[&str]| {
        let client = guarded(&mock, |builder| builder.allow_recipients(allowed));
        Messages::new(&client, mock.domain()).send(complete().cc(QUOTED)).await
    };
    let error = send(&["bob@example.com", "box.example.com"]).await.unwrap_err();
    assert!(!error.to_string().contains("eve"), "{error}");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Guarded, Outcome::NotSent));
    assert!(reached(&mock).is_empty());
    send(&["bob@example.com", QUOTED]).await.unwrap();
    assert_eq!(reached(&mock), ["bob@example.com", QUOTED]);
}

#[test]
fn a_guard_that_cannot_be_read_is_an_error_of_the_build() {
    let builder = || Client::builder("key-test").base_url("http://127.0.0.1:9");
    for (builder, named) in [
        (builder().redirect_all_to("nobody"), "redirect_all_to"),
        (builder().redirect_all_to(""), "redirect_all_to"),
        (builder().redirect_all_to("a@x.test, b@x.test"), "redirect_all_to"),
        (builder().allow_recipients(["a@x.test", ""]), "allow_recipients"),
        (builder().allow_recipients(["a@b@x.test"]), "allow_recipients"),
        (builder().allow_recipients(["*"]), "allow_recipients"),
        (builder().redirect_all_to("nobody").redirect_all_to(BOX), "redirect_all_to"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error.to_string().contains(named) && !error.to_string().contains("x.test"),
            "{error}"
        );
    }
    let shown = format!("{:?}", builder().redirect_all_to(BOX).allow_recipients([BOX]));
    assert!(!shown.contains("box"), "{shown}");
}

fn defaults() -> Defaults {
    Defaults::new()
        .from("Shop <shop@mg.example.com>")
        .tags(["shop", "staging"])
        .header("X-Team", "shop")
        .reply_to("help@example.com")
        .tracking(false)
        .test_mode(true)
        .variable("stage", "test")
}

#[tokio::test]
async fn defaults_fill_what_a_mail_does_not_set() {
    let mock = MockMailgun::start().await;
    let messages = support::messages(&mock).with_defaults(defaults());
    let bare = || Message::new().to("bob@example.com").subject("s").text("t");
    messages.send(bare()).await.unwrap();
    let own = bare()
        .from("own@mg.example.com")
        .tag("own")
        .header("x-team", "own")
        .tracking(true)
        .test_mode(false);
    messages.send(own).await.unwrap();
    let batch = Batch::new().subject("s").text("t").to("cy@example.com");
    assert!(messages.send_batch(batch).await.unwrap().is_complete());
    messages
        .send_mime(MimeMessage::new("From: a@b.test\r\n\r\nt").to("di@example.com"))
        .await
        .unwrap();
    messages.send_once(&MemoryLedger::new(), "k", bare()).await.unwrap();

    let sent = mock.sent();
    let fields = |sent: &SentMessage| {
        ["from", "h:X-Team", "h:x-team", "h:Reply-To", "o:tracking", "o:testmode", "v:stage"]
            .map(|name| sent.field(name).map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    let all = |from| {
        [from, some("shop"), None, some("help@example.com"), some("no"), some("yes"), some("test")]
    };
    for whole in [&sent[0], &sent[2], &sent[4]] {
        assert_eq!(fields(whole), all(some("Shop <shop@mg.example.com>")));
        assert_eq!(whole.tags(), ["shop", "staging"]);
    }
    assert_eq!(fields(&sent[3]), all(None), "a MIME message has its own sender");
    let own = fields(&sent[1]);
    assert_eq!(own[..3], [some("own@mg.example.com"), None, some("own")]);
    assert_eq!(own[3..], [some("help@example.com"), some("yes"), some("no"), some("test")]);
    assert_eq!(sent[1].tags(), ["own"]);
}

#[tokio::test]
async fn an_invalid_default_is_an_error_of_the_send() {
    let messages = support::offline().with_defaults(Defaults::new().from("nobody"));
    let error = messages.send(complete()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`from`"), "{error}");
    let shown = format!("{:?}", defaults());
    assert!(shown.contains("h:X-Team") && !shown.contains("example.com"), "{shown}");
}
