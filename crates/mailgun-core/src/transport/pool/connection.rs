//! One connection: its users, its end, and its failed writes.

use std::{
    convert::Infallible,
    io::{self, IoSlice},
    pin::{Pin, pin},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use hyper::{
    client::conn::{http1, http2},
    rt,
};
use tokio::{
    sync::oneshot,
    task::AbortHandle,
    time::{Instant, timeout},
};
use tracing::debug;

use super::origins::Target;
use crate::metrics::ConnectionChange;

/// How long an unused connection may take to close, and how long a request may continue to be sent
/// after its response was read.
pub(super) const LINGER: Duration = Duration::from_secs(10);

/// How much earlier than the server a connection is given up. Its clock starts before the response
/// arrives, and runs on while the next request is on its way.
const MARGIN: Duration = Duration::from_secs(1);

pub(super) enum Connection<B> {
    Http1(Http1<B>),
    Http2(Http2<B>),
}

pub(super) type Http1<B> = Handle<http1::SendRequest<Upload<B>>>;
pub(super) type Http2<B> = Handle<http2::SendRequest<Upload<B>>>;

impl<B> Connection<B> {
    /// Whether the connection accepts a request, as far as the client knows.
    pub(super) fn is_ready(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.is_ready(),
            Self::Http2(connection) => connection.is_ready(),
        }
    }
}

/// A user of a connection. The connection is closed soon after the last lease is dropped.
pub(super) type Lease = Arc<oneshot::Sender<Infallible>>;

/// A lease, and a future that resolves when its last clone is dropped.
pub(super) fn lease() -> (Lease, oneshot::Receiver<Infallible>) {
    let (lease, dropped) = oneshot::channel();
    (Arc::new(lease), dropped)
}

/// A handle to an open connection.
#[derive(Clone)]
pub(super) struct Handle<S> {
    pub(super) sender: S,
    pub(super) opened: Instant,
    pub(super) last_used: LastUse,
    /// How long the server keeps the connection without requests, if it says so.
    pub(super) keep_alive: Option<Duration>,
    lease: Lease,
    status: Arc<Status>,
}

/// When a connection was last used, by two clocks.
#[derive(Clone, Copy)]
pub(super) struct LastUse {
    pub(super) instant: Instant,
    /// On most systems, only this clock goes on while the machine sleeps.
    pub(super) system: SystemTime,
}

impl LastUse {
    pub(super) fn now() -> Self {
        Self { instant: Instant::now(), system: SystemTime::now() }
    }
}

/// The state that the handles of a connection share.
#[derive(Default)]
pub(super) struct Status {
    write_error: OnceLock<io::Error>,
    /// The number of requests that completed, with a response or an error.
    completed: AtomicUsize,
}

impl<S> Handle<S> {
    pub(super) fn new(sender: S, lease: Lease, status: Arc<Status>) -> Self {
        let last_used = LastUse::now();
        Self { sender, opened: last_used.instant, last_used, keep_alive: None, lease, status }
    }

    /// Takes over how long the server keeps the connection: `Keep-Alive: timeout=5`.
    pub(super) fn heed(&mut self, headers: &HeaderMap) {
        let values = headers.get_all("keep-alive").iter().filter_map(|value| value.to_str().ok());
        let timeouts = values.flat_map(|value| value.split(',')).filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
            is_timeout.then(|| value.trim().trim_matches('"').parse().ok()).flatten()
        });
        if let Some(seconds) = timeouts.min() {
            self.keep_alive = Some(Duration::from_secs(seconds).saturating_sub(MARGIN));
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.lease, &other.lease)
    }

    pub(super) fn lease(&self) -> Lease {
        Arc::clone(&self.lease)
    }

    /// The first write error, if any.
    pub(super) fn write_error(&self) -> Option<io::Error> {
        let error = self.status.write_error.get()?;
        Some(io::Error::new(error.kind(), error.to_string()))
    }

    pub(super) fn completed(&self) -> usize {
        self.status.completed.load(Ordering::Relaxed)
    }

    pub(super) fn count_completed(&self) {
        self.status.completed.fetch_add(1, Ordering::Relaxed);
    }

    fn is_broken(&self) -> bool {
        self.status.write_error.get().is_some()
    }
}

/// The state of an idle connection, for both HTTP versions.
pub(super) trait Reusable {
    fn is_ready(&self) -> bool;
    fn is_closed(&self) -> bool;
}

impl<B> Reusable for Http1<B> {
    fn is_ready(&self) -> bool {
        self.sender.is_ready() && !self.is_broken()
    }

