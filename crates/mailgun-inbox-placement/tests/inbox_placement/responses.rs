use mailgun_core::{Confirmation, ErrorKind, LinkPage};
use mailgun_inbox_placement::{
    Attribute, AuthenticationResult, DeliveryStats, Destination, Filter, InboxPlacement,
    ListResults, Provider, ResultStatus, Seed, SeedList, SeedState, Sharing, TestResponse,
    TestResult,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, tolerates},
};
use serde_json::{Value, json};

fn seed() -> Value {
    json!({
        "AccountID": "acc", "id": "s1", "token": "canary-token", "email": "seed@gmail.com",
        "provider": "gmail.com", "sync_state": "synced", "local_state": "active",
        "created_at": "2024-08-09T14:32:57.183Z", "updated_at": "2024-08-09T14:32:57.183Z",
        "message_count": 7, "max_email_count_hit_at": "2024-08-09T14:32:57.183Z",
        "total_msgs": 6, "matched_msgs": 5, "spam_message": 4, "expected_msgs": 3,
        "last_sent_to_at": "2024-08-09T14:32:57.183Z",
        "last_delivered_at": "2024-08-09T14:32:57.183Z", "account_quality": 0.5,
        "quality_label": "good", "password": "canary-password", "phone_number": "+1555",
        "attributes": {"a": 1}, "totp": {"secret": "canary-totp"}
    })
}

fn stats(provider: &str) -> Value {
    json!({
        "provider": provider, "total": 10, "delivered": 9, "inbox": 6, "spam": 3, "missing": 1,
        "pending": 0, "categories": {"primary": 5, "promotions": 1},
        "first_received_at": "2024-08-09T14:33:00Z", "last_received_at": "2024-08-09T14:40:00Z"
    })
}

fn seed_list() -> Value {
    json!({
        "Id": "i1", "ID": "i2", "kid": "610abd2009b08f382ac86c45", "AccountID": "acc",
        "created_at": "2021-08-04T16:15:28.08Z", "updated_at": "2024-12-02T14:59:42.231Z",
        "last_result_at": "2024-08-09T14:32:57.183Z", "regen_at": "2024-08-10T00:00:00Z",
        "regen_needed": true, "Seeds": [seed()],
        "target_email": "ibp-1@domain.com", "sending_domains": ["yourdomain.com"],
        "has_results": true, "name": "My campaign inbox test", "seed_filter": ".*",
        "provider_filter": ["gmail.com"], "mailing_list": "ibp-1@domain.com,another@email.com",
        "previous_mailing_list": "ibp-1@domain.com,old@email.com", "CreatedTS": 1723214101728_u64,
        "tags": {"sfmc_remote_id": "remote_id"},
        "delivery_stats": {"all": stats("all"), "gmail.com": stats("gmail.com")},
        "SeedQuality": 100, "is_auto_generated": true, "max_seeds_per_provider": 5, "version": 2,
        "results": [{
            "result_id": "r1", "subject": "IBP Test - 1", "sender": "generated@yourdomain.com",
            "delivery_stats": {"all": stats("all")}
        }]
    })
}

fn result() -> Value {
    json!({
        "Id": "i3", "rid": "123456789012345678901234",
        "result_id": "12345678-1234-1234-1234-123456789012", "AccountID": "acc",
        "KeyBoxID": "610abd2009b08f382ac86c45", "keybox_email": "ibp-1@mailgun.net",
        "subject": "A subject of things", "sender": "person@domain.com",
        "seedlist_name": "Such list", "created_at": "2021-08-03T14:20:40.301Z",
        "updated_at": "2021-08-03T14:36:53.841Z", "status": "complete",
        "CreatedTS": 1723214101728_u64, "attributes": {"a": "b", "c": {"d": 1}},
        "campaign_id": "campaign", "sharing_enabled": true, "sharing_id": "share1",
        "sharing_expires_at": "2024-08-14T14:32:57.183Z", "body": "<h1>Hello</h1>",
        "is_spoofing": false, "Box": seed_list(),
        "seed_results": [{
            "email": "mail@box.com", "provider": "box.com", "destination": "inbox",
            "state": "delivered", "originating_ip": "123.123.123.123", "tags": ["inbox"],
            "dkim": "pass", "spf": "fail", "dmarc": "missing/not-set",
            "headers": [{"key": "Received-SPF", "value": "pass"}],
            "extensions": {
                "category": "primary",
                "ms_spam": {"bcl": 1, "scl": -1, "forefront_report": {"category": "NONE"}}
            },
            "received_at": "2021-08-03T14:30:00Z", "delivered_at": "2021-08-03T14:30:01Z"
        }],
        "spamassassin": {
            "is_spam": false, "score": 1.4, "required": 5,
            "rules": [{
                "name": "HTML_MESSAGE", "points": -0.1, "short_description": "HTML",
                "long_description": "HTML included in message"
            }]
        },
        "ms_spam": {
            "count": 2, "bcl": {"min": 0, "max": 1, "mean": 0.5},
            "scl": {"min": -1, "max": 5, "mean": 2}, "forefront": {"category_counts": {"SPM": 1}}
        },
        "delivery_stats": {"all": stats("all"), "box.com": stats("box.com")}
    })
}

