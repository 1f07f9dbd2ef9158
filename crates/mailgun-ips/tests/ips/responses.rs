use mailgun_core::{Client, Confirmation, ErrorKind, LinkPage, PageResponse as _, Timestamp};
use mailgun_ips::{
    AssignableDomain, AvailableIps, DelegatedPools, DynamicPoolDomain, DynamicPoolList,
    DynamicPoolMove, DynamicPoolName, DynamicPoolPreview, Ip, IpDomain, IpList, IpPool,
    IpPoolCreated, Ips, LinkedDomain, LinkedIp, ListAssignableDomains, ListIps, ListPoolDomains,
    PreviewedMetric, Started, Warmup, WarmupDetails,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, paged_whole, read_whole, tolerates},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::support::{DOMAIN, POOL, ip};

#[track_caller]
fn check<T: DeserializeOwned + Serialize>(response: Value) -> T {
    tolerates::<T>(&response, &[]);
    read_whole(&response.to_string())
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn answered(response: &Value) -> Ips {
    let response = response.clone();
    Ips::new(&Scripted::new(move |_| Answer::json(&response)).client())
}

#[test]
fn ips_are_read_whole_and_with_anything_missing() {
    let list: IpList = check(json!({
        "assignable_to_pools": ["192.0.2.2"],
        "details": [{ "ip": "192.0.2.1", "is_on_warmup": true }, { "ip": "2001:db8::1" }],
        "items": ["192.0.2.1", "2001:db8::1"],
        "total_count": 2,
    }));
    assert_eq!(list.items, [ip(1), "2001:db8::1".parse().unwrap()]);
    assert_eq!((list.total_count, list.assignable_to_pools), (Some(2), Some(vec![ip(2)])));
    assert_eq!((list.details[0].ip, list.details[0].is_on_warmup), (Some(ip(1)), Some(true)));
    assert_eq!(list.details[1].is_on_warmup, None);

    let one: Ip = check(json!({ "dedicated": true, "ip": "192.0.2.1", "rdns": "a.mailgun.net" }));
    assert_eq!((one.ip, one.dedicated, &*one.rdns), (Some(ip(1)), Some(true), "a.mailgun.net"));

    let page = json!({
        "items": [{ "ips": ["192.0.2.1", "192.0.2.2"], "domain": "one.example.com" }],
        "total_count": 2,
    });
    let parts = check::<LinkPage<IpDomain>>(page).into_parts();
    assert_eq!(parts.items[0].domain, "one.example.com");
    assert_eq!((parts.items[0].ips.len(), parts.total), (2, Some(2)));

    let left: AvailableIps = check(json!({ "dedicated": 1, "shared": 2 }));
    assert_eq!((left.dedicated, left.shared), (Some(1), Some(2)));
    let response = json!({ "message": "started", "reference_id": "61926093321d1cba88f3b95b" });
    let started: Started = check(response.clone());
    assert_eq!(json!(started.message), response["message"]);
    assert_eq!(json!(started.reference_id), response["reference_id"]);
}

#[test]
fn assignable_ips_are_read_in_every_form() {
    for (response, read) in [
        (json!({ "assignable_to_pools": ["192.0.2.1"] }), Some(vec![ip(1)])),
        (json!({ "assignable_to_pool": ["192.0.2.1"] }), Some(vec![ip(1)])),
        (json!({ "assignable_to_pools": [] }), Some(vec![])),
        (json!({ "assignable_to_pools": true }), None),
        (json!({ "assignable_to_pools": null }), None),
        (json!({}), None),
    ] {
        let list: IpList = serde_json::from_value(response.clone()).unwrap();
        assert_eq!(list.assignable_to_pools, read, "{response}");
    }
}

fn pool() -> Value {
    json!({
        "pool_id": POOL,
        "name": "newsletters",
        "description": "Bulk mail",
        "ips": ["192.0.2.1", "192.0.2.2"],
        "is_linked": true,
        "is_inherited": false,
        "linked_domains": ["a.example.com", "b.example.com"],
        "metadata": { "assignments": {} },
    })
}

#[test]
fn pools_are_read_whole_and_with_anything_missing() {
    check::<IpPool>(pool());
    let mut with_assignments = pool();
    with_assignments["metadata"]["assignments"]["192.0.2.1"] =
        json!({ "linked_at": "2025-01-01T00:00:00Z" });
    with_assignments["metadata"]["assignments"]["192.0.2.2"] = Value::Null;
    let read: IpPool = read_whole(&with_assignments.to_string());
    assert_eq!(
        (&*read.pool_id, &*read.name, &*read.description),
        (POOL, "newsletters", "Bulk mail")
    );
    assert_eq!(read.ips, [ip(1), ip(2)]);
    assert_eq!((read.is_linked, read.is_inherited), (Some(true), Some(false)));
    assert_eq!(read.linked_domains, ["a.example.com", "b.example.com"]);
    let linked = read.metadata.assignments[&ip(1)].clone().unwrap();
    assert_eq!(linked.linked_at, time("2025-01-01T00:00:00Z"));
    assert_eq!(read.metadata.assignments[&ip(2)], None);

    check::<LinkedIp>(json!({ "linked_at": "2025-01-01T00:00:00Z" }));
    check::<LinkedDomain>(json!({ "id": "68d17866ba9d5506cbc2e275", "name": "example1.com" }));
    let created: IpPoolCreated = check(json!({ "message": "success", "pool_id": POOL }));
    assert_eq!((&*created.message, &*created.pool_id), ("success", POOL));
    let delegated: DelegatedPools = check(json!({
        "items": [{ "pool_id": POOL, "subaccount_id": "s" }, { "pool_id": null, "subaccount_id": "t" }],
        "total_count": 2,
    }));
    let pools: Vec<_> =
        delegated.items.iter().map(|one| (one.pool_id.as_deref(), &*one.subaccount_id)).collect();
    assert_eq!((pools, delegated.total_count), (vec![(Some(POOL), "s"), (None, "t")], Some(2)));
}

#[tokio::test]
async fn wrapped_responses_are_unwrapped() {
    let wrapped = answered(&json!({
        "ip_pools": [pool()],
        "details": pool(),
        "allowed": { "dedicated": 3 },
        "items": [{ "account_id": "a", "id": "d", "name": "example.com" }],
        "message": "success",
    }));
    let read: IpPool = read_whole(&pool().to_string());
    assert_eq!(wrapped.pools().get(POOL).await.unwrap().details, read);
    assert_eq!(wrapped.pools().list().await.unwrap().ip_pools, [read]);
    assert_eq!(wrapped.available().await.unwrap().dedicated, Some(3));
    let params = ListAssignableDomains::new();
    let domains = wrapped.dynamic_pools().assignable_domains(params).await.unwrap();
    assert_eq!((&*domains[0].account_id, &*domains[0].id), ("a", "d"));
    assert_eq!(domains[0].name, "example.com");
    let details = json!({ "details": { "stage": 2 } });
    assert_eq!(answered(&details).warmups().get(ip(1)).await.unwrap().stage, Some(2));

    let empty = answered(&json!({}));
    assert!(empty.pools().list().await.unwrap().ip_pools.is_empty());
    assert_eq!(empty.pools().get(POOL).await.unwrap().details, IpPool::default());
    assert_eq!(empty.warmups().get(ip(1)).await.unwrap(), WarmupDetails::default());
}

#[test]
fn dynamic_pools_are_read_whole_and_with_anything_missing() {
    let list: DynamicPoolList = check(json!({
        "good_reputation": ["192.0.2.1", "192.0.2.2"],
        "poor_reputation": ["192.0.2.3"],
        "new_senders": ["192.0.2.4"],
        "pools": [{
            "account_id": "68d17866ba9d5506cbc2e270",
            "enabled": true,
            "id": "68d17866ba9d5506cbc2e271",
            "ips": ["192.0.2.1", "192.0.2.2"],
            "name": "dynamic_good",
        }],
    }));
    assert_eq!(list.good_reputation, [ip(1), ip(2)]);
    assert_eq!((list.poor_reputation, list.new_senders), (vec![ip(3)], vec![ip(4)]));
    assert_eq!(list.pools[0].name, Some(DynamicPoolName::Good));
    assert_eq!((list.pools[0].enabled, list.pools[0].ips.len()), (Some(true), 2));
    check::<AssignableDomain>(json!({ "account_id": "a", "id": "d", "name": "example.com" }));

    let page = json!({
        "items": [{
            "id": "68d16780d1ffb196ac7b2cc8",
            "account_id": "68d16780d1ffb196ac7b2cc9",
            "account_name": "My Account",
            "name": "example.com",
            "registered_at": "0001-01-01T00:00:00Z",
            "pool": "dynamic_good",
            "override": true,
            "bounce_rate": 0.01,
            "complaint_rate": 0,
            "processed_count": 100,
        }],
        "total_items": 2,
        "paging": { "Next": "n", "Previous": "p", "First": "f", "Last": "l" },
    });
    let parts = check::<LinkPage<DynamicPoolDomain>>(page).into_parts();
    let domain = &parts.items[0];
    assert_eq!((parts.total, parts.links.next.as_deref()), (Some(2), Some("n")));
    assert_eq!((&*domain.name, &*domain.account_name), ("example.com", "My Account"));
    assert_eq!((&domain.pool, domain.is_overridden), (&Some(DynamicPoolName::Good), Some(true)));
    assert_eq!((domain.registered_at, domain.processed_count), (None, Some(100)));
    assert_eq!((domain.bounce_rate, domain.complaint_rate), (Some(0.01), Some(0.0)));

    check::<DynamicPoolPreview>(json!({ "pool": "dynamic_poor", "results": {} }));
    check::<PreviewedMetric>(json!({ "value": 0.25, "band": "dynamic_poor" }));
    let preview: DynamicPoolPreview = read_whole(
        r#"{"pool": "dynamic_poor", "results": {
            "bounce_rate": {"value": 0.25, "band": "dynamic_poor"},
            "processed_count": {"value": 25000, "band": "dynamic_good"},
            "complaint_rate": null
        }}"#,
    );
    assert_eq!(preview.pool, Some(DynamicPoolName::Poor));
    let processed = preview.results["processed_count"].clone().unwrap();
    assert_eq!((processed.value, processed.band), (Some(25000.0), Some(DynamicPoolName::Good)));
    assert_eq!(preview.results["complaint_rate"], None);
}

