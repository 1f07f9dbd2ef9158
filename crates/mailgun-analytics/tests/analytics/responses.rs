use mailgun_analytics::{
    Analytics, BounceClassification, BounceClassificationV1, BounceEntity, BounceItem, BounceQuery,
    BounceRule, BounceStat, BounceStatsResponse, Dimension, ListBounceDomains, ListBounceStats,
    LogQuery, LogResponse, Logs, Metric, MetricsQuery, MetricsResponse, MetricsTable, Resolution,
    Statistics, Stats, StatsQuery,
};
use mailgun_core::{ErrorKind, Timestamp};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, recorded, tolerates},
};
use serde_json::{Value, json};

fn metrics() -> Value {
    let item = |month: &str| {
        let time = format!("{month} 2023 00:00:00 +0000");
        json!({
            "dimensions": [
                {"dimension": "time", "value": time, "display_value": time},
                {"dimension": "subaccount", "value": "646d", "display_value": "The shop"},
                {"dimension": "dimension_of_tomorrow", "value": 7, "display_value": "Seven"}
            ],
            "metrics": {
                "accepted_incoming_count": 10, "accepted_outgoing_count": 30,
                "accepted_count": 40, "delivered_count": null, "clicked_rate": "0.8300",
                "metric_of_tomorrow": {"odd": [1]}
            }
        })
    };
    json!({
        "start": "Mon, 13 Nov 2023 20:56:50 -0600",
        "end": "Wed, 20 Dec 2023 20:56:50 -0600",
        "resolution": "month",
        "duration": "1m",
        "dimensions": ["time", "subaccount"],
        "pagination": {"sort": "time:asc", "skip": 1, "limit": 10, "total": 1000},
        "items": [item("Wed, 01 Nov"), item("Fri, 01 Dec")],
        "aggregates": {"metrics": {"accepted_count": 80, "clicked_rate": "0.8300"}}
    })
}

#[test]
fn metrics_are_read_whole_and_with_anything_missing() {
    tolerates::<MetricsResponse>(&metrics(), &[]);
    let response: MetricsResponse = serde_json::from_value(metrics()).unwrap();
    assert_eq!(response.start.unwrap().to_rfc3339(), "2023-11-14T02:56:50Z");
    assert_eq!(response.end.unwrap().to_rfc3339(), "2023-12-21T02:56:50Z");
    assert_eq!(
        (response.resolution, response.duration.as_deref()),
        (Some(Resolution::Month), Some("1m"))
    );
    assert_eq!(response.dimensions, ["time", "subaccount"]);
    let pagination = &response.pagination;
    assert_eq!((&*pagination.sort, pagination.skip, pagination.limit), ("time:asc", 1, 10));
    assert_eq!(pagination.total, Some(1000));
    let aggregates = response.aggregates.unwrap();
    assert_eq!(aggregates.accepted_count(), Some(80));
    assert_eq!(aggregates.clicked_rate(), Some(0.83));
}

#[test]
fn items_are_read_by_name_and_unknown_names_fail_no_page() {
    let response: MetricsResponse = serde_json::from_value(metrics()).unwrap();
    assert_eq!(response.items.len(), 2);
    let item = &response.items[0];
    assert_eq!(item.time().unwrap().to_rfc3339(), "2023-11-01T00:00:00Z");
    let shop = item.dimension(Dimension::Subaccount).unwrap();
    assert_eq!((&*shop.value, &*shop.display_value), ("646d", "The shop"));
    assert_eq!(item.dimension("dimension_of_tomorrow").unwrap().value, "7");
    assert_eq!(item.dimension(Dimension::Tag), None);
    assert_eq!(item.metrics.accepted_incoming_count(), Some(10));
    assert_eq!(item.metrics.count(Metric::AcceptedCount.as_str()), Some(40));
    assert_eq!(item.metrics.clicked_rate(), Some(0.83));
    // Null is no zero.
    assert_eq!(item.metrics.delivered_count(), None);
    assert_eq!(item.metrics.get("delivered_count"), Some(&Value::Null));
    assert_eq!(item.metrics.get("metric_of_tomorrow"), Some(&json!({"odd": [1]})));

    let table = MetricsTable::new(&response.items);
    assert_eq!(table.rows().len(), 2);
    let csv = table.to_csv();
    assert!(csv.contains("\n2023-12-01T00:00:00Z,The shop,Seven,40,10,30,0.83,,"), "{csv}");
}

