//! The HTTP/2 connection that all requests share.

use std::convert::Infallible;

use futures_util::future::join_all;
use http::Response;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{net::TcpStream, time::timeout};

use super::{
    servers::{Count, listen},
    *,
};

fn transport() -> Transport<Full<Bytes>> {
    let config = TransportConfig { http_versions: HttpVersions::Http2Only, ..config() };
    Transport::new(&config, false).unwrap()
}

/// A server that does not respond to `/silent`. The response to `/large` exceeds a stream's window.
async fn serve(stream: TcpStream) {
    let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
        let body = match request.uri().path() {
            "/silent" => std::future::pending().await,
            "/large" => Bytes::from(vec![b'x'; 8 * 1024 * 1024]),
            _ => Bytes::from_static(b"ok"),
        };
        Ok::<_, Infallible>(Response::new(Full::new(body)))
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

async fn server() -> (String, Count) {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |stream| {
        counted.up();
        serve(stream)
    })
    .await;
    (format!("http://{address}"), opened)
}

#[tokio::test]
async fn a_connection_that_answers_only_ping_is_retired() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |stream: TcpStream| {
        let is_dead = counted.up() == 0;
        async move {
            if !is_dead {
                return serve(stream).await;
            }
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let mut unanswered = Vec::new();
            while let Some(request) = connection.accept().await {
                unanswered.push(request);
            }
        }
    })
    .await;
    let (transport, url) = (transport(), format!("http://{address}/"));
    let first = timeout(Duration::from_millis(200), get_with(&transport, &url)).await;
    assert!(first.is_err());
    for _ in 0..2 {
        assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
    }
    assert_eq!(opened.get(), 2);
}

#[tokio::test]
async fn a_connection_with_completed_requests_is_kept_when_a_call_is_dropped() {
    let (url, opened) = server().await;
    let transport = transport();
    assert_eq!(get_with(&transport, format!("{url}/")).await.unwrap(), "ok");
    let silent = get_with(&transport, format!("{url}/silent"));
    let others = async {
        for _ in 0..3 {
            assert_eq!(get_with(&transport, format!("{url}/")).await.unwrap(), "ok");
        }
    };
    let both = async { tokio::join!(silent, others) };
    assert!(timeout(Duration::from_millis(300), both).await.is_err());
    assert_eq!(get_with(&transport, format!("{url}/")).await.unwrap(), "ok");
    assert_eq!(opened.get(), 1);
}

#[tokio::test]
async fn requests_in_flight_complete_on_a_retired_connection() {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen(move |stream: TcpStream| {
        counted.up();
        async move {
            let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
                let late = request.uri().path() == "/late";
                tokio::time::sleep(Duration::from_millis(if late { 600 } else { 5_000 })).await;
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("ok")))
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        }
    })
    .await;
    let transport = transport();
    let late = get_with(&transport, format!("http://{address}/late"));
    let given_up = timeout(
        Duration::from_millis(200),
        get_with(&transport, format!("http://{address}/silent")),
    );
    let (late, given_up) = within(5, async { tokio::join!(late, given_up) }).await;
    assert!(given_up.is_err());
    assert_eq!(late.unwrap(), "ok");
    assert_eq!(get_with(&transport, format!("http://{address}/late")).await.unwrap(), "ok");
    assert_eq!(opened.get(), 2);
}

#[tokio::test]
async fn unread_downloads_do_not_block_other_requests() {
    let (url, opened) = server().await;
    let transport = transport();
    let large = Request::get(format!("{url}/large")).body(Full::default()).unwrap();
    let unread = join_all((0..20).map(|_| transport.clone().oneshot(large.clone())));
    let unread = within(5, unread).await;
    assert!(unread.iter().all(Result::is_ok));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(get_with(&transport, format!("{url}/")).await.unwrap(), "ok");
    assert_eq!(opened.get(), 1);
}
