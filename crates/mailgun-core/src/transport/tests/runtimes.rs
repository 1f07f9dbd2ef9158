//! Clients of runtimes that are driven call by call, and of several runtimes.

use std::thread;

use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};

use super::{servers::listen, *};

const VERSIONS: [HttpVersions; 2] = [HttpVersions::Http1Only, HttpVersions::Http2Only];

fn call_by_call() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server in a runtime of its own that closes each connection after this time.
fn server(lifetime: Duration) -> (Runtime, String) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let address = runtime.block_on(listen(move |stream: TcpStream| async move {
        let _ = timeout(lifetime, servers::serve(stream)).await;
    }));
    (runtime, format!("http://{address}/"))
}

fn transport(http_versions: HttpVersions) -> Transport<Full<Bytes>> {
    Transport::new(&TransportConfig { http_versions, ..config() }, false).unwrap()
}

#[test]
fn a_connection_that_closed_between_two_calls_is_not_used() {
    let (_running, url) = server(Duration::from_millis(50));
    for versions in VERSIONS {
        let (runtime, transport) = (call_by_call(), transport(versions));
        for _ in 0..3 {
            let reply = runtime.block_on(within(5, get_with(&transport, &url)));
            assert!(reply.is_ok(), "{versions:?} {reply:?}");
            thread::sleep(Duration::from_millis(150));
        }
    }
}

#[test]
fn a_connection_that_is_open_is_used_by_the_next_call() {
    let (_running, url) = server(Duration::from_secs(30));
    for versions in VERSIONS {
        let (runtime, transport) = (call_by_call(), transport(versions));
        for _ in 0..3 {
            runtime.block_on(within(5, get_with(&transport, &url))).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_connection_of_a_runtime_that_nobody_drives_is_left_alone() {
    let (_running, url) = server(Duration::from_secs(30));
    for versions in VERSIONS {
        let (one, two, transport) = (call_by_call(), call_by_call(), transport(versions));
        for runtime in [&one, &two, &one, &two] {
            runtime.block_on(within(5, get_with(&transport, &url))).unwrap();
        }
    }
}

#[test]
fn a_runtime_that_ended_leaves_nothing_behind() {
    let (_running, url) = server(Duration::from_secs(30));
    for versions in VERSIONS {
        let transport = transport(versions);
        for _ in 0..5 {
            call_by_call().block_on(within(5, get_with(&transport, &url))).unwrap();
        }
    }
}
