//! Sends delivered mail on to an SMTP server, such as Mailpit, without TLS or a password.

use std::{io, str::FromStr, sync::Arc, time::Duration};

use http::uri::Authority;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    sync::mpsc::UnboundedReceiver,
};

use crate::{account::Account, address, render::Rendered, sent::SentMessage, server::Server};

/// How long the server may take for one mail.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long the server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// The longest reply that is read, in bytes.
const MAX_REPLY: u64 = 64 * 1024;

/// A mail that was forwarded to an SMTP server, or the reason why not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForwardedMail {
    /// The id of the message, in angle brackets.
    pub id: String,
    /// The address of the recipient.
    pub recipient: String,
    /// Why the server did not accept the mail; `None` if it did.
    pub error: Option<String>,
}

/// The address of an SMTP server: `smtp://host:port`. Default port: 25.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Relay {
    host: String,
    port: u16,
}

impl FromStr for Relay {
    type Err = io::Error;

    fn from_str(url: &str) -> io::Result<Self> {
        let authority = url.strip_prefix("smtp://").map(|rest| rest.trim_end_matches('/'));
        let authority: Option<Authority> = authority.and_then(|text| text.parse().ok());
        // A user name would come with a password, which is not supported.
        let authority = authority.filter(|it| !it.host().is_empty() && !it.as_str().contains('@'));
        let invalid = "the server to forward to is not smtp://host:port";
        let authority =
            authority.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, invalid))?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        Ok(Self { host, port: authority.port_u16().unwrap_or(25) })
    }
}

/// A mail in the queue of the background task, which renders it.
#[derive(Debug)]
pub(crate) struct Outgoing {
    message: SentMessage,
    recipient: String,
}

/// Queues what a recipient gets, if mail is forwarded. Mail in test mode is not delivered.
pub(crate) fn queue(account: &Account, message: &SentMessage, recipient: &str) {
    let Some(outgoing) = account.relay.as_ref().filter(|_| !message.is_test_mode()) else { return };
    // Without a receiver, the server has stopped.
    let _ = outgoing.send(Outgoing { message: message.clone(), recipient: recipient.to_owned() });
}

/// Forwards what is queued, in order, until the task is aborted.
pub(crate) async fn forward_all(
    relay: Option<Relay>,
    mut queue: UnboundedReceiver<Outgoing>,
    server: Arc<Server>,
) {
    let Some(relay) = relay else { return };
    while let Some(Outgoing { message, recipient }) = queue.recv().await {
        let Some(seen) = message.rendered_for(&recipient) else { continue };
        let sent = tokio::time::timeout(TIMEOUT, relay.deliver(&seen)).await;
        let error = match sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(mut session) => {
                // The server has accepted the mail, whatever it says now.
                let _ = tokio::time::timeout(GOODBYE, session.command("QUIT", "221")).await;
                None
            }
            Err(error) => Some(error.to_string()),
        };
        let forwarded = ForwardedMail { id: message.id, recipient, error };
        server.state().account.groups.queue.forwarded.push(forwarded);
    }
}

impl Relay {
    async fn deliver(&self, mail: &Rendered) -> io::Result<Session> {
        let sender = mail.header("From").and_then(address::bare).unwrap_or_default();
        let source = mail.source();
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let mut session = Session(BufReader::new(stream));
        session.reply("220").await?;
        let extensions = session.command("EHLO localhost", "250").await?.to_ascii_uppercase();
        let mut options = String::new();
        if extensions.contains("8BITMIME") {
            options += " BODY=8BITMIME";
        }
        if extensions.contains("SMTPUTF8") && !source.is_ascii() {
            options += " SMTPUTF8";
        }
        session.command(&format!("MAIL FROM:<{sender}>{options}"), "250").await?;
        session.command(&format!("RCPT TO:<{}>", mail.recipient), "25").await?;
        session.command("DATA", "354").await?;
        // A line with a single dot would end the mail.
        let stuffed = source.replace("\r\n.", "\r\n..");
        session.command(&format!("{stuffed}\r\n."), "250").await?;
        Ok(session)
    }
}

struct Session(BufReader<TcpStream>);

impl Session {
    async fn command(&mut self, line: &str, code: &str) -> io::Result<String> {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.reply(code).await
    }

    /// The reply of the server, if it begins with this code.
    async fn reply(&mut self, code: &str) -> io::Result<String> {
        let mut stream = (&mut self.0).take(MAX_REPLY);
        let mut reply = Vec::new();
        loop {
            let start = reply.len();
            stream.read_until(b'\n', &mut reply).await?;
            if !reply[start..].ends_with(b"\n") {
                return Err(match stream.limit() {
                    0 => io::Error::other("the reply of the server is too long"),
                    _ => io::ErrorKind::UnexpectedEof.into(),
                });
            }
            // A hyphen after the code announces another line.
            if reply.get(start + 3) != Some(&b'-') {
                break;
            }
        }
        let reply = String::from_utf8_lossy(&reply).into_owned();
        match reply.starts_with(code) {
            true => Ok(reply),
            false => Err(io::Error::other(format!("the server answered {}", reply.trim_end()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_a_url_with_host_and_port() {
        for (url, relay) in [
            ("smtp://localhost:1025", Some(("localhost", 1025))),
            ("smtp://mailpit/", Some(("mailpit", 25))),
            ("smtp://[::1]:2525", Some(("::1", 2525))),
            ("smtp://user:secret@localhost", None),
            ("smtps://localhost", None),
            ("localhost:1025", None),
            ("smtp://", None),
        ] {
            let relay = relay.map(|(host, port)| Relay { host: host.to_owned(), port });
            assert_eq!(url.parse().ok(), relay, "{url}");
        }
    }
}
