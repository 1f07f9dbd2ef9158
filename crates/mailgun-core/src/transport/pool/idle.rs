//! Idle connections: checkout, checkin and expiry.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Settings,
    connection::{Connection, Handle, Http1, Http2, LINGER, LastUse, Lease, Reusable as _, lease},
    dial::Dials,
    lock,
    origins::Target,
};

/// After this long without use, the server may have closed a connection unnoticed.
const IDLE_AFTER: Duration = Duration::from_millis(1);

/// The connections to one origin in one runtime.
pub(super) struct Connections<B> {
    pub(super) target: Arc<Target>,
    pub(super) dials: Mutex<Dials>,
    /// Notified when a connection becomes available or a dial has ended.
    pub(super) changed: Notify,
    idle: Mutex<Idle<B>>,
}

struct Idle<B> {
    /// Idle HTTP/1.1 connections. The most recently used one is at the end.
    exclusive: Vec<Http1<B>>,
    /// The HTTP/2 connection, which all requests share.
    shared: Option<Http2<B>>,
    reaper: Option<Reaper>,
}

/// The task that closes expired connections.
struct Reaper {
    wakes: Instant,
    task: JoinHandle<()>,
}

/// A connection for one request.
pub(super) struct Checkout<B> {
    pub(super) connection: Connection<B>,
    /// It had an earlier request, or was opened for another one.
    pub(super) is_reused: bool,
    /// The server may have closed it in the meantime.
    pub(super) was_idle: bool,
}

impl<B> Connections<B> {
    pub(super) fn new(target: &Arc<Target>) -> Self {
        Self {
            target: Arc::clone(target),
            dials: Mutex::default(),
            changed: Notify::new(),
            idle: Mutex::new(Idle { exclusive: Vec::new(), shared: None, reaper: None }),
        }
    }

    /// Whether any connection is open.
    pub(super) fn is_open(&self) -> bool {
        let idle = lock(&self.idle);
        idle.shared.as_ref().is_some_and(|shared| !shared.is_closed())
            || idle.exclusive.iter().any(|connection| !connection.is_closed())
    }

    /// Takes an idle or shared connection that is open, as far as the client knows.
    pub(super) fn checkout(&self) -> Option<Checkout<B>> {
        let mut idle = lock(&self.idle);
        let now = Instant::now();
        let settings = &self.target.settings;
        if let Some(shared) = &mut idle.shared {
            if shared.is_ready() && !shared.has_expired(settings, now) {
                let connection = shared.clone();
                shared.last_used = LastUse::now();
                return Some(Checkout::reused(
                    connection.last_used,
                    now,
                    connection,
                    Connection::Http2,
                ));
            }
            idle.shared = None;
        }
        while let Some(last) = idle.exclusive.pop() {
            if last.is_ready() && !last.has_expired(settings, now) {
                return Some(Checkout::reused(last.last_used, now, last, Connection::Http1));
            }
        }
        None
    }

    /// Sends no more requests over a shared connection. Requests in flight continue.
    pub(super) fn retire(&self, connection: &Http2<B>) {
        let mut idle = lock(&self.idle);
        if idle.shared.as_ref().is_some_and(|shared| shared.is_same(connection)) {
            idle.shared = None;
        }
    }

    /// Closes connections that were idle or open for too long. Returns when the next one expires.
    fn expire(&self) -> Option<Instant> {
        let mut idle = lock(&self.idle);
        let now = Instant::now();
        let settings = &self.target.settings;
        idle.exclusive
            .retain(|connection| !connection.is_closed() && !connection.has_expired(settings, now));
        idle.shared.take_if(|shared| shared.is_closed() || shared.has_expired(settings, now));
        let exclusive = idle.exclusive.iter().filter_map(|connection| connection.expiry(settings));
        let shared = idle.shared.as_ref().and_then(|shared| shared.expiry(settings));
        let next = exclusive.chain(shared).min();
        match (next, &mut idle.reaper) {
            (Some(next), Some(reaper)) => reaper.wakes = next,
            (_, reaper) => *reaper = None,
        }
        next
    }
}

impl<B> Drop for Connections<B> {
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(reaper) = &idle.reaper {
            reaper.task.abort();
        }
    }
}

