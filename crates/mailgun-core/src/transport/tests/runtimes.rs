//! Clients in runtimes that run only during calls, and in several runtimes.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    thread,
};

use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use super::{
    servers::{Count, listen_elsewhere},
    *,
};

const VERSIONS: [HttpVersions; 2] = [HttpVersions::Http1Only, HttpVersions::Http2Only];

fn call_by_call() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server that closes each connection after this time.
fn server(lifetime: Duration) -> (String, Count) {
    let opened = Count::default();
    let counted = opened.clone();
    let address = listen_elsewhere(move |stream| {
        counted.up();
        async move {
            let _ = timeout(lifetime, servers::serve(stream)).await;
        }
    });
    (format!("http://{address}/"), opened)
}

fn transport(http_versions: HttpVersions) -> Transport<Full<Bytes>> {
    Transport::new(&TransportConfig { http_versions, ..config() }, false).unwrap()
}

#[test]
fn a_connection_that_closed_between_calls_is_not_used() {
    let (url, _) = server(Duration::from_millis(50));
    for versions in VERSIONS {
        let (runtime, transport) = (call_by_call(), transport(versions));
        for _ in 0..3 {
            let response = runtime.block_on(get_with(&transport, &url));
            assert!(response.is_ok(), "{versions:?} {response:?}");
            thread::sleep(Duration::from_millis(150));
        }
    }
}

#[test]
fn an_open_connection_is_used_by_the_next_call() {
    for versions in VERSIONS {
        let (url, opened) = server(Duration::from_secs(30));
        let (runtime, transport) = (call_by_call(), transport(versions));
        for _ in 0..3 {
            runtime.block_on(get_with(&transport, &url)).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(opened.get(), 1, "{versions:?}");
    }
}

#[test]
fn a_connection_of_an_idle_runtime_is_not_used() {
    for versions in VERSIONS {
        let (url, opened) = server(Duration::from_secs(30));
        let (one, two, transport) = (call_by_call(), call_by_call(), transport(versions));
        for runtime in [&one, &two, &one, &two] {
            runtime.block_on(get_with(&transport, &url)).unwrap();
        }
        assert_eq!(opened.get(), 2, "{versions:?}");
    }
}

#[test]
fn a_call_without_a_runtime_is_an_error() {
    let request = Request::get("http://127.0.0.1:1/").body(Full::default()).unwrap();
    let mut call = pin!(transport(HttpVersions::Auto).oneshot(request));
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = polled else { panic!("no error") };
    assert_outcome(&error, ErrorKind::Config, Outcome::NotSent);
}
