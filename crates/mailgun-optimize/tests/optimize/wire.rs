use std::time::Duration;

use mailgun_core::{Client, ErrorKind, Timestamp};
use mailgun_optimize::{
    BlocklistEventType, IpSettings, ListBlocklistEvents, ListDomains, ListIps, ListSpamTraps,
    Optimize, SpamTrapDimension, SpamTrapSort, TimeRange,
};
use mailgun_testing::{Answer, Scripted};
use mockito::{Matcher, Server};
use serde_json::{Value, json};

use crate::january;

fn scripted(response: Value) -> (Scripted, Optimize) {
    let service = Scripted::new(move |_| Answer::json(&response));
    let optimize = Optimize::new(&service.client());
    (service, optimize)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn domains_and_ips_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    let awkward = "a+b/c%d é?#&=@x";
    let query = Matcher::UrlEncoded("domain".to_owned(), awkward.to_owned());
    for (method, path, query) in [
        ("POST", "/v1/inboxready/domains", query.clone()),
        ("DELETE", "/v1/inboxready/domains", query.clone()),
        ("PUT", "/v1/inboxready/domains/verify", query),
        ("GET", "/v1/inboxready/ip_addresses/192.0.2.1", Matcher::Missing),
        ("GET", "/v1/inboxready/ip_addresses/2001%3Adb8%3A%3A1", Matcher::Missing),
        ("PUT", "/v1/inboxready/ip_addresses/192.0.2.1", Matcher::Missing),
        ("GET", "/v3/domains/mg.example.com/blocklists", Matcher::Missing),
        ("GET", "/v1/reputationanalytics/snds", Matcher::Missing),
    ] {
        let mock = server.mock(method, path).match_query(query);
        mocks.push(mock.with_body(r#"{"message": "done"}"#).expect(1).create_async().await);
    }
    let deletion = server.mock("DELETE", "/v1/inboxready/ip_addresses/192.0.2.1").with_status(204);
    mocks.push(deletion.expect(1).create_async().await);
    let client = Client::builder("key-test").base_url(server.url()).build().unwrap();
    let optimize = Optimize::new(&client);
    let (domains, ips) = (optimize.domains(), optimize.ips());
    assert_eq!(domains.create(awkward).await.unwrap().message, "done");
    assert_eq!(domains.delete(awkward).await.unwrap().message, "done");
    assert_eq!(domains.verify(awkward).await.unwrap().message, "done");
    let ip = "192.0.2.1".parse().unwrap();
    ips.get(ip).await.unwrap();
    ips.get("2001:db8::1".parse().unwrap()).await.unwrap();
    ips.update(ip, IpSettings::new()).await.unwrap();
    ips.delete(ip).await.unwrap();
    assert_eq!(optimize.domain_blocklists("mg.example.com").await.unwrap()["message"], "done");
    assert_eq!(optimize.snds().await.unwrap()["message"], "done");
    for mock in mocks {
        mock.assert_async().await;
    }
    for odd in ["", "..", "a/b"] {
        let error = optimize.domain_blocklists(odd).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn an_ip_is_json_and_only_what_was_set() {
    let (service, optimize) = scripted(json!({}));
    let ips = optimize.ips();
    ips.create([192, 0, 2, 1].into(), IpSettings::new()).await.unwrap();
    let settings = IpSettings::new().ip_pool("shop").description("receipts").extra("new", &1);
    ips.create([192, 0, 2, 1].into(), settings).await.unwrap();
    ips.update([192, 0, 2, 1].into(), IpSettings::new().description("")).await.unwrap();
    let bodies: Vec<_> = service.seen().iter().map(mailgun_testing::Seen::json).collect();
    assert_eq!(
        bodies,
        [
            json!({"ip": "192.0.2.1"}),
            json!({"ip": "192.0.2.1", "ip_pool": "shop", "description": "receipts", "new": 1}),
            json!({"description": ""}),
        ]
    );
}

#[tokio::test]
async fn listings_have_the_options_that_were_set() {
    let (service, optimize) = scripted(json!({}));
    let params = ListDomains::new().limit(5).domain("example.com").include_subaccounts(true);
    optimize.domains().list(params).next_page().await.unwrap();
    optimize.ips().list(ListIps::new().limit(7)).await.unwrap();
    let events = ListBlocklistEvents::new()
        .ip("192.0.2.1".parse().unwrap())
        .blocklist("pbl.spamhaus.org")
        .event(BlocklistEventType::IpDelisted)
        .limit(10);
    optimize.blocklist_events(january(), events).next_page().await.unwrap();
    let traps = ListSpamTraps::new()
        .sort_by(SpamTrapSort::Totals)
        .ip("192.0.2.1".parse().unwrap())
        .ip("192.0.2.2".parse().unwrap())
        .domain("a.example.com")
        .domain("b.example.com")
        .subject("Hello & welcome")
        .from("a+b@example.com");
    optimize.spam_traps(january(), traps).next_page().await.unwrap();
    let by = SpamTrapDimension::From;
    optimize.spam_traps_by(by, january(), ListSpamTraps::new()).next_page().await.unwrap();
    optimize.spam_traps_v2(january(), ListSpamTraps::new()).await.unwrap();
    let seen = service.seen();
    let sent: Vec<_> = seen.iter().map(|seen| (seen.uri.path(), seen.query())).collect();
    let days = [("start", "2022-01-01"), ("end", "2022-01-31")];
    assert_eq!(
        sent[0],
        (
            "/v1/inboxready/domains",
            pairs(&[("limit", "5"), ("domain", "example.com"), ("include_subaccounts", "true")])
        )
    );
    assert_eq!(sent[1], ("/v1/inboxready/ip_addresses", pairs(&[("limit", "7")])));
    let wanted = [
        ("ip", "192.0.2.1"),
        ("blocklist", "pbl.spamhaus.org"),
        ("event", "ip_delisted"),
        ("limit", "10"),
        ("timerangeStart", "2022-01-01T23:00:00Z"),
        ("timerangeEnd", "2022-01-31T01:30:00.500000Z"),
    ];
    assert_eq!(sent[2], ("/v1/blocklist-monitoring/events", pairs(&wanted)));
    let wanted = [
        ("sortby", "totals"),
        ("ip", "192.0.2.1"),
        ("ip", "192.0.2.2"),
        ("domain", "a.example.com"),
        ("domain", "b.example.com"),
        ("subject", "Hello & welcome"),
        ("from", "a+b@example.com"),
        days[0],
        days[1],
    ];
    assert_eq!(sent[3], ("/v1/spamtraps", pairs(&wanted)));
    assert_eq!(sent[4], ("/v1/spamtraps", pairs(&[days[0], days[1], ("groupby", "from")])));
    assert_eq!(sent[5], ("/v2/spamtraps", pairs(&days)));
}

#[tokio::test]
async fn pages_follow_their_links() {
    let service = Scripted::new(|seen| {
        let page = seen.query().into_iter().find(|(name, _)| name == "page");
        let base = format!("https://api.mailgun.net{}?page=", seen.uri.path());
        match page.as_ref().map(|(_, page)| &**page) {
            None => Answer::json(&json!({
                "items": [{"name": "a.example.com"}], "paging": {"next": format!("{base}2")},
            })),
            _ => Answer::json(&json!({"items": [], "paging": {"next": format!("{base}3")}})),
        }
    });
    let mut pager = Optimize::new(&service.client()).domains().list(ListDomains::new());
    assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].name, "a.example.com");
    assert_eq!(pager.next_page().await.unwrap(), None);
    assert_eq!(service.seen().len(), 2);
}

#[test]
fn a_range_of_the_last_time_ends_now_and_starts_in_the_year_1_at_the_earliest() {
    let before = Timestamp::now();
    let hour = TimeRange::last(Duration::from_secs(3600));
    assert!(before <= hour.end() && hour.end() <= Timestamp::now());
    assert_eq!(hour.end().duration_since(hour.start()), Some(Duration::from_secs(3600)));
    assert_eq!(TimeRange::last(Duration::MAX).start(), Timestamp::MIN);
}
