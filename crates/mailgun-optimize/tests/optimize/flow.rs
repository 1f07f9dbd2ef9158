use std::{net::IpAddr, time::Duration};

use mailgun_core::{Error, Operation};
use mailgun_mock::MockMailgun;
use mailgun_optimize::{
    BlocklistEvent, BlocklistEventType, DomainStatus, Health, IpSettings, ListBlocklistEvents,
    ListDomains, ListIps, ListSpamTraps, Optimize, TimeRange,
};
use serde_json::{Value, json};

use crate::january;

const SET_ALERT: Operation = Operation::post("/v1/alerts/settings/events");

fn status<T: std::fmt::Debug>(outcome: Result<T, Error>) -> u16 {
    outcome.unwrap_err().status().unwrap().as_u16()
}

/// From an hour ago until in an hour.
fn around_now() -> TimeRange {
    let range = TimeRange::last(Duration::from_secs(3600));
    TimeRange::new(range.start(), range.end().checked_add(Duration::from_secs(3600)).unwrap())
}

async fn events(optimize: &Optimize, params: ListBlocklistEvents) -> Vec<BlocklistEvent> {
    let mut pager = optimize.blocklist_events(around_now(), params);
    let mut events = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        events.extend(page);
    }
    events
}

#[tokio::test]
async fn domains_are_added_verified_and_removed() {
    let mock = MockMailgun::start().await;
    let domains = Optimize::new(&mock.client()).domains();
    let added = domains.create("MG.example.com").await.unwrap().domain;
    assert_eq!(
        (&*added.name, &added.verified.status),
        ("mg.example.com", &Some(DomainStatus::Pending))
    );
    assert!(added.id.is_some() && added.txt_record.is_some() && added.created_at.is_some());
    assert_eq!(added.verified.verified_at, None);
    assert_eq!(status(domains.create("mg.example.com").await), 400);
    assert_eq!(status(domains.create("").await), 400);
    domains.create("example.org").await.unwrap();

    domains.verify("mg.example.com").await.unwrap();
    domains.verify("example.org").await.unwrap();
    let mut pager = domains.list(ListDomains::new().limit(1));
    let mut found = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        found.extend(page.into_iter().map(|domain| (domain.name, domain.verified.status.unwrap())));
    }
    let wanted =
        [("example.org", DomainStatus::InboxReady), ("mg.example.com", DomainStatus::Sending)];
    assert_eq!(found, wanted.map(|(name, status)| (name.to_owned(), status)));
    let mut pager = domains.list(ListDomains::new().domain("mg.example.com"));
    assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 1);

    domains.delete("mg.example.com").await.unwrap();
    assert_eq!(status(domains.delete("mg.example.com").await), 404);
    assert_eq!(status(domains.verify("mg.example.com").await), 404);
}

#[tokio::test]
async fn ips_are_added_changed_and_removed() {
    let mock = MockMailgun::start().await;
    let ips = Optimize::new(&mock.client()).ips();
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    let settings = IpSettings::new().ip_pool("shop").description("receipts");
    let added = ips.create([192, 0, 2, 1].into(), settings.clone()).await.unwrap();
    assert_eq!((added.ip, &added.state), (Some(address), &Some(Health::Healthy)));
    assert_eq!(status(ips.create([192, 0, 2, 1].into(), settings).await), 400);
    ips.create([192, 0, 2, 2].into(), IpSettings::new()).await.unwrap();

    let changed = ips.update(address, IpSettings::new().description("news")).await.unwrap();
    assert_eq!((&*changed.ip_pool, &*changed.description), ("shop", "news"));
    assert_eq!(ips.get(address).await.unwrap(), changed);
    assert_eq!(ips.list(ListIps::new()).await.unwrap().len(), 2);
    assert_eq!(ips.list(ListIps::new().limit(1)).await.unwrap(), [changed]);

    ips.delete(address).await.unwrap();
    assert_eq!(status(ips.get(address).await), 404);
    assert_eq!(status(ips.update(address, IpSettings::new()).await), 404);
    assert_eq!(status(ips.delete(address).await), 404);
}

