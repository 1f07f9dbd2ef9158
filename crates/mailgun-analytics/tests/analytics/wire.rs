use std::time::Duration;

use mailgun_analytics::{
    Analytics, BounceClassification, BounceClassificationV1, BounceDimension, BounceEventQuery,
    BounceMetric, BounceQuery, Comparator, Dimension, Filter, FilterValue, ListBounceDomains,
    ListBounceStats, ListDomainTotals, LogAttribute, LogEvent, LogMetricEvent, LogQuery, Metric,
    MetricsQuery, Resolution, Statistics, StatsFilter, StatsGroup, StatsQuery, TimeSpan,
    UsageQuery,
};
use mailgun_core::{Client, Timestamp};
use mockito::{Matcher, Mock, Server};
use serde_json::{Value, json};

const ODD: &str = "a+b/c%d é?#@x";
const ODD_IN_PATH: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn client(server: &Server) -> Client {
    mailgun_testing::client(server.url())
}

fn day(day: u8) -> Timestamp {
    format!("2026-11-{day:02}").parse().unwrap()
}

/// Expects one query and answers with `response`.
async fn asked(server: &mut Server, path: &str, body: Value, response: Value) -> Mock {
    let mock = server
        .mock("POST", path)
        .match_header("content-type", "application/json")
        .match_body(Matcher::Json(body))
        .with_body(response.to_string());
    mock.expect(1).create_async().await
}

