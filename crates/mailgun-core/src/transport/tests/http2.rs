//! The HTTP/2 connection that all requests share.

use futures_util::future::join_all;
use http::Response;
use mailgun_testing::{listen, serve_http};
use tokio::{net::TcpStream, sync::Notify, time::timeout};

use super::{servers::Count, *};

fn transport() -> Transport<Full<Bytes>> {
    let config = TransportConfig { http_versions: HttpVersions::Http2Only, ..config() };
    Transport::new(&config, false).unwrap()
}

/// A server that does not respond to `/silent`. The response to `/large` exceeds a stream's window.
async fn serve(stream: TcpStream) {
    serve_http(stream, async |request| {
        let body = match request.uri().path() {
            "/silent" => std::future::pending().await,
            "/large" => Bytes::from(vec![b'x'; 8 * 1024 * 1024]),
            _ => Bytes::from_static(b"ok"),
        };
        Response::new(Full::new(body))
    })
    .await;
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
        serve_http(stream, async |request| {
            let late = request.uri().path() == "/late";
            tokio::time::sleep(Duration::from_millis(if late { 600 } else { 5_000 })).await;
            Response::new(Full::<Bytes>::from("ok"))
        })
    })
    .await;
    let transport = transport();
    let late = get_with(&transport, format!("http://{address}/late"));
    let given_up = timeout(
        Duration::from_millis(200),
        get_with(&transport, format!("http://{address}/silent")),
    );
    let (late, given_up) = within(async { tokio::join!(late, given_up) }).await;
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
    let unread = within(unread).await;
    assert!(unread.iter().all(Result::is_ok));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(get_with(&transport, format!("{url}/")).await.unwrap(), "ok");
    assert_eq!(opened.get(), 1);
}

/// A server that ends the connection after its first request, whose response is late.
#[tokio::test]
async fn requests_after_a_goaway_use_another_connection() {
    let (opened, ending) = (Count::default(), Arc::new(Notify::new()));
    let (counted, ends) = (opened.clone(), Arc::clone(&ending));
    let address = listen(move |stream: TcpStream| {
        let is_first = counted.up() == 0;
        let ends = Arc::clone(&ends);
        async move {
            if !is_first {
                return serve(stream).await;
            }
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            connection.graceful_shutdown();
            ends.notify_one();
            let late = async {
                tokio::time::sleep(Duration::from_secs(2)).await;
                let mut body = respond.send_response(Response::new(()), false).unwrap();
                body.send_data(Bytes::from_static(b"late"), true).unwrap();
            };
            let accepting = async { while connection.accept().await.is_some() {} };
            tokio::join!(late, accepting);
        }
    })
    .await;
    let (transport, url) = (transport(), format!("http://{address}/"));
    let others = async {
        ending.notified().await;
        // The frame is on its way.
        tokio::time::sleep(Duration::from_millis(100)).await;
        for _ in 0..3 {
            assert_eq!(get_with(&transport, &url).await.unwrap(), "ok");
        }
    };
    let (first, ()) = within(async { tokio::join!(get_with(&transport, &url), others) }).await;
    assert_eq!(first.unwrap(), "late");
    assert_eq!(opened.get(), 2);
}

/// RFC 9113, section 8.1: the response counts, although the server resets the stream.
#[tokio::test]
async fn a_response_is_read_although_the_server_stops_the_upload() {
    let address = listen(|stream: TcpStream| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(request) = connection.accept().await {
            let (_, mut respond) = request.unwrap();
            let refusal = Response::builder().status(403).body(()).unwrap();
            let mut body = respond.send_response(refusal, false).unwrap();
            // Dropped unread, the request is reset with `NO_ERROR` after the response.
            body.send_data(Bytes::from_static(b"no"), true).unwrap();
        }
    })
    .await;
    let transport = transport();
    for _ in 0..20 {
        let (request, _) = upload(format!("http://{address}/"));
        let response = within(transport.clone().oneshot(request)).await.unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(within(response.into_body().collect()).await.unwrap().to_bytes(), "no");
    }
}
