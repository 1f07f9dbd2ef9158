use mailgun_core::Client;
use mailgun_tags::{DomainTags, ListDomainTags, ListTags, StatsQuery, Tags};
use mailgun_types::PageDirection;
use mockito::{Matcher, Server};
use serde_json::{Value, json};

const ODD: &str = "a+b/c%d é?#@x";
const ODD_IN_PATH: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn client(server: &Server) -> Client {
    mailgun_testing::client(server.url())
}

#[tokio::test]
async fn a_listing_of_the_account_sends_json_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (skip, items) in [(1, json!([{"tag": "a"}, {"tag": "b"}])), (3, json!([]))] {
        let asked = json!({
            "tag": ODD, "include_subaccounts": false, "include_metrics": true,
            "pagination": {"sort": "", "limit": 2, "skip": skip, "include_total": true}
        });
        let response = json!({"items": items, "pagination": {"skip": skip, "total": 3}});
        let mock = server
            .mock("POST", "/v1/analytics/tags")
            .match_header("content-type", "application/json")
            .match_body(Matcher::Json(asked))
            .with_body(response.to_string());
        mocks.push(mock.expect(1).create_async().await);
    }
    let params = ListTags::new()
        .tag(ODD)
        .include_subaccounts(false)
        .include_metrics(true)
        .sort("")
        .limit(2)
        .skip(1)
        .include_total(true);
    let mut pager = Tags::new(&client(&server)).list(params);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(3)));
    assert!(pager.next_page().await.unwrap().is_none());
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn tags_of_the_account_are_changed_by_json() {
    let mut server = Server::new_async().await;
    for (method, body) in
        [("PUT", json!({"tag": ODD, "description": ""})), ("DELETE", json!({"tag": ODD}))]
    {
        server
            .mock(method, "/v1/analytics/tags")
            .match_header("content-type", "application/json")
            .match_body(Matcher::Json(body))
            .with_body(r#"{"message": "done"}"#)
            .create_async()
            .await;
    }
    let tags = Tags::new(&client(&server));
    assert_eq!(tags.update(ODD, "").await.unwrap().message, "done");
    assert_eq!(tags.delete(ODD).await.unwrap().message, "done");
}

#[tokio::test]
async fn awkward_tags_of_a_domain_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let base = format!("/v3/mg.example.com/tags/{ODD_IN_PATH}");
    let query = format!("tag={ODD_IN_PATH}");
    let single = format!("/v3/mg.example.com/tag?{query}");
    let wanted = [
        ("GET", base.clone(), ""),
        ("PUT", base.clone(), "description=a%20%26%20b"),
        ("DELETE", base.clone(), ""),
        ("GET", format!("{base}/stats?event=opened&event=clicked"), ""),
        ("GET", format!("{base}/stats/aggregates/countries"), ""),
        ("GET", format!("{base}/stats/aggregates/providers"), ""),
        ("GET", format!("{base}/stats/aggregates/devices"), ""),
        ("GET", single.clone(), ""),
        ("PUT", format!("{single}&description=a%20%26%20b"), ""),
        ("DELETE", single, ""),
        ("GET", format!("/v3/mg.example.com/tag/stats?{query}&event=opened"), ""),
        ("GET", format!("/v3/mg.example.com/tag/stats/aggregates?{query}&type=device"), ""),
    ];
    let mut mocks = Vec::new();
    for (method, target, body) in &wanted {
        let mock = server.mock(method, &**target).match_body(*body).with_body("{}");
        mocks.push(mock.expect(1).create_async().await);
    }
    let tags = DomainTags::new(&client(&server), "mg.example.com");
    let opened = || StatsQuery::new().event("opened");
    tags.get(ODD).await.unwrap();
    tags.update(ODD, "a & b").await.unwrap();
    tags.delete(ODD).await.unwrap();
    tags.stats(ODD, opened().event("clicked")).await.unwrap();
    tags.countries(ODD).await.unwrap();
    tags.providers(ODD).await.unwrap();
    tags.devices(ODD).await.unwrap();
    tags.get_by_query(ODD).await.unwrap();
    tags.update_by_query(ODD, "a & b").await.unwrap();
    tags.delete_by_query(ODD).await.unwrap();
    tags.stats_by_query(ODD, opened()).await.unwrap();
    tags.aggregates_by_query(ODD, "device").await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn a_listing_of_a_domain_follows_the_links() {
    let mut server = Server::new_async().await;
    let path = "/v3/mg.example.com/tags";
    let next = format!("{}{path}?limit=1&page=next&tag={ODD_IN_PATH}", server.url());
    let page = |items: Value| json!({"items": items, "paging": {"next": next}}).to_string();
    let query = "limit=1&prefix=&tag=a&page=prev";
    server
        .mock("GET", &*format!("{path}?{query}"))
        .with_body(page(json!([{"tag": ODD}])))
        .create_async()
        .await;
    let second = server
        .mock("GET", &*format!("{path}?limit=1&page=next&tag={ODD_IN_PATH}"))
        .with_body(page(json!(null)))
        .create_async()
        .await;
    let params = ListDomainTags::new().limit(1).prefix("").tag("a").page(PageDirection::Previous);
    let mut pager = DomainTags::new(&client(&server), "mg.example.com").list(params);
    assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].tag, ODD);
    assert!(pager.next_page().await.unwrap().is_none());
    second.assert_async().await;
}
