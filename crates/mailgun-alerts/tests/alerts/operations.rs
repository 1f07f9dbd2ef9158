use mailgun_alerts::{
    Alerts, ListSlackChannels, NewEventSetting, OPERATIONS, TestSlack, UpdateSlack,
};
use mailgun_testing::{described, operations};

use crate::hard_bounces;

#[tokio::test]
async fn every_operation_matches_the_table() {
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
    operations::check("mailgun-alerts", OPERATIONS, calls).await;
}
