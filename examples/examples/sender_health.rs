//! The health of a sender as a table: metrics, alerts, blocklists and bounces:
//! `cargo run --example sender_health`.
//!
//! It always runs against a Mailgun inside this process.

use std::time::Duration;

use mailgun::{
    Error, Mailgun,
    alerts::{SendAlertMetric, SendAlertSettings, ThresholdComparator, ThresholdDimension},
    analytics::{
        BounceDimension, BounceMetric, BounceQuery, Dimension, Filter, Metric, MetricsQuery,
    },
    messages::Message,
    optimize::{IpSettings, ListBlocklistEvents, ListIps, TimeRange},
};
use mailgun_mock::MockMailgun;
use serde_json::json;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let domain = mock.domain();

    // What a sender sets up once.
    let optimize = mailgun.optimize();
    optimize.domains().create(&domain).await?;
    optimize.domains().verify(&domain).await?;
    optimize.ips().create([192, 0, 2, 1].into(), IpSettings::new().description("shop")).await?;
    let alert = SendAlertSettings::new(
        "hard bounces",
        SendAlertMetric::HardBounceRate,
        ThresholdComparator::Greater,
        0.05,
        ThresholdDimension::Domain,
    );
    mailgun.alerts().send_alerts().create(&alert.period("1d")).await?;

    a_bad_day(&mock, &mailgun).await?;

    let mut table = Table::default();
    metrics(&mailgun, &domain, &mut table).await?;
    alerts(&mailgun, &mut table).await?;
    blocklists(&mailgun, &mut table).await?;
    bounces(&mailgun, &domain, &mut table).await?;
    table.print();
    Ok(())
}

/// Some mail is delivered and some bounces, and two blocklists list the sender.
async fn a_bad_day(mock: &MockMailgun, mailgun: &Mailgun) -> Result<(), Error> {
    for number in 0..8 {
        let message = Message::new()
            .from(format!("shop@{}", mock.domain()))
            .to(format!("reader{number}@example.com"))
            .subject("News")
            .text("News.");
        mailgun.messages(mock.domain()).send(message).await?;
    }
    for recipient in ["gone@gmail.com", "away@gmail.com"] {
        mock.add_event(json!({ "event": "accepted", "recipient": recipient }));
        mock.add_event(json!({
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": recipient,
            "recipient-domain": "gmail.com",
            "recipient-provider": "Gmail",
            "delivery-status": { "code": 550, "message": "5.1.1 no such user" },
        }));
    }
    mock.add_to_blocklist(&mock.domain(), "dbl.spamhaus.org");
    mock.add_to_blocklist("192.0.2.1", "pbl.spamhaus.org");
    Ok(())
}

async fn metrics(mailgun: &Mailgun, domain: &str, table: &mut Table) -> Result<(), Error> {
    let query = MetricsQuery::new()
        .start(TimeRange::last(WEEK).start())
        .dimensions([Dimension::Domain])
        .metrics([Metric::DeliveredRate, Metric::HardBounceRate, Metric::ComplainedRate])
        .filter(&Filter::new().equal(Dimension::Domain, [domain]));
    let mut pager = mailgun.analytics().metrics(query);
    while let Some(page) = pager.next_page().await? {
        for item in page {
            for (name, rate, limit) in [
                ("hard bounces", item.metrics.hard_bounce_rate(), 0.05),
                ("complaints", item.metrics.complained_rate(), 0.001),
            ] {
                if let Some(rate) = rate {
                    let value = format!("{:.1} %", rate * 100.0);
                    table.row(rate > limit, "metrics", name, value);
                }
            }
            if let Some(rate) = item.metrics.delivered_rate() {
                let value = format!("{:.1} %", rate * 100.0);
                table.row(rate < 0.95, "metrics", "delivered", value);
            }
        }
    }
    Ok(())
}

async fn alerts(mailgun: &Mailgun, table: &mut Table) -> Result<(), Error> {
    for hit in mailgun.alerts().send_alerts().hits().await? {
        let is_bad = hit.triggered.unwrap_or_default();
        let value = hit.latest_value.unwrap_or_default();
        let limit = hit.limit.unwrap_or_default();
        table.row(is_bad, "alert", hit.name, format!("{value}, the limit is {limit}"));
    }
    Ok(())
}

async fn blocklists(mailgun: &Mailgun, table: &mut Table) -> Result<(), Error> {
    let optimize = mailgun.optimize();
    let domains = optimize.monitored_domains().await?;
    let ips = optimize.ips().list(ListIps::new()).await?;
    let watched = domains.into_iter().map(|domain| (domain.domain, domain.listed)).chain(
        ips.into_iter().map(|ip| (ip.ip.map(|ip| ip.to_string()).unwrap_or_default(), ip.listed)),
    );
    for (name, listed) in watched {
        let lists: Vec<_> = listed.into_iter().map(|listing| listing.list).collect();
        let value = if lists.is_empty() { "on no list".to_owned() } else { lists.join(", ") };
        table.row(!lists.is_empty(), "blocklist", name, value);
    }
    let mut pager = optimize.blocklist_events(TimeRange::last(WEEK), ListBlocklistEvents::new());
    let mut count = 0;
    while let Some(page) = pager.next_page().await? {
        count += page.items.len();
    }
    table.row(false, "blocklist", "changes of the week", count.to_string());
    Ok(())
}

async fn bounces(mailgun: &Mailgun, domain: &str, table: &mut Table) -> Result<(), Error> {
    let query = BounceQuery::new()
        .start(TimeRange::last(WEEK).start())
        .dimensions([BounceDimension::EntityName, BounceDimension::GroupId])
        .metrics([BounceMetric::ClassifiedFailuresCount])
        .filter(&Filter::new().equal(BounceDimension::DomainName, [domain]));
    let mut pager = mailgun.analytics().bounce_classification().query(query);
    while let Some(page) = pager.next_page().await? {
        for item in page {
            let count = item.metrics.classified_failures_count.unwrap_or_default();
            let reason = item.sample_text.or(item.explanation).unwrap_or_default();
            let provider = item.entity_name.unwrap_or_default();
            table.row(true, "bounces", provider, format!("{count} × {reason}"));
        }
    }
    Ok(())
}

/// Rows of text, printed in columns as wide as their widest cell.
#[derive(Default)]
struct Table(Vec<[String; 4]>);

impl Table {
    fn row(
        &mut self,
        is_bad: bool,
        check: &str,
        subject: impl Into<String>,
        value: impl Into<String>,
    ) {
        let state = if is_bad { "BAD" } else { "ok" };
        self.0.push([state.to_owned(), check.to_owned(), subject.into(), value.into()]);
    }

    fn print(mut self) {
        let head = ["state", "check", "subject", "value"].map(str::to_owned);
        self.0.insert(0, head);
        let width = |column: usize| {
            self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let [a, b, c] = [width(0), width(1), width(2)];
        for [state, check, subject, value] in &self.0 {
            println!("{state:<a$}  {check:<b$}  {subject:<c$}  {value}");
        }
    }
}
