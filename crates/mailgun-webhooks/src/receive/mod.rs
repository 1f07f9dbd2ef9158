//! Receives the requests that Mailgun posts: events, and mail that routes forward.
//!
//! A [`Verifier`] parses a request, checks that Mailgun signed it recently, and claims its token, so that
//! each request is handled once. Use it with any HTTP server. The features `tower` and `axum` add a
//! layer and an extractor.
//!
//! ```
//! # async fn example(content_type: &str, body: Vec<u8>) -> Result<(), mailgun::Error> {
//! use mailgun::http::StatusCode;
//! use mailgun::webhooks::receive::{Payload, SigningKey, Verified, Verifier};
//!
//! // At the start. The key is the HTTP webhook signing key, not the API key.
//! let verifier = Verifier::new(SigningKey::new("8d4d...")?);
//!
//! // For each request. Respond with this status.
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
//! # Status codes
//!
//! Mailgun stops after status 200 or 406. After any other status, even another 2xx, it posts the same
//! request again: after 10, 10, 15 and 30 minutes, and after 1, 2 and 4 hours, for 8 hours and 5 minutes
//! in all. [`ReceiveError::status`] and [`Claim::settle`] therefore return:
//!
//! * 200 if the handler succeeded.
//! * 406 if the signature is wrong, too old or was used before.
//! * 503 if a later attempt may succeed: the body cannot be read, is too large, or is not for this
//!   handler; the token store cannot be reached; another request with the token is being handled; the
//!   signature is in the future.
//! * 408 if the body did not arrive in time.
//! * 500 if the handler failed.
//!
//! # Replay protection
//!
//! The signature covers a timestamp and a token, but not the body. An attacker who has seen one request
//! could send any body with its signature. Therefore each token is accepted once, and the maximum age of
//! a signature limits how long tokens must be remembered.
//!
//! When Mailgun posts a request again, it uses the same token. So the token is *claimed* before the
//! handler runs. It is *committed* if the handler succeeded or refused the request, and *released* if
//! the handler failed. If neither happens, because the handler panicked or the process died, the claim
//! expires after its [lease](VerifierBuilder::lease). The lease is shorter than the time until Mailgun
//! posts the request again.

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
#[cfg(any(feature = "axum", feature = "tower"))]
pub(crate) use self::{body::read, form::Form};
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
