//! Failover from SMTP: what each error of lettre's SMTP transport means.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::time::Duration;

use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use mailgun_lettre::{Failover, FailoverError, MailgunTransport, Outcome, SendOutcome as _, Sent};
use mailgun_mock::MockMailgun;
use mailgun_testing::{listen, refused, within};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use self::support::{envelope, mail};

/// What the server does when `command` comes, in place of a positive reply. `.` is the end of the
/// content.
#[derive(Clone, Copy)]
struct Deviation {
    command: &'static str,
    /// `None` closes the connection.
    reply: Option<&'static str>,
}

async fn serve(stream: TcpStream, deviation: Deviation) {
    let mut stream = BufReader::new(stream);
    let mut line = String::from("CONNECT");
    let mut is_content = false;
    loop {
        let command = line.trim_end();
        if !is_content || command == "." {
            let reply = if command.starts_with(deviation.command) {
                deviation.reply
            } else {
                Some(match command.split(' ').next().unwrap() {
                    "CONNECT" => "220 ready",
                    "EHLO" => "250-server\r\n250 8BITMIME",
                    "DATA" => "354 go on",
                    _ => "250 OK",
                })
            };
            let Some(reply) = reply else { return };
            is_content = reply.starts_with('3');
            if stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
        line.clear();
        if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
            return;
        }
    }
}

fn smtp(port: u16) -> AsyncSmtpTransport<Tokio1Executor> {
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
    builder.port(port).timeout(Some(Duration::from_secs(5))).build()
}

async fn smtp_with(
    command: &'static str,
    reply: Option<&'static str>,
) -> AsyncSmtpTransport<Tokio1Executor> {
    let deviation = Deviation { command, reply };
    smtp(listen(move |stream| serve(stream, deviation)).await.port())
}

#[tokio::test]
async fn a_negative_reply_and_a_refused_connection_are_certain() {
    let nobody = refused().rsplit(':').next().unwrap().parse().unwrap();
    for (smtp, outcome) in [
        (smtp(nobody), Outcome::NotSent),
        (smtp_with("CONNECT", Some("421 busy")).await, Outcome::Rejected),
        (smtp_with("RCPT", Some("550 no such user")).await, Outcome::Rejected),
        (smtp_with("DATA", Some("451 later")).await, Outcome::Rejected),
        (smtp_with(".", Some("452 full")).await, Outcome::Rejected),
        (smtp_with(".", Some("554 spam")).await, Outcome::Rejected),
    ] {
        let error = within(smtp.send(mail())).await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{error}");
        let mock = MockMailgun::start().await;
        let sending = Failover::new(smtp, MailgunTransport::new(&mock.client()));
        assert!(matches!(within(sending.send(mail())).await.unwrap(), Sent::Second(_)));
        assert_eq!(mock.sent().len(), 1);
    }
}

#[tokio::test]
async fn content_that_the_server_cannot_take_is_not_sent() {
    let smtp = smtp_with("EHLO", Some("250 no extensions")).await;
    let envelope = envelope(Some("a@mg.example.com"), &["bob@example.com"]);
    let error = within(smtp.send_raw(&envelope, "Subject: x\r\n\r\nü".as_bytes())).await;
    assert_eq!(error.unwrap_err().outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_connection_that_breaks_after_data_ends_the_failover() {
    for smtp in [
        smtp_with(".", None).await,
        smtp_with(".", Some("nonsense")).await,
        // lettre does not tell that this one breaks before the content.
        smtp_with("DATA", None).await,
    ] {
        let mock = MockMailgun::start().await;
        let sending = Failover::new(smtp, MailgunTransport::new(&mock.client()));
        let error = within(sending.send(mail())).await.unwrap_err();
        assert!(matches!(error, FailoverError::Unknown(_)), "{error}");
        assert_eq!(mock.sent().len(), 0, "it could become a second mail: {error}");
    }
}
