//! Sending under a key: found in the events, or not sent again.

#![allow(clippy::unwrap_used, reason = "tests")]

use mailgun_core::{BoxError, Delivery, Kind};
use mailgun_messages::{Ledger, LedgerEntry, MemoryLedger, Message, MessageId, Messages};
use mailgun_mock::{Fault, MockMailgun};

fn messages(mock: &MockMailgun) -> Messages {
    Messages::new(&mock.client(), mock.domain())
}

fn receipt() -> Message {
    Message::new().from("shop@mg.example.com").to("bob@example.com").subject("s").text("t")
}

fn posts(mock: &MockMailgun) -> usize {
    mock.requests().iter().filter(|request| request.method() == "POST").count()
}

#[tokio::test]
async fn unknown_then_found_in_the_events_then_no_second_post() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::lose_reply());
    let lost = messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!(lost.delivery(), Delivery::Unknown);
    assert_eq!(ledger.get("order-1"), Some(LedgerEntry::Sending));

    let found = messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(found.id, MessageId::from("order-1@mg.example.com"));
    let again = messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(again.id, found.id);
    assert_eq!((posts(&mock), mock.sent().len()), (1, 1));
}

#[tokio::test]
async fn unknown_and_not_found_is_left_to_the_caller() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::status(502));
    messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();

    let undecided = messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!((undecided.kind(), undecided.delivery()), (Kind::Undecided, Delivery::Unknown));
    assert_eq!(posts(&mock), 1);

    ledger.release("order-1").await.unwrap();
    messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap();
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test]
async fn a_look_into_the_events_that_fails_decides_nothing() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::lose_reply());
    messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();

    mock.inject(Fault::status(403).for_path("/events"));
    let undecided = messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!((undecided.kind(), undecided.delivery()), (Kind::Undecided, Delivery::Unknown));
    assert!(std::error::Error::source(&undecided).unwrap().to_string().contains("403"));
    assert_eq!((posts(&mock), ledger.get("order-1")), (1, Some(LedgerEntry::Sending)));
}

#[tokio::test]
async fn a_refused_mail_may_be_sent_again_under_its_key() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    mock.inject(Fault::status(400));
    messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap_err();
    assert_eq!(ledger.get("order-1"), None);
    messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap();
}

#[tokio::test]
async fn two_intended_mails_have_two_keys_and_one_key_sends_once() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    for key in ["order-1", "order-2", "order-1"] {
        messages(&mock).send_recorded(&ledger, key, receipt()).await.unwrap();
    }
    let ids: Vec<_> = mock.sent().iter().map(|sent| sent.id().to_owned()).collect();
    assert_eq!(ids, ["<order-1@mg.example.com>", "<order-2@mg.example.com>"]);
}

#[tokio::test]
async fn a_key_that_makes_no_message_id_is_refused() {
    let (mock, ledger) = (MockMailgun::start().await, MemoryLedger::new());
    for key in ["", "a b", "a@b", "a\r\nb", &"x".repeat(65)] {
        let error = messages(&mock).send_recorded(&ledger, key, receipt()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidInput, "{key:?}");
    }
    assert!(mock.requests().is_empty());
}

/// Fails once the mail was accepted, as a database that went away would.
struct Forgetful(MemoryLedger);

impl Ledger for Forgetful {
    async fn begin(&self, key: &str) -> Result<Option<LedgerEntry>, BoxError> {
        self.0.begin(key).await
    }

    async fn accept(&self, _: &str, _: &MessageId) -> Result<(), BoxError> {
        Err("the database is gone".into())
    }

    async fn release(&self, key: &str) -> Result<(), BoxError> {
        self.0.release(key).await
    }
}

#[tokio::test]
async fn a_ledger_that_fails_after_the_send_causes_no_second_mail() {
    let (mock, ledger) = (MockMailgun::start().await, Forgetful(MemoryLedger::new()));
    for _ in 0..2 {
        messages(&mock).send_recorded(&ledger, "order-1", receipt()).await.unwrap();
    }
    assert_eq!(posts(&mock), 1);
}
