//! Idle connections: which one a request takes, and when they end.

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
    connection::{Connection, Handle, Http1, Http2, LINGER, Lease, Reusable as _, lease},
    dial::Dials,
    lock,
    origins::Target,
};

/// A connection that was not used for this long may have been closed unseen.
const UNSEEN: Duration = Duration::from_millis(1);

/// The connections to one origin, within one runtime.
pub(super) struct Connections<B> {
    pub(super) target: Arc<Target>,
    pub(super) dials: Mutex<Dials>,
    /// A connection can be used, or a dial has ended.
    pub(super) changed: Notify,
    idle: Mutex<Idle<B>>,
}

struct Idle<B> {
    /// Connections of HTTP/1.1 without a request, the one that was used last at the end.
    exclusive: Vec<Http1<B>>,
    /// The connection of HTTP/2, for all requests.
    shared: Option<Http2<B>>,
    reaper: Option<Reaper>,
}

/// Closes connections that have expired.
struct Reaper {
    wakes: Instant,
    task: JoinHandle<()>,
}

/// A connection for one request.
pub(super) struct Checkout<B> {
    pub(super) connection: Connection<B>,
    /// It had a request before, or was made for another one.
    pub(super) is_reused: bool,
    /// The server may have closed it meanwhile.
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

    /// Whether a connection can be used again.
    pub(super) fn is_open(&self) -> bool {
        let idle = lock(&self.idle);
        idle.shared.as_ref().is_some_and(|shared| !shared.is_closed())
            || idle.exclusive.iter().any(|connection| !connection.is_closed())
    }

    /// A connection that was made before and is open, as far as one can know.
    pub(super) fn checkout(&self) -> Option<Checkout<B>> {
        let mut idle = lock(&self.idle);
        let now = Instant::now();
        let settings = &self.target.settings;
        if let Some(shared) = &mut idle.shared {
            if shared.is_ready() && !shared.has_expired(settings, now) {
                let connection = shared.clone();
                shared.last_used = now;
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

    /// Takes no more requests for a shared connection; those in flight continue.
    pub(super) fn retire(&self, connection: &Http2<B>) {
        let mut idle = lock(&self.idle);
        if idle.shared.as_ref().is_some_and(|shared| shared.is_same(connection)) {
            idle.shared = None;
        }
    }

    /// Closes what was idle or open for too long, and says when to look again, if there is
    /// anything.
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
    /// Keeps a connection of HTTP/1.1 once its response was read and its request was sent, if it can
    /// be used again. The response holds the lease while it is read.
    pub(super) fn release(self: &Arc<Self>, mut connection: Http1<B>) -> Option<Lease> {
        // The usual response comes whole, with its head.
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

    /// Retires a shared connection if its request is still being sent some time after its response
    /// was read. The response holds the lease while it is read.
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
        connection.last_used = Instant::now();
        let is_usable =
            !connection.is_closed() && !connection.has_expired(settings, connection.last_used);
        if is_usable && idle.exclusive.len() < settings.max_idle {
            let expiry = connection.expiry(settings);
            idle.exclusive.push(connection);
            self.watch(&mut idle, expiry);
            drop(idle);
            self.changed.notify_one();
        }
    }

    /// Shares a connection of HTTP/2 with all requests, unless there is one already.
    pub(super) fn share(self: &Arc<Self>, connection: &Http2<B>) {
        let settings = &self.target.settings;
        let mut idle = lock(&self.idle);
        if settings.max_idle > 0 && idle.shared.as_ref().is_none_or(|shared| shared.is_closed()) {
            idle.shared = Some(connection.clone());
            self.watch(&mut idle, connection.expiry(settings));
        }
    }

    /// Idle connections are closed in time, also if no request looks for one.
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
        last_used: Instant,
        now: Instant,
        connection: S,
        version: fn(S) -> Connection<B>,
    ) -> Self {
        let was_idle = now.saturating_duration_since(last_used) >= UNSEEN;
        Self { connection: version(connection), is_reused: true, was_idle }
    }
}

impl<S> Handle<S> {
    /// When it is closed, if it is not used until then.
    fn expiry(&self, settings: &Settings) -> Option<Instant> {
        let idle = settings.idle_timeout.and_then(|limit| self.last_used.checked_add(limit));
        let old = settings.max_lifetime.and_then(|limit| self.opened.checked_add(limit));
        idle.into_iter().chain(old).min()
    }

    fn has_expired(&self, settings: &Settings, now: Instant) -> bool {
        self.expiry(settings).is_some_and(|expiry| expiry <= now)
    }
}
