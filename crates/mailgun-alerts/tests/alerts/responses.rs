use mailgun_alerts::{
    AlertChannel, AlertEventType, AlertHit, Alerts, EventSetting, ListSlackChannels,
    NewEventSetting, SendAlert, SendAlertMetric, SettingsResponse, SlackChannel,
    ThresholdComparator, ThresholdDimension,
    receive::{AlertEvent, AlertSignature},
};
use mailgun_core::{Confirmation, ErrorKind};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, paged_whole, tolerates},
};
use serde_json::{Value, json};

use crate::hard_bounces;

fn alerts(response: Value) -> Alerts {
    Alerts::new(&Scripted::new(move |_| Answer::json(&response)).client())
}

fn send_alert() -> Value {
    json!({
        "id": "915ff385-0a9a-4087-86d5-6727ea7d9b49",
        "parent_account_id": "12345",
        "subaccount_id": "67890",
        "account_group": "a group",
        "name": "hard bounce rate",
        "created_at": "2025-11-07T20:54:42.18627Z",
        "updated_at": "2025-11-07T20:54:43.186271Z",
        "last_checked": "2025-11-07T20:54:44.186271Z",
        "description": "too many bounces",
        "alert_channels": ["email", "webhook", "slack"],
        "filters": [{"dimension": "domain", "comparator": "contains", "values": ["example.com"]}],
        "metric": "hard_bounce_rate",
        "comparator": "<",
        "limit": ".99",
        "dimension": "subaccount",
        "period": "1h"
    })
}

fn hit() -> Value {
    json!({
        "id": "734ff385-0a9a-4087-86d5-6727ea7d9c34",
        "name": "complained rate",
        "created_at": "2025-11-07T20:54:42.186307Z",
        "updated_at": "2025-11-07T20:54:42.186308Z",
        "triggered": true,
        "expires_at": "0001-01-01T00:00:00Z",
        "latest_value": "7",
        "metric": "complained_rate",
        "comparator": ">",
        "limit": "1000",
        "parent_account_id": "12345",
        "subaccount_id": "67890",
        "dimension": "subaccount",
        "dimension_value": "shop"
    })
}

fn event_setting() -> Value {
    json!({
        "id": "8a2db565-cdd0-41d2-ae5d-461ee9c64492",
        "event_type": "ip_listed",
        "channel": "webhook",
        "settings": {
            "url": "https://example.com/alerts",
            "emails": ["recipient-a@example.com"],
            "channel_ids": ["C1"],
            "disabled_channel_ids": {
                "C2": {"disabled_at": "2024-01-02T22:04:05Z", "reason": "channel_not_found"}
            }
        },
        "disabled_at": "2006-01-02T22:04:05Z"
    })
}

fn settings() -> Value {
    json!({
        "events": [event_setting()],
        "slack": {
            "token": "xoxb-1", "team_id": "T1", "team_name": "Team", "scope": "channels:read",
        },
        "webhooks": {"signing_key": "bdee4d3e39910a92628f1df02fd0a73a"}
    })
}

fn channel() -> Value {
    json!({"id": "C1", "name": "alerts", "is_archived": true})
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<SendAlert>(&send_alert(), &[]);
    tolerates::<AlertHit>(&hit(), &[]);
    tolerates::<EventSetting>(&event_setting(), &[]);
    tolerates::<SettingsResponse>(&settings(), &[]);
    tolerates::<SlackChannel>(&channel(), &[]);
    tolerates::<Confirmation>(&json!({"message": "settings updated"}), &[]);
    tolerates::<AlertEvent>(&crate::receive::ip_listed()["event_data"], &[]);
    tolerates::<AlertEvent>(&crate::receive::validation_job()["event_data"], &[]);
    tolerates::<AlertSignature>(&crate::receive::ip_listed()["signature"], &[]);
}

#[tokio::test]
async fn nothing_is_lost_on_the_way_to_the_caller() {
    called_whole(&json!({"events": ["ip_listed", "of_tomorrow"]}), |client| {
        Alerts::new(client).event_types()
    })
    .await;
    called_whole(&settings(), |client| Alerts::new(client).settings()).await;
    let new = NewEventSetting::webhook("ip_listed", "https://example.com/alerts");
    called_whole(&event_setting(), |client| Alerts::new(client).create(&new)).await;
    called_whole(&json!({"items": [send_alert(), send_alert()]}), |client| {
        Alerts::new(client).send_alerts().list()
    })
    .await;
    called_whole(&send_alert(), |client| Alerts::new(client).send_alerts().get("x")).await;
    called_whole(&send_alert(), |client| {
        Alerts::new(client).send_alerts().create(&hard_bounces(".99"))
    })
    .await;
    called_whole(&json!({"items": [hit()]}), |client| Alerts::new(client).send_alerts().hits())
        .await;
    paged_whole(&json!({"items": [channel()], "paging": {"next": "n"}}), |client| {
        Alerts::new(client).slack().channels(ListSlackChannels::new())
    })
    .await;
    called_whole(&channel(), |client| Alerts::new(client).slack().channel("C1")).await;
}

