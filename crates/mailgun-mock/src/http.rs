//! HTTP: connections, requests read from them and responses written to them.

pub(crate) mod connection;
pub(crate) mod form;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod service;
