//! The outcome of failed requests.

use http_body::Frame;
use http_body_util::StreamBody;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{
    servers::{Count, listen, read_head, server},
    *,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn a_refused_connection_means_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&config(), format!("http://{address}/v3/x@example.com")).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Connect, Outcome::NotSent);
    assert!(error.to_string().contains(&format!("could not connect to {address}")), "{error}");
    assert!(!everything(&error).contains("example.com"));
}

#[tokio::test]
async fn a_reset_after_the_request_means_unknown() {
    let requests = Count::default();
    let counted = requests.clone();
    let address = listen(move |mut stream: TcpStream| {
        let requests = counted.clone();
        async move {
            read_head(&mut stream).await;
            requests.up();
            let mut body = [0; 4];
            stream.read_exact(&mut body).await.unwrap();
            stream.set_zero_linger().unwrap();
        }
    })
    .await;
    let transport = Transport::new(&config(), false).unwrap();
    let request = Request::post(format!("http://{address}/"));
    let request = request.body(Full::new(Bytes::from_static(b"mail"))).unwrap();
    let error = transport.oneshot(request).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Transport, Outcome::Unknown);
    assert!(error.to_string().contains("the connection broke: connection error"), "{error}");
    assert_eq!(requests.get(), 1);
}

#[tokio::test]
async fn a_close_before_the_response_means_unknown() {
    let address = listen(|mut stream: TcpStream| async move {
        read_head(&mut stream).await;
    })
    .await;
    let error = get(&config(), format!("http://{address}/")).await.unwrap_err();
    assert_outcome(&error, ErrorKind::Transport, Outcome::Unknown);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() {
    let connections = Count::default();
    let counted = connections.clone();
    let address = listen(move |mut stream: TcpStream| {
        let connections = counted.clone();
        async move {
            connections.up();
            read_head(&mut stream).await;
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;
    let transport = Transport::new(&config(), false).unwrap();
    for _ in 0..5 {
        assert_eq!(get_with(&transport, format!("http://{address}/")).await.unwrap(), "ok");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(connections.get(), 5);
}

#[tokio::test]
async fn connections_are_reused() {
    let connections = Count::default();
    let counted = connections.clone();
    let address = listen(move |mut stream: TcpStream| {
        let connections = counted.clone();
        async move {
            connections.up();
            while !read_head(&mut stream).await.is_empty() {
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let transport = Transport::new(&config(), false).unwrap();
    for _ in 0..5 {
        get_with(&transport, format!("http://{address}/")).await.unwrap();
    }
    assert_eq!(connections.get(), 1);
}

#[tokio::test]
async fn a_body_error_is_returned_and_means_not_sent() {
    let server = server(None).await;
    for http_versions in [HttpVersions::Http1Only, HttpVersions::Http2Only] {
        let config = TransportConfig { http_versions, ..config() };
        let frames = futures_util::stream::iter([
            Ok(Frame::data(Bytes::from_static(b"first"))),
            Err(Error::new(ErrorKind::RequestBody, Outcome::Unknown, "the file shrank")),
        ]);
        let request = Request::post(format!("http://{server}/"))
            .header("content-length", "1000")
            .body(StreamBody::new(frames))
            .unwrap();
        let error = Transport::new(&config, false).unwrap().oneshot(request).await.unwrap_err();
        assert_outcome(&error, ErrorKind::RequestBody, Outcome::NotSent);
        assert_eq!(error.to_string(), "the file shrank");
    }
}

#[tokio::test]
async fn a_body_shorter_than_declared_means_not_sent() {
    let server = server(None).await;
    let frames =
        futures_util::stream::iter([Ok::<_, Error>(Frame::data(Bytes::from_static(b"x")))]);
    let request = Request::post(format!("http://{server}/"))
        .header("content-length", "1000")
        .body(StreamBody::new(frames))
        .unwrap();
    let error = Transport::new(&config(), false).unwrap().oneshot(request).await.unwrap_err();
    assert_outcome(&error, ErrorKind::RequestBody, Outcome::NotSent);
}

/// An HTTP/2 server that responds to the first request with this frame and then closes.
async fn answers_with(frame: &'static [u8]) -> Error {
    let address = listen(move |mut stream: TcpStream| async move {
        const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        const HEADERS: u8 = 1;
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await.unwrap();
        stream.write_all(&SETTINGS).await.unwrap();
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; length.try_into().unwrap()];
            stream.read_exact(&mut payload).await.unwrap();
            if head[3] == HEADERS {
                break;
            }
        }
        stream.write_all(frame).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    })
    .await;
    let config = TransportConfig { http_versions: HttpVersions::Http2Only, ..config() };
    get(&config, format!("http://{address}/")).await.unwrap_err()
}

#[tokio::test]
async fn http2_servers_can_say_that_they_did_not_process_a_request() {
    const REFUSED: &[u8] = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 7];
    const CANCELLED: &[u8] = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8];
    const GOING_BEFORE_IT: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const GOING_AFTER_IT: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    const FAILING: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    for (frame, outcome) in [
        (REFUSED, Outcome::NotSent),
        (GOING_BEFORE_IT, Outcome::NotSent),
        (CANCELLED, Outcome::Unknown),
        (GOING_AFTER_IT, Outcome::Unknown),
        (FAILING, Outcome::Unknown),
    ] {
        assert_outcome(&answers_with(frame).await, ErrorKind::Transport, outcome);
    }
}