    fn is_closed(&self) -> bool {
        self.sender.is_closed() || self.is_broken()
    }
}

impl<B> Reusable for Http2<B> {
    fn is_ready(&self) -> bool {
        self.sender.is_ready() && !self.is_broken()
    }

    fn is_closed(&self) -> bool {
        !self.is_ready()
    }
}

/// The stream of a connection. It can still be read after a write has failed.
///
/// A server that rejects an upload may send its response and close the connection while the upload
/// is in progress. The write then fails, but the response can still be read. Later writes are
/// discarded, so that hyper continues to read.
pub(super) struct Io<T> {
    stream: T,
    status: Arc<Status>,
    _open: (oneshot::Sender<Infallible>, Open),
}

/// Reports that a connection was opened and, when it is dropped, that it was closed.
pub(super) struct Open(Arc<Target>);

impl Open {
    pub(super) fn new(target: &Arc<Target>) -> Self {
        target.record(ConnectionChange::Opened);
        Self(Arc::clone(target))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.record(ConnectionChange::Closed);
    }
}

impl<T> Io<T> {
    /// Also returns the shared status, and a future that resolves when the stream is dropped.
    pub(super) fn new(stream: T, open: Open) -> (Self, Arc<Status>, oneshot::Receiver<Infallible>) {
        let status = Arc::<Status>::default();
        let (sender, closed) = oneshot::channel();
        (Self { stream, status: Arc::clone(&status), _open: (sender, open) }, status, closed)
    }
}

impl<T: Unpin> Io<T> {
    fn unless_broken<V>(
        &mut self,
        discarded: V,
        write: impl FnOnce(Pin<&mut T>) -> Poll<io::Result<V>>,
    ) -> Poll<io::Result<V>> {
        if self.status.write_error.get().is_none() {
            match ready!(write(Pin::new(&mut self.stream))) {
                Ok(written) => return Poll::Ready(Ok(written)),
                Err(error) => {
                    debug!(%error, "a write failed; reading continues");
                    let _ = self.status.write_error.set(error);
                }
            }
        }
        Poll::Ready(Ok(discarded))
    }
}

impl<T: rt::Read + Unpin> rt::Read for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl<T: rt::Write + Unpin> rt::Write for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().unless_broken(bytes.len(), |stream| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum();
        self.get_mut().unless_broken(length, |stream| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().unless_broken((), |stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().unless_broken((), |stream| stream.poll_shutdown(cx))
    }
}

/// Spawns the tasks of an HTTP/2 connection. hyper starts the task that owns the stream first.
#[derive(Clone, Default)]
pub(super) struct Tasks(Arc<OnceLock<AbortHandle>>);

impl<F> rt::Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        let task = tokio::spawn(task);
        self.0.get_or_init(|| task.abort_handle());
    }
}

/// Drives a connection until it ends, or until [`LINGER`] after its last lease is dropped.
pub(super) fn drive(
    connection: impl Future<Output = hyper::Result<()>> + Send + 'static,
    closed: oneshot::Receiver<Infallible>,
    unused: oneshot::Receiver<Infallible>,
    tasks: Tasks,
) {
    tokio::spawn(async move {
        let running = pin!(async {
            if let Err(error) = connection.await {
                debug!(%error, "a connection broke");
            }
            let _ = closed.await;
        });
        if let Either::Right((_, running)) = select(running, unused).await
            && timeout(LINGER, running).await.is_err()
        {
            debug!("an unused connection did not close in time");
            if let Some(stream) = tasks.0.get() {
                stream.abort();
            }
        }
    });
}

/// A request body whose end can be awaited.
pub(super) struct Upload<B> {
    body: B,
    _sending: Option<oneshot::Sender<Infallible>>,
}

impl<B> Upload<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body, _sending: None }
    }

    /// Resolves when the connection drops the body.
    pub(super) fn watch(&mut self) -> oneshot::Receiver<Infallible> {
        let (sending, ended) = oneshot::channel();
        self._sending = Some(sending);
        ended
    }
}

impl<B: Body + Unpin> Body for Upload<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body. It uses its connection until it is read or dropped.
#[derive(Debug)]
pub(crate) struct Incoming {
    body: hyper::body::Incoming,
    lease: Option<Lease>,
}

impl Incoming {
    pub(super) fn new(body: hyper::body::Incoming, lease: Option<Lease>) -> Self {
        let lease = lease.filter(|_| !body.is_end_stream());
        Self { body, lease }
    }
}

impl From<hyper::body::Incoming> for Incoming {
    fn from(body: hyper::body::Incoming) -> Self {
        Self { body, lease: None }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            this.lease = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
