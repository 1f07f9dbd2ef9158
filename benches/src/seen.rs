//! What the server has received.

use serde::{Deserialize, Serialize};

/// What a server has received since the last report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The number of messages that were read completely.
    pub calls: usize,
    /// The total size of their bodies.
    pub body_bytes: u64,
    /// The number of connections.
    pub connections: usize,
    /// Why a request was invalid, if one was.
    pub error: Option<String>,
}
