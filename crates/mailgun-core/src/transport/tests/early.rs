//! Servers that respond before they have read the request.

use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{pause, sleep},
};

use super::{
    servers::{Io, listen, listen_elsewhere, read_head},
    *,
};

const REFUSAL: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";

async fn refuse(mut stream: impl Io) {
    read_head(&mut stream).await;
    stream.write_all(REFUSAL).await.unwrap();
    stream.flush().await.unwrap();
}

async fn assert_refused(transport: &Transport<Full<Bytes>>, url: &str) {
    let response = within(10, transport.clone().oneshot(upload(url).0)).await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(within(10, response.into_body().collect()).await.unwrap().to_bytes(), "no");
}

#[tokio::test]
async fn an_early_error_response_is_read_after_a_failed_write() {
    let address = listen_elsewhere(refuse);
    let transport = Transport::new(&config(), false).unwrap();
    for _ in 0..50 {
        assert_refused(&transport, &format!("http://{address}/")).await;
    }
}

#[tokio::test]
async fn an_early_error_response_is_read_over_tls() {
    let ca = TestCa::new();
    let acceptor = ca.acceptor("localhost", &[b"http/1.1"]);
    let address = listen_elsewhere(move |stream| {
        let acceptor = acceptor.clone();
        // The response must not wait for an acknowledgement of the handshake.
        stream.set_nodelay(true).unwrap();
        async move { refuse(acceptor.accept(stream).await.unwrap()).await }
    });
    let transport = Transport::new(&trusting(&ca), false).unwrap();
    for _ in 0..20 {
        assert_refused(&transport, &format!("https://localhost:{}/", address.port())).await;
    }
}

#[tokio::test]
async fn an_early_error_response_without_a_length_is_read() {
    let address = listen_elsewhere(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.0 403 Forbidden\r\n\r\nno").await.unwrap();
    });
    let transport = Transport::new(&config(), false).unwrap();
    for _ in 0..50 {
        let request = upload(format!("http://{address}/")).0;
        let response = within(10, transport.clone().oneshot(request)).await.unwrap();
        // The body ends with the connection, which may be reset.
        assert_eq!(response.status(), 403);
    }
}

#[tokio::test]
async fn a_failed_write_is_reported_if_no_response_comes() {
    let address = listen(|mut stream: TcpStream| async move {
        read_head(&mut stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    let transport = Transport::new(&config(), false).unwrap();
    let request = upload(format!("http://{address}/")).0;
    let error = within(10, transport.oneshot(request)).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Transport, Outcome::Unknown);
    assert!(error.to_string().contains("os error"), "{error}");
}

/// A server that stops reading but keeps the connection open, over HTTP/1.1 or HTTP/2.
async fn stops_reading(stream: TcpStream, is_http2: bool) {
    if is_http2 {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let mut unread = Vec::new();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let refusal = http::Response::builder().status(403).body(()).unwrap();
            respond.send_response(refusal, true).unwrap();
            unread.push((request, respond));
        }
    } else {
        let mut stream = stream;
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno").await.unwrap();
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn a_body_that_the_server_does_not_read_is_dropped_after_the_response() {
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let is_http2 = http_versions == HttpVersions::Http2Only;
        let address = listen(move |stream| stops_reading(stream, is_http2)).await;
        let transport = Transport::new(&TransportConfig { http_versions, ..config() }, false);
        let (request, held) = upload(format!("http://{address}/"));
        let response = within(10, transport.unwrap().oneshot(request)).await.unwrap();
        assert_eq!(response.status(), 403);
        within(10, response.into_body().collect()).await.unwrap();
        pause();
        sleep(Duration::from_secs(25)).await;
        assert_eq!(Arc::strong_count(&held), 1, "{http_versions:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn the_body_of_a_dropped_request_is_dropped() {
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let address = listen(|mut stream: TcpStream| async move {
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 64]).await;
            std::future::pending::<()>().await;
        })
        .await;
        let transport = Transport::new(&TransportConfig { http_versions, ..config() }, false);
        let (request, held) = upload(format!("http://{address}/"));
        let call = transport.unwrap().oneshot(request);
        assert!(tokio::time::timeout(Duration::from_millis(200), call).await.is_err());
        pause();
        sleep(Duration::from_secs(25)).await;
        assert_eq!(Arc::strong_count(&held), 1, "{http_versions:?}");
        tokio::time::resume();
    }
}
