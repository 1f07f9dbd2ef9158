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

mod body;
mod call;
mod client;
mod error;
pub mod layers;
mod operation;
mod pager;
mod response;
mod transport;
mod types;

pub use bytes;
pub use http;
pub use mime;
pub use rustls;

#[cfg(feature = "csv")]
pub use self::body::Csv;
pub use self::{
    body::{Body, FieldValue, Fields, Form, JsonFields, Upload, read_text, true_false, yes_no},
    call::{Call, CallContext, CallFuture, Chunk, Chunks, Poller},
    client::{ApiKey, Client, ClientBuilder, Credentials, HttpService, IntoCredentials, Region},
    error::{BoxError, Error, ErrorKind, LimitScope, Outcome, TimeoutPhase},
    operation::{Idempotency, Operation},
    pager::{Cursor, LinkPage, Page, PageLinks, PageParts, PageResponse, Pager},
    response::{Response, ResponseBody, ResponseStream},
    transport::{Certificate, HttpVersions, Proxy, Roots},
    types::{
        Confirmation, DnsRecord, DnsRecordState, DnsRecordType, DomainName, IpReplacement, Mailbox,
        PageDirection, Secret, SendingLimit, Success, Timestamp, analytics, by_content_id, de,
        validation,
    },
};

#[doc(hidden)]
pub mod __private {
    pub use serde;

    pub use crate::types::unfold;
}
