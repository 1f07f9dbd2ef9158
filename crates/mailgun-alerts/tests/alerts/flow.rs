use std::time::Duration;

use mailgun_alerts::{
    AlertChannel, AlertEventType, AlertHit, Alerts, ListSlackChannels, NewEventSetting,
    SendAlertMetric, SendAlertSettings, TestSlack, ThresholdComparator, ThresholdDimension,
    ThresholdFilter, UpdateSlack,
};
use mailgun_core::{Error, Fields, Operation};
use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::hard_bounces;

const SEND: Operation = Operation::post("/v3/{domain}/messages");

fn status<T: std::fmt::Debug>(outcome: Result<T, Error>) -> u16 {
    outcome.unwrap_err().status().unwrap().as_u16()
}

async fn send(mock: &MockMailgun) {
    let mut message = Fields::new();
    message.set("from", "shop@mg.example.com").set("to", "bob@example.com").set("text", "Hello");
    let _: Value = mock.client().call(SEND, &[&mock.domain()]).multipart(message).await.unwrap();
}

#[tokio::test]
async fn send_alerts_are_created_replaced_and_deleted() {
    let mock = MockMailgun::start().await;
    let alerts = Alerts::new(&mock.client()).send_alerts();
    let settings = hard_bounces(".05").period("1h").alert_channels([AlertChannel::Email]);
    let created = alerts.create(&settings).await.unwrap();
    assert!(!created.id.is_empty() && created.created_at.is_some());
    assert_eq!(status(alerts.create(&settings).await), 400);
    assert_eq!(alerts.list().await.unwrap().len(), 1);

    alerts.update("hard bounces", &hard_bounces(".5")).await.unwrap();
    let changed = alerts.get("hard bounces").await.unwrap();
    assert_eq!((changed.limit.as_deref(), &changed.id), (Some(".5"), &created.id));
    assert!(changed.alert_channels.is_empty() && changed.last_checked.is_some());

    for odd in [hard_bounces("much"), hard_bounces(".1").period("1y")] {
        assert_eq!(status(alerts.create(&odd).await), 400);
    }
    alerts.delete("hard bounces").await.unwrap();
    assert_eq!(status(alerts.get("hard bounces").await), 404);
    assert_eq!(status(alerts.update("hard bounces", &settings).await), 404);
    assert_eq!(status(alerts.delete("hard bounces").await), 404);
    assert_eq!(alerts.list().await.unwrap(), []);
}

#[tokio::test]
async fn an_alert_fires_when_its_rate_passes_the_limit_and_rests_when_it_is_back() {
    let mock = MockMailgun::start().await;
    let alerts = Alerts::new(&mock.client()).send_alerts();
    let settings = |name: &str, dimension| {
        let metric = SendAlertMetric::ComplainedRate;
        SendAlertSettings::new(name, metric, ThresholdComparator::GreaterOrEqual, 0.5, dimension)
    };
    let filter = |value: &str| {
        ThresholdFilter::new(ThresholdDimension::Domain, ThresholdComparator::Equal, [value])
    };
    alerts.create(&settings("complaints", ThresholdDimension::Domain)).await.unwrap();
    let elsewhere = settings("elsewhere", ThresholdDimension::Domain);
    alerts.create(&elsewhere.filters([filter("other.example.com")])).await.unwrap();
    let here = settings("here", ThresholdDimension::Subaccount);
    alerts.create(&here.filters([filter("mg.example.com")])).await.unwrap();
    // Nothing was sent, so that there is no rate.
    assert_eq!(alerts.hits().await.unwrap(), []);
    for _ in 0..2 {
        send(&mock).await;
    }
    assert_eq!(alerts.hits().await.unwrap(), []);

    mock.add_event(json!({"event": "complained", "recipient": "bob@example.com"}));
    let hits = alerts.hits().await.unwrap();
    let names: Vec<_> = hits.iter().map(|hit| &*hit.name).collect();
    assert_eq!(names, ["complaints", "here"]);
    let hit = &hits[0];
    assert_eq!((hit.triggered, hit.expires_at), (Some(true), None));
    assert_eq!(hit.metric, Some(SendAlertMetric::ComplainedRate));
    assert_eq!((hit.latest_value.as_deref(), hit.limit.as_deref()), (Some("0.5000"), Some("0.5")));
    assert_eq!(hit.dimension_value.as_deref(), Some("mg.example.com"));
    assert!(hit.created_at.is_some() && hit.updated_at.is_some());

    send(&mock).await;
    let of = |hits: Vec<AlertHit>, name: &str| hits.into_iter().find(|hit| hit.name == name);
    let rested = of(alerts.hits().await.unwrap(), "complaints").unwrap();
    assert_eq!((rested.id.as_str(), rested.triggered), (hit.id.as_str(), Some(false)));
    assert_eq!(rested.latest_value.as_deref(), Some("0.3333"));
    alerts.delete("complaints").await.unwrap();
    assert_eq!(of(alerts.hits().await.unwrap(), "complaints"), None);
}