#[tokio::test]
async fn metrics_are_queried_with_json_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let values = |values: &[&str]| -> Vec<Value> {
        values.iter().map(|value| json!({"label": value, "value": value})).collect()
    };
    let body = |skip: u64| {
        json!({
            "start": "Sun, 01 Nov 2026 00:00:00 +0000",
            "end": "Sun, 08 Nov 2026 00:00:00 +0000",
            "duration": "2m",
            "resolution": "hour",
            "dimensions": ["time", "tag", "new_dimension"],
            "metrics": ["delivered_count", "opened_rate", "new_metric"],
            "filter": {"AND": [
                {"attribute": "domain", "comparator": "=", "values": values(&[ODD, ""])},
                {"attribute": "tag", "comparator": "!=", "values": values(&["a"])},
                {"attribute": "country", "comparator": "contains", "values": values(&["b"])},
                {"attribute": "ip", "comparator": "not contains", "values": values(&["c"])},
                {
                    "attribute": "new_attribute",
                    "comparator": "new comparator",
                    "values": [{"label": "The shop", "value": "1"}]
                }
            ]},
            "include_subaccounts": false,
            "include_aggregates": true,
            "pagination": {"sort": "", "skip": skip, "limit": 2}
        })
    };
    let item = json!({"dimensions": [], "metrics": {}});
    let response = |items: &[&Value]| json!({"items": items, "pagination": {"total": 3}});
    let path = "/v1/analytics/metrics";
    let mocks = [
        asked(&mut server, path, body(1), response(&[&item, &item])).await,
        asked(&mut server, path, body(3), response(&[&item])).await,
        asked(&mut server, path, body(4), response(&[])).await,
    ];
    let filter = Filter::new()
        .equal(Dimension::Domain, [ODD, ""])
        .not_equal(Dimension::Tag, ["a"])
        .contains(Dimension::Country, ["b"])
        .not_contains(Dimension::Ip, ["c"])
        .condition(
            "new_attribute",
            Comparator::from("new comparator"),
            [FilterValue::labeled("1", "The shop")],
        );
    let query = MetricsQuery::new()
        .start(day(1))
        .end(day(8))
        .duration(TimeSpan::months(2))
        .resolution(Resolution::Hour)
        .dimensions([Dimension::Time, Dimension::Tag, "new_dimension".into()])
        .metrics([Metric::DeliveredCount, Metric::OpenedRate, "new_metric".into()])
        .filter(&filter)
        .include_subaccounts(false)
        .include_aggregates(true)
        .sort("")
        .skip(1)
        .limit(2);
    let mut pager = Analytics::new(&client(&server)).metrics(query);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(3)));
    assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 1);
    assert!(pager.next_page().await.unwrap().is_none());
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn usage_is_queried_with_json() {
    let mut server = Server::new_async().await;
    let body = json!({
        "duration": "30d",
        "resolution": "month",
        "dimensions": ["time", "subaccount"],
        "metrics": ["processed_count", "email_preview_count"],
        "filter": {"AND": []},
        "include_subaccounts": true,
        "include_aggregates": false,
        "pagination": {"sort": "time:asc", "skip": 0, "limit": 10}
    });
    let mock = asked(&mut server, "/v1/analytics/usage/metrics", body, json!({})).await;
    let query = UsageQuery::new()
        .duration(TimeSpan::days(30))
        .resolution(Resolution::Month)
        .dimensions(["time", "subaccount"])
        .metrics([Metric::ProcessedCount, Metric::EmailPreviewCount])
        .filter(&Filter::new())
        .include_subaccounts(true)
        .include_aggregates(false)
        .sort("time:asc")
        .skip(0)
        .limit(10);
    Analytics::new(&client(&server)).usage_page(query).await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn logs_follow_the_tokens_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let body = |token: &str| {
        json!({
            "start": "Sun, 01 Nov 2026 00:00:00 +0000",
            "end": "Sun, 08 Nov 2026 00:00:00 +0000",
            "duration": "2h",
            "events": ["failed", "unique_opened", "new_event"],
            "metric_events": ["permanent_failed_old", "new_metric"],
            "filter": {"AND": [{
                "attribute": "delivery_status_code",
                "comparator": "=",
                "values": [{"label": "550", "value": "550"}]
            }]},
            "include_subaccounts": true,
            "include_totals": true,
            "pagination": {"sort": "timestamp:asc", "limit": 1, "token": token}
        })
    };
    // The last page has a token too, which leads to an empty page.
    let response = |items: Value, next: &str| json!({"items": items, "pagination": {"first": "1", "last": "2", "next": next, "total": 2}});
    let (path, item) = ("/v1/analytics/logs", json!([{"event": "failed"}]));
    let mocks = [
        asked(&mut server, path, body("1="), response(item.clone(), "2/+")).await,
        asked(&mut server, path, body("2/+"), response(item, "3")).await,
        asked(&mut server, path, body("3"), response(Value::Null, "3")).await,
    ];
    let query = LogQuery::new()
        .start(day(1))
        .end(day(8))
        .duration(TimeSpan::hours(2))
        .events([LogEvent::Failed, LogEvent::UniqueOpened, "new_event".into()])
        .metric_events([LogMetricEvent::PermanentFailedOld, "new_metric".into()])
        .filter(&Filter::new().equal(LogAttribute::DeliveryStatusCode, ["550"]))
        .include_subaccounts(true)
        .include_totals(true)
        .sort("timestamp:asc")
        .limit(1)
        .token("1=");
    let mut pager = Analytics::new(&client(&server)).logs().query(query);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (1, Some(2)));
    assert!(page.first.is_some() && page.last.is_some() && page.previous.is_none());
    assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].name(), "failed");
    assert!(pager.next_page().await.unwrap().is_none());
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn bounces_are_queried_with_json_and_null_items_count_as_items() {
    let mut server = Server::new_async().await;
    let body = |duration: &str, skip: u64| {
        json!({
            "start": "Sun, 01 Nov 2026 00:00:00 +0000",
            "end": "Sun, 08 Nov 2026 00:00:00 +0000",
            "duration": duration,
            "resolution": "day",
            "dimensions": ["entity-name", "domain.name"],
            "metrics": ["critical_bounce_count", "non_critical_delay_rate"],
            "filter": {"AND": [{
                "attribute": "domain.name",
                "comparator": "=",
                "values": [{"label": "mg.example.com", "value": "mg.example.com"}]
            }]},
            "include_subaccounts": true,
            "pagination": {"sort": "entity-name:asc", "skip": skip, "limit": 2}
        })
    };
    let path = "/v2/bounce-classification/metrics";
    let mocks = [
        asked(&mut server, path, body("48h", 0), json!({"items": [null, {"tag": "a"}]})).await,
        asked(&mut server, path, body("48h", 2), json!({"items": null})).await,
        asked(&mut server, path, body("90s", 0), json!({})).await,
    ];
    let query = |seconds| {
        BounceQuery::new()
            .start(day(1))
            .end(day(8))
            .duration(Duration::from_secs(seconds))
            .resolution(Resolution::Day)
            .dimensions([BounceDimension::EntityName, BounceDimension::DomainName])
            .metrics([BounceMetric::CriticalBounceCount, BounceMetric::NonCriticalDelayRate])
            .filter(&Filter::new().equal(BounceDimension::DomainName, ["mg.example.com"]))
            .include_subaccounts(true)
            .sort("entity-name:asc")
            .skip(0)
            .limit(2)
    };
    let bounces = BounceClassification::new(&client(&server));
    let mut pager = bounces.query(query(48 * 3600));
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!(page.items[1].tag.as_deref(), Some("a"));
    assert!(pager.next_page().await.unwrap().is_none());
    bounces.page(query(90)).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn statistics_and_older_bounces_are_sent_as_queries() {
    let mut server = Server::new_async().await;
    let time = "Sun%2C%2001%20Nov%202026%2000%3A00%3A00%20%2B0000";
    let v1 = "/v1/bounce-classification";
    let odd_query = ODD_IN_PATH;
    let wanted = [
        "/v3/mg.example.com/stats/total?event=opened&event=clicked".to_owned(),
        format!("/v3/stats/total?event=opened&start={time}&end={time}&resolution=hour&duration=1m"),
        format!(
            "/v3/stats/total/domains?event=opened&event=failed&resolution=month&limit=0\
             &timestamp={time}"
        ),
        "/v3/stats/filter?event=opened&filter=domain%3Amg.example.com&group=provider".to_owned(),
        "/v3/mg.example.com/aggregates/providers".to_owned(),
        "/v3/mg.example.com/aggregates/devices".to_owned(),
        "/v3/mg.example.com/aggregates/countries".to_owned(),
        format!("{v1}/stats?group=entity-id&limit=5&include_subaccounts=false"),
        format!("{v1}/domains?limit=2&skip=1&query={odd_query}&include_subaccounts=true"),
        format!("{v1}/domains/mg.example.com/entities?include_subaccounts=false"),
        format!("{v1}/domains/mg.example.org/entities"),
        format!(
            "{v1}/domains/mg.example.com/entities/{ODD_IN_PATH}/rules?include_subaccounts=true"
        ),
        format!(
            "{v1}/domains/mg.example.com/events?rule-id={odd_query}&entity-id=b\
             &sort=%40timestamp%3Adesc&page=c&limit=1"
        ),
        format!("{v1}/config/entities"),
        format!("{v1}/config/rules"),
        format!("/v2/bounce-classification/config/groups/{ODD_IN_PATH}"),
    ];
    let mut mocks = Vec::new();
    for target in &wanted {
        let mock = server.mock("GET", &**target).match_body("").with_body("{}");
        mocks.push(mock.expect(1).create_async().await);
    }
    let client = client(&server);
    let stats = Analytics::new(&client).stats();
    let opened = || StatsQuery::new().event("opened");
    stats.domain("mg.example.com", opened().event("clicked")).await.unwrap();
    let query = opened()
        .start(day(1))
        .end(day(1))
        .resolution(Resolution::Hour)
        .duration(TimeSpan::months(1));
    stats.account(query).await.unwrap();
    let params = ListDomainTotals::new()
        .event("opened")
        .event("failed")
        .resolution(Resolution::Month)
        .limit(0);
    stats.by_domain(day(1), params).await.unwrap();
    let filter = StatsFilter::new().filter("domain:mg.example.com").group(StatsGroup::Provider);
    stats.filtered(opened(), filter).await.unwrap();
    stats.providers("mg.example.com").await.unwrap();
    stats.devices("mg.example.com").await.unwrap();
    stats.countries("mg.example.com").await.unwrap();
    let bounces = BounceClassificationV1::new(&client);
    let params = ListBounceStats::new().group("entity-id").limit(5).include_subaccounts(false);
    bounces.stats(params).await.unwrap();
    let params = ListBounceDomains::new().limit(2).skip(1).query(ODD).include_subaccounts(true);
    assert!(bounces.domains(params).next_page().await.unwrap().is_none());
    bounces.entities("mg.example.com", false).await.unwrap();
    bounces.entities("mg.example.org", None).await.unwrap();
    bounces.rules("mg.example.com", ODD, true).await.unwrap();
    let params = BounceEventQuery::new()
        .rule_id(ODD)
        .entity_id("b")
        .sort("@timestamp:desc")
        .page("c")
        .limit(1);
    bounces.events("mg.example.com", params).await.unwrap();
    bounces.known_entities().await.unwrap();
    bounces.known_rules().await.unwrap();
    BounceClassification::new(&client).group(ODD).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    assert!(Statistics::new(&client).domain(ODD, opened()).await.is_err());
}

#[tokio::test]
async fn queries_are_retried_if_their_outcome_is_unknown() {
    let analytics = Analytics::new(&mailgun_testing::operations::client());
    let idempotent = mailgun_core::Idempotency::Idempotent;
    for route in [
        analytics.metrics(MetricsQuery::new()).operation(),
        analytics.usage(UsageQuery::new()).operation(),
        analytics.logs().query(LogQuery::new()).operation(),
        analytics.bounce_classification().query(BounceQuery::new()).operation(),
    ] {
        assert_eq!(route.idempotency(), idempotent, "{route}");
    }
    assert!(mailgun_analytics::OPERATIONS.iter().all(|route| route.idempotency() == idempotent));
}