fn sharing() -> Value {
    json!({
        "result_id": "r1", "expires_at": "2024-08-12T14:32:57.183Z", "enabled": true,
        "url_id": "share1", "url": "https://example.com/share1",
        "api_url": "https://api.mailgun.net/v4/inbox/sharing/public/share1"
    })
}

fn paging() -> Value {
    json!({
        "first": "http://domain.com/v4/inbox/seedlists?ascending=0&limit=1",
        "last": "http://domain.com/v4/inbox/seedlists?ascending=1&limit=1",
        "next": "http://domain.com/v4/inbox/seedlists?ascending=0&cursor=1239871239819&limit=1",
        "previous": "http://domain.com/v4/inbox/seedlists?ascending=1&cursor=1239871239818&limit=1"
    })
}

fn answering(body: Value) -> InboxPlacement {
    InboxPlacement::new(&Scripted::new(move |_| Answer::json(&body)).client())
}

#[track_caller]
fn check_seed_list(list: &SeedList) {
    assert_eq!(list.kid, "610abd2009b08f382ac86c45");
    assert_eq!(list.created_at.unwrap().to_rfc3339(), "2021-08-04T16:15:28.080000Z");
    assert_eq!(list.regen_needed, Some(true));
    assert_eq!(list.provider_filter.as_deref().unwrap(), ["gmail.com"]);
    assert_eq!(list.tags["sfmc_remote_id"], "remote_id");
    assert_eq!(list.delivery_stats["gmail.com"].categories["promotions"], 1);
    assert_eq!(list.created_ts.unwrap().to_rfc3339(), "2024-08-09T14:35:01.728000Z");
    assert_eq!((list.version, list.max_seeds_per_provider), (Some(2), Some(5)));
    assert_eq!((list.id.as_deref(), list.record_id.as_deref()), (Some("i1"), Some("i2")));
    assert_eq!(list.results[0].subject, "IBP Test - 1");
    assert_eq!(list.seed_quality, Some(100.0));
    let seed = &list.seeds[0];
    assert_eq!((seed.total_msgs, seed.account_quality), (Some(6), Some(0.5)));
    assert_eq!(seed.password.as_ref().unwrap().expose(), "canary-password");
    assert_eq!(seed.token.as_ref().unwrap().expose(), "canary-token");
    let totp = seed.totp.as_ref().unwrap();
    assert_eq!(totp.secret.as_ref().unwrap().expose(), "canary-totp");
}

#[track_caller]
fn check_result(result: &TestResult) {
    assert_eq!(result.status, Some(ResultStatus::Complete));
    assert_eq!(result.updated_at.unwrap().to_rfc3339(), "2021-08-03T14:36:53.841000Z");
    assert_eq!(result.attributes["c"], json!({"d": 1}));
    assert_eq!(result.is_spoofing, Some(false));
    assert_eq!(result.keybox_id.as_deref(), Some("610abd2009b08f382ac86c45"));
    check_seed_list(result.seed_list.as_deref().unwrap());
    let seed = &result.seed_results[0];
    assert_eq!(seed.destination, Some(Destination::Inbox));
    assert_eq!(seed.state, Some(SeedState::Delivered));
    assert_eq!(seed.originating_ip.as_deref(), Some("123.123.123.123"));
    assert_eq!(seed.dkim, Some(AuthenticationResult::Pass));
    assert_eq!(seed.spf, Some(AuthenticationResult::Fail));
    assert_eq!(seed.dmarc, Some(AuthenticationResult::NotSet));
    assert_eq!((&*seed.headers[0].key, &*seed.headers[0].value), ("Received-SPF", "pass"));
    let extensions = seed.extensions.as_ref().unwrap();
    assert_eq!(extensions.category.as_deref(), Some("primary"));
    let spam = extensions.ms_spam.as_ref().unwrap();
    assert_eq!((spam.bcl, spam.scl), (Some(1), Some(-1)));
    assert_eq!(spam.forefront_report.category, "NONE");
    let spam = result.spamassassin.as_ref().unwrap();
    assert_eq!((spam.score, spam.required), (Some(1.4), Some(5.0)));
    assert_eq!(spam.rules[0].points, Some(-0.1));
    let spam = result.ms_spam.as_ref().unwrap();
    assert_eq!((spam.count, spam.bcl.mean, spam.scl.min), (2, Some(0.5), Some(-1)));
    assert_eq!(spam.forefront.category_counts["SPM"], 1);
    let all = &result.delivery_stats["all"];
    assert_eq!((all.total, all.delivered, all.inbox, all.spam), (10, 9, 6, 3));
    assert_eq!((all.missing, all.pending), (1, 0));
    assert_eq!(all.last_received_at.unwrap().to_rfc3339(), "2024-08-09T14:40:00Z");
}

