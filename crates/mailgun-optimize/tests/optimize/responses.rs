use mailgun_core::{Confirmation, ErrorKind};
use mailgun_optimize::{
    Blocklist, BlocklistEvent, BlocklistEventType, CreateDomainResponse, Domain, DomainStatus,
    Health, Ip, IpSettings, ListBlocklistEvents, ListDomains, ListIps, ListSpamTraps,
    MonitoredDomain, Optimize, SpamTrapDay,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, paged_whole, tolerates},
};
use serde_json::{Value, json};

use crate::january;

fn optimize(response: Value) -> Optimize {
    Optimize::new(&Scripted::new(move |_| Answer::json(&response)).client())
}

fn domain() -> Value {
    json!({
        "ID": "5f0e5e8b",
        "created_at": 1_655_000_000,
        "name": "example.com",
        "verified": {"verified_at": 1_656_000_000, "status": "inbox_ready"},
        "services": {"spam_trap_monitoring": true, "domain_blocklist_monitoring": false},
        "txt_record": "hash"
    })
}

fn ip() -> Value {
    json!({
        "ip": "192.0.2.1",
        "ip_pool": "shop",
        "description": "receipts",
        "state": "listed",
        "listed": [{
            "list": "cbl.abuseat.org",
            "name": "CBL",
            "first_seen": "2022-06-24T04:19:43.212Z",
            "last_seen": "2022-06-28T16:43:38.954Z",
            "delist_requested_at": "0001-01-01T00:00:00Z",
            "comments": ["https://www.spamhaus.org/query/ip/192.0.2.1"]
        }]
    })
}

fn monitored_domain() -> Value {
    json!({
        "domain": "example.com",
        "updated_at": "2023-02-22T23:00:00.000Z",
        "state": "listed",
        "listed": [{
            "list": "dbl.spamhaus.org",
            "name": "Spamhaus DBL",
            "first_seen": "2022-12-12T18:45:02.357Z",
            "last_seen": "2023-02-23T12:45:01.941Z",
            "comments": ["https://www.spamhaus.org/query/domain/example.com"]
        }]
    })
}

fn event() -> Value {
    json!({
        "ip": "192.0.2.1",
        "ip_pool": "shop",
        "timestamp": "2022-01-01T12:14:16-04:00",
        "event": "ip_delisted",
        "blocklist": "pbl.spamhaus.org",
        "account_id": "12345"
    })
}

fn blocklist() -> Value {
    json!({"blocklist": "b.barracudacentral.org", "name": "Barracuda"})
}

fn day() -> Value {
    json!({"date": "2022-01-01", "pristine": 34, "recycled": 258, "typo": 178, "total": 470})
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<Domain>(&domain(), &[]);
    tolerates::<CreateDomainResponse>(&json!({"message": "added", "domain": domain()}), &[]);
    tolerates::<Confirmation>(&json!({"message": "Domain pending verification"}), &[]);
    tolerates::<Ip>(&ip(), &[]);
    tolerates::<MonitoredDomain>(&monitored_domain(), &[]);
    tolerates::<BlocklistEvent>(&event(), &[]);
    tolerates::<Blocklist>(&blocklist(), &[]);
    tolerates::<SpamTrapDay>(&day(), &[]);
}

#[tokio::test]
async fn nothing_is_lost_on_the_way_to_the_caller() {
    paged_whole(&json!({"items": [domain()], "paging": {"next": "n"}}), |client| {
        Optimize::new(client).domains().list(ListDomains::new())
    })
    .await;
    called_whole(&json!({"message": "added", "domain": domain()}), |client| {
        Optimize::new(client).domains().create("example.com")
    })
    .await;
    called_whole(&json!({"items": [ip()]}), |client| {
        Optimize::new(client).ips().list(ListIps::new())
    })
    .await;
    called_whole(&ip(), |client| Optimize::new(client).ips().get([192, 0, 2, 1].into())).await;
    called_whole(&json!({"items": [blocklist()]}), |client| Optimize::new(client).blocklists())
        .await;
    paged_whole(&json!({"items": [event()], "paging": {"next": "n"}}), |client| {
        Optimize::new(client).blocklist_events(january(), ListBlocklistEvents::new())
    })
    .await;
    called_whole(&json!({"domains": [monitored_domain()]}), |client| {
        Optimize::new(client).monitored_domains()
    })
    .await;
    paged_whole(&json!({"items": [day()], "paging": {"next": "n"}}), |client| {
        Optimize::new(client).spam_traps(january(), ListSpamTraps::new())
    })
    .await;
    paged_whole(&json!({"items": [{"192.0.2.1": [day()]}]}), |client| {
        Optimize::new(client).spam_traps_by("ip", january(), ListSpamTraps::new())
    })
    .await;
    let any = json!({"of_tomorrow": [1, {"a": "b"}]});
    called_whole(&any, |client| Optimize::new(client).snds()).await;
    called_whole(&any, |client| Optimize::new(client).domain_blocklists("example.com")).await;
    called_whole(&any, |client| {
        Optimize::new(client).spam_traps_v2(january(), ListSpamTraps::new())
    })
    .await;
}