#[tokio::test]
async fn events_are_set_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let alerts = Alerts::new(&mock.client());
    assert!(alerts.event_types().await.unwrap().contains(&AlertEventType::DomainDelisted));
    let url = "https://example.com/alerts";
    let new = NewEventSetting::webhook(AlertEventType::IpListed, url);
    let created = alerts.create(&new).await.unwrap();
    assert_eq!(created.settings.url.as_deref(), Some(url));
    assert_eq!((&created.channel, created.disabled_at), (&Some(AlertChannel::Webhook), None));
    assert_eq!(status(alerts.create(&new).await), 409);

    let emails = ["ops@example.com"];
    let new = NewEventSetting::email(AlertEventType::DomainListed, emails);
    alerts.update(&created.id, &new).await.unwrap();
    let events = alerts.settings().await.unwrap().events;
    assert_eq!((events.len(), &events[0].id), (1, &created.id));
    assert_eq!(events[0].event_type, Some(AlertEventType::DomainListed));
    assert_eq!(events[0].settings.emails, emails);

    for odd in [
        NewEventSetting::webhook("ip_listed", "ftp://example.com"),
        NewEventSetting::email("of_tomorrow", emails),
        NewEventSetting::email("ip_listed", [""; 0]),
    ] {
        assert_eq!(status(alerts.create(&odd).await), 400);
    }
    assert_eq!(alerts.delete(&created.id).await.unwrap().message, "settings deleted");
    assert_eq!(status(alerts.delete(&created.id).await), 404);
    assert_eq!(status(alerts.update(&created.id, &new).await), 404);
    assert_eq!(alerts.settings().await.unwrap().events, []);
}

#[tokio::test]
async fn a_workspace_has_channels_and_takes_its_events_with_it() {
    let mock = MockMailgun::start().await;
    let alerts = Alerts::new(&mock.client());
    let slack = alerts.slack();
    assert_eq!(status(slack.channel("C0001").await), 404);
    assert_eq!(status(slack.test("ip_listed", TestSlack::new()).await), 400);
    assert_eq!(status(slack.update("", UpdateSlack::new()).await), 400);
    slack.update("xoxb-1", UpdateSlack::new().team_name("Team")).await.unwrap();
    let settings = alerts.settings().await.unwrap().slack.unwrap();
    assert_eq!((settings.team_name.as_deref(), settings.team_id), (Some("Team"), None));
    slack.test("ip_listed", TestSlack::new().channel_ids(["C0001"])).await.unwrap();

    let mut pager = slack.channels(ListSlackChannels::new().limit(2));
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        ids.extend(page.into_iter().map(|channel| channel.id));
    }
    assert_eq!(ids, ["C0001", "C0002", "C0003"]);
    assert_eq!(slack.channel("C0003").await.unwrap().is_archived, Some(true));
    assert_eq!(status(slack.channel("C9").await), 404);

    alerts.create(&NewEventSetting::slack("ip_listed", ["C0001"])).await.unwrap();
    alerts.create(&NewEventSetting::email("ip_listed", ["ops@example.com"])).await.unwrap();
    slack.revoke().await.unwrap();
    let settings = alerts.settings().await.unwrap();
    assert!(settings.slack.is_none());
    assert_eq!(settings.events.len(), 1);
    slack.update("xoxb-2", UpdateSlack::new()).await.unwrap();
    slack.delete().await.unwrap();
    assert!(alerts.settings().await.unwrap().slack.is_none());
}

#[tokio::test]
async fn the_signing_key_is_there_and_another_one_after_a_reset() {
    let mock = MockMailgun::start().await;
    let alerts = Alerts::new(&mock.client());
    let key = || async { alerts.settings().await.unwrap().webhooks.signing_key.unwrap() };
    let old = key().await;
    let new = alerts.reset_signing_key().await.unwrap().signing_key;
    assert_ne!(old.expose(), new.expose());
    assert_eq!(key().await.expose(), new.expose());
}