/// With empty maps: an unknown name in a map is an entry of it and no unknown field.
fn without_entries(mut response: Value) -> Value {
    const MAPS: [&str; 4] = ["delivery_stats", "categories", "tags", "category_counts"];
    match &mut response {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_map = MAPS.contains(&&**name) && field.is_object();
                *field = if is_map { json!({}) } else { without_entries(field.take()) };
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| *item = without_entries(item.take()))
        }
        _ => {}
    }
    response
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    let page = |item| json!({"items": [item], "paging": paging(), "total": 32});
    tolerates::<LinkPage<SeedList>>(&page(without_entries(seed_list())), &[]);
    tolerates::<LinkPage<TestResult>>(&page(without_entries(result())), &[]);
    tolerates::<DeliveryStats>(&without_entries(stats("all")), &[]);
    let nulls = r#"{"delivery_stats": {"all": null, "x": {"categories": {"a": null}}}}"#;
    let read: SeedList = read_whole(nulls);
    assert_eq!((read.delivery_stats.len(), read.delivery_stats["x"].categories["a"]), (2, 0));
    check_seed_list(&read_whole(&seed_list().to_string()));
    check_result(&read_whole(&result().to_string()));
    tolerates::<Sharing>(&sharing(), &[]);
    let started = json!({
        "result_id": "r1", "mailing_list": "ibp-123@mailgun.net,seed@domain.tld",
        "links": {"results": "https://api.mailgun.net/v4/inbox/results/r1"}
    });
    tolerates::<TestResponse>(&started, &[]);
    let read: TestResponse = serde_json::from_value(started).unwrap();
    assert!(read.links.results.ends_with("/r1"));
    let provider = json!({
        "domain": "something.com", "region": "region", "display_name": "name",
        "created_at": "2024-08-09T14:32:57.183Z", "updated_at": "2024-08-09T14:32:59.183Z",
        "max_email_count": 1000, "unsupported_authentications": ["dmarc"]
    });
    tolerates::<Provider>(&provider, &[]);
    tolerates::<Attribute>(&json!({"attribute": "name", "values": ["a"]}), &[]);
    tolerates::<Filter>(&json!({"parameter": "name", "description": "by name"}), &[]);
}

