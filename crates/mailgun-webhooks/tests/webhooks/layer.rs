use std::sync::{Arc, Mutex};

use futures_util::stream;
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use mailgun_core::{
    bytes::Bytes,
    http::{Request, Response, StatusCode, header},
};
use mailgun_events::Event;
use mailgun_webhooks::receive::{
    Limits, Verifier, VerifyLayer,
    testing::{InboundForm, SignedRequest},
};
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
async fn a_body_that_breaks_off_is_asked_for_again() {
    let handler = |_: Request<Event>| async { Ok::<_, &str>(Response::<String>::default()) };
    let service = VerifyLayer::new(verifier()).layer(service_fn(handler));
    let frames = stream::iter([Ok(Frame::data(Bytes::from_static(b"{"))), Err("reset")]);
    let request = Request::post("/").body(StreamBody::new(frames)).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}
