//! Open connections, kept between requests.
//!
//! hyper's connections with little around them: a client talks to one or two hosts, its replies
//! need no trace of their connection, and what a connection did with a request decides whether it
//! may be repeated.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};
use http::{
    HeaderValue, Request, Response, Uri,
    header::HOST,
    uri::{Authority, Scheme},
};
use http_body::Body;
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::{
    client::legacy::connect::Connection as _,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
    time::{Instant, sleep},
};
use tracing::{debug, trace};

use super::{
    Connector, HttpVersions, TransportConfig,
    classify::{broken, unsent},
    send::may_send,
};
use crate::{BoxError, Delivery, Error, Kind};

/// Without a frame for this long while a reply is awaited, an HTTP/2 connection is probed: all
/// requests share it, and a dead one must not hold them until they time out.
const HTTP2_PROBE: Duration = Duration::from_secs(30);

/// The connections of a client, by their origin.
pub(super) struct Pool<B> {
    settings: Arc<Settings>,
    origins: Mutex<Vec<Arc<Origin<B>>>>,
}

struct Settings {
    connector: Connector,
    versions: HttpVersions,
    idle_timeout: Option<Duration>,
    /// For each origin; with none, no connection is used twice.
    max_idle: usize,
}

/// A scheme, host and port, with the connections to it.
pub(super) struct Origin<B> {
    settings: Arc<Settings>,
    uri: Uri,
    host: HeaderValue,
    kept: Mutex<Kept<B>>,
    /// A connection is free, or the one that may be shared is made or has failed.
    changed: Notify,
}

struct Kept<B> {
    /// Connections of HTTP/1.1 without a request, the one that was used last at the end.
    idle: Vec<Unused<http1::SendRequest<B>>>,
    /// The connection of HTTP/2, for all requests.
    shared: Option<Unused<http2::SendRequest<B>>>,
    /// As far as the last connection tells.
    speaks_http1: bool,
    /// A connection is being made that all may share.
    connecting: bool,
    reaper: Option<JoinHandle<()>>,
}

struct Unused<S> {
    sender: S,
    since: Instant,
}

enum Sender<B> {
    Http1(http1::SendRequest<B>),
    Http2(http2::SendRequest<B>),
}

impl<B> Pool<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(config: &TransportConfig, connector: Connector) -> Self {
        let settings = Settings {
            connector,
            versions: config.http_versions,
            idle_timeout: config.pool_idle_timeout,
            max_idle: config.pool_max_idle_per_host,
        };
        Self { settings: Arc::new(settings), origins: Mutex::default() }
    }

    /// Where a request for `uri` goes.
    pub(super) fn origin(&self, uri: &Uri) -> Result<Arc<Origin<B>>, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            let text = "the URL of the request has no host";
            return Err(Error::new(Kind::InvalidInput, Delivery::NotSent, text));
        };
        let mut origins = lock(&self.origins);
        if let Some(found) = origins.iter().find(|origin| origin.is(scheme, authority)) {
            return Ok(Arc::clone(found));
        }
        // Downloads may come from any number of hosts, each of them used once.
        origins.retain(|origin| Arc::strong_count(origin) > 1 || !lock(&origin.kept).is_empty());
        let added = Arc::new(Origin::new(&self.settings, scheme, authority)?);
        origins.push(Arc::clone(&added));
        Ok(added)
    }
}

impl<B> Origin<B> {
    fn new(
        settings: &Arc<Settings>,
        scheme: &Scheme,
        authority: &Authority,
    ) -> Result<Self, Error> {
        let unusable = |error: http::Error| {
            let text = "the URL of the request has an unusable host";
            Error::new(Kind::InvalidInput, Delivery::NotSent, text).with_source(error)
        };
        let uri = Uri::builder().scheme(scheme.clone()).authority(authority.clone());
        let uri = uri.path_and_query("/").build().map_err(unusable)?;
        let host = HeaderValue::try_from(host(scheme, authority));
        Ok(Self {
            settings: Arc::clone(settings),
            uri,
            host: host.map_err(|error| unusable(error.into()))?,
            kept: Mutex::new(Kept {
                idle: Vec::new(),
                shared: None,
                speaks_http1: false,
                connecting: false,
                reaper: None,
            }),
            changed: Notify::new(),
        })
    }

    fn is(&self, scheme: &Scheme, authority: &Authority) -> bool {
        // Letters count, which is cheaper; another case is another entry.
        self.uri.scheme() == Some(scheme)
            && self.uri.authority().is_some_and(|ours| ours.as_str() == authority.as_str())
    }

    /// A connection that was made before and is open, as far as one can know.
    fn take(&self) -> Option<Sender<B>> {
        let mut kept = lock(&self.kept);
        let now = Instant::now();
        let limit = self.settings.idle_timeout;
        if let Some(shared) = &mut kept.shared {
            if shared.sender.is_ready() && !shared.expired(limit, now) {
                shared.since = now;
                return Some(Sender::Http2(shared.sender.clone()));
            }
            kept.shared = None;
        }
        while let Some(last) = kept.idle.pop() {
            if last.expired(limit, now) {
                kept.idle.clear();
            } else if last.sender.is_ready() {
                return Some(Sender::Http1(last.sender));
            }
        }
        None
    }