#[test]
fn every_metric_has_a_method_of_its_name() {
    let json = |value: &str| format!("{{\"{value}\": 1}}");
    let read = |name: Metric| -> mailgun_analytics::Metrics {
        serde_json::from_str(&json(name.as_str())).unwrap()
    };
    assert_eq!(
        read(Metric::DeliveredTwoPlusAttemptsCount).delivered_two_plus_attempts_count(),
        Some(1)
    );
    assert_eq!(read(Metric::SuppressedComplaintsCount).suppressed_complaints_count(), Some(1));
    assert_eq!(read(Metric::DelayedFirstAttemptRate).delayed_first_attempt_rate(), Some(1.0));
    assert_eq!(read(Metric::HardBounceRate).hard_bounce_rate(), Some(1.0));
    assert_eq!(read(Metric::AccessibilityFailedCount).accessibility_failed_count(), Some(1));
    assert_eq!(read(Metric::EmailValidationMailjetCount).email_validation_mailjet_count(), Some(1));
}

#[tokio::test]
async fn recorded_usage_loses_nothing() {
    let body = &recorded("POST", "/v1/analytics/usage/metrics")[0].body;
    let json: Value = serde_json::from_str(body).unwrap();
    let response: MetricsResponse = read_whole(body);
    assert_eq!(response.start.unwrap().to_rfc2822(), json["start"]);
    assert_eq!(response.end.unwrap().to_rfc2822(), json["end"]);
    assert_eq!(json!(response.resolution), json["resolution"]);
    assert_eq!(json!(response.duration), json["duration"]);
    assert_eq!(json!(response.dimensions), json["dimensions"]);
    assert_eq!(response.pagination.limit, 1500);
    assert_eq!((response.pagination.skip, response.pagination.total), (0, Some(2)));
    for (item, json) in response.items.iter().zip(json["items"].as_array().unwrap()) {
        let dimension = item.dimension(Dimension::Time).unwrap();
        assert_eq!(dimension.value, json["dimensions"][0]["value"]);
        assert_eq!(dimension.display_value, json["dimensions"][0]["display_value"]);
        assert_eq!(item.time().unwrap().to_rfc2822(), dimension.value);
        let metrics = json["metrics"].as_object().unwrap();
        assert_eq!(item.metrics.iter().count(), metrics.len());
        assert!(item.metrics.iter().all(|(name, value)| metrics[name] == *value));
    }
    assert_eq!(response.items[0].metrics.processed_count(), Some(2));
    assert_eq!(response.aggregates.unwrap().processed_count(), Some(3));

    let table = MetricsTable::new(&response.items);
    assert_eq!(table.columns().len(), 15);
    let counts: Vec<_> = table.rows().iter().filter_map(|row| row[14].as_f64()).collect();
    assert_eq!((&*table.columns()[14], counts), ("seed_test_count", vec![0.0, 0.0]));

    let body = body.clone();
    let service = Scripted::new(move |_| Answer::new(200, body.clone()));
    let mut pager = Analytics::new(&service.client()).metrics(MetricsQuery::new());
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(2)));
    // What a page does not hold is in its body.
    let whole: MetricsResponse = serde_json::from_slice(page.body()).unwrap();
    assert_eq!(whole.resolution, Some(Resolution::Hour));
}

fn logs() -> Value {
    json!({
        "start": "Mon, 08 Jul 2024 00:00:00 -0000",
        "end": "Fri, 12 Jul 2024 00:00:00 -0000",
        "items": [
            {
                "id": "JDhSWf9mT5OFxCkZfpDU5d",
                "event": "failed",
                "@timestamp": "2024-07-08T16:30:18.530Z",
                "account": {"id": "12345", "parent-id": "1"},
                "delivery-status": {
                    "message": "Turret client: server connection failed", "attempt-no": 5,
                    "code": 680, "session-seconds": 15.026, "retry-seconds": 145
                },
                "domain": {"name": "example.com"},
                "recipient": "example@gmail.com",
                "recipient-domain": "gmail.com",
                "recipient-provider": "Gmail",
                "envelope": {
                    "sender": "bob@example.com", "transport": "smtp",
                    "sending-ip": "198.52.100.1", "targets": "bob@example.com"
                },
                "storage": {"url": ["https://storage-us-east4.api.mailgun.net/v3/x"], "key": "x"},
                "user-variables": "{\"order\": 7}",
                "severity": "temporary"
            },
            {"event": "event_of_tomorrow", "user-variables": "{\"order\": 7, \"no"},
            "no event at all"
        ],
        "pagination": {"previous": "a", "next": "b", "first": "c", "last": "d", "total": 100},
        "aggregates": {"all": 100, "metrics": {"failed": 60}}
    })
}

