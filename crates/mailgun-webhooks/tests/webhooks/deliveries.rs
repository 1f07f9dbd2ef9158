//! What the mock posts reaches an axum server, from the registration to the answer.

use std::time::Duration;

use axum::{Router, body::Body, extract::State, http::StatusCode, routing::post};
use mailgun_core::{
    bytes::Bytes,
    http::{HeaderMap, Request, header},
};
use mailgun_events::Event;
use mailgun_messages::{Message, Messages};
use mailgun_mock::{MockMailgun, WebhookDelivery};
use mailgun_testing::within;
use mailgun_webhooks::{
    AccountWebhookSettings, AccountWebhooks, WebhookType, Webhooks,
    receive::{
        InboundMail, ReceiveError, SigningKey, Verified, Verifier,
        testing::{SignedRequest, sign},
    },
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::ServiceExt as _;

use crate::support::{Clock, event, key};

#[derive(Clone)]
struct App {
    verifier: Verifier,
    heard: UnboundedSender<String>,
}

impl axum::extract::FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

async fn on_event(State(app): State<App>, verified: Verified<Event>) -> StatusCode {
    verified
        .handle(
            |event| async move { app.heard.send(format!("{} {}", event.name(), event.recipient)) },
        )
        .await
}

async fn on_mail(
    State(app): State<App>,
    mail: Result<Verified<InboundMail>, ReceiveError>,
) -> StatusCode {
    match mail {
        Ok(verified) => {
            let (mail, claim) = verified.into_parts();
            app.heard.send(mail.subject().unwrap_or_default().to_owned()).unwrap();
            claim.settle(StatusCode::OK).await
        }
        Err(error) => {
            app.heard.send(error.to_string()).unwrap();
            error.status()
        }
    }
}

/// Changes what the mock has signed, on its way.
async fn tampered(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = String::from_utf8(body.to_vec()).unwrap().replace("\"token\":\"", "\"token\":\"0");
    let content_type = headers["content-type"].to_str().unwrap();
    match app.verifier.receive::<Event>(content_type, body).await {
        Ok(_) => StatusCode::OK,
        Err(error) => {
            app.heard.send(error.to_string()).unwrap();
            error.status()
        }
    }
}

/// The URL of a receiver with this key, and what it hears.
async fn receiver(key: &str) -> (String, UnboundedReceiver<String>) {
    let (heard, hears) = unbounded_channel();
    let app = App { verifier: Verifier::new(SigningKey::new(key).unwrap()), heard };
    let router = Router::new()
        .route("/events", post(on_event))
        .route("/mail", post(on_mail))
        .route("/tampered", post(tampered))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, hears)
}

async fn send(mock: &MockMailgun) {
    let message = Message::new()
        .from("shop@mg.example.com")
        .to("ann@example.com")
        .to("bob@example.com")
        .text("Hi");
    Messages::new(&mock.client(), mock.domain()).send(message).await.unwrap();
}