#[cfg(feature = "axum")]
mod axum_server {
    use ::axum::{Router, extract::FromRef, http::StatusCode, routing::get};
    use mailgun_alerts::receive::{Alert, ReceiveError, SigningKey, Verifier};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    };

    use super::*;

    #[derive(Clone)]
    struct App {
        verifier: Verifier,
        heard: UnboundedSender<Alert>,
    }

    impl FromRef<App> for Verifier {
        fn from_ref(app: &App) -> Self {
            app.verifier.clone()
        }
    }

    type State = ::axum::extract::State<App>;

    async fn on_alert(::axum::extract::State(app): State, alert: Alert) {
        app.heard.send(alert).unwrap();
    }

    async fn own_status(alert: Result<Alert, ReceiveError>) -> StatusCode {
        alert.map_or(StatusCode::IM_A_TEAPOT, |_| StatusCode::OK)
    }

    /// The authority of a receiver, and what it hears.
    async fn receiver(verifier: Verifier) -> (String, UnboundedReceiver<Alert>) {
        let (heard, hears) = unbounded_channel();
        let router = Router::new()
            .route("/alerts", get(|| async {}).post(on_alert))
            .route("/own", ::axum::routing::post(own_status))
            .with_state(App { verifier, heard });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { ::axum::serve(listener, router).await });
        (authority, hears)
    }

    async fn statuses(mock: &MockMailgun, number: usize) -> Vec<Option<u16>> {
        for _ in 0..500 {
            if mock.webhook_deliveries().len() >= number {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        mock.webhook_deliveries().iter().map(|delivery| delivery.status).collect()
    }

    async fn post(authority: &str, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(authority).await.unwrap();
        let request =
            format!("POST /alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read =
            tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer));
        read.await.unwrap().unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn a_test_of_a_webhook_reaches_the_handler_of_an_axum_server() {
        let mock = MockMailgun::start().await;
        let alerts = Alerts::new(&mock.client());
        let old = alerts.settings().await.unwrap().webhooks.signing_key.unwrap();
        let verifier = Verifier::new(SigningKey::try_from(&old).unwrap());
        let (authority, mut heard) = receiver(verifier).await;
        let url = format!("http://{authority}/alerts");
        for event_type in alerts.event_types().await.unwrap() {
            alerts.test_webhook(event_type.clone(), &url).await.unwrap();
            let alert = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await;
            let alert = alert.unwrap().unwrap();
            assert_eq!(alert.event_data.event.as_ref(), Some(&event_type));
            assert!(alert.event_data.others.is_empty(), "{alert:?}");
            assert!(alert.signature.timestamp.is_some() && !alert.signature.token.is_empty());
        }
        assert_eq!(statuses(&mock, 6).await, [Some(200); 6]);

        // The receiver does not know the new key.
        alerts.reset_signing_key().await.unwrap();
        alerts.test_webhook("ip_listed", &url).await.unwrap();
        alerts.test_webhook("ip_listed", format!("http://{authority}/own")).await.unwrap();
        alerts.test_webhook("ip_listed", "https://example.com/alerts").await.unwrap();
        let [.., refused, own, elsewhere] = statuses(&mock, 9).await[..] else { panic!() };
        assert_eq!((refused, own, elsewhere), (Some(406), Some(418), None));
        assert!(heard.try_recv().is_err());
    }

    #[tokio::test]
    async fn what_is_unsigned_too_large_or_too_slow_never_reaches_the_handler() {
        let verifier = Verifier::new(SigningKey::new("right").unwrap())
            .max_bytes(100)
            .read_timeout(Duration::from_millis(200));
        let (authority, mut heard) = receiver(verifier).await;
        let large = "x".repeat(101);
        for (head, body, status) in [
            ("Content-Length: 2\r\n", "{}", "406 Not Acceptable"),
            ("Content-Length: 2\r\nX-Sign: 00\r\n", "{}", "406 Not Acceptable"),
            ("Content-Length: 101\r\n", &*large, "503 Service Unavailable"),
            ("Content-Length: 2\r\n", "{", "408 Request Timeout"),
        ] {
            assert_eq!(post(&authority, head, body).await, format!("HTTP/1.1 {status}"));
        }
        assert!(heard.try_recv().is_err());
    }
}
