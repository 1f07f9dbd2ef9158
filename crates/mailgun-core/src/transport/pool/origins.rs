//! Origins: finds the connections for a request and sends it.

use std::sync::{Arc, Mutex};

use http::{
    HeaderValue, Request, Response, Uri,
    header::HOST,
    uri::{Authority, Scheme},
};
use http_body::Body;
use tokio::{
    runtime::{self, Handle},
    task::yield_now,
};
use tracing::trace;

use super::{
    Settings,
    connection::{Connection, Http2, Incoming, Upload},
    idle::{Checkout, Connections},
    lock,
};
use crate::{
    BoxError, Error, ErrorKind, Outcome,
    metrics::{ConnectionChange, ConnectionEvent, port},
    transport::{
        Connector, TransportConfig,
        classify::{broken, unsent},
        send::may_send,
    },
};

/// The connections of a client, by origin.
pub(in crate::transport) struct Pool<B> {
    settings: Arc<Settings>,
    origins: Mutex<Vec<Arc<Origin<B>>>>,
}

/// A scheme, host and port, with the connections to it.
pub(in crate::transport) struct Origin<B> {
    target: Arc<Target>,
    /// By runtime.
    connections: Mutex<Vec<(runtime::Id, Arc<Connections<B>>)>>,
}

/// The destination of all connections to an origin.
pub(super) struct Target {
    pub(super) settings: Arc<Settings>,
    pub(super) uri: Uri,
    pub(super) host: HeaderValue,
}

impl<B> Pool<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    pub(in crate::transport) fn new(config: &TransportConfig, connector: Connector) -> Self {
        let settings = Arc::new(Settings::new(config, connector));
        Self { settings, origins: Mutex::default() }
    }

    /// The origin of `uri`.
    pub(in crate::transport) fn origin(&self, uri: &Uri) -> Result<Arc<Origin<B>>, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            let text = "the URL of the request has no host";
            return Err(Error::new(ErrorKind::InvalidInput, Outcome::NotSent, text));
        };
        let mut origins = lock(&self.origins);
        if let Some(found) = origins.iter().find(|origin| origin.target.is(scheme, authority)) {
            return Ok(Arc::clone(found));
        }
        // Downloads may use many hosts, each of them once.
        origins.retain(|origin| Arc::strong_count(origin) > 1 || origin.is_open());
        let target = Arc::new(Target::new(&self.settings, scheme, authority)?);
        let added = Arc::new(Origin { target, connections: Mutex::default() });
        origins.push(Arc::clone(&added));
        Ok(added)
    }
}

impl Target {
    fn new(
        settings: &Arc<Settings>,
        scheme: &Scheme,
        authority: &Authority,
    ) -> Result<Self, Error> {
        let invalid = |error: http::Error| {
            let text = "the URL of the request has an invalid host";
            Error::new(ErrorKind::InvalidInput, Outcome::NotSent, text).with_source(error)
        };
        let uri = Uri::builder().scheme(scheme.clone()).authority(authority.clone());
        let uri = uri.path_and_query("/").build().map_err(invalid)?;
        let host = HeaderValue::try_from(host(scheme, authority));
        let host = host.map_err(|error| invalid(error.into()))?;
        Ok(Self { settings: Arc::clone(settings), uri, host })
    }

    pub(super) fn record(&self, change: ConnectionChange) {
        if let Some(recorder) = self.settings.recorder.get() {
            let server_address = self.uri.host().unwrap_or_default();
            let server_port = port(&self.uri);
            recorder.connection_changed(&ConnectionEvent { server_address, server_port, change });
        }
    }

    fn is(&self, scheme: &Scheme, authority: &Authority) -> bool {
        // A host in another case is another entry, so that the comparison is cheap.
        self.uri.scheme() == Some(scheme)
            && self.uri.authority().is_some_and(|own| own.as_str() == authority.as_str())
    }
}

impl<B> Origin<B> {
    /// Whether any connection is open.
    fn is_open(&self) -> bool {
        lock(&self.connections).iter().any(|(_, connections)| connections.is_open())
    }

    /// The connections of the current runtime.
    fn connections(&self) -> Result<Arc<Connections<B>>, Error> {
        let runtime = Handle::try_current().map_err(Error::without_runtime)?.id();
        let mut all = lock(&self.connections);
        if let Some((_, found)) = all.iter().find(|(id, _)| *id == runtime) {
            return Ok(Arc::clone(found));
        }
        // A program may start a runtime for each call.
        all.retain(|(_, connections)| Arc::strong_count(connections) > 1 || connections.is_open());
        let added = Arc::new(Connections::new(&self.target));
        all.push((runtime, Arc::clone(&added)));
        Ok(added)
    }
}