async fn deliveries(mock: &MockMailgun, number: usize) -> Vec<WebhookDelivery> {
    for _ in 0..500 {
        if mock.webhook_deliveries().len() >= number {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let deliveries = mock.webhook_deliveries();
    assert_eq!(deliveries.len(), number, "{deliveries:?}");
    deliveries
}

#[tokio::test]
async fn a_signed_event_of_the_mock_reaches_an_axum_handler_in_order() {
    let mock = MockMailgun::builder().signing_key("one of ours").start().await.unwrap();
    let (url, mut hears) = receiver(&mock.signing_key()).await;
    let url = format!("{url}/events");
    let webhooks = Webhooks::new(&mock.client(), mock.domain());
    webhooks.create_url(&url, [WebhookType::Accepted, WebhookType::Delivered]).await.unwrap();
    // The same URL for the whole account is posted to once.
    let account = AccountWebhooks::new(&mock.client());
    account.create(&url, ["delivered"], AccountWebhookSettings::new()).await.unwrap();

    send(&mock).await;
    for expected in [
        "accepted ann@example.com",
        "accepted bob@example.com",
        "delivered ann@example.com",
        "delivered bob@example.com",
    ] {
        assert_eq!(within(hears.recv()).await.unwrap(), expected);
    }
    let posted = deliveries(&mock, 4).await;
    assert!(posted.iter().all(|it| it.url == url && it.status == Some(200)), "{posted:?}");
    assert_eq!(posted[3].event, "delivered");
}

#[tokio::test]
async fn forged_events_get_406_and_an_unexpected_payload_gets_503() {
    let mock = MockMailgun::start().await;
    let (right, mut hears) = receiver(MockMailgun::SIGNING_KEY).await;
    // The API key is not the signing key.
    let (wrong, _hears) = receiver(MockMailgun::API_KEY).await;
    let webhooks = Webhooks::new(&mock.client(), mock.domain());
    let urls = [format!("{right}/tampered"), format!("{wrong}/events"), format!("{right}/mail")];
    webhooks.create("accepted", &urls).await.unwrap();

    send(&mock).await;
    for delivery in deliveries(&mock, 6).await {
        let status = if delivery.url.ends_with("/mail") { 503 } else { 406 };
        assert_eq!(delivery.status, Some(status), "{delivery:?}");
    }
    assert_eq!(within(hears.recv()).await.unwrap(), "none of the signing keys made the signature");
    let words = "the handler expects an inbound mail, but the request has an event";
    assert_eq!(within(hears.recv()).await.unwrap(), words);
}

#[tokio::test]
async fn the_mock_posts_to_loopback_only() {
    let mock = MockMailgun::start().await;
    let webhooks = Webhooks::new(&mock.client(), mock.domain());
    let urls = ["https://example.com/hook", "http://192.0.2.1/hook"];
    webhooks.create("delivered", urls).await.unwrap();
    send(&mock).await;
    assert!(deliveries(&mock, 4).await.iter().all(|delivery| delivery.status.is_none()));
    let error = mock.post_inbound("http://example.com/mail", &[]).await.unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}

#[tokio::test]
async fn a_mail_of_the_mock_reaches_an_axum_handler() {
    let mock = MockMailgun::start().await;
    let (url, mut hears) = receiver(MockMailgun::SIGNING_KEY).await;
    let fields = [
        ("recipient", "support@mg.example.com"),
        ("sender", "bob@example.com"),
        ("subject", "Help! é&="),
        ("body-plain", "It is broken."),
    ];
    let status = mock.post_inbound(&format!("{url}/mail"), &fields).await.unwrap();
    assert_eq!((status, within(hears.recv()).await.unwrap().as_str()), (200, "Help! é&="));
    let status = mock.post_inbound(&format!("{url}/events"), &fields).await.unwrap();
    assert_eq!(status, 503);
}

#[tokio::test]
async fn a_handler_may_respond_503_to_a_stale_signature() {
    async fn on_event(verified: Result<Verified<Event>, ReceiveError>) -> StatusCode {
        match verified {
            Ok(verified) => verified.handle(|_| async { Ok::<_, ReceiveError>(()) }).await,
            Err(ReceiveError::Stale) => StatusCode::SERVICE_UNAVAILABLE,
            Err(error) => error.status(),
        }
    }
    let clock = Clock::at(1_529_006_854 + 12 * 3600);
    let verifier = Verifier::builder(key("right")).clock(clock.reader()).build();
    let router = Router::new().route("/", post(on_event)).with_state(verifier);
    let signature = sign(&key("right"), "1529006854", "0123456789");
    let signed = SignedRequest::event_with(&signature, &event());
    let answer = async || {
        let request = Request::post("/").header(header::CONTENT_TYPE, &signed.content_type);
        let request = request.body(Body::from(signed.body.clone())).unwrap();
        router.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!(answer().await, StatusCode::SERVICE_UNAVAILABLE);
    // The token was not used up by what was not handled.
    clock.set(1_529_006_854);
    assert_eq!(answer().await, StatusCode::OK);
    assert_eq!(answer().await, StatusCode::NOT_ACCEPTABLE);
}
