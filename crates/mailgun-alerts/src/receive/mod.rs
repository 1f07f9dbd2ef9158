//! Receive the alerts that Mailgun posts.
//!
//! A [`Verifier`] checks the signature of a request and parses its body. It works with any HTTP server.
//! With the feature `axum`, [`Alert`] is an extractor.
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
//! // The signing key of alerts. It is neither the API key nor the key of other webhooks.
//! let verifier = Verifier::new(SigningKey::new("bdee4d3e...")?);
//! # let _ = on_request(&verifier, &HeaderMap::new(), b"");
//! # Ok::<(), mailgun_core::Error>(())
//! ```
//!
//! # What to respond
//!
//! When you set a URL, Mailgun sends a `GET` request to it and expects status 200.
//!
//! Mailgun then posts alerts and expects a 2xx status. After any other status it retries for about
//! 8 hours, at growing intervals, and then disables the webhook.
//!
//! # Duplicates
//!
//! An alert can arrive twice, because Mailgun retries. Use [`AlertSignature::token`] to detect that.
//!
//! The signature covers the whole body, so nobody can forge an alert. Someone who has seen an alert
//! can post it again. If that matters, reject alerts with an old [`AlertSignature::timestamp`].

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

/// The name of the header with the signature: `X-Sign`.
pub const X_SIGN: &str = "x-sign";
