//! The core of the Mailgun SDK: client, transport, middleware, bodies, calls and paging.
//!
//! Applications depend on the umbrella crate `mailgun`, which re-exports what they need from here.
//! Depend on this crate to write a resource crate, to assemble your own tower stack, or to call an
//! operation that has no method yet.
//!
//! * [`Client`] is a cheap handle to a stack of [`layers`] over hyper.
//! * [`Operation`] identifies an operation of the API. [`Client::call`] describes a [`Call`] of it;
//!   awaiting the call sends it.
//! * [`Fields`], [`Form`], [`Upload`] and [`Body`] build requests. [`Response`], [`ResponseStream`]
//!   and [`Pager`] read responses.
//! * [`Error`] says what went wrong. [`Error::outcome`] says whether the operation may have taken
//!   effect.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The docs link to what the transport brings, even when it is switched off.
#![cfg_attr(not(feature = "transport"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod body;
mod call;
mod client;
mod context;
mod credentials;
mod error;
mod guard;
mod handle;
pub mod layers;
pub mod metrics;
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

    pub use crate::{
        body::without_byte_order_mark,
        types::{is_control, safe_filename, unfold},
    };
}