#[tokio::test]
async fn logs_are_read_whole_and_an_odd_item_loses_no_page() {
    tolerates::<LogResponse>(&logs(), &[]);
    let service = Scripted::new(|_| Answer::json(&logs()));
    let response = Logs::new(&service.client()).page(LogQuery::new()).await.unwrap();
    assert_eq!(response.start.unwrap().to_rfc3339(), "2024-07-08T00:00:00Z");
    assert_eq!(response.end.unwrap().to_rfc3339(), "2024-07-12T00:00:00Z");
    let pagination = &response.pagination;
    assert_eq!(pagination.previous.as_deref(), Some("a"));
    assert_eq!(pagination.next.as_deref(), Some("b"));
    assert_eq!(pagination.first.as_deref(), Some("c"));
    assert_eq!((pagination.last.as_deref(), pagination.total), (Some("d"), Some(100)));
    assert_eq!(response.aggregates.all, Some(100));
    assert_eq!(response.aggregates.metrics.count("failed"), Some(60));

    assert_eq!(response.items.len(), 3);
    let event = &response.items[0];
    assert_eq!((event.name(), &*event.id), ("failed", "JDhSWf9mT5OFxCkZfpDU5d"));
    assert_eq!(event.timestamp.unwrap().to_rfc3339(), "2024-07-08T16:30:18.530000Z");
    assert_eq!(event.domain, "example.com");
    let account = event.account.as_ref().unwrap();
    assert_eq!((&*account.id, &*account.parent_id), ("12345", "1"));
    assert_eq!(event.delivery_status().unwrap().code.as_u16(), Some(680));
    assert_eq!(event.storage.url(), Some("https://storage-us-east4.api.mailgun.net/v3/x"));
    assert_eq!(event.user_variables.get("order"), Some(&json!(7)));
    assert_eq!(response.items[1].name(), "event_of_tomorrow");
    assert_eq!(response.items[1].user_variables.as_text(), Some("{\"order\": 7, \"no"));
    assert_eq!(response.items[2].raw(), "\"no event at all\"");
}

fn bounces() -> Value {
    json!({
        "start": "Sun, 01 Jan 2006 22:04:05 +0000",
        "end": "Mon, 02 Jan 2006 22:04:05 +0000",
        "resolution": "day",
        "duration": "24h0m0s",
        "dimensions": ["entity-name", "domain.name"],
        "pagination": {"sort": "entity-name:asc", "skip": 0, "limit": 10, "total": 1},
        "items": [
            {
                "account.id": "646d", "account.name": "subaccount name", "entity-name": "Gmail",
                "recipient-provider": "Google", "recipient-domain": "gmail.com",
                "domain.name": "example.com", "envelope.i-ip-pool-id": "1",
                "envelope.i-ip-pool-name": "default", "envelope.sending-ip": "1.2.3.4",
                "timestamp": "Mon, 02 Jan 2006 22:04:05 +0000", "tags": "daily, campaign1",
                "tag": "daily", "criticality": "CRITICAL", "severity": "PERMANENT",
                "category": "ESPBLOCK", "group-id": "55ff", "sample-text": "5.7.1 blocked",
                "explanation": "Blocked",
                "metrics": {
                    "critical_bounce_count": 10, "non_critical_bounce_count": 20,
                    "critical_delay_count": 30, "non_critical_delay_count": 40,
                    "classified_failures_count": 100, "delivered_smtp_count": 1000,
                    "critical_bounce_rate": 1, "non_critical_bounce_rate": 2.5,
                    "critical_delay_rate": "3", "non_critical_delay_rate": 4
                }
            },
            null
        ]
    })
}

