//! How recipients are split into calls, and what is refused before the first.

use std::collections::{BTreeMap, BTreeSet};

use mailgun_core::{ErrorKind, Mailbox, Outcome, bytes::Bytes};
use mailgun_messages::{Attachment, Batch, Duplicates};
use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::{
    address, mails, newsletter,
    support::{
        Scratch, Scripted, accepted, complete, messages, parts_logged, random_bytes,
        recipient_variables, scripted_messages,
    },
    to,
};

#[tokio::test]
async fn recipients_and_variables_are_split_together_by_thousands() {
    let mock = MockMailgun::start().await;
    let report = messages(&mock).send_batch(to(2501)).concurrency(1).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(report.accepted(), 2501);
    let sent = mock.sent();
    let sizes: Vec<_> = sent.iter().map(|message| message.to().len()).collect();
    assert_eq!(sizes, [1000, 1000, 501]);
    let mut position = 0;
    for message in &sent {
        let variables = message.recipient_variables().unwrap();
        assert_eq!(variables.len(), message.to().len());
        for recipient in message.to() {
            assert_eq!(*recipient, address(position));
            assert_eq!(variables[recipient], json!({ "n": position }));
            position += 1;
        }
        assert_eq!(message.subject(), Some("News for %recipient.n%"));
    }
    assert_eq!(position, 2501);
}

#[tokio::test]
async fn the_chunk_size_is_a_setting() {
    let mock = MockMailgun::builder().max_recipients(10).start().await.unwrap();
    let report = messages(&mock).send_batch(to(2501).chunk_size(10)).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(mock.requests().len(), 251);
    assert_eq!(mails(&mock, 2501), vec![1; 2501]);
    for size in [0, 1001] {
        let error = messages(&mock).send_batch(to(1).chunk_size(size)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("`chunk_size`"), "{error}");
    }
}

#[tokio::test]
async fn recipients_without_variables_have_an_empty_object() {
    let service = Scripted::new(|_| accepted());
    let none: [u8; 0] = [];
    let batch = newsletter()
        .to("a@example.com")
        .recipient("b@example.com", json!({}))
        .recipient("c@example.com", none)
        .recipient("d@example.com", None::<u8>)
        .recipient("e@example.com", BTreeMap::<u8, u8>::new());
    let report = scripted_messages(&service).send_batch(batch).await.unwrap();
    assert!(report.is_complete());
    let golden = r#"{"a@example.com":{},"b@example.com":{},"c@example.com":{},"d@example.com":{},"e@example.com":{}}"#;
    assert_eq!(service.seen()[0].values("recipient-variables"), [golden]);
}

#[tokio::test]
async fn variables_are_given_by_value_by_reference_or_not_at_all() {
    let service = Scripted::new(|_| accepted());
    let ann = json!({"n": 1});
    let batch = newsletter()
        .recipient("a@example.com", &ann)
        .recipient("b@example.com", json!({"n": 2}))
        .to("Bob <c@example.com>")
        .to_all(["d@example.com"]);
    let report = scripted_messages(&service).send_batch(batch).await.unwrap();
    assert!(report.is_complete());
    let golden = r#"{"a@example.com":{"n":1},"b@example.com":{"n":2},"c@example.com":{},"d@example.com":{}}"#;
    let seen = service.seen();
    assert_eq!(seen[0].values("recipient-variables"), [golden]);
    let to = ["a@example.com", "b@example.com", "Bob <c@example.com>", "d@example.com"];
    assert_eq!(seen[0].values("to"), to);
}

