use mailgun_alerts::{
    AlertChannel, AlertEventType, Alerts, ListSlackChannels, NewEventSetting, TestSlack,
    ThresholdComparator, ThresholdDimension, ThresholdFilter, UpdateSlack,
};
use mailgun_core::{Client, ErrorKind};
use mailgun_testing::{Answer, Scripted};
use mockito::Server;
use serde_json::{Value, json};

use crate::hard_bounces;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn scripted(response: Value) -> (Scripted, Alerts) {
    let service = Scripted::new(move |_| Answer::json(&response));
    let alerts = Alerts::new(&service.client());
    (service, alerts)
}

#[tokio::test]
async fn awkward_names_and_ids_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, path) in [
        ("GET", format!("/v1/thresholds/alerts/send/{ENCODED}")),
        ("PUT", format!("/v1/thresholds/alerts/send/{ENCODED}")),
        ("DELETE", format!("/v1/thresholds/alerts/send/{ENCODED}")),
        ("PUT", format!("/v1/alerts/settings/events/{ENCODED}")),
        ("DELETE", format!("/v1/alerts/settings/events/{ENCODED}")),
        ("GET", format!("/v1/alerts/slack/channels/{ENCODED}")),
    ] {
        let mock = server.mock(method, &*path).with_body(r#"{"message": "done"}"#);
        mocks.push(mock.expect(1).create_async().await);
    }
    let client = Client::builder("key-test").base_url(server.url()).build().unwrap();
    let alerts = Alerts::new(&client);
    let send_alerts = alerts.send_alerts();
    send_alerts.get(AWKWARD).await.unwrap();
    send_alerts.update(AWKWARD, &hard_bounces("1")).await.unwrap();
    assert_eq!(send_alerts.delete(AWKWARD).await.unwrap().message, "done");
    let new = NewEventSetting::slack("ip_listed", ["C1"]);
    assert_eq!(alerts.update(AWKWARD, &new).await.unwrap().message, "done");
    alerts.delete(AWKWARD).await.unwrap();
    alerts.slack().channel(AWKWARD).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    for odd in ["", "..", "."] {
        assert_eq!(alerts.delete(odd).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(send_alerts.get(odd).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_send_alert_is_json_and_only_what_was_set() {
    let (service, alerts) = scripted(json!({}));
    alerts.send_alerts().create(&hard_bounces(".99")).await.unwrap();
    let filter = ThresholdFilter::new(
        ThresholdDimension::RecipientProvider,
        ThresholdComparator::NotContains,
        ["Gmail"],
    );
    let settings = hard_bounces("0.05")
        .alert_channels([AlertChannel::Email, AlertChannel::Webhook, AlertChannel::Slack])
        .filters([filter])
        .period("1h")
        .description("");
    alerts.send_alerts().update("hard bounces", &settings).await.unwrap();
    let seen = service.seen();
    assert_eq!(
        seen[0].json(),
        json!({
            "name": "hard bounces",
            "metric": "hard_bounce_rate",
            "comparator": ">",
            "limit": ".99",
            "dimension": "domain",
        })
    );
    assert_eq!(
        seen[1].json(),
        json!({
            "name": "hard bounces",
            "metric": "hard_bounce_rate",
            "comparator": ">",
            "limit": "0.05",
            "dimension": "domain",
            "alert_channels": ["email", "webhook", "slack"],
            "filters": [{
                "dimension": "recipient_provider",
                "comparator": "not contains",
                "values": ["Gmail"],
            }],
            "period": "1h",
            "description": "",
        })
    );
}

#[tokio::test]
async fn an_event_is_set_with_what_its_channel_needs() {
    let (service, alerts) = scripted(json!({}));
    let url = "https://example.com/alerts";
    let emails = ["recipient-a@example.com", "recipient-b@example.com"];
    alerts.create(&NewEventSetting::webhook(AlertEventType::IpListed, url)).await.unwrap();
    alerts.create(&NewEventSetting::email("IP_DELISTED", emails)).await.unwrap();
    alerts.update("x", &NewEventSetting::slack("of_tomorrow", ["C1", "C2"])).await.unwrap();
    let bodies: Vec<_> = service.seen().iter().map(mailgun_testing::Seen::json).collect();
    assert_eq!(
        bodies,
        [
            json!({"event_type": "ip_listed", "channel": "webhook", "settings": {"url": url}}),
            json!({"event_type": "ip_delisted", "channel": "email", "settings": {"emails": emails}}),
            json!({
                "event_type": "of_tomorrow",
                "channel": "slack",
                "settings": {"channel_ids": ["C1", "C2"]},
            }),
        ]
    );
}

#[tokio::test]
async fn tests_name_the_event_and_where_it_is_told() {
    let (service, alerts) = scripted(json!({"message": "Test message sent"}));
    let url = "https://example.com/alerts";
    let sent = alerts.test_webhook(AlertEventType::DomainListed, url).await.unwrap();
    assert_eq!(sent.message, "Test message sent");
    alerts.test_email(AlertEventType::ValidationJob, ["a@example.com"]).await.unwrap();
    let slack = alerts.slack();
    slack.test(AlertEventType::IpListed, TestSlack::new()).await.unwrap();
    let params = TestSlack::new().channel_ids(["C1", "C2"]).extra("new", &true);
    slack.test(AlertEventType::IpListed, params).await.unwrap();
    let seen = service.seen();
    let sent: Vec<_> = seen.iter().map(|seen| (seen.uri.path(), seen.json())).collect();
    assert_eq!(
        sent,
        [
            ("/v1/alerts/webhooks/test", json!({"event_type": "domain_listed", "url": url})),
            (
                "/v1/alerts/email/test",
                json!({"event_type": "validation_job", "emails": ["a@example.com"]})
            ),
            ("/v1/alerts/slack/test", json!({"event_type": "ip_listed"})),
            (
                "/v1/alerts/slack/test",
                json!({"event_type": "ip_listed", "channel_ids": ["C1", "C2"], "new": true})
            ),
        ]
    );
}

#[tokio::test]
async fn a_workspace_is_set_by_a_token_that_no_debug_output_shows() {
    let service = Scripted::new(|_| Answer::new(204, ""));
    let slack = Alerts::new(&service.client()).slack();
    let params = UpdateSlack::new().team_id("T1").team_name("Team & Co").scope("channels:read");
    let call = slack.update("xoxb-1", params);
    assert!(!format!("{call:?}").contains("xoxb"));
    call.await.unwrap();
    slack.delete().await.unwrap();
    slack.revoke().await.unwrap();
    let seen = service.seen();
    assert_eq!(
        seen[0].json(),
        json!({
            "token": "xoxb-1", "team_id": "T1", "team_name": "Team & Co", "scope": "channels:read",
        })
    );
    let sent: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.uri)).collect();
    assert_eq!(
        sent,
        [
            "PUT https://api.mailgun.net/v1/alerts/settings/slack",
            "DELETE https://api.mailgun.net/v1/alerts/settings/slack",
            "DELETE https://api.mailgun.net/v1/alerts/slack/oauth",
        ]
    );
}

#[tokio::test]
async fn channels_are_asked_for_by_the_token_of_the_next_page_until_a_page_is_empty() {
    let service = Scripted::new(|seen| {
        let page = seen.query().into_iter().find(|(name, _)| name == "page");
        let (ids, next) = match page.as_ref().map(|(_, token)| &**token) {
            Some("p0") => (json!([{"id": "C1"}]), "p1=="),
            Some("p1==") => (json!([{"id": "C2"}]), "p2"),
            _ => (json!([]), "p3"),
        };
        Answer::json(&json!({"items": ids, "paging": {"next": next}}))
    });
    let params = ListSlackChannels::new().limit(1).page("p0");
    let mut pager = Alerts::new(&service.client()).slack().channels(params);
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        ids.extend(page.into_iter().map(|channel| channel.id));
    }
    assert_eq!(ids, ["C1", "C2"]);
    let pages: Vec<_> = service.seen().iter().map(|seen| seen.query()).collect();
    for (sent, page) in pages.iter().zip(["p0", "p1==", "p2"]) {
        assert!(sent.contains(&("limit".to_owned(), "1".to_owned())), "{sent:?}");
        assert!(sent.contains(&("page".to_owned(), page.to_owned())), "{sent:?}");
    }
    assert_eq!(pages.len(), 3);
}
