use mailgun_core::{ErrorKind, Timestamp};
use mailgun_suppressions::{
    ListSuppressions, NewAllowlistEntry, NewBounce, NewComplaint, NewUnsubscribe, PageDirection,
    Suppressions,
};
use mailgun_testing::{Answer, Scripted, Seen, client, operations};
use mockito::{Matcher, Server};
use serde_json::json;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";
const LISTS: [&str; 4] = ["bounces", "unsubscribes", "complaints", "whitelists"];

fn suppressions(server: &Server) -> Suppressions {
    let client = client(server.url());
    Suppressions::new(&client, "mg.example.com")
}

fn time() -> Timestamp {
    "Thu, 13 Oct 2011 18:02:00 UTC".parse().unwrap()
}

#[tokio::test]
async fn pluses_and_slashes_in_addresses_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for list in LISTS {
        for method in ["GET", "DELETE"] {
            let path = format!("/v3/mg.example.com/{list}/{ENCODED}");
            let mock = server.mock(method, &*path).with_body("{}").expect(1);
            mocks.push(mock.create_async().await);
        }
    }
    let path = format!("/v3/mg.example.com/unsubscribes/{ENCODED}?tag={ENCODED}");
    mocks.push(server.mock("DELETE", &*path).with_body("{}").expect(1).create_async().await);
    let all = suppressions(&server);
    all.bounces().get(AWKWARD).await.unwrap();
    all.bounces().delete(AWKWARD).await.unwrap();
    all.unsubscribes().get(AWKWARD).await.unwrap();
    all.unsubscribes().delete(AWKWARD).await.unwrap();
    all.unsubscribes().delete_tag(AWKWARD, AWKWARD).await.unwrap();
    all.complaints().get(AWKWARD).await.unwrap();
    all.complaints().delete(AWKWARD).await.unwrap();
    all.allowlist().get(AWKWARD).await.unwrap();
    all.allowlist().delete(AWKWARD).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    // An address or a tag that is missing would make it the deletion of all.
    let error = all.unsubscribes().delete_tag(AWKWARD, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    for nothing in ["", ".", ".."] {
        let error = all.bounces().delete(nothing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    let elsewhere = Suppressions::new(&operations::client(), "mg.example.com/x");
    assert_eq!(elsewhere.bounces().delete_all().await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn links_are_followed_verbatim_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let path = "/v3/mg.example.com/bounces";
    let link = |pivot: &str| format!("{path}?page=next&address={pivot}%2Bx%40b.c&limit=3&term=");
    let pages = [
        (
            format!("{path}?limit=3&term=&address=0&page=next"),
            vec!["a+x@b.c", "b@b.c", "c+x@b.c"],
            "c",
        ),
        (link("c"), vec!["d+x@b.c"], "d"),
        (link("d"), vec![], "d"),
    ];
    let mut mocks = Vec::new();
    for (target, addresses, next) in &pages {
        let items: Vec<_> = addresses.iter().map(|address| json!({ "address": address })).collect();
        let next = format!("{}{}", server.url(), link(next));
        let body = json!({ "items": items, "paging": { "next": next, "last": next } }).to_string();
        let mock = server.mock("GET", &**target).with_body(body).expect(1);
        mocks.push(mock.create_async().await);
    }
    let params = ListSuppressions::new().limit(3).term("").address("0").page(PageDirection::Next);
    let mut pager = suppressions(&server).bounces().list(params);
    for (_, addresses, _) in &pages[..2] {
        let page = pager.next_page().await.unwrap().unwrap();
        assert!(page.items.iter().map(|bounce| &*bounce.address).eq(addresses.iter().copied()));
    }
    for _ in 0..2 {
        assert!(pager.next_page().await.unwrap().is_none());
    }
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn every_list_is_listed_and_emptied_at_its_path() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for list in LISTS {
        let path = format!("/v3/mg.example.com/{list}");
        let listed = server.mock("GET", &*format!("{path}?limit=0&page=last")).with_body("{}");
        let emptied = server.mock("DELETE", &*path).with_body(r#"{"message": "gone"}"#);
        mocks.push(listed.expect(1).create_async().await);
        mocks.push(emptied.match_body("").expect(1).create_async().await);
    }
    let all = suppressions(&server);
    let params = || ListSuppressions::new().limit(0).page(PageDirection::Last);
    assert!(all.bounces().list(params()).next_page().await.unwrap().is_none());
    assert!(all.unsubscribes().list(params()).next_page().await.unwrap().is_none());
    assert!(all.complaints().list(params()).next_page().await.unwrap().is_none());
    assert!(all.allowlist().list(params()).next_page().await.unwrap().is_none());
    assert_eq!(all.bounces().delete_all().await.unwrap().message, "gone");
    assert_eq!(all.unsubscribes().delete_all().await.unwrap().message, "gone");
    assert_eq!(all.complaints().delete_all().await.unwrap().message, "gone");
    assert_eq!(all.allowlist().delete_all().await.unwrap().message, "gone");
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn one_address_is_added_by_a_form() {
    let mut server = Server::new_async().await;
    let response = r#"{"message": "added", "address": "bob+a@example.com"}"#;
    let mut mocks = Vec::new();
    for (list, body) in [
        (
            "bounces",
            "address=bob%2Ba%40example.com&code=552&error=&\
             created_at=Thu%2C%2013%20Oct%202011%2018%3A02%3A00%20%2B0000",
        ),
        (
            "complaints",
            "address=bob%2Ba%40example.com&\
             created_at=Thu%2C%2013%20Oct%202011%2018%3A02%3A00%20%2B0000",
        ),
    ] {
        let mock = server
            .mock("POST", &*format!("/v3/mg.example.com/{list}"))
            .match_header("content-type", "application/x-www-form-urlencoded")
            .match_body(body)
            .with_body(response)
            .expect(1);
        mocks.push(mock.create_async().await);
    }
    for (list, fields) in [
        ("unsubscribes", [("address", "bob+a@example.com"), ("tag", "one, two")]),
        ("whitelists", [("domain", "example.org"), ("reason", "")]),
    ] {
        let parts = fields.map(|(name, value)| {
            let part = format!("name=\"{name}\"\r\n\r\n{value}\r\n").replace('+', "\\+");
            Matcher::Regex(part)
        });
        let mock = server
            .mock("POST", &*format!("/v3/mg.example.com/{list}"))
            .match_header("content-type", Matcher::Regex("^multipart/form-data; boundary=".into()))
            .match_body(Matcher::AllOf(parts.into()))
            .with_body(response)
            .expect(1);
        mocks.push(mock.create_async().await);
    }
    let (all, bob) = (suppressions(&server), "bob+a@example.com");
    let bounce = NewBounce::new(bob).code("552").error("").created_at(time());
    let added = all.bounces().create(bounce).await.unwrap();
    assert_eq!((&*added.message, &*added.address), ("added", bob));
    all.complaints().create(NewComplaint::new(bob).created_at(time())).await.unwrap();
    all.unsubscribes().create(NewUnsubscribe::new(bob).tag("one, two")).await.unwrap();
    all.allowlist().create(NewAllowlistEntry::domain("example.org").reason("")).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn several_tags_of_one_address_are_sent_as_json() {
    let mut server = Server::new_async().await;
    let body = json!([{
        "address": "bob@example.com",
        "tags": ["one", "two"],
        "created_at": "Thu, 13 Oct 2011 18:02:00 +0000",
    }]);
    let mock = server
        .mock("POST", "/v3/mg.example.com/unsubscribes")
        .match_header("content-type", "application/json")
        .match_body(Matcher::Json(body))
        .with_body(r#"{"message": "1 addresses have been added to the unsubscribes table"}"#)
        .create_async()
        .await;
    let bob = NewUnsubscribe::new("bob@example.com").tag("one").tag("two").created_at(time());
    let response = suppressions(&server).unsubscribes().create(bob).await.unwrap();
    assert_eq!(response.message, "1 addresses have been added to the unsubscribes table");
    assert_eq!(response.address, "bob@example.com");
    mock.assert_async().await;
}

#[tokio::test]
async fn json_under_the_type_of_plain_text_is_read() {
    let mut server = Server::new_async().await;
    let body = r#"{"address":"bob@example.com","message":"Bounced address has been removed"}"#;
    server
        .mock("DELETE", "/v3/mg.example.com/bounces/bob%40example.com")
        .with_header("content-type", "text/plain; charset=utf-8")
        .with_body(body)
        .create_async()
        .await;
    let response = suppressions(&server).bounces().delete("bob@example.com").await.unwrap();
    assert_eq!(response.message, "Bounced address has been removed");
    assert_eq!(response.address, "bob@example.com");
}

/// A service that refuses the records from 1000 to 1999.
fn partly_refusing(seen: &Seen) -> Answer {
    let rows = seen.json();
    let rows = rows.as_array().unwrap();
    if rows[0]["address"] == "user1000@example.com" {
        return Answer::new(400, r#"{"message": "no"}"#);
    }
    Answer::json(&json!({ "message": format!("{} addresses have been added", rows.len()) }))
}

#[tokio::test]
async fn records_are_sent_in_chunks_of_1000_with_a_result_each() {
    let service = Scripted::new(partly_refusing);
    let all = Suppressions::new(&service.client(), "mg.example.com");
    let address = |i| format!("user{i}@example.com");
    let results = [
        all.bounces().create_many((0..2500).map(|i| NewBounce::new(address(i)))).await,
        all.unsubscribes().create_many((0..2500).map(|i| NewUnsubscribe::new(address(i)))).await,
        all.complaints().create_many((0..2500).map(|i| NewComplaint::new(address(i)))).await,
    ];
    for chunks in results {
        let [first, second, third] = &chunks[..] else { panic!("{} calls", chunks.len()) };
        assert_eq!(first.positions, 0..1000);
        assert_eq!(first.result.as_ref().unwrap().message, "1000 addresses have been added");
        assert_eq!(second.positions, 1000..2000);
        assert_eq!(second.result.as_ref().unwrap_err().status().unwrap(), 400);
        assert_eq!(third.positions, 2000..2500);
        assert_eq!(third.result.as_ref().unwrap().message, "500 addresses have been added");
    }
    let seen = service.seen();
    assert_eq!(seen.len(), 9);
    for (requests, list) in seen.chunks(3).zip(LISTS) {
        for (request, length) in requests.iter().zip([1000, 1000, 500]) {
            assert_eq!(request.method, "POST");
            assert_eq!(request.uri.path(), format!("/v3/mg.example.com/{list}"));
            assert_eq!(request.content_type(), "application/json");
            assert_eq!(request.json().as_array().unwrap().len(), length);
        }
        assert_eq!(requests[2].json()[499], json!({ "address": "user2499@example.com" }));
    }
    assert!(all.bounces().create_many([]).await.is_empty());
    assert_eq!(service.seen().len(), 9);
}

#[test]
fn debug_shows_no_address() {
    let records = format!(
        "{:?} {:?} {:?} {:?}",
        NewBounce::new("bob@example.com").error("secret"),
        NewUnsubscribe::new("bob@example.com"),
        NewComplaint::new("bob@example.com"),
        NewAllowlistEntry::address("bob@example.com"),
    );
    assert!(!records.contains("bob") && !records.contains("secret"), "{records}");
}