    /// Whether a call makes a connection, or waits for one that is made already and may do for
    /// all.
    fn turn(self: &Arc<Self>) -> Turn<B> {
        let mut kept = lock(&self.kept);
        let may_share = self.settings.max_idle > 0
            && match self.settings.versions {
                HttpVersions::Auto => {
                    self.uri.scheme() == Some(&Scheme::HTTPS) && !kept.speaks_http1
                }
                HttpVersions::Http1Only => false,
                HttpVersions::Http2Only => true,
            };
        if !may_share {
            return Turn::Now(None);
        }
        if kept.connecting {
            return Turn::Later;
        }
        kept.connecting = true;
        Turn::Now(Some(Connecting(Arc::clone(self))))
    }

    /// Closes what was unused for too long, and tells when to look again, if there is anything.
    fn expire(&self, limit: Duration) -> Option<Duration> {
        let mut kept = lock(&self.kept);
        let now = Instant::now();
        kept.idle.retain(|idle| !idle.sender.is_closed() && !idle.expired(Some(limit), now));
        if kept
            .shared
            .as_ref()
            .is_some_and(|shared| shared.sender.is_closed() || shared.expired(Some(limit), now))
        {
            kept.shared = None;
        }
        let since = kept.idle.iter().map(|idle| idle.since);
        let since = since.chain(kept.shared.as_ref().map(|shared| shared.since)).min();
        if since.is_none() {
            kept.reaper = None;
        }
        since.map(|since| limit.saturating_sub(now.saturating_duration_since(since)))
    }
}

impl<B> Drop for Origin<B> {
    fn drop(&mut self) {
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(reaper) = &kept.reaper {
            reaper.abort();
        }
    }
}