impl<B> Connections<B>
where
    B: Send + 'static,
{
    /// Returns an HTTP/1.1 connection to the pool after its request was sent and its response was
    /// read. The response holds the lease until then.
    pub(super) fn release(self: &Arc<Self>, mut connection: Http1<B>) -> Option<Lease> {
        // A short response usually arrives together with its head.
        if connection.is_ready() {
            self.checkin(connection);
            return None;
        }
        let (lease, read) = lease();
        let connections = Arc::downgrade(self);
        tokio::spawn(async move {
            let is_ready = async {
                let ready = pin!(connection.sender.ready());
                match select(ready, read).await {
                    Either::Left((ready, _)) => ready.is_ok(),
                    Either::Right((_, ready)) => {
                        timeout(LINGER, ready).await.is_ok_and(|ready| ready.is_ok())
                    }
                }
            };
            if is_ready.await
                && let Some(connections) = connections.upgrade()
            {
                connections.checkin(connection);
            }
        });
        Some(lease)
    }

    /// Retires a shared connection if the request is still being sent [`LINGER`] after its response
    /// was read. The response holds the lease until then.
    pub(super) fn release_shared(
        self: &Arc<Self>,
        connection: Http2<B>,
        mut upload: oneshot::Receiver<Infallible>,
    ) -> Lease {
        if upload.try_recv() == Err(oneshot::error::TryRecvError::Closed) {
            return connection.lease();
        }
        let (lease, read) = lease();
        let connections = Arc::downgrade(self);
        tokio::spawn(async move {
            let _ = read.await;
            if timeout(LINGER, upload).await.is_err()
                && let Some(connections) = connections.upgrade()
            {
                connections.retire(&connection);
            }
        });
        lease
    }

    pub(super) fn checkin(self: &Arc<Self>, mut connection: Http1<B>) {
        let settings = &self.target.settings;
        let mut idle = lock(&self.idle);
        if idle.exclusive.len() >= settings.max_idle {
            idle.exclusive.retain(|connection| !connection.is_closed());
        }
        connection.last_used = LastUse::now();
        let is_usable = !connection.is_closed()
            && !connection.has_expired(settings, connection.last_used.instant);
        if is_usable && idle.exclusive.len() < settings.max_idle {
            let expiry = connection.expiry(settings);
            idle.exclusive.push(connection);
            self.watch(&mut idle, expiry);
            drop(idle);
            self.changed.notify_one();
        }
    }

    /// Shares an HTTP/2 connection with all requests, unless there already is one.
    pub(super) fn share(self: &Arc<Self>, connection: &Http2<B>) {
        let settings = &self.target.settings;
        let mut idle = lock(&self.idle);
        if settings.max_idle > 0 && idle.shared.as_ref().is_none_or(|shared| shared.is_closed()) {
            idle.shared = Some(connection.clone());
            self.watch(&mut idle, connection.expiry(settings));
        }
    }

    /// Makes sure that a task closes idle connections when they expire.
    fn watch(self: &Arc<Self>, idle: &mut Idle<B>, expiry: Option<Instant>) {
        let Some(expiry) = expiry else { return };
        if let Some(reaper) = idle.reaper.take_if(|reaper| expiry < reaper.wakes) {
            reaper.task.abort();
        }
        if idle.reaper.as_ref().is_some_and(|reaper| !reaper.task.is_finished()) {
            return;
        }
        let connections = Arc::downgrade(self);
        let task = tokio::spawn(async move {
            let mut next = Some(expiry);
            while let Some(expiry) = next {
                sleep_until(expiry).await;
                next = connections.upgrade().and_then(|connections| connections.expire());
            }
        });
        idle.reaper = Some(Reaper { wakes: expiry, task });
    }
}

impl<B> Checkout<B> {
    pub(super) fn new(connection: Connection<B>) -> Self {
        Self { connection, is_reused: false, was_idle: false }
    }

    fn reused<S>(
        last_used: LastUse,
        now: Instant,
        connection: S,
        version: fn(S) -> Connection<B>,
    ) -> Self {
        let was_idle = now.saturating_duration_since(last_used.instant) >= IDLE_AFTER;
        Self { connection: version(connection), is_reused: true, was_idle }
    }
}

impl<S> Handle<S> {
    /// When the connection expires unless it is used.
    fn expiry(&self, settings: &Settings) -> Option<Instant> {
        let idle = self.idle_limit(settings);
        let idle = idle.and_then(|limit| self.last_used.instant.checked_add(limit));
        let old = settings.max_lifetime.and_then(|limit| self.opened.checked_add(limit));
        idle.into_iter().chain(old).min()
    }

    fn has_expired(&self, settings: &Settings, now: Instant) -> bool {
        let has_slept = || {
            let idle = self.last_used.system.elapsed();
            idle.is_ok_and(|idle| self.idle_limit(settings).is_some_and(|limit| idle >= limit))
        };
        self.expiry(settings).is_some_and(|expiry| expiry <= now) || has_slept()
    }

    /// How long the connection may be idle: the setting, or less if the server says so.
    fn idle_limit(&self, settings: &Settings) -> Option<Duration> {
        settings.idle_timeout.into_iter().chain(self.keep_alive).min()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::transport::{Connector, TransportConfig};

    fn settings(idle_timeout: Option<Duration>) -> Settings {
        let config = TransportConfig { pool_idle_timeout: idle_timeout, ..Default::default() };
        Settings::new(&config, Connector::new(&config, false).unwrap())
    }

    fn connection() -> Handle<()> {
        Handle::new((), lease().0, Arc::default())
    }

    #[test]
    fn a_connection_expires_while_the_machine_sleeps() {
        let expires = |slept: u64, limit: Option<u64>| {
            let mut connection = connection();
            // The other clock stood still.
            connection.last_used.system -= Duration::from_secs(slept);
            let now = connection.last_used.instant;
            connection.has_expired(&settings(limit.map(Duration::from_secs)), now)
        };
        assert!(expires(51, Some(50)));
        assert!(!expires(40, Some(50)));
        assert!(!expires(3600, None));
    }

    #[test]
    fn the_server_shortens_the_idle_timeout() {
        let limit = |header: &str, setting: Option<u64>| {
            let mut connection = connection();
            let header = HeaderValue::try_from(header).unwrap();
            connection.heed(&HeaderMap::from_iter([("keep-alive".parse().unwrap(), header)]));
            connection.idle_limit(&settings(setting.map(Duration::from_secs)))
        };
        for (header, setting, expected) in [
            ("timeout=5", Some(50), Some(4)),
            ("max=100, Timeout = \"5\"", Some(50), Some(4)),
            ("timeout=5", None, Some(4)),
            ("timeout=120", Some(50), Some(50)),
            ("timeout=1", Some(50), Some(0)),
            ("timeout=0", Some(50), Some(0)),
            ("timeout=-1", Some(50), Some(50)),
            ("timeout=99999999999999999999", Some(50), Some(50)),
            ("max=3", None, None),
            ("é", None, None),
        ] {
            assert_eq!(limit(header, setting), expected.map(Duration::from_secs), "{header}");
        }
    }
}
