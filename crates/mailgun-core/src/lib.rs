//! The core of the Mailgun SDK: client, transport, middleware, bodies, calls and paging.
//!
//! Applications use the umbrella crate `mailgun`, which re-exports what they need from here. This
//! crate is for those who write a resource crate, assemble a stack of their own, or call an
//! operation that has no method yet.
//!
//! * [`Client`] is a cheap handle around a stack of [`layers`] over hyper.
//! * A [`Operation`] names an operation; [`Client::call`] describes a [`Call`] of it, which is sent
//!   when it is awaited.
//! * [`Fields`], [`Form`], [`Upload`] and [`Body`] make requests; [`Response`], [`ResponseStream`] and
//!   [`Pager`] read responses.
//! * [`Error`] says what went wrong, and by [`Error::outcome`] whether the operation may have
//!   taken effect.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The docs link to what the transport brings, also when it is switched off.
#![cfg_attr(not(feature = "transport"), allow(rustdoc::broken_intra_doc_links))]

mod body;
mod call;
mod client;
mod context;
mod credentials;
mod error;
mod handle;
pub mod layers;
mod operation;
mod pager;
mod response;
#[cfg(feature = "transport")]
mod transport;
mod types;

pub use bytes;
pub use http;
pub use mime;
#[cfg(feature = "transport")]
pub use rustls;

#[cfg(feature = "transport")]
pub use self::transport::{Certificate, HttpVersions, Proxy, Roots};
pub use self::{
    body::{Body, FieldValue, Fields, Form, JsonFields, Upload, read_text, true_false, yes_no},
    call::{Call, CallFuture, Chunk, Chunks, Poller},
    client::{Client, ClientBuilder},
    context::CallContext,
    credentials::{ApiKey, Credentials, IntoCredentials},
    error::{BoxError, Error, ErrorKind, LimitScope, Outcome, TimeoutPhase},
    handle::{HttpService, Region},
    operation::{Idempotency, Operation},
    pager::{Cursor, LinkPage, Page, PageLinks, PageParts, PageResponse, Pager},
    response::{Response, ResponseBody, ResponseStream},
    types::{Confirmation, DomainName, Mailbox, Secret, Timestamp, by_content_id, de},
};

#[doc(hidden)]
pub mod __private {
    pub use serde;

    pub use crate::types::unfold;
}
