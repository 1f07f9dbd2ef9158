//! Open connections, kept between requests.
//!
//! hyper-util's `client::pool` gives no unsent request back and has no idle limits. Both decide
//! here: what a connection did with a request says whether it may be repeated, and a connection
//! that the server is about to close must not be used.
//!
//! | part | what it does |
//! |---|---|
//! | `origins` | finds the connections for a request, and sends it over one of them |
//! | `idle` | keeps connections that can be used again: checkout, checkin, expiry |
//! | `dial` | makes connections, and decides who waits for whose |
//! | `connection` | one connection: its users, its end, its failed writes |
//!
//! | invariant | why |
//! |---|---|
//! | A connection is used only within the runtime that it was made in. | Another runtime may not be driven, and the call would hang. |
//! | A connection that was idle is used after the runtime had a chance to see the server close it. | A request that meets the close may have been processed. |
//! | A request goes to a second connection only if hyper gives it back and the first one was used before. | Nothing of it was written; a new connection that fails at once would fail again. |
//! | A connection of HTTP/1.1 has one request at a time; all requests share one of HTTP/2. | A second request would wait for the first one's response; HTTP/2 has streams. |
//! | A shared connection is retired when a call is given up before anything was answered on it. | It may be dead though it answers PING. Requests in flight on it continue. |
//! | A connection is closed when it was idle or open for too long. | Servers close idle connections; a busy client follows DNS. |
//! | A connection without users is closed within [`connection::LINGER`], and so is one whose response was read while its request is still being sent. | A server that stops reading must not hold a body for ever. |
//! | While an origin may speak HTTP/2, one connection is dialed at a time; another one joins each [`dial::HEAD_START`]. | All requests may share it, and a handshake that is stuck holds no others up. |

mod connection;
mod dial;
mod idle;
mod origins;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(crate) use self::connection::Incoming;
pub(super) use self::origins::Pool;
#[cfg(test)]
pub(super) use self::origins::host;
use super::{Connector, HttpVersions, TransportConfig};

struct Settings {
    connector: Connector,
    versions: HttpVersions,
    connect_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    max_lifetime: Option<Duration>,
    /// For each origin; with none, no connection is used twice.
    max_idle: usize,
}

impl Settings {
    fn new(config: &TransportConfig, connector: Connector) -> Self {
        Self {
            connector,
            versions: config.http_versions,
            connect_timeout: config.connect_timeout,
            idle_timeout: config.pool_idle_timeout,
            max_lifetime: config.pool_max_lifetime,
            max_idle: config.pool_max_idle_per_host,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
