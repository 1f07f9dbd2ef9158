//! Opens connections. Calls may wait for a connection that another call opens.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use http::uri::Scheme;
use http_body::Body;
use hyper::client::conn::{http1, http2};
use hyper_util::{client::legacy::connect::Connection as _, rt::TokioTimer};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tracing::debug;

use super::{
    Settings,
    connection::{Connection, Handle, Io, Open, Tasks, drive, lease},
    idle::{Checkout, Connections},
    lock,
};
use crate::{
    BoxError, Error, ErrorKind, Outcome, TimeoutPhase,
    transport::{HttpVersions, classify::unsent},
};

/// When a dial takes longer, the next call starts another one.
pub(super) const HEAD_START: Duration = Duration::from_secs(1);

/// The interval of HTTP/2 PING frames while responses are pending. All requests share the
/// connection, so a dead one must be detected before they time out.
const HTTP2_PROBE: Duration = Duration::from_secs(30);

/// The flow-control windows. The window of the connection is large enough for a thousand responses
/// that nobody reads, so that they do not block others.
const HTTP2_STREAM_WINDOW: u32 = 1024 * 1024;
const HTTP2_CONNECTION_WINDOW: u32 = 1024 * HTTP2_STREAM_WINDOW;

/// The maximum number of response headers; hyper's default is 100. A gateway that adds many must
/// not make an accepted message look like an error.
const MAX_HEADERS: usize = 200;
const HTTP2_MAX_HEADER_BYTES: u32 = 256 * 1024;

#[derive(Default)]
pub(super) struct Dials {
    /// Whether the last connection was HTTP/1.1.
    speaks_http1: bool,
    /// The start of the latest dial for a shared connection. `None` after a dial has ended.
    latest: Option<Instant>,
}

/// Whether a call opens a connection itself.
enum Permit<B> {
    /// The call dials. Others wait for it if there is a `Dial`.
    Dial(Option<Dial<B>>),
    /// The call waits for another call's dial, until this time.
    Wait(Instant),
}

/// A dial that other calls wait for. Dropping it wakes them.
struct Dial<B>(Arc<Connections<B>>);

impl<B> Drop for Dial<B> {
    fn drop(&mut self) {
        lock(&self.0.dials).latest = None;
        self.0.changed.notify_waiters();
    }
}

impl<B> Connections<B> {
    fn permit(self: &Arc<Self>) -> Permit<B> {
        let Settings { versions, max_idle, .. } = *self.target.settings;
        let mut dials = lock(&self.dials);
        let may_share = max_idle > 0
            && match versions {
                HttpVersions::Auto => {
                    self.target.uri.scheme() == Some(&Scheme::HTTPS) && !dials.speaks_http1
                }
                HttpVersions::Http1Only => false,
                HttpVersions::Http2Only => true,
            };
        if !may_share {
            return Permit::Dial(None);
        }
        let now = Instant::now();
        if let Some(latest) = dials.latest
            && now < latest + HEAD_START
        {
            return Permit::Wait(latest + HEAD_START);
        }
        dials.latest = Some(now);
        Permit::Dial(Some(Dial(Arc::clone(self))))
    }
}

impl<B> Connections<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Opens a connection, or takes one that becomes available before.
    pub(super) async fn connect(self: &Arc<Self>) -> Result<Checkout<B>, Error> {
        let limit = self.target.settings.connect_timeout;
        let deadline = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let mut changed = pin!(self.changed.notified());
        let mut dialed = loop {
            if let Some(checkout) = self.checkout() {
                return Ok(checkout);
            }
            let next = match self.permit() {
                Permit::Dial(dial) => break self.dial(dial),
                Permit::Wait(next) => next,
            };
            let until = deadline.map_or(next, |(deadline, _)| deadline.min(next));
            if timeout_at(until, changed.as_mut()).await.is_ok() {
                changed.set(self.changed.notified());
            } else if let Some((deadline, limit)) = deadline
                && deadline <= Instant::now()
            {
                return Err(Error::timeout(TimeoutPhase::Connect, limit));
            }
        };
        loop {
            match select(dialed, changed.as_mut()).await {
                Either::Left((Ok(dialed), _)) => return dialed.map(Checkout::new),
                Either::Left((Err(_), _)) => {
                    let text = "the runtime shut down while the connection was being opened";
                    return Err(Error::new(ErrorKind::Connect, Outcome::NotSent, text));
                }
                Either::Right(((), pending)) => dialed = pending,
            }
            changed.set(self.changed.notified());
            if let Some(checkout) = self.checkout() {
                return Ok(checkout);
            }
        }
    }

    /// Opens a connection in a separate task. If its call is dropped or takes another connection,
    /// the new one goes to the pool. Calls that wait for it do not depend on this call being
    /// polled.
    fn dial(
        self: &Arc<Self>,
        dial: Option<Dial<B>>,
    ) -> oneshot::Receiver<Result<Connection<B>, Error>> {
        let (result, dialed) = oneshot::channel();
        let connections = Arc::clone(self);
        tokio::spawn(async move {
            let opened = connections.open().await;
            if let Err(Ok(Connection::Http1(unclaimed))) = result.send(opened) {
                connections.checkin(unclaimed);
            }
            drop(dial);
        });
        dialed
    }

    async fn open(self: &Arc<Self>) -> Result<Connection<B>, Error> {
        let Settings { connector, versions, .. } = &*self.target.settings;
        let stream = connector.connect(&self.target.uri).await?;
        let is_http2 = match versions {
            HttpVersions::Auto => stream.connected().is_negotiated_h2(),
            HttpVersions::Http1Only => false,
            HttpVersions::Http2Only => true,
        };
        debug!(host = ?self.target.host, http2 = is_http2, "connected");
        let (lease, unused) = lease();
        let (io, status, closed) = Io::new(stream, Open::new(&self.target));
        if !is_http2 {
            // Tolerates violations of the header syntax (RFC 9112, section 5).
            let (mut sender, connection) = http1::Builder::new()
                .allow_spaces_after_header_name_in_responses(true)
                .allow_obsolete_multiline_headers_in_responses(true)
                .ignore_invalid_headers_in_responses(true)
                .max_headers(MAX_HEADERS)
                .handshake(io)
                .await
                .map_err(unsent)?;
            drive(connection, closed, unused, Tasks::default());
            sender.ready().await.map_err(unsent)?;
            lock(&self.dials).speaks_http1 = true;
            return Ok(Connection::Http1(Handle::new(sender, lease, status)));
        }
        let tasks = Tasks::default();
        let (sender, connection) = http2::Builder::new(tasks.clone())
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PROBE)
            .initial_stream_window_size(HTTP2_STREAM_WINDOW)
            .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
            .max_header_list_size(HTTP2_MAX_HEADER_BYTES)
            .handshake(io)
            .await
            .map_err(unsent)?;
        drive(connection, closed, unused, tasks);
        lock(&self.dials).speaks_http1 = false;
        let connection = Handle::new(sender, lease, status);
        self.share(&connection);
        Ok(Connection::Http2(connection))
    }
}
