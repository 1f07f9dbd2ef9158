//! What the wire tests share, and listings of both kinds.

use mailgun_core::{ErrorKind, Timestamp};
use mailgun_inbox_placement::{InboxPlacement, ListResults, ListSeedLists};
use mailgun_testing::{client, operations};
use mockito::{Matcher, Mock, Server};
use serde_json::{Value, json};

pub(crate) const ODD: &str = "a+b/c%d é?#@x";
pub(crate) const ODD_IN_PATH: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

pub(crate) fn placement(server: &Server) -> InboxPlacement {
    InboxPlacement::new(&client(server.url()))
}

/// Expects one request for each of these, which is answered with `body`.
pub(crate) async fn expect(
    server: &mut Server,
    targets: &[(&str, String)],
    body: &str,
) -> Vec<Mock> {
    let mut mocks = Vec::new();
    for (method, target) in targets {
        let mock = server.mock(method, &**target).match_body(Matcher::Exact(String::new()));
        mocks.push(mock.with_body(body).expect(1).create_async().await);
    }
    mocks
}

pub(crate) async fn assert_all(mocks: Vec<Mock>) {
    for mock in mocks {
        mock.assert_async().await;
    }
}

fn page(server: &Server, path: &str, items: Value) -> String {
    let link = |cursor| format!("{}{path}?ascending=0&cursor={cursor}&limit=2", server.url());
    let paging =
        json!({"next": link("b%2B%2F%3D"), "previous": link("a"), "first": "", "last": ""});
    json!({ "items": items, "paging": paging, "total": 3 }).to_string()
}

#[tokio::test]
async fn listings_follow_the_opaque_cursor_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let common = "time_after=2024-08-09T14%3A32%3A57.183000Z&time_before=2024-08-11T00%3A00%3A00Z\
                  &limit=2&offset=0&cursor=&sort=&ascending=false";
    for (path, own, items) in [
        ("/v4/inbox/seedlists", "name=a%26b", json!([{"name": "one"}, {"name": "two"}])),
        (
            "/v4/inbox/results",
            "sender=a%2Bb%40example.com&subject=&provider=gmail.com&target_email=t%40example.com",
            json!([{"subject": "one"}, {"subject": "two"}]),
        ),
    ] {
        let first = page(&server, path, items);
        let last = page(&server, path, Value::Null);
        let asked = format!("{path}?{own}&{common}");
        server.mock("GET", &*asked).with_body(first).expect(1).create_async().await;
        let next = format!("{path}?ascending=0&cursor=b%2B%2F%3D&limit=2");
        server.mock("GET", &*next).with_body(last).expect(1).create_async().await;
    }
    let placement = placement(&server);
    let after: Timestamp = "2024-08-09T14:32:57.183Z".parse().unwrap();
    let before: Timestamp = "2024-08-11T00:00:00Z".parse().unwrap();

    let params = ListSeedLists::new().name("a&b").time_after(after).time_before(before);
    let params = params.limit(2).offset(0).cursor("").sort("").ascending(false);
    let mut pager = placement.seed_lists().list(params);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(3)));
    assert!(page.previous.is_some() && page.first.is_none());
    assert!(pager.next_page().await.unwrap().is_none());

    let params = ListResults::new()
        .sender("a+b@example.com")
        .subject("")
        .provider("gmail.com")
        .target_email("t@example.com")
        .time_after(after)
        .time_before(before);
    let params = params.limit(2).offset(0).cursor("").sort("").ascending(false);
    let mut pager = placement.results().list(params);
    assert_eq!(pager.next_page().await.unwrap().unwrap().items[1].subject, "two");
    assert!(pager.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn unset_parameters_are_not_sent() {
    let mut server = Server::new_async().await;
    let targets = ["/v4/inbox/seedlists", "/v4/inbox/results"].map(|path| ("GET", path.to_owned()));
    let mocks = expect(&mut server, &targets, "{}").await;
    let placement = placement(&server);
    assert!(placement.seed_lists().list(ListSeedLists::new()).next_page().await.unwrap().is_none());
    assert!(placement.results().list(ListResults::new()).next_page().await.unwrap().is_none());
    assert_all(mocks).await;
}

#[tokio::test]
async fn the_providers_are_listed_without_parameters() {
    let mut server = Server::new_async().await;
    let targets = [("GET", "/v4/inbox/providers".to_owned())];
    let mocks = expect(&mut server, &targets, r#"{"items": [{"domain": "gmail.com"}]}"#).await;
    assert_eq!(placement(&server).providers().await.unwrap()[0].domain, "gmail.com");
    assert_all(mocks).await;
}

#[tokio::test]
async fn segments_cannot_reach_another_path() {
    let placement = InboxPlacement::new(&operations::client());
    for segment in ["", ".", "..", "a\nb"] {
        let error = placement.seed_lists().get(segment).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let error = placement.results().update_sharing(segment, true).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}