#[tokio::test]
async fn a_key_gives_each_chunk_its_own_message_id() {
    let mock = MockMailgun::start().await;
    let batch = to(5).chunk_size(2).header("message-id", "<other@example.com>").key("news-2026.11");
    let report = messages(&mock).send_batch(batch).concurrency(1).await.unwrap();
    let ids: Vec<_> = mock.sent().iter().map(|sent| sent.id().to_owned()).collect();
    let expected = ["0-1", "2-3", "4-4"].map(|at| format!("<news-2026.11.{at}@mg.example.com>"));
    assert_eq!(ids, expected);
    let recorded = report.records().into_iter().map(|record| record.message_id.unwrap());
    assert!(recorded.map(|id| id.bracketed()).eq(expected));
    for key in ["", "a b", "a@b", "a\r\nb", &"x".repeat(65)] {
        let error = messages(&mock).send_batch(to(1).key(key)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}");
        assert!(error.to_string().contains("`key`"), "{error}");
    }
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn large_variables_are_split_by_bytes_too() {
    let service = Scripted::new(|_| accepted());
    let big = "x".repeat(10_000);
    let recipients = (0..1000).map(|n| (address(n), json!({ "big": big })));
    let report =
        scripted_messages(&service).send_batch(newsletter().recipients(recipients)).await.unwrap();
    assert_eq!(report.accepted(), 1000);
    let seen = service.seen();
    assert!((3..=4).contains(&seen.len()), "10 MB in {} calls", seen.len());
    let mut recipients = 0;
    for request in &seen {
        assert!(request.values("recipient-variables")[0].len() <= 4 * 1024 * 1024);
        assert_eq!(request.values("to").len(), recipient_variables(request).len());
        recipients += request.values("to").len();
    }
    assert_eq!(recipients, 1000);

    let service = Scripted::new(|_| accepted());
    let report = scripted_messages(&service).send_batch(to(5).chunk_bytes(1)).await.unwrap();
    assert_eq!((report.accepted(), service.seen().len()), (5, 5), "one too large is sent alone");
}

#[tokio::test]
async fn an_address_that_occurs_twice_gets_both_mails_in_separate_calls() {
    let service = Scripted::new(|_| accepted());
    let batch = newsletter()
        .recipient("ann@example.com", json!({"order": 1}))
        .recipient("bob@example.com", json!({"order": 2}))
        .recipient(("Ann", "Ann@Example.com"), json!({"order": 3}))
        .recipient("ann@example.com", json!({"order": 4}));
    let report = scripted_messages(&service).send_batch(batch).await.unwrap();
    assert_eq!(report.accepted(), 4);
    let mut orders = Vec::new();
    for request in service.seen() {
        let variables = recipient_variables(&request);
        let keys: BTreeSet<_> = variables.keys().map(|key| key.to_lowercase()).collect();
        assert_eq!(keys.len(), request.values("to").len(), "no address twice in a call");
        orders.extend(variables.values().map(|of_one| of_one["order"].as_u64().unwrap()));
    }
    orders.sort_unstable();
    assert_eq!(orders, [1, 2, 3, 4]);
}

#[tokio::test]
async fn an_address_that_occurs_twice_can_be_refused() {
    let mock = MockMailgun::start().await;
    let batch = to(3).to("R1@example.com").duplicates(Duplicates::Refuse);
    let error = messages(&mock).send_batch(batch).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidInput, Outcome::NotSent));
    let text = error.to_string();
    assert!(text.contains("recipient 3") && text.contains("recipient 1"), "{text}");
    assert!(!text.contains("example.com"), "{text}");
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn keys_are_the_bare_addresses_that_are_sent() {
    let mock = MockMailgun::start().await;
    let batch = newsletter()
        .recipient("a+tag@example.com", json!({"n": 1}))
        .recipient(("Doe, \"J\"", "john.doe+x@Example.COM"), json!({"n": 2}))
        .recipient("Zoë <zoë@example.com>", json!({"n": 3}));
    assert!(messages(&mock).send_batch(batch).await.unwrap().is_complete());
    let sent = &mock.sent()[0];
    let variables = sent.recipient_variables().unwrap();
    let in_to: BTreeSet<_> = sent
        .to()
        .iter()
        .map(|text| text.parse::<Mailbox>().unwrap().address().to_owned())
        .collect();
    let keys: BTreeSet<_> = variables.keys().cloned().collect();
    assert_eq!(keys, in_to);
    assert_eq!(variables["a+tag@example.com"]["n"], 1);
    assert_eq!(variables["john.doe+x@Example.COM"]["n"], 2);
}

