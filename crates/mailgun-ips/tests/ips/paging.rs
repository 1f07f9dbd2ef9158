use std::fmt;

use mailgun_core::{ErrorKind, Pager};
use mailgun_ips::{
    Ips, ListDynamicPoolDomains, ListDynamicPoolHistory, ListPoolDomains, ListWarmups,
};
use mailgun_testing::{Answer, Scripted};
use serde_json::{Value, json};

use crate::support::{POOL, ip};

/// The paths that were asked for, with their queries.
fn asked(service: &Scripted) -> Vec<String> {
    let seen = service.seen();
    seen.iter().map(|seen| seen.uri.path_and_query().unwrap().to_string()).collect()
}

fn script(pages: &[Value]) -> Scripted {
    Scripted::script(pages.iter().map(Answer::json).collect())
}

async fn all<T: Send + fmt::Debug + 'static>(mut pager: Pager<T>) -> Vec<T> {
    let mut items = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        items.extend(page);
    }
    items
}

#[tokio::test]
async fn http_links_to_the_same_host_are_followed_over_https() {
    let path = format!("/v3/ip_pools/{POOL}/domains");
    let link = |token: &str| format!("http://api.mailgun.net{path}?page={token}");
    let page = |names: &[&str], next: &str| {
        let domains: Vec<_> = names.iter().map(|name| json!({ "id": "x", "name": name })).collect();
        json!({ "domains": domains, "paging": { "first": link("eyJj"), "next": link(next) } })
    };
    let service = script(&[page(&["a", "b"], "eyJk%3D"), page(&["c"], "eyJl"), page(&[], "eyJl")]);
    let pools = Ips::new(&service.client()).pools();
    let domains = all(pools.domains(POOL, ListPoolDomains::new().limit(10))).await;
    assert!(domains.iter().map(|domain| &*domain.name).eq(["a", "b", "c"]));
    let targets =
        [format!("{path}?limit=10"), format!("{path}?page=eyJk%3D"), format!("{path}?page=eyJl")];
    assert_eq!(asked(&service), targets);
    assert!(service.seen().iter().all(|seen| seen.uri.scheme_str() == Some("https")));
}

#[tokio::test]
async fn bare_page_tokens_are_followed() {
    let page = |lasts: &[u8], next: &str| {
        let items: Vec<_> = lasts.iter().map(|last| json!({ "ip": ip(*last) })).collect();
        json!({ "items": items, "paging": { "first": "first", "next": next } })
    };
    let service = script(&[page(&[1, 2], "next"), page(&[3], "eyJ+="), page(&[], "eyJ+=")]);
    let warmups = Ips::new(&service.client()).warmups();
    let found = all(warmups.list(ListWarmups::new().limit(2))).await;
    assert!(found.iter().map(|warmup| warmup.ip.unwrap()).eq([1, 2, 3].map(ip)));
    assert_eq!(
        asked(&service),
        [
            "/v3/ip_warmups?limit=2",
            "/v3/ip_warmups?limit=2&page=next",
            "/v3/ip_warmups?limit=2&page=eyJ%2B%3D",
        ]
    );
}

#[tokio::test]
async fn a_repeated_page_token_is_an_error() {
    let page =
        json!({ "items": [{ "ip": ip(1) }], "paging": { "first": "first", "next": "next" } });
    let service = script(&[page]);
    let mut pager = Ips::new(&service.client()).warmups().list(ListWarmups::new());
    for _ in 0..2 {
        assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 1);
    }
    assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn links_with_capital_keys_are_followed() {
    let link = |path: &str, token: &str| format!("https://api.mailgun.net{path}?page={token}");
    let page = |path: &str, item: Value, next: &str| {
        let paging = json!({
            "Next": link(path, next),
            "Previous": link(path, "p"),
            "First": link(path, "f"),
            "Last": link(path, "l"),
        });
        json!({ "items": item, "total_items": 2, "paging": paging })
    };
    let (path, items) =
        ("/v1/dynamic_pools/domains", ["a", "b"].map(|name| json!([{ "name": name }])));
    let [first, second] = items;
    let service =
        script(&[page(path, first, "1"), page(path, second, "2"), page(path, json!([]), "2")]);
    let pools = Ips::new(&service.client()).dynamic_pools();
    let mut pager = pools.domains(ListDynamicPoolDomains::new());
    let first = pager.next_page().await.unwrap().unwrap();
    assert_eq!((&*first.items[0].name, first.total), ("a", Some(2)));
    assert!(first.first.is_some() && first.previous.is_some() && first.last.is_some());
    assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].name, "b");
    assert!(pager.next_page().await.unwrap().is_none());
    assert_eq!(asked(&service), [path, &format!("{path}?page=1"), &format!("{path}?page=2")]);

    let path = "/v1/dynamic_pools/history";
    let service =
        script(&[page(path, json!([{ "domain_name": "a" }]), "1"), page(path, json!([]), "1")]);
    let pools = Ips::new(&service.client()).dynamic_pools();
    let moves = all(pools.history(ListDynamicPoolHistory::new().limit(1))).await;
    assert_eq!(moves[0].domain_name, "a");
    assert_eq!(asked(&service), [format!("{path}?Limit=1"), format!("{path}?page=1")]);

    // The description's own examples have no links at all.
    let service = script(&[json!({ "items": [{ "name": "a" }], "total_items": 1, "paging": {} })]);
    let pools = Ips::new(&service.client()).dynamic_pools();
    assert_eq!(all(pools.domains(ListDynamicPoolDomains::new())).await.len(), 1);
}
