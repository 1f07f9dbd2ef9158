//! A stateful in-process Mailgun, for tests and for trying the SDK without an account.
//!
//! [`MockMailgun::start`] serves Mailgun's HTTP API on a loopback port. [`MockMailgun::sent`]
//! returns the messages that the mock accepted. Clients can fetch them from storage, find them in
//! the events and resend them. [`MockMailgun::inject`] makes the network or the service fail in the
//! ways that a client must survive. Nothing leaves the machine unless [`Builder::forward_to`] names a
//! server.
//!
//! ```
//! use mailgun_mock::{Fault, MockMailgun};
//! use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mailgun = MockMailgun::start().await;
//!
//! // Usually the SDK sends this. Any HTTP client works.
//! let form = "from=shop@mg.example.com&to=Ada+<ada@example.com>&subject=Hello&text=Hi";
//! let request = format!(
//!     "POST /v3/mg.example.com/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
//!      Authorization: Basic YXBpOmtleS1tb2Nr\r\nContent-Length: {}\r\n\
//!      Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
//!     form.len(),
//! );
//! let address = mailgun.base_url().replace("http://", "");
//! let mut socket = tokio::net::TcpStream::connect(address).await?;
//! socket.write_all(request.as_bytes()).await?;
//! let mut response = String::new();
//! socket.read_to_string(&mut response).await?;
//! assert!(response.starts_with("HTTP/1.1 200 OK"));
//!
//! let sent = mailgun.sent_to("ada@example.com");
//! assert_eq!(sent[0].subject(), Some("Hello"));
//! # Ok(())
//! # }
//! ```
//!
//! # What behaves like the service
//!
//! * Responses have the wording and the formats of the service. A wrong key gets 401 and plain
//!   text. An unknown path below `/v1` to `/v5` gets an HTML page. Any other path gets the greeting
//!   with status 200.
//! * A file part without a filename, or with a `filename*` parameter, is dropped without an error.
//! * These get status 400: `html` together with `template`, too many recipients, more than 16 KB of
//!   options, a message over 25 MiB, and invalid addresses, dates and JSON. A request over 50 MiB
//!   gets status 413.
//! * A message with a delivery time in the future is accepted and waits in the queue. It is
//!   delivered when it is due, unless the queue is cleared first.
//! * A message to a bounced, unsubscribed or complained address is accepted and then fails.
//! * Events are signed and posted to the webhooks that are registered for them, if the URL is on
//!   loopback. [`MockMailgun::webhook_deliveries`] returns how the receivers responded.
//!
//! # In a browser
//!
//! [`Builder::inbox`] serves an inbox at `/`. It shows mails as each recipient sees them, their events
//! as they happen, the log of requests and the faults, and has buttons for what recipients do. The
//! program serves it unless it is started with `--no-inbox`.
//!
//! # What recipients see and do
//!
//! [`SentMessage::rendered_for`] returns what a recipient sees: variables, stored templates,
//! unsubscribe links, footers and tracking are applied as the service does. The result lists
//! placeholders without a value. [`MockMailgun::open`], [`click`](MockMailgun::click),
//! [`bounce`](MockMailgun::bounce), [`complain`](MockMailgun::complain) and
//! [`unsubscribe`](MockMailgun::unsubscribe) let recipients act: events, suppressions and webhooks
//! follow. [`MockMailgun::receive`] lets mail arrive, which the routes store and forward.
//!
//! Tests in other languages do the same over HTTP: the routes below `/mock` are described at
//! `/mock/openapi.yaml`. A page of this repository, `docs/mock.md`, shows them with `curl`.
//! [`MockMailgun::transport`] answers without sockets, for tests with a paused clock.
//!
//! # Addresses for testing validation
//!
//! Rules stand in for the network. The first rule that matches decides the result.
//!
//! | Address | Result | Risk | Reason |
//! |---|---|---|---|
//! | malformed, or no dot in its domain | `undeliverable` | `high` | `failed custom grammar check` |
//! | at `gmial.com` and the like, with `did_you_mean` | `undeliverable` | `high` | `no_mx` |
//! | at a domain that ends with `.invalid` | `undeliverable` | `high` | `no_mx` |
//! | at `mailinator.com` and the like | `do_not_send` | `high` | `mailbox_is_disposable_address` |
//! | begins with `nonexistent` | `undeliverable` | `high` | `mailbox_does_not_exist` |
//! | begins with `unknown` | `unknown` | `unknown` | `smtp_timeout` |
//! | at a domain that begins with `catchall` | `catch_all` | `medium` | `catch_all` |
//! | of a role, such as `support` | `deliverable` | `medium` | `mailbox_is_role_address` |
//! | any other | `deliverable` | `low` | none |
//!
//! The rules from `nonexistent` to `catchall` stand for the response of the mailbox provider. With
//! `provider_lookup=false` they give the result `unknown` with the reason `no_data`.
//!
//! A bulk validation or a preview advances one step each time a client gets it by its id. The mock
//! itself serves the results, as the CSV and JSON files that the service packs into a ZIP archive.
//! A gzip file is accepted and counts as a file without addresses.
//!
//! # Limits
//!
//! * The mock delivers nothing. It renders Handlebars templates but not those of the engine `go`.
//! * Options in the headers of a MIME message, such as `X-Mailgun-Recipient-Variables`, have no
//!   effect. A rendered MIME message is rebuilt from its texts and files.
//! * Mail to a mailing list is not delivered to its members, and mail that a route forwards to an
//!   address goes nowhere.
//! * It posts a webhook once, whatever the response, and never to another machine.
//! * It reads address lists more strictly than the service. The service silently drops recipients
//!   whose display name has an unquoted comma, semicolon or parenthesis; here they are invalid.
//! * Message sizes count values and files as sent, not the resulting MIME text.
//! * Everything stays in memory until [`MockMailgun::clear`]. [`Builder::state_file`] keeps a part in
//!   a file.

mod account;
mod actions;
mod address;
mod builder;
mod control;
mod date;
mod fault;
mod groups;
mod http;
mod inbound;
mod inbox;
mod log;
mod mime;
mod mock;
mod rate_limit;
mod render;
mod sent;
mod server;
mod smtp;
mod state;
mod transport;
mod webhook;

pub use actions::ActionError;
pub use builder::Builder;
pub use fault::Fault;
pub use inbound::{Inbound, Received};
pub use log::LoggedRequest;
pub use mock::{MockMailgun, WaitError};
pub use rate_limit::RateLimit;
pub use render::Rendered;
pub use sent::{SentFile, SentMessage};
pub use smtp::ForwardedMail;
pub use transport::MockTransport;
pub use webhook::WebhookDelivery;
