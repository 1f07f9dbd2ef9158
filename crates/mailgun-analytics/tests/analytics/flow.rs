use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_analytics::{
    Analytics, BounceClassification, BounceClassificationV1, BounceDimension, BounceMetric,
    BounceQuery, Cell, Dimension, Filter, ListBounceDomains, ListBounceStats, ListDomainTotals,
    LogAttribute, LogEvent, LogMetricEvent, LogQuery, Logs, Metric, MetricsQuery, MetricsTable,
    Resolution, Statistics, StatsFilter, StatsQuery, TimeSpan, UsageQuery,
};
use mailgun_core::Timestamp;
use mailgun_messages::{Message, Messages};
use mailgun_mock::MockMailgun;
use serde_json::json;

/// Three messages of the tag `news` and one of `receipt`, of which one could not be delivered;
/// one was opened twice.
async fn mailgun() -> MockMailgun {
    let mock = MockMailgun::start().await;
    let messages = Messages::new(&mock.client(), mock.domain());
    for (to, tag) in [
        ("ada@gmail.com", "news"),
        ("bob@example.com", "news"),
        ("eve@example.com", "news"),
        ("bob@example.com", "receipt"),
    ] {
        let message = Message::new()
            .from("shop@mg.example.com")
            .to(to)
            .subject("Hello")
            .text("Hello")
            .tag(tag)
            .variable("order", "7");
        messages.send(message).await.unwrap();
    }
    for _ in 0..2 {
        mock.add_event(json!({
            "event": "opened", "recipient": "ada@gmail.com", "recipient-domain": "gmail.com",
            "tags": ["news"], "message": {"headers": {"message-id": "1"}},
            "client-info": {"device-type": "mobile"}, "geolocation": {"country": "FR"}
        }));
    }
    for (reason, severity) in
        [("espblock", "permanent"), ("greylisted", "temporary"), ("suppress-bounce", "permanent")]
    {
        mock.add_event(json!({
            "event": "failed", "recipient": "ada@gmail.com", "recipient-domain": "gmail.com",
            "tags": ["news"], "reason": reason, "severity": severity,
            "delivery-status": {"code": 550, "message": "5.7.1 blocked", "attempt-no": 1}
        }));
    }
    mock
}

#[tokio::test]
async fn metrics_count_sent_messages() {
    let mock = mailgun().await;
    let analytics = Analytics::new(&mock.client());
    let query = MetricsQuery::new()
        .duration(TimeSpan::days(1))
        .dimensions([Dimension::Tag, Dimension::Time])
        .metrics([
            Metric::AcceptedCount,
            Metric::OpenedCount,
            Metric::UniqueOpenedCount,
            Metric::OpenedRate,
            Metric::BouncedCount,
        ])
        .filter(&Filter::new().equal(Dimension::Domain, [mock.domain()]))
        .sort("accepted_count:desc")
        .include_aggregates(true);
    let response = analytics.metrics_page(query.clone()).await.unwrap();
    assert_eq!((response.resolution, response.pagination.limit), (Some(Resolution::Day), 1500));
    assert_eq!(response.aggregates.unwrap().accepted_count(), Some(4));
    let items: Vec<_> = analytics.metrics(query.limit(1)).into_items().try_collect().await.unwrap();
    assert_eq!(items, response.items);
    let tags: Vec<_> =
        items.iter().map(|item| &*item.dimension(Dimension::Tag).unwrap().value).collect();
    assert_eq!(tags, ["news", "receipt"]);
    let news = &items[0].metrics;
    assert_eq!((news.accepted_count(), news.opened_count()), (Some(3), Some(2)));
    assert_eq!((news.unique_opened_count(), news.bounced_count()), (Some(1), Some(1)));
    assert_eq!(news.opened_rate(), Some(0.6667));
    assert!(items[0].time().unwrap() <= Timestamp::now());
    let table = MetricsTable::new(&items);
    assert_eq!(&table.columns()[..2], ["tag", "time"]);
    assert_eq!(table.rows()[1][2], Cell::Count(1));

    for (filter, count) in [
        (Filter::new().not_equal(Dimension::Tag, ["news"]), 1),
        (Filter::new().contains(Dimension::Tag, ["ew", "x"]), 3),
        (Filter::new().equal(Dimension::Domain, ["other.example.com"]), 0),
        (
            Filter::new()
                .equal("recipient_domain", ["example.com"])
                .not_contains(Dimension::Tag, ["receipt"]),
            2,
        ),
    ] {
        let query = MetricsQuery::new().metrics([Metric::AcceptedCount]).filter(&filter);
        let items = analytics.metrics_page(query).await.unwrap().items;
        assert_eq!(items[0].metrics.accepted_count(), Some(count), "{filter:?}");
    }
    let earlier = MetricsQuery::new()
        .start("2020-01-01".parse().unwrap())
        .end("2020-02-01".parse().unwrap())
        .dimensions([Dimension::Time]);
    assert_eq!(analytics.metrics_page(earlier).await.unwrap().items, []);
    for query in [
        MetricsQuery::new().dimensions(["mood"]),
        MetricsQuery::new().metrics([Metric::SeedTestCount]),
        MetricsQuery::new().limit(1001),
        MetricsQuery::new().filter(&Filter::new().equal(LogAttribute::Subject, ["Hello"])),
    ] {
        let error = analytics.metrics_page(query).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
    }
}