#[tokio::test]
async fn an_ip_is_listed_and_delisted_on_demand() {
    let mock = MockMailgun::start().await;
    let optimize = Optimize::new(&mock.client());
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    let zone = optimize.blocklists().await.unwrap().remove(0).blocklist;
    // It is not monitored yet.
    mock.add_to_blocklist("192.0.2.1", "pbl.spamhaus.org");
    assert_eq!(events(&optimize, ListBlocklistEvents::new()).await, []);

    optimize.ips().create([192, 0, 2, 1].into(), IpSettings::new().ip_pool("shop")).await.unwrap();
    mock.add_to_blocklist("192.0.2.1", &zone);
    mock.add_to_blocklist("192.0.2.1", &zone);
    let ip = optimize.ips().get(address).await.unwrap();
    assert_eq!((&ip.state, ip.listed.len()), (&Some(Health::Listed), 2));
    assert_eq!(ip.listed[1].list, zone);
    assert!(ip.listed[1].first_seen.is_some() && ip.listed[1].delist_requested_at.is_none());

    mock.remove_from_blocklist("192.0.2.1", "pbl.spamhaus.org");
    mock.remove_from_blocklist("192.0.2.1", &zone);
    mock.remove_from_blocklist("192.0.2.1", &zone);
    assert_eq!(optimize.ips().get(address).await.unwrap().state, Some(Health::Healthy));
    let all = events(&optimize, ListBlocklistEvents::new()).await;
    let types: Vec<_> = all.iter().map(|event| event.event.clone().unwrap()).collect();
    let [listed, delisted] = [BlocklistEventType::IpListed, BlocklistEventType::IpDelisted];
    assert_eq!(types, [delisted.clone(), delisted, listed.clone()]);
    assert!(all.iter().all(|event| event.ip == Some(address) && event.ip_pool == "shop"));

    let params = ListBlocklistEvents::new().event(listed).blocklist(&*zone).ip(address);
    assert_eq!(events(&optimize, params).await.len(), 1);
    let other = ListBlocklistEvents::new().ip("192.0.2.2".parse().unwrap());
    assert_eq!(events(&optimize, other).await, []);
    let mut pager = optimize.blocklist_events(january(), ListBlocklistEvents::new());
    assert_eq!(pager.next_page().await.unwrap(), None);
}

#[tokio::test]
async fn events_are_paged_and_odd_options_are_refused() {
    let mock = MockMailgun::start().await;
    let optimize = Optimize::new(&mock.client());
    optimize.ips().create([192, 0, 2, 1].into(), IpSettings::new()).await.unwrap();
    for number in 0..25 {
        mock.add_to_blocklist("192.0.2.1", &format!("bl{number}.example.com"));
    }
    let all = events(&optimize, ListBlocklistEvents::new().limit(10)).await;
    assert_eq!(all.len(), 25);
    assert_eq!(all[0].blocklist, "bl24.example.com");

    for limit in [9, 51] {
        let params = ListBlocklistEvents::new().limit(limit);
        let mut pager = optimize.blocklist_events(january(), params);
        assert_eq!(status(pager.next_page().await), 400);
    }
    let backwards = TimeRange::new(january().end(), january().start());
    let mut pager = optimize.blocklist_events(backwards, ListBlocklistEvents::new());
    assert_eq!(status(pager.next_page().await), 400);
    let mut pager = optimize.spam_traps(backwards, ListSpamTraps::new());
    assert_eq!(status(pager.next_page().await), 400);
}

#[tokio::test]
async fn a_listed_domain_is_found_and_its_alert_is_posted() {
    let mock = MockMailgun::start().await;
    let optimize = Optimize::new(&mock.client());
    let setting = json!({
        "event_type": "domain_listed",
        "channel": "webhook",
        // It is not on loopback, so the mock only records it.
        "settings": {"url": "https://example.com/alerts"},
    });
    let _: Value = mock.client().call(SET_ALERT, &[]).json(&setting).await.unwrap();
    optimize.domains().create("mg.example.com").await.unwrap();
    let domains = optimize.monitored_domains().await.unwrap();
    assert_eq!(
        (&*domains[0].domain, &domains[0].state),
        ("mg.example.com", &Some(Health::Healthy))
    );

    mock.add_to_blocklist("mg.example.com", "dbl.spamhaus.org");
    let domains = optimize.monitored_domains().await.unwrap();
    assert_eq!(domains[0].state, Some(Health::Listed));
    assert_eq!(domains[0].listed[0].name.as_deref(), Some("Spamhaus DBL"));
    assert!(optimize.domain_blocklists("mg.example.com").await.unwrap().is_object());
    assert_eq!(status(optimize.domain_blocklists("other.example.com").await), 404);
    for _ in 0..500 {
        if !mock.webhook_deliveries().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(mock.webhook_deliveries()[0].event, "domain_listed");

    mock.remove_from_blocklist("mg.example.com", "dbl.spamhaus.org");
    assert_eq!(optimize.monitored_domains().await.unwrap()[0].state, Some(Health::Healthy));
}

#[tokio::test]
async fn no_message_reaches_a_spam_trap() {
    let mock = MockMailgun::start().await;
    let optimize = Optimize::new(&mock.client());
    let mut pager = optimize.spam_traps(january(), ListSpamTraps::new().sort_by("totals"));
    assert_eq!(pager.next_page().await.unwrap(), None);
    let mut pager = optimize.spam_traps_by("ip", january(), ListSpamTraps::new());
    assert_eq!(pager.next_page().await.unwrap(), None);
    let mut pager = optimize.spam_traps_by("colour", january(), ListSpamTraps::new());
    assert_eq!(status(pager.next_page().await), 400);
    assert!(optimize.spam_traps_v2(january(), ListSpamTraps::new()).await.unwrap().is_object());
    assert!(optimize.snds().await.unwrap().is_object());
}
