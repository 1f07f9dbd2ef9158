//! Layers and services of the application, and the auto traits of public types.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use mailgun_core::{
    Body, BoxError, Call, CallContext, CallFuture, Client, ClientBuilder, Error, ErrorKind,
    HttpService, LinkPage, Operation, Outcome, Pager, ResponseBody, ResponseStream, TimeoutPhase,
    layers::{
        AttemptTimeoutLayer, AuthorizationLayer, ReadResponseLayer, RetryLayer, RetryPolicy,
        TraceLayer, UserAgentLayer,
    },
};
use serde_json::Value;
use tower::{Layer as _, Service, ServiceBuilder, ServiceExt as _, layer::layer_fn, service_fn};

use self::support::{
    Answer, KEY_HEADER, Reaction, Receipt, Scripted, Server, accepted, mail, policy, response,
};

const SEND: Operation = Operation::post("/v3/{domain}/messages");
const READ: Operation = Operation::get("/v4/domains");
const DOMAIN: &[&str] = &["mg.example.com"];

/// What the layers of a test have logged, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(&'static str, HeaderMap)>>>);

impl Log {
    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().iter().map(|(name, _)| *name).collect()
    }

    fn layer(
        &self,
        name: &'static str,
    ) -> impl tower::Layer<
        HttpService,
        Service = impl Service<
            Request<Body>,
            Response = Response<ResponseBody>,
            Error = Error,
            Future = impl Send + 'static,
        > + Clone
                  + Send
                  + Sync
                  + 'static,
    > + Send
    + Sync
    + 'static {
        let log = self.clone();
        layer_fn(move |inner: HttpService| {
            let log = log.clone();
            inner.map_request(move |request: Request<Body>| {
                log.0.lock().unwrap().push((name, request.headers().clone()));
                request
            })
        })
    }
}

#[tokio::test]
async fn layers_run_per_call_or_per_attempt_and_the_first_is_outermost() {
    let log = Log::default();
    let server =
        Server::script(vec![response("429 X", ""), response("429 X", ""), accepted()]).await;
    let client = server
        .builder()
        .attempt_layer(log.layer("attempt 1"))
        .layer(log.layer("call 1"))
        .attempt_layer(log.layer("attempt 2"))
        .layer(log.layer("call 2"))
        .build()
        .unwrap();
    client.call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    let attempt = ["attempt 1", "attempt 2"];
    assert_eq!(log.names(), [&["call 1", "call 2"][..], &attempt, &attempt, &attempt].concat());
    client.call::<Receipt>(SEND, DOMAIN).await.unwrap();
    assert_eq!(log.names().len(), 8 + 4);
}

#[tokio::test]
async fn a_function_is_a_layer() {
    let calls = Arc::new(AtomicUsize::new(0));
    let statuses = Arc::new(Mutex::new(Vec::new()));
    let server = Server::script(vec![response("429 X", ""), accepted()]).await;
    let (counter, seen) = (calls.clone(), statuses.clone());
    let builder = server.builder().layer_fn(move |request, next| {
        counter.fetch_add(1, Ordering::SeqCst);
        next.run(request)
    });
    let builder = builder.attempt_layer_fn(move |request, next| {
        let seen = seen.clone();
        async move {
            let response = next.run(request).await?;
            seen.lock().unwrap().push(response.status().as_u16());
            Ok(response)
        }
    });
    builder.build().unwrap().call::<Receipt>(SEND, DOMAIN).multipart(mail()).await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(*statuses.lock().unwrap(), [429, 200]);
}