#[test]
fn bounces_are_read_whole_and_with_anything_missing() {
    tolerates::<MetricsResponse<BounceItem>>(&bounces(), &[]);
    let response: MetricsResponse<BounceItem> = serde_json::from_value(bounces()).unwrap();
    assert_eq!(response.start.unwrap().to_rfc3339(), "2006-01-01T22:04:05Z");
    assert_eq!(response.duration.as_deref(), Some("24h0m0s"));
    assert_eq!((response.items.len(), response.aggregates.is_none()), (2, true));
    assert_eq!(response.items[1], BounceItem::default());
    let item = &response.items[0];
    let texts = [
        &item.account_id,
        &item.account_name,
        &item.entity_name,
        &item.recipient_provider,
        &item.recipient_domain,
        &item.domain_name,
        &item.ip_pool_id,
        &item.ip_pool_name,
        &item.sending_ip,
        &item.tags,
        &item.tag,
        &item.criticality,
        &item.severity,
        &item.category,
        &item.group_id,
        &item.sample_text,
        &item.explanation,
    ];
    let texts = texts.map(|text| text.as_deref().unwrap());
    assert_eq!(
        texts,
        [
            "646d",
            "subaccount name",
            "Gmail",
            "Google",
            "gmail.com",
            "example.com",
            "1",
            "default",
            "1.2.3.4",
            "daily, campaign1",
            "daily",
            "CRITICAL",
            "PERMANENT",
            "ESPBLOCK",
            "55ff",
            "5.7.1 blocked",
            "Blocked",
        ]
    );
    assert_eq!(item.timestamp.unwrap().to_rfc3339(), "2006-01-02T22:04:05Z");
    let metrics = &item.metrics;
    let counts = [
        metrics.critical_bounce_count,
        metrics.non_critical_bounce_count,
        metrics.critical_delay_count,
        metrics.non_critical_delay_count,
        metrics.classified_failures_count,
        metrics.delivered_smtp_count,
    ];
    assert_eq!(counts.map(Option::unwrap), [10, 20, 30, 40, 100, 1000]);
    let rates = [
        metrics.critical_bounce_rate,
        metrics.non_critical_bounce_rate,
        metrics.critical_delay_rate,
        metrics.non_critical_delay_rate,
    ];
    assert_eq!(rates.map(Option::unwrap), [1.0, 2.5, 3.0, 4.0]);
}

#[tokio::test]
async fn older_bounces_are_read_whole_and_with_anything_missing() {
    let stats = json!({
        "items": [{
            "subaccount": {"id": "subaccount_id"}, "domain": {"name": "example.com"},
            "rule-id": "55ff", "entity-id": "spamhaus",
            "short-explanation": "You're listed on Spamhaus!", "bounced": {"total": 4}
        }],
        "_duration": "0s"
    });
    tolerates::<BounceStatsResponse>(&stats, &[]);
    let entity = json!({"entity-id": "gmail", "entity-name": "Gmail", "bounced": {"total": 1}});
    tolerates::<BounceStat>(&entity, &[]);
    let rule = json!({
        "rule-id": "55ff", "category": "ESPBLOCK", "severity": "PERMANENT",
        "sample-text": "5.4.1 recipient address rejected: access denied.",
        "explanation": "Access denied", "bounced": {"total": 3}
    });
    tolerates::<BounceStat>(&rule, &[]);
    tolerates::<BounceEntity>(&json!({"name": "Gmail"}), &[]);
    let known = json!({"55ff": {
        "entity_id": "gmail", "class": "ESPBLOCK", "sample-text": "a", "explanation": "b",
        "short-explanation": "c"
    }});
    tolerates::<BounceRule>(&known["55ff"], &[]);

    let answers = [
        stats,
        json!({"items": [{"domain": {"name": "mailgun.net"}, "bounced": {"total": 4}}], "total": 1}),
        json!({"items": [entity, null]}),
        json!({"items": [rule]}),
        json!({"gmail": {"name": "Gmail"}, "aol": null}),
        known,
    ];
    let service = Scripted::script(answers.iter().map(Answer::json).collect());
    let bounces = BounceClassificationV1::new(&service.client());
    let response = bounces.stats(ListBounceStats::new()).await.unwrap();
    let stat = &response.items[0];
    assert_eq!((response.duration.as_deref(), stat.bounced), (Some("0s"), 4));
    assert_eq!(stat.subaccount_id.as_deref(), Some("subaccount_id"));
    assert_eq!(stat.domain_name.as_deref(), Some("example.com"));
    assert_eq!(stat.entity_id.as_deref(), Some("spamhaus"));
    assert_eq!(stat.short_explanation.as_deref(), Some("You're listed on Spamhaus!"));
    let page = bounces.domains(ListBounceDomains::new()).next_page().await.unwrap().unwrap();
    assert_eq!((page.items[0].domain_name.as_deref(), page.total), (Some("mailgun.net"), Some(1)));
    let entities = bounces.entities("mg.example.com", false).await.unwrap();
    assert_eq!(entities[0].entity_name.as_deref(), Some("Gmail"));
    assert_eq!(entities.len(), 1, "a null item is left out");
    let rules = bounces.rules("mg.example.com", "gmail", false).await.unwrap();
    assert_eq!((rules[0].severity.as_deref(), rules[0].bounced), (Some("PERMANENT"), 3));
    assert_eq!(rules[0].category.as_deref(), Some("ESPBLOCK"));
    assert_eq!(rules[0].explanation.as_deref(), Some("Access denied"));
    assert!(rules[0].sample_text.is_some());
    let entities = bounces.known_entities().await.unwrap();
    assert_eq!((&*entities["gmail"].name, &*entities["aol"].name), ("Gmail", ""));
    let rules = bounces.known_rules().await.unwrap();
    assert_eq!(rules["55ff"].entity_id.as_deref(), Some("gmail"));
    assert_eq!(rules["55ff"].short_explanation.as_deref(), Some("c"));
}

