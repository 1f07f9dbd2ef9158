use mailgun_core::ErrorKind;
use mailgun_events::{EventQuery, Events, Filter, Severity};
use mailgun_testing::{Answer, Scripted, client, operations, request_of};
use mockito::{Matcher, Server};

#[tokio::test]
async fn a_listing_follows_the_tokens_in_the_path_as_they_are() {
    let mut server = Server::new_async().await;
    let first = server
        .mock("GET", "/v3/mg.example.com/events")
        .match_query(Matcher::UrlEncoded("event".into(), "failed".into()))
        .with_body(page(&server, r#"{"event": "failed", "id": "a"}"#, "W3siYiI6IA=="))
        .expect(1)
        .create_async()
        .await;
    let second = server
        .mock("GET", "/v3/mg.example.com/events/W3siYiI6IA==")
        .match_query(Matcher::Missing)
        .with_body(page(&server, r#"{"event": "failed", "id": "b"}"#, "W3siYiI6IB=="))
        .expect(1)
        .create_async()
        .await;
    let last = server
        .mock("GET", "/v3/mg.example.com/events/W3siYiI6IB==")
        .with_body(page(&server, "", "W3siYiI6IB=="))
        .expect(1)
        .create_async()
        .await;
    let client = client(server.url());
    let mut pager = Events::new(&client, "MG.example.com").list(EventQuery::new().event("failed"));
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        ids.extend(page.into_iter().map(|event| event.id));
    }
    assert_eq!(ids, ["a", "b"]);
    for mock in [first, second, last] {
        mock.assert_async().await;
    }
}

fn page(server: &Server, items: &str, next: &str) -> String {
    let url = server.url();
    format!(
        r#"{{"items": [{items}], "paging": {{"next": "{url}/v3/mg.example.com/events/{next}"}}}}"#
    )
}

#[tokio::test]
async fn every_filter_is_one_value_of_the_query() {
    let query = EventQuery::new()
        .begin("2026-11-01T00:00:00.9Z".parse().unwrap())
        .end("2026-11-02".parse().unwrap())
        .ascending(false)
        .limit(300)
        .event(Filter::any_of(["delivered", "failed"]))
        .list("news@example.com")
        .attachment(Filter::quoted("a \"b\" c.pdf"))
        .from("a+b@example.com")
        .message_id("20180622220256.1.B31A451A2E5422BB@mg.example.com")
        .subject(Filter::not("x & y=z"))
        .to("")
        .size(Filter::between(10_000, 20_000))
        .recipient("é@example.com")
        .recipients(Filter::all_of(["a@example.com", "b@example.com"]))
        .tags(Filter::all_of([Filter::any_of(["a", "b"]), Filter::not(Filter::from("c AND d"))]))
        .severity(Severity::Permanent)
        .extra("user-variables", "x");
    let events = Events::new(&operations::client(), "mg.example.com");
    let seen = request_of(events.list(query).into_request()).await;
    let expected = [
        ("begin", "Sun, 01 Nov 2026 00:00:00 +0000"),
        ("end", "Mon, 02 Nov 2026 00:00:00 +0000"),
        ("ascending", "no"),
        ("limit", "300"),
        ("event", "delivered OR failed"),
        ("list", "news@example.com"),
        ("attachment", "\"a  b  c.pdf\""),
        ("from", "a+b@example.com"),
        ("message-id", "20180622220256.1.B31A451A2E5422BB@mg.example.com"),
        ("subject", "NOT (x & y=z)"),
        ("to", ""),
        ("size", ">10000 <20000"),
        ("recipient", "é@example.com"),
        ("recipients", "a@example.com AND b@example.com"),
        ("tags", "(a OR b) AND NOT (c AND d)"),
        ("severity", "permanent"),
        ("user-variables", "x"),
    ];
    assert_eq!(seen.query(), expected.map(|(name, value)| (name.into(), value.into())));
    assert_eq!(Filter::greater_than(5).as_str(), ">5");
    assert_eq!(Filter::less_than(5).as_str(), "<5");
    assert!(!format!("{:?}", Filter::from("a@example.com")).contains('@'));
}

#[tokio::test]
async fn page_tokens_with_special_characters_arrive_unchanged() {
    let events = Events::new(&operations::client(), "mg.example.com");
    let seen = request_of(events.list_page("a+b/c%d é?#@x").into_request()).await;
    assert_eq!(seen.uri.path(), "/v3/mg.example.com/events/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x");
    let error = events.list_page("").into_request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let nowhere = Events::new(&operations::client(), "a/b");
    assert_eq!(nowhere.list_page("x").into_request().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn refusals_are_errors_with_mailguns_words() {
    for (status, body, words) in [
        (400, r#"{"message": "'begin' is not a valid date"}"#, "'begin'"),
        (404, r#"{"message": "Domain not found: mg.example.com"}"#, "Domain not found"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let events = Events::new(&service.client(), "mg.example.com");
        let error = events.list(EventQuery::new()).next_page().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.api_message().unwrap().contains(words), "{error}");
        assert_eq!(error.operation().unwrap().to_string(), "GET /v3/{domain}/events");
    }
}