#[tokio::test]
async fn usage_counts_processed_messages() {
    let mock = mailgun().await;
    let query = UsageQuery::new()
        .dimensions([Dimension::Subaccount])
        .metrics([Metric::ProcessedCount, Metric::EmailPreviewCount]);
    let mut pager = Analytics::new(&mock.client()).usage(query);
    let page = pager.next_page().await.unwrap().unwrap();
    let metrics = &page.items[0].metrics;
    assert_eq!((metrics.processed_count(), metrics.email_preview_count()), (Some(4), Some(0)));
    assert_eq!((metrics.len(), page.total), (2, Some(1)));
    assert!(pager.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn logs_are_searched_page_by_page() {
    let mock = mailgun().await;
    let logs = Logs::new(&mock.client());
    let query = || LogQuery::new().duration(TimeSpan::hours(1));
    let all: Vec<_> = logs
        .query(query().limit(2).sort("timestamp:asc"))
        .into_items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all.len(), 4 * 2 + 5);
    assert!(all.iter().map(|event| event.timestamp).is_sorted());
    let first = &all[0];
    assert_eq!((first.name(), &*first.domain), ("accepted", &*mock.domain()));
    assert_eq!(first.user_variables.get("order"), Some(&json!("7")));
    assert_eq!(first.get("user-variables"), Some(json!(r#"{"order":"7"}"#)));
    assert!(first.account.is_some() && first.storage.url().is_some());
    assert_eq!(first.recipient_provider, "Gmail");
    let newest = logs.page(query().limit(1)).await.unwrap();
    assert_eq!(newest.items[0].id, all[12].id);

    let filter = Filter::new()
        .equal(LogAttribute::Recipient, ["ada@gmail.com"])
        .equal(LogAttribute::Domain, [mock.domain()]);
    let found = logs.page(query().filter(&filter).include_totals(true).limit(3)).await.unwrap();
    assert_eq!((found.items.len(), found.pagination.total), (3, Some(7)));
    assert_eq!(found.aggregates.metrics.count("opened"), Some(2));
    let next = query().filter(&filter).limit(100).token(&found.pagination.next.unwrap());
    assert_eq!(logs.page(next).await.unwrap().items.len(), 4);

    let failed = query().events([LogEvent::Failed, LogEvent::Complained]);
    assert_eq!(logs.page(failed).await.unwrap().items.len(), 3);
    let bounced = query().metric_events([LogMetricEvent::Bounced, LogMetricEvent::UniqueOpened]);
    assert_eq!(logs.page(bounced).await.unwrap().items.len(), 3);
    for bad in [
        query().limit(101),
        query().token("token"),
        query().filter(&Filter::new().equal("mood", ["good"])),
        query().filter(&Filter::new().equal(LogAttribute::Tag, [""])),
    ] {
        assert_eq!(logs.page(bad).await.unwrap_err().status().unwrap(), 400);
    }
}

#[tokio::test]
async fn bounces_are_classified() {
    let mock = mailgun().await;
    let bounces = BounceClassification::new(&mock.client());
    let query = || {
        let hour = Duration::from_secs(3600);
        BounceQuery::new().duration(hour).dimensions([BounceDimension::EntityName])
    };
    let item = &bounces.page(query()).await.unwrap().items[0];
    assert_eq!(item.entity_name.as_deref(), Some("Gmail"));
    let metrics = &item.metrics;
    assert_eq!(metrics.classified_failures_count, Some(2));
    assert_eq!(
        (metrics.critical_bounce_count, metrics.non_critical_delay_count),
        (Some(1), Some(1))
    );
    assert_eq!((metrics.delivered_smtp_count, metrics.critical_bounce_rate), (Some(1), Some(33.0)));

    let query = query()
        .dimensions([BounceDimension::GroupId, BounceDimension::Severity])
        .metrics([BounceMetric::CriticalBounceCount, BounceMetric::CriticalBounceRate])
        .filter(&Filter::new().equal(BounceDimension::DomainName, [mock.domain()]))
        .sort("critical_bounce_count:desc")
        .limit(1);
    let items: Vec<_> = bounces.query(query).into_items().try_collect().await.unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].severity.as_deref(), Some("PERMANENT"));
    assert_eq!(items[0].sample_text.as_deref(), Some("5.7.1 blocked"));
    assert_eq!(items[0].metrics.critical_bounce_rate, None);
    let group = bounces.group(items[0].group_id.as_deref().unwrap()).await.unwrap();
    assert_eq!(group["category"], "ESPBLOCK");
    let both = BounceQuery::new().dimensions([BounceDimension::Tag, BounceDimension::Tags]);
    assert_eq!(bounces.page(both).await.unwrap_err().status().unwrap(), 400);

    let old = BounceClassificationV1::new(&mock.client());
    let stats = old.stats(ListBounceStats::new().group("entity-id")).await.unwrap();
    assert_eq!((stats.items[0].entity_id.as_deref(), stats.items[0].bounced), (Some("gmail"), 2));
    let page = old.domains(ListBounceDomains::new()).next_page().await.unwrap().unwrap();
    assert_eq!(page.items[0].domain_name, Some(mock.domain()));
    assert_eq!(old.entities(&mock.domain(), false).await.unwrap()[0].bounced, 2);
    let rules = old.rules(&mock.domain(), "gmail", false).await.unwrap();
    let known = old.known_rules().await.unwrap();
    assert_eq!(rules.len(), 2);
    assert!(rules.iter().all(|rule| known.contains_key(rule.rule_id.as_deref().unwrap())));
    assert_eq!(old.known_entities().await.unwrap()["gmail"].name, "Gmail");
}

#[tokio::test]
async fn statistics_have_a_point_for_each_day() {
    let mock = mailgun().await;
    let stats = Statistics::new(&mock.client());
    let query = || StatsQuery::new().event("accepted").event("opened").event("failed");
    let week = stats.domain(&mock.domain(), query()).await.unwrap();
    assert_eq!(week.stats.len(), 8);
    let today = week.stats.last().unwrap();
    assert_eq!(today.accepted.as_ref().unwrap().outgoing, 4);
    assert_eq!(today.opened.as_ref().unwrap().unique, Some(1));
    let failed = today.failed.as_ref().unwrap();
    assert_eq!((failed.permanent.total, failed.permanent.suppress_bounce), (2, 1));
    assert_eq!(failed.temporary.total, 1);
    assert!(today.delivered.is_none());
    assert_eq!(week.stats[0].accepted.as_ref().unwrap().total, 0);

    let month = query().resolution(Resolution::Month).duration(TimeSpan::hours(1));
    let month = stats.account(month).await.unwrap();
    assert_eq!(month.stats.last().unwrap().accepted.as_ref().unwrap().total, 4);
    let now = stats.by_domain(Timestamp::now(), ListDomainTotals::new().event("opened")).await;
    assert_eq!(now.unwrap().stats[0].opened.as_ref().unwrap().total, 2);
    let filter = StatsFilter::new().filter("tag:receipt");
    let receipts = stats.filtered(query(), filter).await.unwrap();
    assert_eq!(receipts.stats[7].accepted.as_ref().unwrap().total, 1);
    assert_eq!(stats.account(StatsQuery::new()).await.unwrap_err().status().unwrap(), 400);

    assert_eq!(stats.providers(&mock.domain()).await.unwrap()["example.com"]["accepted"], 3);
    assert_eq!(stats.devices(&mock.domain()).await.unwrap()["mobile"]["opened"], 2);
    assert_eq!(stats.countries(&mock.domain()).await.unwrap()["FR"]["unique_opened"], 1);
    assert!(stats.devices("other.example.com").await.is_err());
}