#[tokio::test]
async fn a_function_that_stops_a_request_says_that_nothing_was_sent() {
    let server = Server::script(vec![accepted()]).await;
    let builder = server
        .builder()
        .attempt_layer_fn(|_, _| async { Err(Error::not_sent("the quota of today is used up")) });
    let error = builder.build().unwrap().call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Middleware, Outcome::NotSent));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn layers_see_the_request_and_never_the_key() {
    let log = Log::default();
    let server = Server::script(vec![response("429 X", ""), accepted()]).await;
    let client =
        server.builder().layer(log.layer("call")).attempt_layer(log.layer("attempt")).build();
    let tenant = client.unwrap().for_subaccount("tenant").unwrap();
    tenant.call::<Receipt>(SEND, DOMAIN).header("X-Trace", "1").json(&1).await.unwrap();
    let seen = log.0.lock().unwrap();
    assert_eq!(seen.len(), 3);
    for (name, headers) in seen.iter() {
        assert!(!headers.contains_key("authorization"), "{name}");
        assert_eq!(headers["x-trace"], "1", "{name}");
        assert_eq!(headers["content-type"], "application/json", "{name}");
        assert_eq!(headers["x-mailgun-on-behalf-of"], "tenant", "{name}");
    }
    assert_eq!(server.requests()[1].header("authorization"), Some(KEY_HEADER));
}

