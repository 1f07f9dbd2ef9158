//! One-click unsubscribing (RFC 8058): signed links, and the receiver of the requests that they cause.
//!
//! A mail with an unsubscribe link of yours has two headers, which `list_unsubscribe` of a message or a
//! batch sets. When the recipient presses the unsubscribe button of the mail program, the mailbox provider
//! posts `List-Unsubscribe=One-Click` to the link. The link itself says who wants to unsubscribe, so
//! nobody else must be able to make one: [`UnsubscribeLinks`] makes the links and reads them.
//!
//! Two receivers handle the requests:
//!
//! * [`UnsubscribeService`], a tower service, with the feature `tower`. It also fits axum's
//!   `Router::route_service`.
//! * [`Unsubscribe`] as an axum extractor, with the feature `axum`.
//!
//! Both refuse every request but a one-click `POST`. One without a body counts, too, because some mail
//! programs send it. A `GET` never unsubscribes: virus scanners and previews follow each link of a mail.
//! Its response is a page that asks for confirmation, whose button sends the same `POST`.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use mailgun::Mailgun;
//! use mailgun::suppressions::NewUnsubscribe;
//! use mailgun::webhooks::unsubscribe::{Unsubscribe, UnsubscribeLinks, UnsubscribeService};
//!
//! # fn example(mailgun: Mailgun) -> Result<(), mailgun::Error> {
//! // The program that sends needs the same base URL and secret.
//! let links = UnsubscribeLinks::new("https://example.com/unsubscribe", std::env::var("SECRET")
//!     .unwrap_or_default())?;
//!
//! let service = UnsubscribeService::new(links, move |unsubscribe: Unsubscribe| {
//!     let unsubscribes = mailgun.suppressions("mg.example.com").unsubscribes();
//!     async move {
//!         let entry = NewUnsubscribe::new(unsubscribe.address);
//!         unsubscribes.create(unsubscribe.tag.into_iter().fold(entry, NewUnsubscribe::tag)).await
//!     }
//! });
//! // With axum: `Router::new().route_service("/unsubscribe", service)`.
//! # let _ = service; Ok(()) }
//! ```

#[cfg(feature = "axum")]
mod axum;
mod error;
mod links;
#[cfg(any(feature = "axum", feature = "tower"))]
mod request;
mod token;
#[cfg(feature = "tower")]
mod tower;

#[cfg(feature = "tower")]
pub use self::tower::UnsubscribeService;
pub use self::{
    error::UnsubscribeError,
    links::{Unsubscribe, UnsubscribeLinks},
};

/// A page that asks for confirmation, as the response to a `GET` of a link.
///
/// Its button posts `List-Unsubscribe=One-Click` to the URL of the page, as mailbox providers do. It shows
/// no address.
pub const CONFIRMATION_PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>Unsubscribe</title>
<form method="post">
<p>Do you want to unsubscribe?</p>
<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button>
</form>
</html>
"#;
