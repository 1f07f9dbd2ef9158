//! Receiving the alerts that Mailgun posts.
//!
//! A [`Verifier`] checks that Mailgun signed a request, and reads it. How the requests come in is the
//! application's affair; with the feature `axum` an [`Alert`] is an extractor.
//!
//! ```
//! use mailgun_alerts::receive::{SigningKey, Verifier, X_SIGN};
//! use mailgun_core::http::{HeaderMap, StatusCode};
//!
//! fn on_request(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     let signature = headers.get(X_SIGN).and_then(|value| value.to_str().ok());
//!     match verifier.receive(signature.unwrap_or_default(), body) {
//!         Ok(alert) => {
//!             println!("{:?}: {}", alert.event_data.event, alert.event_data.message);
//!             StatusCode::OK
//!         }
//!         Err(error) => error.status(),
//!     }
//! }
//!
//! // The key is the one of the alerts, and neither the API key nor the one of other webhooks.
//! let verifier = Verifier::new(SigningKey::new("bdee4d3e...")?);
//! # let _ = on_request(&verifier, &HeaderMap::new(), b"");
//! # Ok::<(), mailgun_core::Error>(())
//! ```
//!
//! # What to answer
//!
//! Mailgun sends a `GET` to a URL that is being set, and wants status 200. After that it posts, and
//! takes any 2xx for done. After anything else it posts the same again, at growing intervals, for
//! about 8 hours, and then disables the webhook.
//!
//! The same alert may therefore arrive twice; its [token](AlertSignature::token) tells. The signature
//! covers the whole body, so that nobody can make up an alert, but whoever has seen one can post it
//! again: who minds compares [`AlertSignature::timestamp`] with the clock.

mod alert;
#[cfg(feature = "axum")]
mod axum;
mod error;
mod key;
mod verifier;

pub use self::{
    alert::{Alert, AlertEvent, AlertSignature, BulkValidation},
    error::ReceiveError,
    key::SigningKey,
    verifier::Verifier,
};

/// The name of the header that has the signature.
pub const X_SIGN: &str = "x-sign";