#[tokio::test]
async fn layers_see_the_context_of_the_call() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let layer = layer_fn(move |inner: HttpService| {
        let log = log.clone();
        inner.map_request(move |request: Request<Body>| {
            let context = request.extensions().get::<CallContext>().unwrap().clone();
            log.lock().unwrap().push((
                context.operation(),
                context.attempts(),
                context.time_left(),
            ));
            request
        })
    });
    let server = Server::script(vec![response("429 X", ""), accepted()]).await;
    let client = server.builder().attempt_layer(layer).build().unwrap();
    let call = client.call::<Receipt>(SEND, DOMAIN).deadline(Duration::from_secs(40));
    call.await.unwrap();
    let seen = seen.lock().unwrap();
    let attempts: Vec<_> =
        seen.iter().map(|(operation, attempts, _)| (*operation, *attempts)).collect();
    assert_eq!(attempts, [(SEND, 1), (SEND, 2)]);
    for (_, _, time_left) in seen.iter() {
        let time_left = time_left.unwrap();
        assert!(time_left <= Duration::from_secs(40) && time_left > Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_layer_may_change_the_type_of_the_response() {
    let upper = || {
        layer_fn(|inner: HttpService| {
            service_fn(move |request: Request<Body>| {
                let inner = inner.clone();
                async move {
                    let (parts, body) = inner.oneshot(request).await?.into_parts();
                    let bytes = body.collect().await?.to_bytes();
                    let text = String::from_utf8(bytes.to_vec())?.replace("Queued", "QUEUED");
                    Ok::<_, BoxError>(Response::from_parts(parts, Full::new(Bytes::from(text))))
                }
            })
        })
    };
    let server = Server::always(accepted()).await;
    for builder in [server.builder().layer(upper()), server.builder().attempt_layer(upper())] {
        let client = builder.build().unwrap();
        let value = client.call::<Value>(SEND, DOMAIN).await.unwrap();
        assert_eq!(value["message"], "QUEUED. Thank you.");
        let streamed = client.call_bytes(SEND, DOMAIN).stream().await.unwrap();
        let bytes = streamed.bytes(1000).await.unwrap();
        assert!(bytes.windows(6).any(|window| window == b"QUEUED"));
    }
    let failing = Server::always(response("400 X", r#"{"message": "Queued?"}"#)).await;
    for builder in [failing.builder().layer(upper()), failing.builder().attempt_layer(upper())] {
        let error = builder.build().unwrap().call::<Value>(SEND, DOMAIN).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.api_message()), (400, Some("QUEUED?")));
    }
}

/// A layer that fails each request with the error of `make`.
fn failing(
    make: impl Fn() -> BoxError + Clone + Send + Sync + 'static,
    count: Arc<AtomicUsize>,
    put: fn(ClientBuilder, FailLayer) -> ClientBuilder,
    builder: ClientBuilder,
) -> Client {
    let make = Arc::new(make);
    put(builder, FailLayer { make, count }).build().unwrap()
}

#[derive(Clone)]
struct FailLayer {
    make: Arc<dyn Fn() -> BoxError + Send + Sync>,
    count: Arc<AtomicUsize>,
}

impl tower::Layer<HttpService> for FailLayer {
    type Service =
        tower::util::BoxCloneSyncService<Request<Body>, Response<ResponseBody>, BoxError>;

    fn layer(&self, _: HttpService) -> Self::Service {
        let Self { make, count } = self.clone();
        tower::util::BoxCloneSyncService::new(service_fn(move |_: Request<Body>| {
            count.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Err(make()))
        }))
    }
}

#[tokio::test]
async fn an_error_of_a_layer_has_an_outcome_and_is_not_retried() {
    type Put = fn(ClientBuilder, FailLayer) -> ClientBuilder;
    type Make = fn() -> BoxError;
    let places: [Put; 2] =
        [|builder, layer| builder.layer(layer), |builder, layer| builder.attempt_layer(layer)];
    let stopped: Make = || Error::not_sent("no more today").into();
    let other: Make = || "the layer is broken".into();
    let server = Server::always(accepted()).await;
    for put in places {
        for (make, outcome, words) in [
            (stopped, Outcome::NotSent, "no more today"),
            (other, Outcome::Unknown, "the layer is broken"),
        ] {
            let count = Arc::new(AtomicUsize::new(0));
            let client = failing(make, count.clone(), put, server.builder());
            for (operation, segments) in [(SEND, DOMAIN), (READ, &[][..])] {
                count.store(0, Ordering::SeqCst);
                let error = client.call::<Value>(operation, segments).await.unwrap_err();
                assert_eq!((error.kind(), error.outcome()), (ErrorKind::Middleware, outcome));
                assert_eq!(error.operation(), Some(operation));
                assert_eq!(error.attempts(), 1);
                assert_eq!(count.load(Ordering::SeqCst), 1);
                assert!(support::everything(&error).contains(words));
            }
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_layer_is_polled_ready_before_it_is_called() {
    // These panic when a service is called that was not polled ready.
    let server = Server::script(vec![response("429 X", ""), accepted()]).await;
    let client = server
        .builder()
        .layer(tower::limit::ConcurrencyLimitLayer::new(1))
        .attempt_layer(tower::limit::ConcurrencyLimitLayer::new(1))
        .build()
        .unwrap();
    let calls = (0..8).map(|_| client.call::<Receipt>(SEND, DOMAIN).into_future());
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(server.count(), 9);
}

/// A service in memory that tells the length of the body, after one refusal.
fn service() -> Scripted {
    let number = AtomicUsize::new(0);
    Scripted::new(move |seen| {
        let is_first = number.fetch_add(1, Ordering::SeqCst) == 0;
        let body = format!("{{\"id\":\"{}\"}}", seen.body.len());
        Answer::new(if is_first { 429 } else { 200 }, body)
    })
}

#[tokio::test]
async fn a_transport_of_the_application_gets_all_layers_of_the_sdk() {
    let service = service();
    let builder = support::builder("https://api.mailgun.net").user_agent("shop/1");
    let client = service.client_with(builder);
    let response = client.call::<Receipt>(SEND, DOMAIN).json(&[1, 2]).response().await.unwrap();
    assert_eq!((response.value.id.as_str(), response.attempts()), ("5", 2));
    assert_eq!(service.count(), 2);
    for seen in service.seen() {
        assert_eq!(seen.headers["authorization"], KEY_HEADER);
        assert!(seen.headers["user-agent"].to_str().unwrap().ends_with(" shop/1"));
    }
    assert!(client.credentials().is_some());
}

#[tokio::test]
async fn a_service_of_the_application_gets_no_layer_and_errors_are_still_ours() {
    let service = service();
    let client = Client::from_service("https://api.mailgun.net", service.transport()).unwrap();
    let error = client.call::<Receipt>(SEND, DOMAIN).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert_eq!(client.call::<Receipt>(SEND, DOMAIN).await.unwrap().id, "0");
    assert_eq!(service.count(), 2);
    for seen in service.seen() {
        assert!(!seen.headers.contains_key("authorization"));
        assert!(!seen.headers.contains_key("user-agent"));
    }
    assert!(client.credentials().is_none());
    assert!(Client::from_service("http://example.com", service.transport()).is_err());
}

#[tokio::test]
async fn the_public_layers_can_be_stacked_by_hand() {
    let server = Server::script(vec![response("503 X", ""), response("200 OK", "{}")]).await;
    let key = mailgun_core::ApiKey::new(support::KEY).unwrap();
    let leaf = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<Body>();
    let stack = ServiceBuilder::new()
        .layer(RetryLayer::new(policy()))
        .layer(ReadResponseLayer::new(1024, Duration::from_secs(10)))
        .layer(TraceLayer::new())
        .layer(AttemptTimeoutLayer::new(Duration::from_secs(10)))
        .layer(UserAgentLayer::new(None).unwrap())
        .layer(AuthorizationLayer::new(key.into()))
        .service(leaf);
    let client = Client::from_service(&server.url(), stack).unwrap();
    client.call::<Value>(READ, &[]).await.unwrap();
    assert_eq!(server.count(), 2);
    assert_eq!(server.requests()[1].header("authorization"), Some(KEY_HEADER));
}

#[tokio::test(start_paused = true)]
async fn the_attempt_time_out_layer_works_alone() {
    let silent = Scripted::new(|_| Answer::never()).transport();
    let service = AttemptTimeoutLayer::new(Duration::from_secs(9)).layer(silent);
    let client = Client::from_service("https://api.mailgun.net", service).unwrap();
    let error = client.call::<Value>(READ, &[]).await.unwrap_err();
    assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Attempt));
}

#[test]
fn a_client_is_built_without_a_runtime_and_used_in_any() {
    let client = support::builder("https://api.mailgun.net").build().unwrap();
    drop(client.clone());
    assert!(Client::builder("key-test").retry(RetryPolicy::never()).build().is_ok());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::always(Reaction::Silence));
    let client = server.builder().attempt_timeout(Duration::from_millis(100)).build().unwrap();
    let error = runtime.block_on(client.call::<Value>(SEND, DOMAIN).into_future()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn a_call_outside_of_a_runtime_is_an_error_and_no_panic() {
    let silent = Scripted::new(|_| Answer::never()).transport();
    let layered = AttemptTimeoutLayer::new(Duration::from_secs(9)).layer(silent);
    let custom = Client::from_service("https://api.mailgun.net", layered).unwrap();
    let own = support::builder("https://api.mailgun.net").build().unwrap();
    let endless = support::builder("https://api.mailgun.net").total_timeout(None).build().unwrap();
    for client in [custom, own, endless] {
        let error = poll_once(client.call::<Value>(SEND, DOMAIN).into_future()).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
        assert!(error.to_string().contains("a call needs a tokio runtime"), "{error}");
        let mut pager = Pager::links(client.call::<LinkPage<Value>>(READ, &[]));
        let error = poll_once(pager.next_page()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

/// Polls a future that must be ready, as an executor without tokio would.
fn poll_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is not ready"),
    }
}

#[test]
fn types_can_be_shared_and_futures_spawned() {
    fn clone_send_sync<T: Clone + Send + Sync + 'static>() {}
    fn send_sync<T: Send + Sync + 'static>() {}
    fn send<T: Send>(_: &T) {}
    fn unpin<T: Unpin>(_: &T) {}

    clone_send_sync::<Client>();
    clone_send_sync::<HttpService>();
    clone_send_sync::<mailgun_core::Credentials>();
    send_sync::<ClientBuilder>();
    send_sync::<Error>();
    send_sync::<mailgun_core::Fields>();

    let client = support::builder("https://api.mailgun.net").build().unwrap();
    let call = || client.call::<Value>(SEND, DOMAIN).multipart(mail());
    send::<Call<Value>>(&call());
    send::<CallFuture<Value>>(&call().into_future());
    unpin(&call().into_future());
    send(&call().response());
    send(&call().stream());
    send(&client.has_domain("mg.example.com"));
    send(&Pager::links(client.call::<LinkPage<Value>>(READ, &[])));
    let mut pager = Pager::links(client.call::<LinkPage<Value>>(READ, &[]));
    send(&pager.next_page());
    send(&pager.into_items());
    send(&Pager::links(client.call::<LinkPage<Value>>(READ, &[])).into_pages());
    fn sent_response<T: Send>() {}
    sent_response::<mailgun_core::Response<Value>>();
    sent_response::<ResponseStream>();
}