fn change() -> Value {
    json!({
        "id": "000000000000000000000000",
        "owning_account_id": "000000000000000000000001",
        "account_id": "68d16780d1ffb196ac7b2ccd",
        "account_name": "My Account",
        "domain_id": "68d16780d1ffb196ac7b2ccc",
        "domain_name": "test.com",
        "new_band": "dynamic_good",
        "prev_band": "dynamic_poor",
        "reason": "Multiple metrics in good threshold",
        "bounce_rate": 0.2,
        "complaint_rate": 0.1,
        "processed_count": 100,
        "initiated_by": "system",
        "timestamp": "2025-09-22T11:13:04.740262-04:00",
    })
}

#[tokio::test]
async fn the_history_of_a_domain_is_one_move_or_many() {
    let read: DynamicPoolMove = check(change());
    assert_eq!((&*read.domain_name, &*read.account_name), ("test.com", "My Account"));
    assert_eq!(read.owning_account_id, "000000000000000000000001");
    assert_eq!(read.new_band, Some(DynamicPoolName::Good));
    assert_eq!(read.prev_band, Some(DynamicPoolName::Poor));
    assert_eq!((read.bounce_rate, read.complaint_rate), (Some(0.2), Some(0.1)));
    assert_eq!((read.processed_count, read.initiated_by.as_deref()), (Some(100), Some("system")));
    assert_eq!(read.timestamp, time("2025-09-22T15:13:04.740262Z"));
    check::<LinkPage<DynamicPoolMove>>(json!({ "items": [change()], "total_items": 1 }));

    for (response, count) in [
        (change(), 1),
        (json!([change(), change()]), 2),
        (json!({ "items": [change()], "total_items": 1, "paging": {} }), 1),
        (json!({ "items": null }), 0),
        (json!([]), 0),
        (json!(null), 0),
    ] {
        let moves = answered(&response).dynamic_pools().domain_history(DOMAIN).await.unwrap();
        assert_eq!(moves.len(), count, "{response}");
        assert!(moves.iter().all(|one| one.domain_name == "test.com"));
    }
}

