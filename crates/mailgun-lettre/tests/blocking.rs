//! lettre's blocking `Transport`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use lettre::{Transport as _, transport::stub::StubTransport};
use mailgun_lettre::{Failover, FailoverError, MailgunTransport, Outcome};
use mailgun_mock::{Fault, MockMailgun};

use self::support::mail;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_from_a_thread_without_async() {
    let mock = MockMailgun::start().await;
    let transport = MailgunTransport::new(&mock.client());
    let message = mail();
    let expected = message.formatted();
    let receipt = std::thread::spawn(move || transport.send(&message).unwrap()).join().unwrap();

    let sent = &mock.sent()[0];
    assert_eq!(sent.id().trim_matches(['<', '>']), receipt.id.as_str());
    assert_eq!(sent.recipients(), ["bob@example.com", "cc@example.com", "hidden@example.com"]);
    assert_eq!(sent.mime().unwrap(), &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_ends_a_blocking_failover() {
    let mock = MockMailgun::start().await;
    mock.inject(Fault::lose_response());
    let second = StubTransport::new_ok();
    let sending = Failover::new(MailgunTransport::new(&mock.client()), second.clone());
    let sent = std::thread::spawn(move || sending.send(&mail())).join().unwrap();
    let Err(FailoverError::Unknown(error)) = sent else { panic!("{sent:?}") };
    assert!(error.is_unknown(), "{error}");
    assert_eq!((mock.sent().len(), second.messages().len()), (1, 0));
}

#[tokio::test]
async fn in_async_code_nothing_is_sent() {
    let mock = MockMailgun::start().await;
    let error = MailgunTransport::new(&mock.client()).send(&mail()).unwrap_err();
    assert!(error.is_client() && error.is_permanent(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(mock.requests().len(), 0);
}
