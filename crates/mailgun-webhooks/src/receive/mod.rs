//! Receiving what Mailgun posts: events, and the mail that routes forward.
//!
//! A [`Verifier`] reads a request, checks that Mailgun signed it lately, and claims its token, so
//! that it is handled once. How the requests come in is the application's affair; the features
//! `tower` and `axum` connect it to those.
//!
//! ```
//! # async fn example(content_type: &str, body: Vec<u8>) -> Result<(), mailgun_core::Error> {
//! use mailgun_core::http::StatusCode;
//! use mailgun_webhooks::receive::{Payload, SigningKey, Verified, Verifier};
//!
//! // Once. The key is the HTTP webhook signing key, which is not the API key.
//! let verifier = Verifier::new(SigningKey::new("8d4d...")?);
//!
//! // For each request, of which this is the status to answer with.
//! let status = match verifier.receive(content_type, body).await {
//!     Ok(verified) => {
//!         let verified: Verified = verified;
//!         verified
//!             .handle(|payload| async move {
//!                 match payload {
//!                     Payload::Event(event) => println!("{}", event.name()),
//!                     Payload::Inbound(mail) => println!("{:?}", mail.subject()),
//!                     other => println!("{}", other.kind()),
//!                 }
//!                 Ok::<_, std::io::Error>(())
//!             })
//!             .await
//!     }
//!     Err(error) => error.status(),
//! };
//! # let _: StatusCode = status; Ok(()) }
//! ```
//!
//! # What to answer
//!
//! Mailgun takes 200 for done and 406 for refused. After anything else, also another 2xx, it posts
//! the same again: after 10, 10, 15 and 30 minutes, and after 1, 2 and 4 hours, which is 8 hours
//! and 5 minutes in all. So
//!
//! * what is forged, stale or replayed is answered with 406: a signature that is wrong, too old or
//!   used before;
//! * what may become right is answered with 503: a body that cannot be read, is too large or of
//!   another kind than the handler is for, a token store that cannot be reached, a token that
//!   another request is being handled for;
//! * what the handler fails to do is answered with 500.
//!
//! [`ReceiveError::status`] and [`Claim::settle`] know these rules.
//!
//! # Once
//!
//! The signature covers a timestamp and a token, not the body. Whoever has seen one request could
//! send any body with its signature, so that only single use of the token keeps forgeries out, and
//! the age bounds how long tokens must be remembered.
//!
//! A repeated request has the token of the first. A token that was used up before a handler failed
//! would lose the event, so it is *claimed* before the handler runs, and then *committed*, if the
//! handler succeeded or refused, or *released*, if it failed. A claim of which nothing is heard,
//! because the handler panicked or the process died, ends by itself after the
//! [lease](VerifierBuilder::lease), which is shorter than the time to the first repetition.

#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "axum", feature = "tower"))]
mod body;
mod error;
mod form;
mod inbound;
mod key;
mod legacy;
mod limits;
mod multipart;
mod payload;
mod signature;
pub mod testing;
mod tokens;
#[cfg(feature = "tower")]
mod tower;
mod verified;
mod verifier;

#[cfg(feature = "tower")]
pub use self::tower::{VerifyLayer, VerifyService};
pub use self::{
    error::ReceiveError,
    form::FormFields,
    inbound::{
        Attachment, AttachmentMismatch, CheckResult, InboundContent, InboundMail, ParsedMail,
        SpamReport, StoredAttachment, StoredMail,
    },
    key::SigningKey,
    legacy::{LegacyEvent, LegacyEventKind},
    limits::{Limit, Limits},
    payload::{Payload, PayloadKind, Unverified},
    signature::Signature,
    tokens::{ClaimId, MemoryTokens, StoreFuture, TokenState, TokenStore},
    verified::{Claim, Verified},
    verifier::{Verifier, VerifierBuilder},
};
