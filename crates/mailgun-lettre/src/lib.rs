//! lettre's transports over the Mailgun HTTP API.
//!
//! An application that sends with [lettre](https://docs.rs/lettre) keeps its messages and its calls,
//! and replaces the transport:
//!
//! ```no_run
//! use lettre::{AsyncTransport, Message};
//! use mailgun::Mailgun;
//! use mailgun_lettre::MailgunTransport;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mailgun = Mailgun::builder("key-0123456789").build()?;
//! let mailer = MailgunTransport::new(mailgun.client());
//!
//! let message = Message::builder()
//!     .from("Shop <shop@mg.example.com>".parse()?)
//!     .to("Bob <bob@example.com>".parse()?)
//!     .subject("Hello")
//!     .body("Hello, Bob.".to_owned())?;
//! println!("accepted as {}", mailer.send(message).await?.id);
//! # Ok(()) }
//! ```
//!
//! * [`MailgunTransport`] sends each message with one request, to the recipients of its envelope.
//! * [`Error::outcome`] says whether the mail may have been accepted.
//! * [`Failover`] tries a second transport if the first certainly did not accept the mail.
//!
//! With the feature `blocking`, [`MailgunTransport`] is a `Transport` of lettre as well, for code that is
//! not async. With the feature `smtp`, [`Failover`] judges the errors of lettre's SMTP transports.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod failover;
mod outcome;
mod transport;

pub use mailgun_core::Outcome;
pub use mailgun_messages::{MessageId, MimeMessage, Receipt};

pub use self::{
    error::Error,
    failover::{Failover, FailoverError, Sent},
    outcome::SendOutcome,
    transport::MailgunTransport,
};
