//! Mailgun Inspect: previews of a mail in many email clients.
//!
//! [`Previews`] render a mail in web, desktop and mobile clients. Create a preview, wait until all
//! clients are done, and download the pictures.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::inspect::{CreatePreview, PreviewSource};
//!
//! let previews = mailgun.inspect().previews();
//! let html = PreviewSource::Html("<h1>Spring sale</h1>".into());
//! let created = previews.create("Spring sale", html, CreatePreview::new()).await?;
//! previews.wait(&created.id).await?;
//! for (client, result) in previews.results(&created.id).await? {
//!     if let Some(url) = &result.thumbnail {
//!         println!("{client}: {} bytes", previews.download(url).await?.len());
//!     }
//! }
//! # Ok(()) }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod inspect;
mod preview;
mod preview_client;
mod preview_result;
mod previews;
mod reprocessing;

use mailgun_core::Operation;
pub use mailgun_types::Success;

pub use self::{
    inspect::Inspect,
    preview::{CreatedPreview, ListedPreview, Preview},
    preview_client::{ClientCategory, PreviewClient},
    preview_result::{PreviewResult, StatusDetails},
    previews::{CreatePreview, ListPreviews, PreviewSource, Previews, TransferEncoding},
    reprocessing::{Reprocessing, Screenshot},
};

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    previews::CREATE,
    previews::LIST,
    previews::CLIENTS,
    previews::GET,
    previews::DELETE,
    previews::RESULTS,
    previews::REPROCESS,
    previews::CONTENT,
    previews::INLINE_CSS,
    previews::TEXT_ONLY,
    inspect::ANALYZE,
];
