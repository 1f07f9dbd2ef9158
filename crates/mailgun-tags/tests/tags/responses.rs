use mailgun_core::{Confirmation, ErrorKind, LinkPage};
use mailgun_tags::{
    DomainTag, DomainTags, ListTags, Stats, StatsQuery, TagAggregates, TagCount, TagLimits, Tags,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{counts_null_items, read_whole, recorded, tolerates},
};
use serde_json::{Value, json};

fn account_page() -> Value {
    json!({
        "items": [{
            "account_id": "test", "parent_account_id": "parent", "account_name": "Name",
            "tag": "newsletter", "description": "Mondays",
            "first_seen": "Wed, 28 Jan 2026 18:27:11 +0000",
            "last_seen": "Wed, 28 Jan 2026 18:00:00 +0000",
            "metrics": {"opened_count": 7, "opened_rate": "0.8300", "clicked_count": null}
        }],
        "pagination": {"sort": "lastseen:desc", "skip": 0, "limit": 10, "total": 1}
    })
}

async fn list(response: Value) -> Vec<mailgun_tags::Tag> {
    let service = Scripted::script(vec![Answer::json(&response), Answer::new(200, "{}")]);
    let mut pager = Tags::new(&service.client()).list(ListTags::new());
    pager.next_page().await.unwrap().map(|page| page.items).unwrap_or_default()
}

#[tokio::test]
async fn a_page_of_the_account_is_read_whole_and_with_anything_missing() {
    let tags = list(account_page()).await;
    assert_eq!((&*tags[0].tag, &*tags[0].description), ("newsletter", "Mondays"));
    assert_eq!(tags[0].first_seen.unwrap().to_rfc3339(), "2026-01-28T18:27:11Z");
    assert_eq!(tags[0].last_seen.unwrap().to_rfc3339(), "2026-01-28T18:00:00Z");
    assert_eq!(tags[0].metrics.opened_count(), Some(7));
    assert_eq!(tags[0].metrics.opened_rate(), Some(0.83));
    assert_eq!(tags[0].metrics.clicked_count(), None);
    assert_eq!(tags[0].parent_account_id.as_deref(), Some("parent"));
    tolerates::<mailgun_tags::Tag>(&account_page()["items"][0], &[]);
    for response in [json!({"items": null}), json!({"pagination": null}), json!({})] {
        assert_eq!(list(response).await, []);
    }
}

#[test]
fn responses_of_the_tags_of_a_domain_are_read_whole_and_with_anything_missing() {
    let tag = json!({
        "tag": "my-tag-1", "description": "Optional description",
        "first-seen": "2023-01-02 02:14:27 +0000 UTC", "last-seen": "2023-09-06T18:45:51Z"
    });
    let page = json!({"items": [tag], "paging": {
        "previous": "https://api.mailgun.net/v3/example.com/tags?limit=1000&page=prev&tag=",
        "first": "https://api.mailgun.net/v3/example.com/tags?limit=1000&page=first&tag=",
        "next": "https://api.mailgun.net/v3/example.com/tags?limit=1000&page=next&tag=",
        "last": "https://api.mailgun.net/v3/example.com/tags?limit=1000&page=last&tag="
    }});
    tolerates::<LinkPage<DomainTag>>(&page, &[]);
    let read: DomainTag = serde_json::from_value(tag).unwrap();
    assert_eq!(read.first_seen.unwrap().to_rfc3339(), "2023-01-02T02:14:27Z");
    assert_eq!(read.last_seen.unwrap().to_rfc3339(), "2023-09-06T18:45:51Z");

    tolerates::<TagCount>(&json!({"id": "tag", "limit": 20000, "count": 1500}), &[]);
    let aggregates = json!({
        "tag": "tag1",
        "provider": {"aol.com": {"accepted": 0, "clicked": 1}, "gmail.com": {"clicked": 2}},
        "country": {"de": {"opened": 3}},
        "device": {"desktop": {"opened": 4}}
    });
    let read: TagAggregates = read_whole(&aggregates.to_string());
    assert_eq!(read.provider["gmail.com"]["clicked"], Some(2));
    assert_eq!(read.country["de"]["opened"], Some(3));
    assert_eq!(read.device["desktop"]["opened"], Some(4));
    for part in ["tag", "provider", "country", "device"] {
        let mut response = aggregates.clone();
        response[part] = Value::Null;
        read_whole::<TagAggregates>(&response.to_string());
    }
}

