//! The accept loop, and connections that a fault can cut in the middle of a request.

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

use super::service;
use crate::{control::Peer, server::Server};

/// Accepts connections until the task is aborted, which closes all connections.
pub(crate) async fn accept(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    let peer = Peer::of(address.ip());
                    connections.spawn(serve(stream, peer, Arc::clone(&server)));
                }
                // Out of file descriptors, or the client is already gone. Both are temporary.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, peer: Peer, server: Arc<Server>) {
    let cut = Arc::new(Cut::default());
    // Nagle's algorithm would join the pieces of a dripping response.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Socket { stream, cut: Arc::clone(&cut) });
    let service = service_fn(|request| {
        let (server, cut) = (Arc::clone(&server), Arc::clone(&cut));
        async move { Ok::<_, Infallible>(service::answer(&server, &cut, peer, request).await) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut connection = pin!(builder.serve_connection(io, service));
    tokio::select! {
        biased;
        () = cut.ordered() => {}
        // An error concerns only the client.
        _ = connection.as_mut() => {}
    }
}

/// Lets the handler of a request end its connection.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    ordered: Notify,
    with_reset: AtomicBool,
}

impl Cut {
    /// Ends when the connection is to be closed.
    pub(crate) async fn ordered(&self) {
        self.ordered.notified().await;
    }

    /// Closes the connection without a response.
    pub(crate) async fn close(&self) -> Infallible {
        self.ordered.notify_one();
        std::future::pending().await
    }

    /// Ends the connection with a TCP reset.
    pub(crate) async fn reset(&self) -> Infallible {
        self.with_reset.store(true, Ordering::Relaxed);
        self.close().await
    }
}

struct Socket {
    stream: TcpStream,
    cut: Arc<Cut>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.cut.with_reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
