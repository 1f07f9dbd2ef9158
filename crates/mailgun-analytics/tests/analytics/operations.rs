use mailgun_analytics::{
    Analytics, BounceClassification, BounceClassificationV1, BounceEventQuery, BounceQuery,
    ListBounceDomains, ListBounceStats, ListDomainTotals, LogQuery, Logs, MetricsQuery, Statistics,
    StatsFilter, StatsQuery, UsageQuery,
};
use mailgun_core::Timestamp;
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let client = operations::client();
    let (analytics, logs) = (Analytics::new(&client), Logs::new(&client));
    let bounces = BounceClassification::new(&client);
    let old_bounces = BounceClassificationV1::new(&client);
    let stats = Statistics::new(&client);
    let calls = described![
        analytics.metrics(MetricsQuery::new()),
        analytics.metrics_page(MetricsQuery::new()),
        analytics.usage(UsageQuery::new()),
        analytics.usage_page(UsageQuery::new()),
        logs.query(LogQuery::new()),
        logs.page(LogQuery::new()),
        bounces.query(BounceQuery::new()),
        bounces.page(BounceQuery::new()),
        bounces.group("id"),
        old_bounces.stats(ListBounceStats::new()),
        old_bounces.domains(ListBounceDomains::new()),
        old_bounces.entities("mg.example.com", true),
        old_bounces.rules("mg.example.com", "gmail", true),
        old_bounces.events("mg.example.com", BounceEventQuery::new()),
        old_bounces.known_entities(),
        old_bounces.known_rules(),
        stats.domain("mg.example.com", StatsQuery::new()),
        stats.account(StatsQuery::new()),
        stats.by_domain(Timestamp::UNIX_EPOCH, ListDomainTotals::new()),
        stats.filtered(StatsQuery::new(), StatsFilter::new()),
        stats.providers("mg.example.com"),
        stats.devices("mg.example.com"),
        stats.countries("mg.example.com"),
    ];
    operations::check("mailgun-analytics", mailgun_analytics::OPERATIONS, calls).await;
}