#[test]
fn statistics_are_read_whole_and_with_anything_missing() {
    let total = || json!({"total": 4});
    let stats = json!({
        "tag": "t", "description": "d", "resolution": "day",
        "start": "Sun, 26 Jan 2025 00:00:00 UTC", "end": "Mon, 27 Jan 2025 00:00:00 UTC",
        "type": {"type": "provider", "key": "gmail.com"},
        "stats": [{
            "time": "Sun, 26 Jan 2025 00:00:00 UTC",
            "accepted": {"incoming": 1, "outgoing": 2, "total": 3},
            "delivered": {"smtp": 1, "http": 2, "optimized": 3, "total": 6},
            "failed": {
                "temporary": {"espblock": 1, "total": 1},
                "permanent": {
                    "bounce": 1, "suppress-bounce": 2, "suppress-unsubscribe": 3,
                    "suppress-complaint": 4, "delayed-bounce": 5, "webhook": 6, "optimized": 7,
                    "total": 28
                }
            },
            "opened": {"total": 9, "unique": 8}, "clicked": {"total": 7, "unique": 6},
            "unsubscribed": total(), "complained": total(), "stored": total(),
            "campaign": total(), "seed_test": total(), "ip_blocklist_monitoring": total(),
            "domain_blocklist_monitoring": total(), "email_preview": total(),
            "email_preview_failed": total(), "link_validation": total(),
            "link_validation_failed": total(),
            "email_validation": {
                "public": 1, "valid": 2, "single": 3, "bulk": 4, "list": 5, "mailgun": 6,
                "mailjet": 7, "total": 28
            }
        }]
    });
    tolerates::<Stats>(&stats, &[]);
    let stats: Stats = serde_json::from_value(stats).unwrap();
    let point = &stats.stats[0];
    assert_eq!(point.time.unwrap().to_rfc3339(), "2025-01-26T00:00:00Z");
    assert_eq!(point.failed.as_ref().unwrap().permanent.suppress_unsubscribe, 3);
    assert_eq!(point.opened.as_ref().unwrap().unique, Some(8));
    assert_eq!(stats.scope.unwrap().key, "gmail.com");
}

#[tokio::test]
async fn recorded_responses_lose_nothing() {
    let tags = list(serde_json::from_str(&recorded("POST", "/v1/analytics/tags")[0].body).unwrap());
    let tag = &tags.await[0];
    assert_eq!((&*tag.tag, &*tag.description, &*tag.account_id), ("test1", "", "test"));
    assert_eq!(tag.account_name.as_deref(), Some("Alex Lebedev"));
    assert_eq!(tag.parent_account_id.as_deref(), Some("test"));
    assert_eq!(tag.first_seen.unwrap().to_rfc2822(), "Wed, 28 Jan 2026 18:27:11 +0000");
    assert_eq!(tag.last_seen.unwrap().to_rfc2822(), "Wed, 28 Jan 2026 18:00:00 +0000");
    assert!(tag.metrics.is_empty());

    let limits: TagLimits = read_whole(&recorded("GET", "/v1/analytics/tags/limits")[0].body);
    assert_eq!((limits.limit, limits.count, limits.limit_reached), (100_000, 1, false));
    let updated: Confirmation = read_whole(&recorded("PUT", "/v1/analytics/tags")[0].body);
    assert_eq!(updated.message, "Tag updated");
}

#[tokio::test]
async fn lists_of_known_values_are_unwrapped() {
    let service = Scripted::new(|_| Answer::json(&json!({"items": ["desktop", "mobile"]})));
    let tags = DomainTags::new(&service.client(), "mg.example.com");
    for call in [tags.known_devices(), tags.known_providers(), tags.known_countries()] {
        assert_eq!(call.await.unwrap(), ["desktop", "mobile"]);
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    let service = Scripted::new(|_| Answer::new(400, r#"{"message": "reason for bad request"}"#));
    let error = Tags::new(&service.client()).delete("x").await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 400));
    assert_eq!(error.api_message(), Some("reason for bad request"));
    let tags = DomainTags::new(&service.client(), "mg.example.com");
    let error = tags.stats("x", StatsQuery::new()).await.unwrap_err();
    assert_eq!(error.operation().unwrap().to_string(), "GET /v3/{domain}/tags/{tag}/stats");
    let error = DomainTags::new(&service.client(), "a/b").get("x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn null_counts_leave_the_others() {
    for json in [
        json!({"device": {"unknown": null, "mobile": {"opened": 1, "clicked": null}}}),
        json!({"device": {"mobile": {"opened": 1}}, "country": null, "provider": {"x": null}}),
    ] {
        let read: TagAggregates = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read.device["mobile"]["opened"], Some(1), "{json}");
    }
}

#[tokio::test]
async fn null_items_count_for_the_next_page() {
    counts_null_items("items", |client| Tags::new(client).list(ListTags::new())).await;
}
