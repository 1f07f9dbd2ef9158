//! The second transport is tried only if the first certainly did not accept the mail.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use lettre::{
    AsyncTransport as _, Transport as _,
    transport::stub::{AsyncStubTransport, StubTransport},
};
use mailgun_lettre::{Failover, FailoverError, MailgunTransport, Outcome, SendOutcome as _, Sent};
use mailgun_mock::MockMailgun;
use mailgun_testing::{Reaction, Server, accepted, client, refused, response, response_with};

use self::support::{envelope, mail};

#[tokio::test]
async fn an_unknown_outcome_ends_the_failover() {
    for reaction in [
        Reaction::Reset,
        Reaction::ResetAtHead,
        response("500 X", ""),
        response("503 X", ""),
        response("200 OK", "nonsense"),
    ] {
        let server = Server::always(reaction.clone()).await;
        let second = AsyncStubTransport::new_ok();
        let sending = Failover::new(MailgunTransport::new(&server.client()), second.clone());
        let error = sending.send(mail()).await.unwrap_err();
        assert!(matches!(&error, FailoverError::Unknown(first) if first.is_unknown()), "{error}");
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(second.messages().await.len(), 0, "{reaction:?} could become a second mail");
        assert_eq!(server.count(), 1, "{reaction:?} was repeated");
    }
}

#[tokio::test]
async fn a_mail_that_was_certainly_not_accepted_goes_to_the_second() {
    let mut clients = vec![client(refused())];
    for reaction in [
        response("400 X", ""),
        response("401 X", "Forbidden"),
        response_with("429 X", &[("retry-after", "3600")], ""),
    ] {
        clients.push(Server::always(reaction).await.client());
    }
    for client in clients {
        let second = AsyncStubTransport::new_ok();
        let sending = Failover::new(MailgunTransport::new(&client), second.clone());
        let message = mail();
        let expected = (message.envelope().clone(), message.formatted());
        assert_eq!(sending.send(message).await.unwrap(), Sent::Second(()));
        let messages = second.messages().await;
        let [(envelope, raw)] = &messages[..] else { panic!("{} messages", messages.len()) };
        assert_eq!((envelope, raw.as_bytes()), (&expected.0, &expected.1[..]));
    }
}

#[tokio::test]
async fn a_mail_that_a_guard_refused_goes_to_nobody() {
    let server = Server::always(accepted()).await;
    let guarded = server.builder().allow_recipients(["example.org"]).build().unwrap();
    let guarded = MailgunTransport::new(&guarded);
    let other = AsyncStubTransport::new_ok();

    let sending = Failover::new(guarded.clone(), other.clone());
    let error = sending.clone().send(mail()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(matches!(&error, FailoverError::Refused(first) if first.is_client()), "{error}");
    assert!(!error.may_fail_over());
    // A failover around it obeys, whichever of its transports has the guard.
    let error = Failover::new(sending, other.clone()).send(mail()).await.unwrap_err();
    assert!(matches!(&error, FailoverError::Refused(FailoverError::Refused(_))), "{error}");
    let sending = Failover::new(MailgunTransport::new(&client(refused())), guarded);
    let error = Failover::new(sending, other.clone()).send(mail()).await.unwrap_err();
    assert!(matches!(&error, FailoverError::Refused(FailoverError::Both { .. })), "{error}");
    assert_eq!((server.count(), other.messages().await.len()), (0, 0));
}

#[tokio::test]
async fn the_second_is_not_asked_if_the_first_succeeds() {
    let mock = MockMailgun::start().await;
    let second = AsyncStubTransport::new_ok();
    let sending = Failover::new(MailgunTransport::new(&mock.client()), second.clone());
    assert!(matches!(sending.send(mail()).await.unwrap(), Sent::First(_)));
    assert_eq!((mock.sent().len(), second.messages().await.len()), (1, 0));
}

#[tokio::test]
async fn failovers_can_be_nested_and_return_all_errors() {
    let first = MailgunTransport::new(&client(refused()));
    let server = Server::script(vec![response("400 X", ""), Reaction::Reset, accepted()]).await;
    let second = MailgunTransport::new(&server.client());
    let third = AsyncStubTransport::new_ok();
    let sending = Failover::new(Failover::new(first, second), third.clone());

    assert_eq!(sending.send(mail()).await.unwrap(), Sent::Second(()));
    let error = sending.send(mail()).await.unwrap_err();
    let FailoverError::Unknown(FailoverError::Both { first, second }) = &error else {
        panic!("{error}")
    };
    assert!(first.is_transient() && second.is_unknown());
    assert!(error.to_string().contains(&first.to_string()), "{error}");
    assert!(error.to_string().contains(&second.to_string()), "{error}");
    assert_eq!(third.messages().await.len(), 1);
    assert!(matches!(sending.send(mail()).await.unwrap(), Sent::First(Sent::Second(_))));
}

#[test]
fn a_failover_of_blocking_transports_follows_the_same_rule() {
    let (refusing, accepting) = (StubTransport::new_error(), StubTransport::new_ok());
    let envelope = envelope(Some("a@mg.example.com"), &["bob@example.com"]);
    let sending = Failover::new(refusing.clone(), accepting.clone());
    assert_eq!(sending.send_raw(&envelope, b"x").unwrap(), Sent::Second(()));
    let sending = Failover::new(accepting.clone(), refusing.clone());
    assert_eq!(sending.send_raw(&envelope, b"x").unwrap(), Sent::First(()));
    assert_eq!((refusing.messages().len(), accepting.messages().len()), (1, 2));
    let error = Failover::new(refusing.clone(), refusing).send_raw(&envelope, b"x").unwrap_err();
    assert_eq!(error.outcome(), Outcome::Rejected);
}
