//! One module for each command.

pub(crate) mod api;
pub(crate) mod bulk;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod domains;
pub(crate) mod events;
pub(crate) mod listen;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod mock;
pub(crate) mod profile;
pub(crate) mod routes;
pub(crate) mod send;
pub(crate) mod suppressions;
pub(crate) mod tail;
pub(crate) mod templates;
pub(crate) mod verify;
pub(crate) mod webhooks;