#[tokio::test]
async fn send_alerts_and_hits_have_their_values() {
    let all = alerts(json!({"items": [null, send_alert()], "total": 1})).send_alerts();
    let all = all.list().await.unwrap();
    assert_eq!(all.len(), 1);
    let alert = &all[0];
    assert_eq!(alert.created_at.unwrap().to_rfc3339(), "2025-11-07T20:54:42.186270Z");
    assert_eq!(alert.updated_at.unwrap().to_rfc3339(), "2025-11-07T20:54:43.186271Z");
    assert_eq!(alert.last_checked.unwrap().to_rfc3339(), "2025-11-07T20:54:44.186271Z");
    let channels = [AlertChannel::Email, AlertChannel::Webhook, AlertChannel::Slack];
    assert_eq!(alert.alert_channels, channels);
    assert_eq!(alert.filters[0].comparator, Some(ThresholdComparator::Contains));
    assert_eq!(alert.metric, Some(SendAlertMetric::HardBounceRate));
    assert_eq!(alert.comparator, Some(ThresholdComparator::Less));
    assert_eq!((alert.limit.as_deref(), alert.period.as_deref()), (Some(".99"), Some("1h")));
    assert_eq!(alert.dimension, Some(ThresholdDimension::Subaccount));

    let hits = alerts(json!({"items": [hit()], "total": 1})).send_alerts().hits().await.unwrap();
    let hit = &hits[0];
    assert_eq!((hit.triggered, hit.expires_at), (Some(true), None));
    assert_eq!(hit.metric, Some(SendAlertMetric::ComplainedRate));
    assert_eq!((hit.latest_value.as_deref(), hit.limit.as_deref()), (Some("7"), Some("1000")));
    assert_eq!(hit.dimension_value.as_deref(), Some("shop"));
}

#[tokio::test]
async fn settings_have_their_values_and_show_no_secret() {
    let read = alerts(settings()).settings().await.unwrap();
    let shown = format!("{read:?} {}", serde_json::to_string(&read).unwrap());
    assert!(!shown.contains("xoxb") && !shown.contains("bdee4d3e"), "{shown}");
    let key = read.webhooks.signing_key.unwrap();
    assert_eq!(key.expose(), "bdee4d3e39910a92628f1df02fd0a73a");
    let slack = read.slack.unwrap();
    assert_eq!(slack.token.unwrap().expose(), "xoxb-1");
    assert_eq!(
        (slack.team_id.as_deref(), slack.scope.as_deref()),
        (Some("T1"), Some("channels:read"))
    );
    let [setting] = &read.events[..] else { panic!("{:?}", read.events) };
    assert_eq!(setting.event_type, Some(AlertEventType::IpListed));
    assert_eq!(setting.channel, Some(AlertChannel::Webhook));
    assert_eq!(setting.disabled_at.unwrap().to_rfc3339(), "2006-01-02T22:04:05Z");
    let disabled = &setting.settings.disabled_channel_ids["C2"];
    assert_eq!(disabled.reason, "channel_not_found");
    assert_eq!(disabled.disabled_at.unwrap().to_rfc3339(), "2024-01-02T22:04:05Z");
    let mut undocumented = event_setting();
    undocumented["settings"]["disabled_channel_ids"] = json!({"C1": true, "C2": [], "C3": null});
    let read: EventSetting = serde_json::from_value(undocumented).unwrap();
    let disabled = read.settings.disabled_channel_ids;
    assert!(disabled.keys().eq(["C1", "C2"]) && disabled.values().all(|it| it.reason.is_empty()));

    let new = alerts(json!({"signing_key": "new-key"})).reset_signing_key().await.unwrap();
    assert_eq!(new.signing_key.expose(), "new-key");
    assert!(!format!("{new:?}").contains("new-key"));
    let without = alerts(json!({})).reset_signing_key().await.unwrap_err();
    assert!(without.to_string().contains("`signing_key`"), "{without}");
}

#[tokio::test]
async fn empty_responses_are_empty_lists() {
    for empty in
        [json!({}), json!({"items": null, "events": null, "slack": null, "webhooks": null})]
    {
        let alerts = alerts(empty);
        assert_eq!(alerts.event_types().await.unwrap(), []);
        let settings = alerts.settings().await.unwrap();
        assert!(settings.events.is_empty() && settings.slack.is_none());
        assert!(settings.webhooks.signing_key.is_none());
        assert_eq!(alerts.send_alerts().list().await.unwrap(), []);
        assert_eq!(alerts.send_alerts().hits().await.unwrap(), []);
        let mut pager = alerts.slack().channels(ListSlackChannels::new());
        assert_eq!(pager.next_page().await.unwrap(), None);
    }
}

#[tokio::test]
async fn refusals_are_errors_with_mailguns_words() {
    for (status, body, words) in [
        (400, r#"{"message": "URL is not reachable"}"#, "URL is not reachable"),
        (404, r#"{"message": "settings not found"}"#, "settings not found"),
        (409, r#"{"message": "already exists"}"#, "already exists"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let alerts = Alerts::new(&service.client());
        let new = NewEventSetting::webhook("ip_listed", "https://example.com");
        for error in [
            alerts.create(&new).await.unwrap_err(),
            alerts.update("x", &new).await.unwrap_err(),
            alerts.send_alerts().get("x").await.unwrap_err(),
            alerts.slack().delete().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.api_message(), Some(words));
        }
    }
}

#[tokio::test]
async fn an_odd_field_is_an_error_that_names_it() {
    for (response, field) in [
        (json!({"items": [{"triggered": "perhaps"}]}), "items[0].triggered"),
        (json!({"items": [{}, {"expires_at": {}}]}), "items[1].expires_at"),
        (json!({"items": "none"}), "items"),
    ] {
        let error = alerts(response).send_alerts().hits().await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
}
