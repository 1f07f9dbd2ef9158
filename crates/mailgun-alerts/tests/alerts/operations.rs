use mailgun_alerts::{
    Alerts, ListSlackChannels, NewEventSetting, OPERATIONS, TestSlack, UpdateSlack,
};
use mailgun_core::Idempotency;
use mailgun_testing::{described, operations};

use crate::hard_bounces;

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let alerts = Alerts::new(&operations::client());
    let (send_alerts, slack) = (alerts.send_alerts(), alerts.slack());
    let new = NewEventSetting::email("ip_listed", ["a@example.com"]);
    let calls = described![
        alerts.event_types(),
        alerts.settings(),
        alerts.create(&new),
        alerts.update("id", &new),
        alerts.delete("id"),
        alerts.reset_signing_key(),
        alerts.test_webhook("ip_listed", "https://example.com"),
        alerts.test_email("ip_listed", ["a@example.com"]),
        send_alerts.list(),
        send_alerts.get("name"),
        send_alerts.create(&hard_bounces(".05")),
        send_alerts.update("name", &hard_bounces(".05")),
        send_alerts.delete("name"),
        send_alerts.hits(),
        slack.update("xoxb-1", UpdateSlack::new()),
        slack.delete(),
        slack.revoke(),
        slack.test("ip_listed", TestSlack::new()),
        slack.channels(ListSlackChannels::new()),
        slack.channel("C1"),
    ];
    operations::check("mailgun-alerts", OPERATIONS, calls, &[]).await;
}

#[test]
fn what_creates_tells_or_deletes_all_of_a_kind_is_not_repeated() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let mut harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    harmful.sort();
    assert_eq!(
        harmful,
        [
            "DELETE /v1/alerts/settings/slack",
            "DELETE /v1/alerts/slack/oauth",
            "POST /v1/alerts/email/test",
            "POST /v1/alerts/settings/events",
            "POST /v1/alerts/slack/test",
            "POST /v1/alerts/webhooks/test",
            "POST /v1/thresholds/alerts/send",
            "PUT /v1/alerts/settings/webhooks/signing_key",
        ]
    );
}