#[tokio::test]
async fn domains_have_their_values_whichever_name_the_id_has() {
    let pending = json!({
        "acid": "a1",
        "verified": {"verified_at": 0, "status": "of_tomorrow"},
        "services": {"new": null, "spam_trap_monitoring": true},
    });
    let all = optimize(json!({"items": [domain(), pending]}));
    let mut pager = all.domains().list(ListDomains::new());
    let page = pager.next_page().await.unwrap().unwrap();
    let [verified, pending] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!(verified.id.as_deref(), Some("5f0e5e8b"));
    assert_eq!(verified.created_at.unwrap().to_rfc3339(), "2022-06-12T02:13:20Z");
    assert_eq!(verified.verified.status, Some(DomainStatus::InboxReady));
    assert_eq!(verified.verified.verified_at.unwrap().to_rfc3339(), "2022-06-23T16:00:00Z");
    assert_eq!(verified.services.get("domain_blocklist_monitoring"), Some(&false));
    assert_eq!(pending.id.as_deref(), Some("a1"));
    assert_eq!(pending.verified.status, Some(DomainStatus::Other("of_tomorrow".into())));
    assert_eq!(pending.verified.verified_at, None);
    assert_eq!(pending.services.len(), 1);
    let again: Domain = serde_json::from_value(serde_json::to_value(verified).unwrap()).unwrap();
    assert_eq!(again, *verified);
}

#[tokio::test]
async fn listings_and_events_have_their_values() {
    let ips = optimize(json!({"items": [null, ip()]})).ips().list(ListIps::new()).await.unwrap();
    assert_eq!(ips.len(), 1);
    assert_eq!((ips[0].ip, &ips[0].state), ("192.0.2.1".parse().ok(), &Some(Health::Listed)));
    let listing = &ips[0].listed[0];
    assert_eq!((&*listing.list, listing.name.as_deref()), ("cbl.abuseat.org", Some("CBL")));
    assert_eq!(listing.first_seen.unwrap().to_rfc3339(), "2022-06-24T04:19:43.212000Z");
    assert_eq!(listing.last_seen.unwrap().to_rfc3339(), "2022-06-28T16:43:38.954000Z");
    assert_eq!(listing.delist_requested_at, None);
    assert_eq!(listing.comments, ["https://www.spamhaus.org/query/ip/192.0.2.1"]);

    let healthy =
        json!({"domains": [{"domain": "example.com", "state": "healthy", "listed": null}]});
    let domains = optimize(healthy).monitored_domains().await.unwrap();
    assert_eq!((&domains[0].state, &domains[0].listed[..]), (&Some(Health::Healthy), &[][..]));

    let events = optimize(json!({"items": [event()]}));
    let mut pager = events.blocklist_events(january(), ListBlocklistEvents::new());
    let event = &pager.next_page().await.unwrap().unwrap().items[0];
    assert_eq!(event.event, Some(BlocklistEventType::IpDelisted));
    assert_eq!(event.timestamp.unwrap().to_rfc3339(), "2022-01-01T16:14:16Z");
}

#[tokio::test]
async fn grouped_counts_belong_to_their_value() {
    let groups = json!({
        "items": [
            {"208.75.123.183": [day(), null]},
            null,
            {"208.75.123.186": null},
            {"208.75.123.187": "odd"},
        ],
    });
    let traps = optimize(groups);
    let mut pager = traps.spam_traps_by("ip", january(), ListSpamTraps::new());
    let page = pager.next_page().await.unwrap().unwrap();
    let [first, second] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((&*first.value, first.days.len()), ("208.75.123.183", 1));
    assert_eq!(first.days[0].date.unwrap().to_rfc3339(), "2022-01-01T00:00:00Z");
    let SpamTrapDay { pristine, recycled, typo, total, .. } = first.days[0];
    assert_eq!((pristine, recycled, typo, total), (34, 258, 178, 470));
    assert_eq!((&*second.value, second.days.len()), ("208.75.123.186", 0));
    assert!(!page.unreadable.is_empty());
}

#[tokio::test]
async fn empty_responses_are_empty_lists() {
    for empty in [json!({}), json!({"items": null, "domains": null, "paging": null})] {
        let optimize = optimize(empty);
        let mut pager = optimize.domains().list(ListDomains::new());
        assert_eq!(pager.next_page().await.unwrap(), None);
        assert_eq!(optimize.ips().list(ListIps::new()).await.unwrap(), []);
        assert_eq!(optimize.blocklists().await.unwrap(), []);
        assert_eq!(optimize.monitored_domains().await.unwrap(), []);
        let mut pager = optimize.spam_traps_by("ip", january(), ListSpamTraps::new());
        assert_eq!(pager.next_page().await.unwrap(), None);
    }
}

#[tokio::test]
async fn refusals_are_errors_with_mailguns_words() {
    for (status, body, words) in [
        (400, r#"{"message": "invalid domain"}"#, "invalid domain"),
        (404, r#"{"message": "not found"}"#, "not found"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let optimize = Optimize::new(&service.client());
        let mut pager = optimize.spam_traps(january(), ListSpamTraps::new());
        for error in [
            optimize.domains().create("x").await.unwrap_err(),
            optimize.domains().delete("x").await.unwrap_err(),
            optimize.ips().get([192, 0, 2, 1].into()).await.unwrap_err(),
            optimize.ips().update([192, 0, 2, 1].into(), IpSettings::new()).await.unwrap_err(),
            optimize.snds().await.unwrap_err(),
            pager.next_page().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.api_message(), Some(words));
        }
    }
}

#[tokio::test]
async fn an_odd_field_is_an_error_that_names_it() {
    for (response, field) in [
        (json!({"items": [{"ip": "nowhere"}]}), "items[0].ip"),
        (json!({"items": [{}, {"listed": [{"last_seen": {}}]}]}), "items[1].listed[0].last_seen"),
        (json!({"items": "none"}), "items"),
    ] {
        let error = optimize(response).ips().list(ListIps::new()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
}