impl<B> Origin<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Sends a request, and waits for the head of the reply.
    ///
    /// A request goes to a second connection only if the first one was an old one, which the
    /// server may have closed meanwhile, and if hyper gives the request back, which it does if
    /// nothing of it was written.
    #[expect(clippy::manual_async_fn, reason = "an async fn has room for its arguments twice")]
    pub(super) fn send(
        self: Arc<Self>,
        mut request: Request<B>,
    ) -> impl Future<Output = Result<Response<Incoming>, Error>> + Send {
        async move {
            let uri = std::mem::take(request.uri_mut());
            loop {
                let (sender, is_old) = match self.take() {
                    Some(sender) => (sender, true),
                    None => Box::pin(self.connect()).await?,
                };
                // hyper sends a request without a body at once; any other asks by its body.
                if request.body().is_end_stream() {
                    may_send(request.extensions().get())?;
                }
                trace!(host = ?self.host, is_old, "a connection takes the request");
                let mut failed = match sender {
                    Sender::Http1(mut sender) => {
                        let target = uri.path_and_query().cloned();
                        *request.uri_mut() = target.map(Uri::from).unwrap_or_default();
                        request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
                        match sender.try_send_request(request).await {
                            Ok(reply) => {
                                self.keep(sender);
                                return Ok(reply);
                            }
                            Err(failed) => failed,
                        }
                    }
                    Sender::Http2(mut sender) => {
                        *request.uri_mut() = uri.clone();
                        match sender.try_send_request(request).await {
                            Ok(reply) => return Ok(reply),
                            Err(failed) => failed,
                        }
                    }
                };
                request = match failed.take_message() {
                    Some(unsent) if is_old => unsent,
                    Some(_) => return Err(unsent(failed.into_error())),
                    None => return Err(broken(failed.into_error())),
                };
            }
        }
    }

    /// A new connection, or one that becomes free before the new one is made, and whether it is
    /// such an old one.
    async fn connect(self: &Arc<Self>) -> Result<(Sender<B>, bool), Error> {
        let mut changed = pin!(self.changed.notified());
        let turn = match self.turn() {
            Turn::Now(turn) => turn,
            Turn::Later => {
                changed.as_mut().await;
                if let Some(sender) = self.take() {
                    return Ok((sender, true));
                }
                changed.set(self.changed.notified());
                // Calls wait for one failure at most, and not for each other's in a row.
                None
            }
        };
        let mut dialed = self.dial(turn);
        loop {
            match select(dialed, changed.as_mut()).await {
                Either::Left((Ok(dialed), _)) => return dialed.map(|sender| (sender, false)),
                Either::Left((Err(_), _)) => {
                    let text = "the runtime ended that the connection was made in";
                    return Err(Error::new(Kind::Connect, Delivery::NotSent, text));
                }
                Either::Right(((), pending)) => dialed = pending,
            }
            if let Some(sender) = self.take() {
                return Ok((sender, true));
            }
            changed.set(self.changed.notified());
        }
    }

    /// Makes a connection in a task of its own: it is finished and kept if its call takes another
    /// one or is given up, and nobody waits for a call that is not polled.
    fn dial(
        self: &Arc<Self>,
        turn: Option<Connecting<B>>,
    ) -> oneshot::Receiver<Result<Sender<B>, Error>> {
        let (tell, told) = oneshot::channel();
        let origin = Arc::clone(self);
        tokio::spawn(async move {
            let dialed = origin.open().await;
            if let Err(Ok(Sender::Http1(sender))) = tell.send(dialed) {
                origin.keep(sender);
            }
            drop(turn);
        });
        told
    }

    async fn open(self: &Arc<Self>) -> Result<Sender<B>, Error> {
        let Settings { connector, versions, max_idle, .. } = &*self.settings;
        let stream = connector.connect(&self.uri).await?;
        let http2 = match versions {
            HttpVersions::Auto => stream.connected().is_negotiated_h2(),
            HttpVersions::Http1Only => false,
            HttpVersions::Http2Only => true,
        };
        debug!(host = ?self.host, http2, "connected");
        if !http2 {
            let (mut sender, connection) = http1::handshake(stream).await.map_err(unsent)?;
            run(connection);
            sender.ready().await.map_err(unsent)?;
            lock(&self.kept).speaks_http1 = true;
            return Ok(Sender::Http1(sender));
        }
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PROBE)
            .handshake(stream)
            .await
            .map_err(unsent)?;
        run(connection);
        let mut kept = lock(&self.kept);
        kept.speaks_http1 = false;
        if *max_idle > 0 && kept.shared.as_ref().is_none_or(|shared| shared.sender.is_closed()) {
            kept.shared = Some(Unused { sender: sender.clone(), since: Instant::now() });
            self.watch(&mut kept);
        }
        Ok(Sender::Http2(sender))
    }

    /// Keeps a connection once its reply was read, if it can be used again.
    fn keep(self: &Arc<Self>, mut sender: http1::SendRequest<B>) {
        // The usual reply comes whole, with its head.
        if sender.is_ready() {
            return self.put(sender);
        }
        let origin = Arc::downgrade(self);
        tokio::spawn(async move {
            if sender.ready().await.is_ok()
                && let Some(origin) = origin.upgrade()
            {
                origin.put(sender);
            }
        });
    }

    fn put(self: &Arc<Self>, sender: http1::SendRequest<B>) {
        let most = self.settings.max_idle;
        let mut kept = lock(&self.kept);
        if kept.idle.len() >= most {
            kept.idle.retain(|idle| !idle.sender.is_closed());
        }
        if kept.idle.len() < most {
            kept.idle.push(Unused { sender, since: Instant::now() });
            self.watch(&mut kept);
            drop(kept);
            self.changed.notify_one();
        }
    }

    /// Unused connections are closed in time, also if no request looks for one.
    fn watch(self: &Arc<Self>, kept: &mut Kept<B>) {
        let Some(limit) = self.settings.idle_timeout else { return };
        if kept.reaper.as_ref().is_some_and(|reaper| !reaper.is_finished()) {
            return;
        }
        let origin = Arc::downgrade(self);
        kept.reaper = Some(tokio::spawn(async move {
            let mut pause = Some(limit);
            while let Some(time) = pause {
                sleep(time).await;
                pause = origin.upgrade().and_then(|origin| origin.expire(limit));
            }
        }));
    }
}

impl<B> Kept<B> {
    fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.shared.is_none()
    }
}

impl<S> Unused<S> {
    fn expired(&self, limit: Option<Duration>, now: Instant) -> bool {
        limit.is_some_and(|limit| now.saturating_duration_since(self.since) >= limit)
    }
}

enum Turn<B> {
    /// With what others wait for, if they do.
    Now(Option<Connecting<B>>),
    Later,
}

/// A connection that others wait for, until this is dropped.
struct Connecting<B>(Arc<Origin<B>>);

impl<B> Drop for Connecting<B> {
    fn drop(&mut self) {
        lock(&self.0.kept).connecting = false;
        self.0.changed.notify_waiters();
    }
}

/// The value of `Host`: with a port only if it is not the usual one.
pub(super) fn host(scheme: &Scheme, authority: &Authority) -> String {
    let usual = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    match authority.port_u16() {
        Some(port) if port != usual => format!("{}:{port}", authority.host()),
        _ => authority.host().to_owned(),
    }
}

/// Reads and writes for a connection until it ends.
fn run(connection: impl Future<Output = hyper::Result<()>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            debug!(%error, "a connection broke");
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    #[test]
    fn hosts_without_connections_are_forgotten() {
        let config = TransportConfig::default();
        let connector = Connector::new(&config, false).unwrap();
        let pool = Pool::<Full<Bytes>>::new(&config, connector);
        for number in 0..100 {
            pool.origin(&format!("https://files-{number}.test/").parse().unwrap()).unwrap();
        }
        assert_eq!(lock(&pool.origins).len(), 1);
    }
}