#[test]
fn warmups_are_read_whole_and_with_anything_missing() {
    let page = json!({
        "items": [{
            "ip": "192.0.2.1",
            "sent_within_stage": "25%",
            "throttle": 78,
            "stage_number": 3,
            "stage_start_volume": 14000,
            "stage_start_time": "2025-01-01T00:00:00Z",
            "stage_volume_limit": 4000,
        }],
        "paging": { "first": "first", "next": "next" },
    });
    let parts = check::<LinkPage<Warmup>>(page).into_parts();
    let warmup = &parts.items[0];
    assert_eq!((warmup.ip, &*warmup.sent_within_stage), (Some(ip(1)), "25%"));
    assert_eq!((warmup.throttle, warmup.stage_number), (Some(78.0), Some(3)));
    assert_eq!((warmup.stage_start_volume, warmup.stage_volume_limit), (Some(14000), Some(4000)));
    assert_eq!(warmup.stage_start_time, time("2025-01-01T00:00:00Z"));

    let details: WarmupDetails = check(json!({
        "sent_within_stage": "20%",
        "throttle": 78,
        "start_volume": 10000,
        "stage": 2,
        "stage_limit": 4000,
        "hourly_limit": 100,
        "stage_started_at": "2025-01-01T00:00:00Z",
        "hour_started_at": "2025-01-02T00:00:00Z",
        "plan_started_at": "2025-01-03T00:00:00Z",
        "plan_last_updated_at": "0001-01-01T00:00:00Z",
        "total_stages": 15,
        "stage_history": [{
            "first_updated_at": "0001-01-01T00:00:00Z",
            "completed_at": "2025-06-03T21:33:55.000000123Z",
            "limit": 1000,
        }],
    }));
    assert_eq!((details.start_volume, details.stage), (Some(10000), Some(2)));
    assert_eq!((details.stage_limit, details.hourly_limit), (Some(4000), Some(100)));
    assert_eq!(details.stage_started_at, time("2025-01-01T00:00:00Z"));
    assert_eq!(details.hour_started_at, time("2025-01-02T00:00:00Z"));
    assert_eq!(details.plan_started_at, time("2025-01-03T00:00:00Z"));
    // The zero time means never.
    assert_eq!(details.plan_last_updated_at, None);
    assert_eq!(details.total_stages, Some(15));
    let stage = &details.stage_history[0];
    assert_eq!((stage.first_updated_at, stage.limit), (None, Some(1000)));
    assert_eq!(stage.completed_at, time("2025-06-03T21:33:55Z"));
}