#[test]
fn older_and_odd_forms_are_read() {
    // As the embedded list of a result has it.
    let words = r#"{"Seeds": null, "sending_domains": null, "tags": ["a"]}"#;
    let list: SeedList = serde_json::from_str(words).unwrap();
    assert!(list.seeds.is_empty() && list.tags.contains_key("a"));
    let never = r#"{"last_result_at": "0001-01-01T00:00:00Z", "provider_filter": null}"#;
    let list: SeedList = read_whole(never);
    assert_eq!((list.last_result_at, list.provider_filter), (None, None));
    let all: SeedList = read_whole(r#"{"provider_filter": []}"#);
    assert_eq!(all.provider_filter, Some(Vec::new()));

    let waiting = json!({"seed_results": [{
        "destination": "", "state": "pending", "originating_ip": "", "tags": null,
        "extensions": null, "dkim": "neutral"
    }], "status": "", "spamassassin": null, "Box": {}});
    let result: TestResult = read_whole(&waiting.to_string());
    let seed = &result.seed_results[0];
    assert_eq!((&seed.destination, &seed.originating_ip), (&None, &None));
    assert_eq!(seed.dkim, Some(AuthenticationResult::from("neutral")));
    assert_eq!(result.status, None);
    let new: TestResult = read_whole(r#"{"status": "archived"}"#);
    assert_eq!(new.status.unwrap().as_str(), "archived");
}

#[test]
fn no_secret_of_a_seed_is_shown() {
    let result: TestResult = serde_json::from_value(result()).unwrap();
    let seed: Seed = serde_json::from_value(seed()).unwrap();
    let shown = format!("{result:?} {result:#?} {seed:?}");
    assert!(shown.contains("Secret(..)") && !shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn objects_are_unwrapped_and_read_alone() {
    for body in [json!({"seedlist": seed_list()}), seed_list()] {
        let lists = answering(body).seed_lists();
        check_seed_list(&lists.get("a").await.unwrap());
        check_seed_list(&lists.create(Default::default()).await.unwrap());
        check_seed_list(&lists.update("a", Default::default()).await.unwrap());
    }
    for body in [json!({"result": result()}), result()] {
        let results = answering(body).results();
        check_result(&results.get("a").await.unwrap());
        check_result(&results.get_for_provider("a", "box.com").await.unwrap());
        check_result(&results.get_shared("a").await.unwrap());
    }
    for body in [json!({"sharing": sharing()}), sharing()] {
        let results = answering(body).results();
        for sharing in [results.sharing("a").await, results.update_sharing("a", true).await] {
            let sharing = sharing.unwrap();
            assert!(sharing.enabled && sharing.api_url.ends_with(&sharing.url_id));
            assert_eq!(sharing.expires_at.unwrap().to_rfc3339(), "2024-08-12T14:32:57.183000Z");
        }
    }
    let lists = answering(json!({"seedlist": {"has_results": "canary"}})).seed_lists();
    let error = lists.get("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("has_results"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[tokio::test]
async fn attributes_filters_and_providers_are_unwrapped() {
    let one = json!({"attribute": "available attributes", "values": ["name"]});
    for body in [json!({"items": one}), json!({"items": [one]})] {
        let placement = answering(body);
        let (lists, results) = (placement.seed_lists(), placement.results());
        for attributes in [lists.attributes().await, results.attributes().await] {
            assert_eq!(attributes.unwrap()[0].values, ["name"]);
        }
        let of_results = results.attribute("name", ListResults::new()).await;
        for attribute in [lists.attribute("name").await, of_results] {
            let attribute = attribute.unwrap();
            assert_eq!(attribute.attribute, "available attributes");
            assert_eq!(attribute.values, ["name"]);
        }
    }
    let filter = json!({"parameter": "name", "description": "Get seedlists by name"});
    let placement = answering(json!({"supported_filters": {"filters": [filter]}}));
    for filters in [placement.seed_lists().filters().await, placement.results().filters().await] {
        let filters = filters.unwrap();
        assert_eq!(filters[0].parameter, "name");
        assert_eq!(filters[0].description, "Get seedlists by name");
    }
    for body in [json!({"items": null}), json!({"supported_filters": {"filters": null}}), json!({})]
    {
        let placement = answering(body);
        assert_eq!(placement.providers().await.unwrap(), []);
        assert_eq!(placement.seed_lists().attributes().await.unwrap(), []);
        assert_eq!(placement.seed_lists().attribute("a").await.unwrap().values.len(), 0);
        assert_eq!(placement.results().filters().await.unwrap(), []);
    }
}

#[tokio::test]
async fn deletions_accept_every_confirmation_and_an_empty_body() {
    for (body, words) in [
        (r#"{"message": "deleted"}"#, "deleted"),
        (r#"{"Message": "deleted"}"#, "deleted"),
        ("null", ""),
        ("", ""),
    ] {
        let service = Scripted::new(move |_| Answer::new(200, body));
        let placement = InboxPlacement::new(&service.client());
        let done: Confirmation = placement.seed_lists().delete("a").await.unwrap();
        assert_eq!(done.message, words);
        assert_eq!(placement.results().delete("a").await.unwrap().message, words);
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (404, r#"{"message": "result not found"}"#, "result not found"),
        (404, r#"{"Description": "Not found"}"#, "Not found"),
        (403, r#"{"message": "Inbox Placement is not enabled"}"#, "not enabled"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let placement = InboxPlacement::new(&service.client());
        let error = placement.results().get("x").await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, status));
        assert!(error.api_message().unwrap().contains(words), "{error}");
        assert_eq!(error.operation().unwrap().to_string(), "GET /v4/inbox/results/{result_id}");
    }
}