#[tokio::test]
async fn a_batch_that_cannot_be_sent_is_refused_before_the_first_call() {
    let mock = MockMailgun::start().await;
    let one = || to(1);
    for (batch, words) in [
        (newsletter(), "`recipient` is missing"),
        (Batch::new().text("x").to("a@example.com"), "`from`"),
        (Batch::new().from("a@example.com").to("b@example.com"), "`text`"),
        (one().recipient("b@example.com", "text"), "`recipient 1`: `variables`"),
        (one().recipient("b@example.com", [1]), "`recipient 1`: `variables`"),
        (one().recipient("b@example.com", 7), "`recipient 1`: `variables`"),
        (one().to("no-at-sign"), "`recipient 1`"),
        (one().to("b@example.com, c@example.com"), "`recipient 1`"),
        (one().to(""), "`recipient 1`"),
        (one().to("b@example.com\r\nBcc: c@example.com"), "`recipient 1`"),
        (one().subject("a\nb"), "`subject`"),
        (one().variable("big", &*"x".repeat(17_000)), "`options`"),
        (
            one().attachment(Attachment::from_bytes("big.bin", vec![0; 26 * 1024 * 1024])),
            "`big.bin`",
        ),
    ] {
        let error = messages(&mock)
            .send_batch(batch)
            .on_progress(|_| panic!("nothing is begun"))
            .await
            .expect_err(words);
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(error.to_string().contains("POST /v3/{domain}/messages"), "{error}");
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn cc_and_bcc_are_sent_only_with_cc_in_every_mail_and_bcc_in_every_mail() {
    let mock = MockMailgun::start().await;
    assert!(messages(&mock).send_batch(to(3)).await.unwrap().is_complete());
    assert!(mock.sent()[0].cc().is_empty() && mock.sent()[0].bcc().is_empty());
    mock.clear();
    let batch = to(3).cc_in_every_mail("Boss <boss@example.com>").bcc_in_every_mail("a@b.example");
    assert!(messages(&mock).send_batch(batch.chunk_size(2)).await.unwrap().is_complete());
    for message in mock.sent() {
        assert_eq!(message.cc(), ["Boss <boss@example.com>"]);
        assert_eq!(message.bcc(), ["a@b.example"]);
    }
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test]
async fn options_tags_and_templates_are_in_every_chunk() {
    let service = Scripted::new(|_| accepted());
    let batch = to(5)
        .template("news")
        .template_variables(json!({"a": [1]}))
        .tag("a")
        .tag("b")
        .tracking(false)
        .header("List-Id", "news")
        .test_mode(true);
    assert!(
        scripted_messages(&service).send_batch(batch.chunk_size(2)).await.unwrap().is_complete()
    );
    assert_eq!(service.seen().len(), 3);
    for request in service.seen() {
        assert_eq!(request.values("o:tag"), ["a", "b"]);
        assert_eq!(request.values("o:tracking"), ["no"]);
        assert_eq!(request.values("h:List-Id"), ["news"]);
        assert_eq!(request.values("t:variables"), [r#"{"a":[1]}"#]);
        assert_eq!(request.values("from"), ["news@mg.example.com"]);
    }
}

#[tokio::test]
async fn attachments_are_in_every_chunk() {
    let mock = MockMailgun::start().await;
    let content = random_bytes(1, 20_000);
    let file = Scratch::new("terms.pdf", &content);
    let batch = to(5)
        .attachment(Attachment::from_bytes("a.bin", content.clone()))
        .attachment(Attachment::from_path(file.path()).await.unwrap())
        .inline("logo", Attachment::from_bytes("logo.png", "png"));
    let report = messages(&mock).send_batch(batch.chunk_size(2)).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(mock.sent().len(), 3);
    for message in mock.sent() {
        assert!(message.attachments().iter().all(|file| file.bytes == content));
        assert_eq!((message.attachments().len(), message.inline().len()), (2, 1));
    }
}

#[tokio::test]
async fn a_stream_is_refused_because_any_chunk_may_be_sent_again() {
    let mock = MockMailgun::start().await;
    for recipients in [1, 5] {
        let pieces = [Ok::<_, std::io::Error>(Bytes::from_static(b"x"))];
        let stream = futures_util::stream::iter(pieces);
        let file = Attachment::from_stream("live.log", Some(1), stream);
        let batch = to(recipients).chunk_size(2).attachment(file);
        let error = messages(&mock).send_batch(batch).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidInput, Outcome::NotSent));
        assert!(error.to_string().contains("live.log"), "{error}");
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_message_can_be_copied_unless_it_holds_a_stream() {
    let mock = MockMailgun::start().await;
    let message = complete().attachment(Attachment::from_bytes("a.txt", &b"a"[..]));
    for copy in [message.try_clone().unwrap(), message] {
        messages(&mock).send(copy).await.unwrap();
    }
    let requests = mock.requests();
    assert_eq!(parts_logged(&requests[0]).await, parts_logged(&requests[1]).await);

    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"x"))]);
    let file = Attachment::from_stream("live.log", Some(1), stream);
    assert!(complete().attachment(file).try_clone().is_none());
}

#[tokio::test]
async fn a_single_message_may_carry_recipient_variables_itself() {
    let mock = MockMailgun::start().await;
    let variables = json!({"bob@example.com": {"n": 1}, "ann@example.com": {}});
    let message = complete().to("ann@example.com").recipient_variables(&variables);
    messages(&mock).send(message).await.unwrap();
    let sent = Value::Object(mock.sent()[0].recipient_variables().unwrap().clone());
    assert_eq!(sent, variables);
}
