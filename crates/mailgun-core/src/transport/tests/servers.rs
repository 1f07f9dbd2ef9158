//! Servers and proxies for the tests. They run until the test ends.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Serves every connection in a separate task.
pub(super) async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Serves in a separate runtime and thread, even while the runtime of the client is idle.
pub(super) fn listen_elsewhere<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tell, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            tell.send(listen(serve).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    address.recv().unwrap()
}

/// A private certificate authority.
pub(super) struct TestCa {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl TestCa {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        // Verifiers look for an authority by name, before they check signatures.
        let name = format!("{:?}", &key.public_key_raw()[1..9]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// The TLS configuration of a server with a certificate for this name and these ALPN protocols.
    pub(super) fn acceptor(&self, name: &str, alpn: &[&[u8]]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Responds to every request with its HTTP version.
pub(super) async fn server(tls: Option<TlsAcceptor>) -> SocketAddr {
    listen(move |stream| {
        let tls = tls.clone();
        async move {
            match tls {
                None => serve(stream).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream).await;
                    }
                }
            }
        }
    })
    .await
}

pub(super) async fn serve(stream: impl Io + 'static) {
    let service = service_fn(|request: Request<Incoming>| async move {
        let body = Full::new(format!("{:?}", request.version()).into_bytes().into());
        Ok::<_, Infallible>(Response::<Full<bytes::Bytes>>::new(body))
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// Reads the head of a request, up to the empty line.
pub(super) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// The requests that a test proxy has received.
pub(super) struct Asked(mpsc::UnboundedReceiver<String>);

impl Asked {
    /// The next request, if any.
    pub(super) fn next(&mut self) -> Option<String> {
        self.0.try_recv().ok()
    }
}

/// An HTTP proxy that connects all tunnels to one address, or responds to all with an error.
pub(super) async fn tunnel_proxy(
    tls: Option<TlsAcceptor>,
    answer: Result<SocketAddr, &'static str>,
) -> (SocketAddr, Asked) {
    let (tell, asked) = mpsc::unbounded_channel();
    let address = listen(move |stream| {
        let (tls, tell) = (tls.clone(), tell.clone());
        async move {
            let mut stream: Box<dyn Io> = match tls {
                None => Box::new(stream),
                Some(tls) => Box::new(tls.accept(stream).await.unwrap()),
            };
            tell.send(read_head(&mut stream).await).unwrap();
            match answer {
                Ok(upstream) => {
                    let mut upstream = TcpStream::connect(upstream).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut upstream).await;
                }
                Err(refusal) => {
                    let text = format!("HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(text.as_bytes()).await.unwrap();
                }
            }
        }
    })
    .await;
    (address, Asked(asked))
}

/// A SOCKS proxy that requires a password and connects all tunnels to one address.
pub(super) async fn socks_proxy(upstream: SocketAddr) -> (SocketAddr, Asked) {
    let (tell, asked) = mpsc::unbounded_channel();
    let address = listen(move |stream| {
        let tell = tell.clone();
        async move {
            // A client that disconnects does not fail the test.
            let _ = converse(stream, upstream, &tell).await;
        }
    })
    .await;
    (address, Asked(asked))
}

async fn converse(
    mut stream: TcpStream,
    upstream: SocketAddr,
    tell: &mpsc::UnboundedSender<String>,
) -> std::io::Result<()> {
    const USER_PASSWORD: u8 = 2;
    const DOMAIN: u8 = 3;

    let mut greeting = [0; 3];
    stream.read_exact(&mut greeting).await?;
    assert_eq!(greeting, [5, 1, USER_PASSWORD]);
    stream.write_all(&[5, USER_PASSWORD]).await?;

    assert_eq!(stream.read_u8().await?, 1);
    let user = read_counted(&mut stream).await?;
    let password = read_counted(&mut stream).await?;
    if password == "wrong" {
        let _ = tell.send(format!("{user} {password}"));
        return stream.write_all(&[1, 1]).await;
    }
    stream.write_all(&[1, 0]).await?;

    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    assert_eq!(request, [5, 1, 0, DOMAIN]);
    let host = read_counted(&mut stream).await?;
    let port = stream.read_u16().await?;
    let _ = tell.send(format!("{user} {password} {host} {port}"));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    let mut upstream = TcpStream::connect(upstream).await?;
    copy_bidirectional(&mut stream, &mut upstream).await.map(drop)
}

async fn read_counted(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8(bytes).unwrap())
}

/// A counter that connections share.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<Mutex<usize>>);

impl Count {
    /// Increments the counter and returns its old value.
    pub(super) fn up(&self) -> usize {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        *count - 1
    }

    pub(super) fn get(&self) -> usize {
        *self.0.lock().unwrap()
    }
}
