//! HTTP: connections, requests read from them and replies written to them.

pub(crate) mod connection;
pub(crate) mod form;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod service;