impl<B> Origin<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Sends a request and waits for the head of the response.
    #[expect(clippy::manual_async_fn, reason = "the future of an async fn stores arguments twice")]
    pub(in crate::transport) fn send(
        self: Arc<Self>,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response<Incoming>, Error>> + Send {
        async move {
            let mut request = request.map(Upload::new);
            let uri = std::mem::take(request.uri_mut());
            let connections = self.connections()?;
            loop {
                let checkout = match connections.checkout() {
                    Some(checkout) => checkout,
                    None => Box::pin(connections.connect()).await?,
                };
                let Checkout { connection, is_reused, was_idle } = checkout;
                if was_idle {
                    // Lets the runtime detect that the server closed the connection. It polls its
                    // sockets during the first yield, and runs the tasks of closed ones during the
                    // second.
                    yield_now().await;
                    yield_now().await;
                    if !connection.is_ready() {
                        continue;
                    }
                }
                // hyper sends a request without a body at once. With a body, `ObservedBody` checks.
                if request.body().is_end_stream() {
                    may_send(request.extensions().get())?;
                }
                trace!(host = ?self.target.host, is_reused, "sending the request");
                if is_reused {
                    self.target.record(ConnectionChange::Reused);
                }
                let (mut failed, write_error) = match connection {
                    Connection::Http1(mut connection) => {
                        let target = uri.path_and_query().cloned();
                        *request.uri_mut() = target.map(Uri::from).unwrap_or_default();
                        let host = || self.target.host.clone();
                        request.headers_mut().entry(HOST).or_insert_with(host);
                        match connection.sender.try_send_request(request).await {
                            Ok(response) => {
                                connection.heed(response.headers());
                                let lease = connections.release(connection);
                                return Ok(response.map(|body| Incoming::new(body, lease)));
                            }
                            Err(failed) => (failed, connection.write_error()),
                        }
                    }
                    Connection::Http2(connection) => {
                        *request.uri_mut() = uri.clone();
                        let upload = request.body_mut().watch();
                        let in_flight = InFlight::new(&connections, &connection);
                        match connection.sender.clone().try_send_request(request).await {
                            Ok(response) => {
                                in_flight.complete();
                                let lease = connections.release_shared(connection, upload);
                                return Ok(response.map(|body| Incoming::new(body, Some(lease))));
                            }
                            Err(failed) => {
                                in_flight.complete();
                                (failed, connection.write_error())
                            }
                        }
                    }
                };
                request = match failed.take_message() {
                    Some(unsent) if is_reused => unsent,
                    Some(_) => return Err(unsent(failed.into_error())),
                    None => return Err(broken(failed.into_error(), write_error)),
                };
            }
        }
    }
}

/// A request in flight on a shared connection.
///
/// If it is dropped and no request has completed on the connection since it began, the connection
/// is retired: the server may answer PING and nothing else.
struct InFlight<'a, B> {
    connections: &'a Connections<B>,
    connection: &'a Http2<B>,
    completed: usize,
}

impl<'a, B> InFlight<'a, B> {
    fn new(connections: &'a Connections<B>, connection: &'a Http2<B>) -> Self {
        Self { connections, connection, completed: connection.completed() }
    }

    fn complete(self) {
        self.connection.count_completed();
    }
}

impl<B> Drop for InFlight<'_, B> {
    fn drop(&mut self) {
        if self.connection.completed() == self.completed {
            self.connections.retire(self.connection);
        }
    }
}

/// The value of the `Host` header, with the port unless it is the default.
pub(in crate::transport) fn host(scheme: &Scheme, authority: &Authority) -> String {
    let default = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    match authority.port_u16() {
        Some(port) if port != default => format!("{}:{port}", authority.host()),
        _ => authority.host().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http_body_util::Full;
    use tokio::{io::AsyncWriteExt, net::TcpListener, time::timeout};

    use super::*;
    use crate::transport::ProxyConfig;

    #[test]
    fn origins_without_connections_are_removed() {
        let config = TransportConfig::default();
        let connector = Connector::new(&config, false).unwrap();
        let pool = Pool::<Full<Bytes>>::new(&config, connector);
        for number in 0..100 {
            pool.origin(&format!("https://files-{number}.test/").parse().unwrap()).unwrap();
        }
        assert_eq!(lock(&pool.origins).len(), 1);
    }

    #[tokio::test]
    async fn origins_whose_connections_are_closed_are_removed() {
        let config = TransportConfig {
            proxy: ProxyConfig::None,
            pool_idle_timeout: None,
            pool_max_lifetime: None,
            ..TransportConfig::default()
        };
        let connector = Connector::new(&config, false).unwrap();
        let pool = Pool::<Full<Bytes>>::new(&config, connector);
        for _ in 0..3 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let uri = format!("http://{}/", listener.local_addr().unwrap()).parse::<Uri>().unwrap();
            let request = Request::get(&uri).body(Full::default()).unwrap();
            let sending = tokio::spawn(pool.origin(&uri).unwrap().send(request));
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            assert_eq!(sending.await.unwrap().unwrap().status(), 204);
            assert!(lock(&pool.origins)[0].is_open());
            drop(stream);
            let closed = async {
                while lock(&pool.origins)[0].is_open() {
                    yield_now().await;
                }
            };
            timeout(Duration::from_secs(5), closed).await.unwrap();
            assert_eq!(lock(&pool.origins).len(), 1);
        }
    }
}
