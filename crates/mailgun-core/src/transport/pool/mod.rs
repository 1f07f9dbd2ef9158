//! The connection pool.
//!
//! hyper-util's `client::pool` does not return unsent requests and has no idle limits. The SDK
//! needs both: an unsent request is safe to retry, and a connection that the server is about to
//! close must not be used.
//!
//! | part | what it does |
//! |---|---|
//! | `origins` | finds the connections for a request, and sends it over one of them |
//! | `idle` | keeps idle connections: checkout, checkin, expiry |
//! | `dial` | opens connections, and lets calls wait for a shared one |
//! | `connection` | one connection: its users, its end, its failed writes |
//!
//! | invariant | why |
//! |---|---|
//! | A connection is used only in the runtime that opened it. | If that runtime is not running, the call would hang. |
//! | Before an idle connection is used, the runtime gets a chance to see that the server closed it. | If the server closes it while a request is being sent, the outcome is unknown. |
//! | A request is sent over a second connection only if hyper returns it unsent and the first connection was reused. | Nothing of it was written. A new connection that fails at once would fail again. |
//! | An HTTP/1.1 connection has one request at a time. All requests share one HTTP/2 connection. | HTTP/1.1 responses come in order; HTTP/2 has streams. |
//! | A shared connection is retired if a call is dropped and no request has completed on it in the meantime. | It may be dead even if it answers PING. Requests in flight continue. |
//! | A connection is closed after it was idle or open for too long. | Servers close idle connections, and a busy client must follow DNS. |
//! | The server may shorten the time (`Keep-Alive`), and time during which the machine sleeps counts. | It closes the connection by its own clock. |
//! | A connection without users is closed within [`connection::LINGER`], and so is one whose response was read while its request is still being sent. | A server that stops reading must not keep a body in memory forever. |
//! | While an origin may support HTTP/2, one connection is dialed at a time, and another after each [`dial::HEAD_START`]. | All requests may share it, and a stuck handshake does not block them. |

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
use crate::metrics::SharedRecorder;

struct Settings {
    connector: Connector,
    versions: HttpVersions,
    connect_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    max_lifetime: Option<Duration>,
    /// For each origin. With 0, no connection is reused.
    max_idle: usize,
    recorder: SharedRecorder,
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
            recorder: config.recorder.clone(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