#[test]
fn warmups_have_two_spellings_of_some_fields() {
    let response = r#"{"stage_number": 2, "stage_start_volume": 10, "stage_volume_limit": 40}"#;
    let read: WarmupDetails = read_whole(response);
    assert_eq!((read.stage, read.start_volume, read.stage_limit), (Some(2), Some(10), Some(40)));
}

#[test]
fn confirmations_are_read() {
    assert_eq!(check::<Confirmation>(json!({ "message": "success" })).message, "success");
    let started: Started = check(json!({ "message": "started" }));
    assert_eq!((&*started.message, started.reference_id), ("started", None));
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (404, r#"{"message": "account not found"}"#, "account not found"),
        (400, r#"{"message": "invalid request parameters"}"#, "invalid request"),
        (400, r#"{"Field": "pool", "Value": "invalid_name"}"#, "pool"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let client: Client = service.client();
        let ips = Ips::new(&client);
        let errors = [
            (ips.list(ListIps::new()).await.unwrap_err(), "GET /v3/ips"),
            (ips.request_new().await.unwrap_err(), "POST /v3/ips/request/new"),
            (
                ips.dynamic_pools().override_domain(DOMAIN, "invalid_name").await.unwrap_err(),
                "PUT /v1/dynamic_pools/domains/{domain}/override",
            ),
        ];
        for (error, operation) in errors {
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert!(error.api_message().unwrap().contains(words), "{error}");
            assert_eq!(error.operation().unwrap().to_string(), operation);
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_on_the_way_to_the_caller() {
    let pools = json!({ "ip_pools": [pool()], "message": "success" });
    called_whole(&pools, |client| Ips::new(client).pools().list()).await;
    let one = json!({ "details": pool(), "message": "success" });
    called_whole(&one, |client| Ips::new(client).pools().get(POOL)).await;
    let allowed = json!({ "allowed": { "dedicated": 3, "shared": 1 } });
    called_whole(&allowed, |client| Ips::new(client).available()).await;
    let domains = json!({ "items": [{ "account_id": "a", "id": "d", "name": "example.com" }] });
    let params = ListAssignableDomains::new();
    called_whole(&domains, |client| Ips::new(client).dynamic_pools().assignable_domains(params))
        .await;
    let linked = json!({ "domains": [{ "id": "i", "name": "example.com" }], "paging": {} });
    let params = ListPoolDomains::new();
    paged_whole(&linked, |client| Ips::new(client).pools().domains(POOL, params)).await;
}

#[test]
fn two_spellings_of_a_field_may_come_together() {
    for (json, started_at, limit) in [
        (json!({ "stage_started_at": 1, "stage_start_time": 2, "stage_limit": 3 }), 1, 3),
        (json!({ "stage_start_time": 2, "stage_started_at": null, "stage_volume_limit": 4 }), 2, 4),
        (json!({ "stage_started_at": 1, "stage_limit": 3, "stage_volume_limit": 4 }), 1, 3),
    ] {
        let read: WarmupDetails = serde_json::from_value(json.clone()).unwrap();
        let started_at = Timestamp::from_unix_seconds(started_at).ok();
        assert_eq!((read.stage_started_at, read.stage_limit), (started_at, Some(limit)), "{json}");
    }
    for json in [
        r#"{ "assignable_to_pools": ["192.0.2.1"], "assignable_to_pool": ["192.0.2.2"] }"#,
        r#"{ "assignable_to_pool": ["192.0.2.1"], "assignable_to_pools": null }"#,
    ] {
        let list: IpList = serde_json::from_str(json).unwrap();
        assert_eq!(list.assignable_to_pools, Some(vec![ip(1)]), "{json}");
    }
}

#[test]
fn odd_entries_leave_the_readable_ones() {
    let list: IpList = serde_json::from_value(
        json!({ "items": ["192.0.2.1", null, "shared"], "details": [null] }),
    )
    .unwrap();
    assert_eq!((list.items, list.details.len()), (vec![ip(1)], 0));
    let odd = json!({ "assignable_to_pools": ["192.0.2.1", null, "soon", 5] });
    let list: IpList = serde_json::from_value(odd).unwrap();
    assert_eq!(list.assignable_to_pools, Some(vec![ip(1)]));
    let mut odd = pool();
    odd["ips"] = json!([null, "192.0.2.2"]);
    odd["metadata"]["assignments"] = json!({ "192.0.2.1": null, "soon": { "linked_at": 1 } });
    let read: IpPool = serde_json::from_value(odd).unwrap();
    assert_eq!((read.ips, read.metadata.assignments.len()), (vec![ip(2)], 1));
}

#[tokio::test]
async fn an_odd_move_of_a_domain_is_an_error_that_names_the_field() {
    let history = async |response: &Value| {
        answered(response).dynamic_pools().domain_history("mg.example.com").await
    };
    for (response, field) in [
        (json!({ "timestamp": "soon" }), "timestamp"),
        (json!({ "id": "a", "processed_count": [] }), "processed_count"),
        (json!([{ "timestamp": "soon" }]), "[0].timestamp"),
        (json!({ "items": [{ "id": "a" }, { "timestamp": "soon" }] }), "items[1].timestamp"),
        (json!({ "items": "none" }), "items"),
        (json!({ "message": "soon another shape" }), "neither"),
        (json!("soon"), "move"),
    ] {
        let error = history(&response).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{response}");
        if !matches!(field, "neither" | "move") {
            assert!(error.to_string().contains(field), "{error} for {response}");
        }
    }
    for (response, moves) in [
        (json!(null), 0),
        (json!({}), 0),
        (json!([]), 0),
        (json!({ "items": null }), 0),
        (json!({ "items": [null, { "id": "a" }], "paging": {} }), 1),
        (json!({ "id": "a" }), 1),
        (json!([{ "id": "a" }, null, { "id": "b" }]), 2),
    ] {
        assert_eq!(history(&response).await.unwrap().len(), moves, "{response}");
    }
}
