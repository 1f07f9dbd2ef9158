//! Sending under a key: found in the events, or not sent again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::pin::Pin;

use mailgun_core::{ErrorKind, Outcome, Timestamp};
use mailgun_messages::{
    Claim, Ledger, LedgerEntry, LedgerFuture, MemoryLedger, Message, MessageId, Messages,
    MimeMessage,
};
use mailgun_mock::{Fault, MockMailgun};

fn messages(mock: &MockMailgun) -> Messages {
    Messages::new(&mock.client(), mock.domain())
}

fn receipt() -> Message {
    Message::new().from("shop@mg.example.com").to("bob@example.com").subject("s").text("t")
}

/// The claim of a key in the ledger.
fn claim(ledger: &MemoryLedger, key: &str) -> Claim {
    match ledger.get(key) {
        Some(LedgerEntry::Sending(claim)) => claim,
        other => panic!("{other:?}"),
    }
}

fn posts(mock: &MockMailgun) -> usize {
    mock.requests().iter().filter(|request| request.method() == "POST").count()
}

#[tokio::test]
async fn after_an_unknown_outcome_an_event_of_the_mail_prevents_a_second_send() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::lose_response());
    let lost = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!(lost.outcome(), Outcome::Unknown);
    let age = Timestamp::now().duration_since(claim(&ledger, "order-1").since).unwrap();
    assert!(age.as_secs() < 60, "{age:?}");

    let found = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(found.id, MessageId::from("order-1@mg.example.com"));
    let again = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(again.id, found.id);
    assert_eq!((posts(&mock), mock.sent().len()), (1, 1));
}

#[tokio::test]
async fn after_an_unknown_outcome_without_an_event_nothing_is_sent() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::status(502));
    messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();

    let unknown = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
    assert_eq!(posts(&mock), 1);

    let owner = claim(&ledger, "order-1").owner;
    ledger.release("order-1", "somebody else").await.unwrap();
    assert_eq!(claim(&ledger, "order-1").owner, owner, "a late release of another owner");
    ledger.release("order-1", &owner).await.unwrap();
    messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn a_search_of_the_events_that_fails_leaves_the_outcome_unknown() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::lose_response());
    messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();

    mock.inject(Fault::status(403).for_path("/events"));
    let unknown = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
    assert!(unknown.to_string().contains("403"));
    claim(&ledger, "order-1");
    assert_eq!(posts(&mock), 1);
}

#[tokio::test]
async fn a_refused_mail_may_be_sent_again_under_its_key() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::status(400));
    messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!(ledger.get("order-1"), None);
    messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap();
}

#[tokio::test]
async fn each_key_sends_one_mail() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    for key in ["order-1", "order-2", "order-1"] {
        messages(&mock).send_once(&ledger, key, receipt()).await.unwrap();
    }
    let ids: Vec<_> = mock.sent().iter().map(|sent| sent.id().to_owned()).collect();
    assert_eq!(ids, ["<order-1@mg.example.com>", "<order-2@mg.example.com>"]);
}

#[tokio::test]
async fn a_key_that_cannot_be_part_of_a_message_id_is_an_error() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    for key in ["", "a b", "a@b", "a\r\nb", &"x".repeat(65)] {
        let error = messages(&mock).send_once(&ledger, key, receipt()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}");
    }
    assert!(mock.requests().is_empty());
}

/// Fails once the mail was accepted, as a database that went away would.
struct Forgetful(MemoryLedger);

impl Ledger for Forgetful {
    fn begin<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> LedgerFuture<'a, Option<LedgerEntry>> {
        self.0.begin(key, claim)
    }

    fn accept<'a>(&'a self, _: &'a str, _: &'a MessageId) -> LedgerFuture<'a, ()> {
        Box::pin(async { Err("the database is gone".into()) })
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> LedgerFuture<'a, ()> {
        self.0.release(key, owner)
    }
}

#[tokio::test]
async fn a_ledger_that_fails_after_the_send_causes_no_second_mail() {
    let (mock, ledger) = (MockMailgun::start().await, Forgetful(MemoryLedger::new()));
    for _ in 0..2 {
        messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap();
    }
    assert_eq!(posts(&mock), 1);
}

#[tokio::test]
async fn a_ledger_is_usable_as_dyn() {
    let mock = MockMailgun::start().await;
    let ledger: Box<dyn Ledger> = Box::new(MemoryLedger::new());
    for _ in 0..2 {
        let (messages, ledger) = (messages(&mock), &ledger);
        // The future can be spawned.
        let sent: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(async move { messages.send_once(&**ledger, "order-1", receipt()).await });
        sent.await.unwrap();
    }
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn a_mime_message_is_sent_once_under_its_key() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    let mime = || {
        let text = "From: shop@mg.example.com\r\nTo: bob@example.com\r\n\r\nHello\r\n";
        MimeMessage::new(text).to("bob@example.com")
    };
    mock.inject(Fault::lose_response());
    messages(&mock).send_mime_once(&ledger, "order-1", mime()).await.unwrap_err();
    let found = messages(&mock).send_mime_once(&ledger, "order-1", mime()).await.unwrap();
    assert_eq!(found.id, MessageId::from("order-1@mg.example.com"));
    assert_eq!((posts(&mock), mock.sent().len()), (1, 1));
}

#[tokio::test]
async fn a_send_during_another_of_the_same_key_names_its_owner_and_sends_nothing() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    let neighbour = Claim { owner: "neighbour".to_owned(), since: Timestamp::now() };
    assert_eq!(ledger.begin("order-1", &neighbour).await.unwrap(), None);
    let error = messages(&mock).send_once(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
    let text = error.to_string();
    assert!(text.contains("owner neighbour") && text.contains("next 30 minutes"), "{text}");
    assert_eq!((posts(&mock), claim(&ledger, "order-1")), (0, neighbour));
}
