//! A stateful in-process Mailgun, for tests and for trying the SDK without an account.
//!
//! [`MockMailgun::start`] serves Mailgun's HTTP API on loopback. Mail that is sent there can be
//! looked at with [`MockMailgun::sent`], fetched from storage, searched for in the events and
//! resent; [`MockMailgun::inject`] breaks the network or the service in the ways that a client
//! must survive. Nothing leaves the machine.
//!
//! ```
//! use mailgun_mock::{Fault, MockMailgun};
//! use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mailgun = MockMailgun::start().await;
//!
//! // Usually this is the SDK. Any HTTP client will do.
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
//! # What it does as the service does
//!
//! * It answers in the words and formats of the service: a wrong key gets 401 and plain text, an
//!   unknown path below `/v1` to `/v5` an HTML page, and any other path the greeting with
//!   status 200.
//! * A file part without a filename, or with a `filename*` parameter, is dropped without an error.
//! * `html` beside `template`, too many recipients, more than 16 KB of options, invalid addresses,
//!   dates and JSON are refused with status 400; so is a message over 25 MiB. A request over
//!   50 MiB is refused with status 413.
//! * A message with a delivery time in the future is accepted, waits in the queue, and is
//!   delivered when its time has come, unless the queue is cleared before.
//! * A message to a bounced, unsubscribed or complained address is accepted, and then fails.
//! * Events are posted, signed, to the webhooks that are registered for them, if these are on
//!   loopback: [`MockMailgun::webhook_deliveries`] has their answers.
//! * An alert on a sending rate fires when the rate of the mock's own events passes its limit: it is
//!   then one of the hits. Test alerts are posted to webhooks on loopback, signed with `X-Sign`.
//!
//! # Addresses by which validation is tested
//!
//! An address is validated by rules in place of the network; the first that fits gives the result.
//!
//! | address | result | risk | reason |
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
//! The rules from `nonexistent` to `catchall` stand for what the provider says: where it may not be
//! asked (`provider_lookup=false`), the result is `unknown` for the reason `no_data`.
//!
//! A validation of a file, and a preview of one, is one step further after each look at it by its
//! id. The results lie on the mock itself, as the CSV and the JSON that the service puts into a ZIP
//! archive. A file in gzip is accepted, and counts as one without addresses.
//!
//! # What it does not do
//!
//! * It delivers nothing and renders no template and no placeholder.
//! * It posts a webhook once, whatever the answer, and never to another machine.
//! * It sends no alert when one fires, and does not check the URL of an alert webhook.
//! * Address lists are read more strictly than the service does, which cuts off recipients behind
//!   an unquoted comma, semicolon or parenthesis in a display name. Here they are invalid.
//! * Message sizes count values and files as sent, not the MIME text that results.
//! * Everything is kept in memory until [`MockMailgun::clear`].

mod account;
mod address;
mod builder;
mod date;
mod fault;
mod groups;
mod http;
mod log;
mod mime;
mod mock;
mod rate_limit;
mod sent;
mod server;
mod webhook;

pub use builder::Builder;
pub use fault::Fault;
pub use log::LoggedRequest;
pub use mock::{MockMailgun, WaitError};
pub use rate_limit::RateLimit;
pub use sent::{SentFile, SentMessage};
pub use webhook::WebhookDelivery;
