//! What the server tells about the clients.

use serde::{Deserialize, Serialize};

/// What a server has seen since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Mails that were read in full and answered.
    pub calls: usize,
    /// Bytes of their bodies.
    pub body_bytes: u64,
    /// Connections that were opened.
    pub connections: usize,
    /// What was wrong with a request.
    pub fault: Option<String>,
}
