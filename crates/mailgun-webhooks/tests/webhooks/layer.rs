use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use mailgun_core::{
    BoxError,
    bytes::Bytes,
    http::{Request, Response, StatusCode, header},
};
use mailgun_events::Event;
use mailgun_webhooks::receive::{
    Limits, Verifier, VerifyLayer,
    testing::{InboundForm, SignedRequest},
};
use tokio::time::Instant;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{event, key, verifier};

fn http(request: &SignedRequest) -> Request<Full<Bytes>> {
    Request::post("/")
        .header(header::CONTENT_TYPE, &request.content_type)
        .header("x-trace", "7")
        .body(Full::new(request.body.clone()))
        .unwrap()
}

#[tokio::test]
async fn the_service_gets_the_payload_and_its_status_settles_the_token() {
    let answers = Arc::new(Mutex::new(vec![
        Ok(StatusCode::NO_CONTENT),
        Err("the handler broke"),
        Ok(StatusCode::INTERNAL_SERVER_ERROR),
    ]));
    let handler = move |request: Request<Event>| {
        assert_eq!(request.headers()["x-trace"], "7");
        assert_eq!(request.body().name(), "delivered");
        let answer = answers.lock().unwrap().pop().unwrap();
        async move {
            let status = answer?;
            Ok::<_, &str>(Response::builder().status(status).body("done".to_owned()).unwrap())
        }
    };
    let service = VerifyLayer::new(verifier()).layer(service_fn(handler));
    let request = SignedRequest::event(&key("right"), &event());

    let status = async || service.clone().oneshot(http(&request)).await.map(|it| it.status());
    assert_eq!(status().await.unwrap(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(status().await.unwrap_err(), "the handler broke");
    assert_eq!(status().await.unwrap(), StatusCode::OK);
    // Used now, so that the handler is not asked.
    assert_eq!(status().await.unwrap(), StatusCode::NOT_ACCEPTABLE);

    let mail = InboundForm::new().field("body-plain", "x").sign(&key("right"));
    let response = service.clone().oneshot(http(&mail)).await.unwrap();
    assert_eq!((response.status(), &**response.body()), (StatusCode::SERVICE_UNAVAILABLE, ""));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let mut limits = Limits::default();
    limits.total_bytes = 50;
    let verifier = Verifier::builder(key("right")).limits(limits).build();
    let handler = |_: Request<Event>| async { Ok::<_, &str>(Response::<String>::default()) };
    let service = VerifyLayer::new(verifier).layer(service_fn(handler));
    let request = SignedRequest::event(&key("right"), &event());
    let response = service.oneshot(http(&request)).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_gets_503() {
    let handler = |_: Request<Event>| async { Ok::<_, &str>(Response::<String>::default()) };
    let service = VerifyLayer::new(verifier()).layer(service_fn(handler));
    let frames = stream::iter([Ok(Frame::data(Bytes::from_static(b"{"))), Err("reset")]);
    let request = Request::post("/").body(StreamBody::new(frames)).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// How long a service takes to answer a body that never ends, and what it answers.
async fn slow_status<S, R>(service: S, pause: Duration) -> (StatusCode, Duration)
where
    S: tower::Service<Request<Body>, Response = Response<R>, Error: std::fmt::Debug>,
{
    let frames = stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"{"))), ()))
    });
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/json");
    let request = request.body(BodyExt::boxed_unsync(StreamBody::new(frames))).unwrap();
    let started = Instant::now();
    let response = service.oneshot(request).await.unwrap();
    (response.status(), started.elapsed())
}

type Body = UnsyncBoxBody<Bytes, BoxError>;

#[tokio::test(start_paused = true)]
async fn a_slow_body_gets_408_after_the_read_timeout() {
    let second = Duration::from_secs(1);
    for (timeout, pause, expected) in [
        // Nothing comes, or a byte from time to time.
        (None, Duration::from_secs(3600), Duration::from_secs(60)),
        (None, second, Duration::from_secs(60)),
        (Some(5 * second), Duration::from_secs(3600), 5 * second),
        (Some(5 * second), second, 5 * second),
        (Some(Duration::ZERO), second, Duration::ZERO),
    ] {
        let builder = Verifier::builder(key("right"));
        let verifier = match timeout {
            Some(timeout) => builder.read_timeout(timeout).build(),
            None => builder.build(),
        };
        let handler = |_: Request<Event>| async { Ok::<_, &str>(Response::<String>::default()) };
        let service = VerifyLayer::new(verifier.clone()).layer(service_fn(handler));
        let (status, elapsed) = slow_status(service, pause).await;
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT, "{timeout:?} {pause:?}");
        assert!(elapsed.as_secs() == expected.as_secs(), "{elapsed:?}");

        #[cfg(feature = "axum")]
        {
            use mailgun_webhooks::receive::Verified;
            let handler = |_: Verified<Event>| async { StatusCode::OK };
            let router = axum::Router::new().route("/", axum::routing::post(handler));
            let service = router
                .with_state(verifier)
                .map_request(|request: Request<Body>| request.map(axum::body::Body::new));
            let (status, elapsed) = slow_status(service, pause).await;
            assert_eq!(status, StatusCode::REQUEST_TIMEOUT, "{timeout:?} {pause:?}");
            assert!(elapsed.as_secs() == expected.as_secs(), "{elapsed:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_accepted_within_the_longest_read_timeout() {
    let verifier = Verifier::builder(key("right")).read_timeout(Duration::MAX).build();
    let handler = |_: Request<Event>| async { Ok::<_, &str>(Response::<String>::default()) };
    let service = VerifyLayer::new(verifier).layer(service_fn(handler));
    let signed = SignedRequest::event(&key("right"), &event());
    let frames = stream::iter(signed.body.to_vec()).then(|byte| async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Ok::<_, BoxError>(Frame::data(Bytes::from(vec![byte])))
    });
    let request = Request::post("/").header(header::CONTENT_TYPE, signed.content_type);
    let response = service.oneshot(request.body(StreamBody::new(frames)).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