#[tokio::test]
async fn statistics_are_read() {
    let response = json!({
        "description": "", "start": "Tue, 14 Feb 2012 00:00:00 UTC",
        "end": "Fri, 01 Apr 2012 00:00:00 UTC", "resolution": "month",
        "stats": [{
            "time": "Fri, 01 Apr 2012 00:00:00 UTC",
            "accepted": {"incoming": 2, "outgoing": 1, "total": 3},
            "opened": {"total": 20, "unique": 1}
        }]
    });
    tolerates::<Stats>(&response, &[]);
    let service = Scripted::new(move |_| Answer::json(&response));
    let statistics = Statistics::new(&service.client());
    let stats = statistics.account(StatsQuery::new().event("accepted")).await.unwrap();
    assert_eq!(stats.stats[0].accepted.as_ref().unwrap().total, 3);
    assert_eq!(stats.stats[0].opened.as_ref().unwrap().unique, Some(1));

    for kind in ["providers", "devices", "countries"] {
        let counts = json!({"a": {"clicked": 1, "opened": null}, "b": null});
        let service = Scripted::new(move |_| Answer::json(&json!({ kind: counts })));
        let stats = Statistics::new(&service.client());
        let counts = match kind {
            "providers" => stats.providers("mg.example.com").await,
            "devices" => stats.devices("mg.example.com").await,
            _ => stats.countries("mg.example.com").await,
        };
        let counts = counts.unwrap();
        assert_eq!((counts["a"]["clicked"], counts["a"].len(), counts["b"].len()), (1, 1, 0));
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    let service = Scripted::new(|_| Answer::new(400, r#"{"message": "reason for bad request"}"#));
    let client = service.client();
    let analytics = Analytics::new(&client);
    for error in [
        analytics.metrics_page(MetricsQuery::new()).await.unwrap_err(),
        analytics.logs().query(LogQuery::new()).next_page().await.unwrap_err(),
        BounceClassification::new(&client).page(BounceQuery::new()).await.unwrap_err(),
        Statistics::new(&client).account(StatsQuery::new()).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 400));
        assert_eq!(error.api_message(), Some("reason for bad request"));
    }
    let service = Scripted::new(|_| Answer::new(403, r#"{"message": "forbidden"}"#));
    let bounces = BounceClassificationV1::new(&service.client());
    let error = bounces.rules("mg.example.com", "gmail", false).await.unwrap_err();
    let operation = "GET /v1/bounce-classification/domains/{domain}/entities/{entity_id}/rules";
    assert_eq!(error.status().unwrap().as_u16(), 403);
    assert_eq!(error.operation().unwrap().to_string(), operation);
}

#[test]
fn debug_shows_no_values() {
    let query = LogQuery::new()
        .start(Timestamp::UNIX_EPOCH)
        .filter(&mailgun_analytics::Filter::new().equal("recipient", ["bob@example.com"]));
    assert_eq!(format!("{query:?}"), r#"LogQuery({"filter", "start"})"#);
}
