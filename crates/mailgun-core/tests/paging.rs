//! All paging styles: their end, their errors, and how they resume.
#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use futures_util::{StreamExt as _, TryStreamExt as _};
use mailgun_core::{
    Client, Cursor, Error, ErrorKind, Fields, LinkPage, Operation, Outcome, PageLinks, PageParts,
    PageResponse, Pager,
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::support::{Reaction, Recorded, Server, builder, response};

const EVENTS: Operation = Operation::get("/v3/{domain}/events");
const BOUNCES: Operation = Operation::get("/v3/{domain}/bounces");
const LOGS: Operation = Operation::post("/v1/analytics/logs").idempotent();
const DOMAIN: &[&str] = &["mg.example.com"];

fn page(items: &[u32], next: impl Into<Value>) -> Reaction {
    response("200 OK", &json!({"items": items, "paging": {"next": next.into()}}).to_string())
}

fn response_bytes(body: &[u8]) -> Reaction {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    Reaction::Response([head.as_bytes(), body].concat())
}

fn links(client: &Client, operation: Operation) -> Pager<u32> {
    Pager::links(client.call::<LinkPage<u32>>(operation, DOMAIN))
}

async fn items(pager: Pager<u32>) -> Result<Vec<u32>, Error> {
    pager.into_items().try_collect().await
}

fn targets(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.target().to_owned()).collect()
}

/// A page of a listing with the cursor in the path, as for events.
fn events(request: &Recorded, link: impl Fn(&str) -> String) -> Reaction {
    let host = request.header("host").unwrap();
    let link = |cursor: &str| link(&format!("http://{host}/v3/mg.example.com/events/{cursor}"));
    match request.target() {
        "/v3/mg.example.com/events?limit=3&event=failed" => page(&[1, 2, 3], link("W3siYSI6==a")),
        "/v3/mg.example.com/events/W3siYSI6==a" => page(&[4], link("Yi%2Bb=")),
        "/v3/mg.example.com/events/Yi%2Bb=" => page(&[], link("Yi%2Bb=")),
        other => panic!("{other}"),
    }
}

fn event_query() -> Fields {
    let mut query = Fields::new();
    query.set("limit", 3_u32).set("event", "failed");
    query
}

#[tokio::test]
async fn a_cursor_in_the_path_is_followed_unchanged() {
    type Shape = fn(&str) -> String;
    let absolute: Shape = str::to_owned;
    let relative: Shape = |url| url[url.find("/v3").unwrap()..].to_owned();
    for shape in [absolute, relative] {
        let server = Server::new(move |request| events(request, shape)).await;
        let call = server.client().call::<LinkPage<u32>>(EVENTS, DOMAIN).query(event_query());
        let mut pager = Pager::links(call);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [1, 2, 3]);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [4]);
        for _ in 0..3 {
            assert_eq!(pager.next_page().await.unwrap(), None);
        }
        assert_eq!(server.count(), 3);
        // The cursor contains the filters. They must not be added again.
        assert_eq!(targets(&server)[1], "/v3/mg.example.com/events/W3siYSI6==a");
        for request in server.requests() {
            assert_eq!(request.header("authorization"), Some(support::KEY_HEADER));
        }
    }
}

/// A page of a listing with the cursor in the query, as for suppressions.
fn bounces(request: &Recorded) -> Reaction {
    let host = request.header("host").unwrap();
    let path = "/v3/mg.example.com/bounces";
    let rest = request.target().strip_prefix(path).unwrap();
    let next = |at: u32| {
        format!("http://{host}{path}?page=next&address=a%2B{at}%40example.com&limit=3&term=a+b")
    };
    let at =
        rest.split("a%2B").nth(1).map_or(0, |at| at.split('%').next().unwrap().parse().unwrap());
    let page_items: Vec<u32> = (at + 1..=7).take(3).collect();
    page(&page_items, next((at + 3).min(7)))
}

#[tokio::test]
async fn a_cursor_in_the_query_is_followed_unchanged() {
    let server = Server::new(bounces).await;
    let all = items(links(&server.client(), BOUNCES)).await.unwrap();
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7]);
    let targets = targets(&server);
    assert_eq!(targets.len(), 4);
    assert_eq!(
        targets[1],
        "/v3/mg.example.com/bounces?page=next&address=a%2B3%40example.com&limit=3&term=a+b"
    );
}

#[tokio::test]
async fn all_items_are_collected_or_none() {
    let server = Server::new(bounces).await;
    let all = links(&server.client(), BOUNCES).collect().await.unwrap();
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7]);
    let server = Server::script(vec![page(&[1], "two"), response("400 X", "")]).await;
    let error = links(&server.client(), BOUNCES).collect().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
}

#[tokio::test]
async fn a_listing_ends_with_an_empty_page_however_it_is_written() {
    for body in [
        r#"{"items": [], "paging": {"next": "/v3/mg.example.com/bounces?page=9"}}"#,
        r#"{"items": null, "paging": {"next": "/v3/mg.example.com/bounces?page=9"}}"#,
        r#"{"paging": {"next": "/v3/mg.example.com/bounces?page=9"}}"#,
        r#"{"items": null, "paging": null}"#,
        "{}",
    ] {
        let first = page(&[1, 2], "/v3/mg.example.com/bounces?page=2");
        let server = Server::script(vec![first, response("200 OK", body)]).await;
        assert_eq!(items(links(&server.client(), BOUNCES)).await.unwrap(), [1, 2], "{body}");
        assert_eq!(server.count(), 2);

        let server = Server::always(response("200 OK", body)).await;
        let mut pager = links(&server.client(), BOUNCES);
        assert_eq!(pager.next_page().await.unwrap(), None, "{body}");
        assert_eq!(pager.next_page().await.unwrap(), None);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_page_without_a_link_is_the_last() {
    for body in [
        r#"{"items": [1]}"#,
        r#"{"items": [1], "paging": null}"#,
        r#"{"items": [1], "paging": {}}"#,
        r#"{"items": [1], "paging": {"next": null}}"#,
        r#"{"items": [1], "paging": {"next": "", "last": "/x"}}"#,
    ] {
        let server = Server::always(response("200 OK", body)).await;
        let mut pager = links(&server.client(), BOUNCES);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [1], "{body}");
        assert_eq!(pager.next_page().await.unwrap(), None);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_page_that_links_to_itself_is_an_error_after_its_items() {
    // On the first page, which has no cursor yet, and on a later one.
    for (first, expected) in
        [("/v3/mg.example.com/bounces", 1), ("/v3/mg.example.com/bounces?p=1", 2)]
    {
        let server = Server::new(move |request| {
            page(&[request.index as u32], if request.index == 0 { first } else { request.target() })
        })
        .await;
        let mut pager = links(&server.client(), BOUNCES);
        for index in 0..expected {
            assert_eq!(pager.next_page().await.unwrap().unwrap().items, [index]);
        }
        // Another call must not report the end of the listing.
        for _ in 0..2 {
            let error = pager.next_page().await.unwrap_err();
            assert!(error.to_string().contains("same page again"), "{error}");
            assert_eq!(error.operation(), Some(BOUNCES));
        }
        assert_eq!(server.count() as u32, expected);

        let seen: Vec<_> = links(&server.client(), BOUNCES).into_items().take(50).collect().await;
        assert!(seen.len() < 5, "endless");
    }
}

#[tokio::test]
async fn a_link_to_another_host_is_an_error_after_its_page() {
    let bait = Server::always(page(&[9], "")).await;
    let port = bait.address.port();
    for link in [
        format!("http://127.0.0.1:{port}/v3/mg.example.com/bounces?page=2"),
        format!("http://localhost:{port}/v3/mg.example.com/bounces?page=2"),
        format!("http://HOST@127.0.0.1:{port}/v3/mg.example.com/bounces?page=2"),
        "http://user:pass@HOST/v3/mg.example.com/bounces?page=2".to_owned(),
        "https://HOST/v3/mg.example.com/bounces?page=2".to_owned(),
        format!("//127.0.0.1:{port}/v3/mg.example.com/bounces?page=2"),
        "https://api.mailgun.net/v3/mg.example.com/bounces?page=2".to_owned(),
        "/v3/../../admin".to_owned(),
    ] {
        let given = link.clone();
        let server = Server::new(move |request| {
            page(&[1, 2], given.replace("HOST", request.header("host").unwrap()))
        })
        .await;
        let mut pager = links(&server.client(), BOUNCES);
        // The items are from the right host and must be returned.
        let page = pager.next_page().await.expect(&link).expect(&link);
        assert_eq!(page.items, [1, 2]);
        for _ in 0..2 {
            let error = pager.next_page().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{link}: {error}");
            assert_ne!(error.outcome(), Outcome::Unknown);
            assert_eq!(error.operation(), Some(BOUNCES));
            assert!(!error.to_string().contains("127.0.0.1"), "{error}");
        }
        assert_eq!(server.count(), 1);
    }
    assert_eq!(bait.connections(), 0);
}

#[tokio::test]
async fn a_link_of_one_word_is_a_page_of_the_same_listing() {
    let pages = vec![page(&[1], "eyJj+=="), page(&[2], "next"), page(&[3], "next")];
    let server = Server::script(pages).await;
    let client = builder(&format!("{}/gateway", server.url())).build().unwrap();
    let mut query = Fields::new();
    query.set("page", "first").set("limit", 1_u32);
    let call = client.call::<LinkPage<u32>>(BOUNCES, DOMAIN).query(query);
    let mut pager = Pager::links(call);
    for item in 1..=3 {
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [item]);
    }
    // A page that links to itself would repeat forever.
    assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::Decode);
    let path = "/gateway/v3/mg.example.com/bounces";
    assert_eq!(
        targets(&server),
        [
            format!("{path}?page=first&limit=1"),
            format!("{path}?limit=1&page=eyJj%2B%3D%3D"),
            format!("{path}?limit=1&page=next"),
        ]
    );
}

#[tokio::test]
async fn links_stay_below_the_prefix_of_the_base_url() {
    for (link, allowed) in [
        ("/gateway/v3/mg.example.com/bounces?page=2", true),
        ("/v3/mg.example.com/bounces?page=2", false),
        ("/gatewayother/v3/x", false),
        ("/gateway/%2e%2e/v3/x", false),
    ] {
        let server = Server::script(vec![page(&[1], link), page(&[], "")]).await;
        let client = builder(&format!("{}/gateway", server.url())).build().unwrap();
        let outcome = items(links(&client, BOUNCES)).await;
        assert_eq!(outcome.is_ok(), allowed, "{link}");
        assert_eq!(server.count(), if allowed { 2 } else { 1 }, "{link}");
    }
}

#[tokio::test]
async fn after_an_error_the_same_page_is_requested_again() {
    let next = "/v3/mg.example.com/bounces?page=2";
    let server = Server::script(vec![
        page(&[1, 2], next),
        response("400 Bad Request", r#"{"message": "not now"}"#),
        response("200 OK", "<html>"),
        page(&[3], "/v3/mg.example.com/bounces?page=3"),
        page(&[], ""),
    ])
    .await;
    let mut pager = links(&server.client(), BOUNCES);
    pager.next_page().await.unwrap().unwrap();
    let before = pager.cursor().cloned();
    assert_eq!(pager.next_page().await.unwrap_err().status().unwrap(), 400);
    assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(pager.cursor().cloned(), before);
    assert_eq!(pager.next_page().await.unwrap().unwrap().items, [3]);
    assert_eq!(pager.next_page().await.unwrap(), None);
    let targets = targets(&server);
    assert_eq!(targets[1..4], [next; 3]);
}

#[tokio::test]
async fn streams_end_after_an_error() {
    let script = || {
        vec![
            page(&[1, 2], "/v3/mg.example.com/bounces?page=2"),
            response("400 X", ""),
            page(&[3], ""),
        ]
    };
    let server = Server::script(script()).await;
    let seen: Vec<_> = links(&server.client(), BOUNCES).into_items().collect().await;
    assert_eq!(seen.len(), 3);
    assert_eq!(*seen[1].as_ref().unwrap(), 2);
    assert_eq!(seen[2].as_ref().unwrap_err().status().unwrap(), 400);
    assert_eq!(server.count(), 2);

    let server = Server::script(script()).await;
    let seen: Vec<_> = links(&server.client(), BOUNCES).into_pages().collect().await;
    assert_eq!(seen[0].as_ref().unwrap().items, [1, 2]);
    assert_eq!((seen.len(), seen[1].is_err(), server.count()), (2, true, 2));
}

#[tokio::test]
async fn pages_can_be_read_as_a_stream_or_one_by_one() {
    let server = Server::new(bounces).await;
    let pages: Vec<_> = links(&server.client(), BOUNCES).into_pages().try_collect().await.unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(sizes, [3, 3, 1]);

    let server = Server::new(bounces).await;
    let stream = links(&server.client(), BOUNCES).into_items();
    let mut stream = std::pin::pin!(stream);
    assert_eq!(server.count(), 0);
    for expected in 1..=3 {
        assert_eq!(stream.next().await.unwrap().unwrap(), expected);
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_page_has_the_total_if_the_server_sends_it() {
    for body in [
        json!({"items": [1], "total": 42}),
        json!({"items": [1], "total_count": 42}),
        json!({"items": [1], "total_items": 42}),
        json!({"items": [1], "total": 42, "total_count": 42}),
        json!({"items": [1, null], "total": null, "total_count": 42}),
    ] {
        let body = body.to_string();
        let server = Server::always(response("200 OK", &body)).await;
        let page = links(&server.client(), BOUNCES).next_page().await.unwrap().unwrap();
        assert_eq!(page.total, Some(42));
    }
}

/// A listing by `skip` and `limit` with five items.
fn domains(request: &Recorded) -> Reaction {
    let skip = request.target().split(['?', '&']).find_map(|pair| pair.strip_prefix("skip="));
    let skip: u32 = skip.map_or(0, |skip| skip.parse().unwrap());
    let items: Vec<u32> = (skip + 1..=5).take(2).collect();
    response("200 OK", &json!({"items": items, "total_count": 5}).to_string())
}

#[tokio::test]
async fn a_listing_by_skip_advances_by_the_items_received() {
    const LIST: Operation = Operation::get("/v4/domains");
    let skip = |client: &Client, query: Fields| {
        Pager::skip(client.call::<LinkPage<u32>>(LIST, &[]).query(query))
    };
    let mut query = Fields::new();
    query.set("limit", 2_u32).set("state", "active");
    let server = Server::new(domains).await;
    assert_eq!(items(skip(&server.client(), query)).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(
        targets(&server),
        [
            "/v4/domains?limit=2&state=active",
            "/v4/domains?limit=2&state=active&skip=2",
            "/v4/domains?limit=2&state=active&skip=4",
            "/v4/domains?limit=2&state=active&skip=5",
        ]
    );

    let mut query = Fields::new();
    query.set("skip", 3_u32);
    let server = Server::new(domains).await;
    assert_eq!(items(skip(&server.client(), query)).await.unwrap(), [4, 5]);
    assert_eq!(targets(&server), ["/v4/domains?skip=3", "/v4/domains?skip=5"]);
}

/// A page of the listings with a JSON body.
#[derive(Deserialize)]
struct LogPage {
    items: Option<Vec<u32>>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    next: Option<String>,
    total: Option<u64>,
}

impl PageResponse for LogPage {
    type Item = u32;

    fn into_parts(self) -> PageParts<u32> {
        let (next, total) = self.pagination.map_or((None, None), |p| (p.next, p.total));
        let links = PageLinks { next, ..PageLinks::default() };
        PageParts { items: self.items.unwrap_or_default(), links, total }
    }
}

fn asked(request: &Recorded) -> Value {
    assert_eq!(request.header("content-type"), Some("application/json"));
    serde_json::from_slice(&request.body).unwrap_or_default()
}

fn logs_by_token(request: &Recorded) -> Reaction {
    if !request.is_whole {
        return response("200 OK", "");
    }
    let (items, next) = match asked(request)["pagination"]["token"].as_str() {
        None => (vec![1, 2], Some("t+2/=")),
        Some("t+2/=") => (vec![3], Some("t3")),
        Some("t3") => (vec![], Some("t3")),
        Some(other) => panic!("{other}"),
    };
    response(
        "200 OK",
        &json!({"items": items, "pagination": {"next": next, "total": 3}}).to_string(),
    )
}

#[tokio::test]
async fn a_listing_by_token_repeats_the_query_with_the_token() {
    let query = json!({"start": "x", "pagination": {"sort": "timestamp:asc", "limit": 2}});
    let server = Server::new(logs_by_token).await;
    let pager = Pager::json_token(server.client().call::<LogPage>(LOGS, &[]), &query);
    assert_eq!(items(pager).await.unwrap(), [1, 2, 3]);
    let bodies: Vec<_> = server.requests().iter().map(asked).collect();
    assert_eq!(bodies[0], query);
    for (body, token) in bodies[1..].iter().zip(["t+2/=", "t3"]) {
        let mut expected = query.clone();
        expected["pagination"]["token"] = token.into();
        assert_eq!(*body, expected);
    }
    assert_eq!(bodies.len(), 3);
}

#[tokio::test]
async fn a_listing_by_skip_in_json_advances_by_the_items_received() {
    let server = Server::new(|request| {
        if !request.is_whole {
            return response("200 OK", "");
        }
        let skip = asked(request)["pagination"]["skip"].as_u64().unwrap_or(0) as u32;
        let items: Vec<u32> = (skip + 1..=5).take(2).collect();
        response("200 OK", &json!({"items": items}).to_string())
    })
    .await;
    let call = || server.client().call::<LogPage>(LOGS, &[]);
    let query = json!({"filter": 1});
    assert_eq!(items(Pager::json_skip(call(), &query)).await.unwrap(), [1, 2, 3, 4, 5]);
    let bodies: Vec<_> = server.requests().iter().map(asked).collect();
    assert_eq!(bodies[0], query);
    assert_eq!(bodies[1], json!({"filter": 1, "pagination": {"skip": 2}}));
    assert_eq!(bodies[3], json!({"filter": 1, "pagination": {"skip": 5}}));

    let query = json!({"pagination": {"skip": 4, "limit": 2}});
    assert_eq!(items(Pager::json_skip(call(), &query)).await.unwrap(), [5]);
    let last = asked(server.requests().last().unwrap());
    assert_eq!(last, json!({"pagination": {"skip": 5, "limit": 2}}));
}

/// Stops a listing after each of its pages, and resumes it in a new pager with the stored cursor.
async fn cut_everywhere(make: impl Fn() -> Pager<u32>, all: &[u32]) {
    for cut in 0..10 {
        let mut seen = Vec::new();
        let mut first = make();
        for _ in 0..cut {
            match first.next_page().await.unwrap() {
                Some(page) => seen.extend(page.items),
                None => break,
            }
        }
        let stored = serde_json::to_string(&first.cursor()).unwrap();
        drop(first);
        let point: Option<Cursor> = serde_json::from_str(&stored).unwrap();
        let mut second = make();
        if let Some(point) = point {
            second = second.resume(point);
        }
        assert!(seen.is_empty() || second.cursor().is_some(), "no point after {seen:?}");
        seen.extend(items(second).await.unwrap());
        assert_eq!(seen, all, "cut after {cut} pages, at {stored}");
    }
}

const PREVIEWS: Operation = Operation::get("/v1/preview/tests");

/// A listing by page number with five items, each page a bare list.
fn previews(request: &Recorded) -> Reaction {
    let page = request.target().split(['?', '&']).find_map(|pair| pair.strip_prefix("page="));
    let page: u32 = page.map_or(1, |page| page.parse().unwrap());
    let items: Vec<u32> = (page * 2 - 1..=5).take(2).collect();
    response("200 OK", &json!(items).to_string())
}

#[tokio::test]
async fn a_listing_by_page_number_counts_from_1_or_from_the_page_of_the_query() {
    let pager = |client: &Client, query: Fields| {
        Pager::page_number(client.call::<Vec<u32>>(PREVIEWS, &[]).query(query))
    };
    let mut query = Fields::new();
    query.set("results", 2_u32);
    let server = Server::new(previews).await;
    assert_eq!(items(pager(&server.client(), query)).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(
        targets(&server),
        [
            "/v1/preview/tests?results=2",
            "/v1/preview/tests?results=2&page=2",
            "/v1/preview/tests?results=2&page=3",
            "/v1/preview/tests?results=2&page=4",
        ]
    );

    let mut query = Fields::new();
    query.set("page", 3_u32);
    let server = Server::new(previews).await;
    assert_eq!(items(pager(&server.client(), query)).await.unwrap(), [5]);
    assert_eq!(targets(&server), ["/v1/preview/tests?page=3", "/v1/preview/tests?page=4"]);

    let server = Server::new(|_| response("200 OK", "[1, 2]")).await;
    let error = items(pager(&server.client(), Fields::new())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_listing_resumes_from_a_cursor_without_loss_or_repeat() {
    let server = Server::new(bounces).await;
    cut_everywhere(|| links(&server.client(), BOUNCES), &[1, 2, 3, 4, 5, 6, 7]).await;

    let server = Server::new(domains).await;
    const LIST: Operation = Operation::get("/v4/domains");
    let skip = || Pager::skip(server.client().call::<LinkPage<u32>>(LIST, &[]));
    cut_everywhere(skip, &[1, 2, 3, 4, 5]).await;

    let server = Server::new(previews).await;
    let page_number = || Pager::page_number(server.client().call::<Vec<u32>>(PREVIEWS, &[]));
    cut_everywhere(page_number, &[1, 2, 3, 4, 5]).await;

    let server = Server::new(logs_by_token).await;
    let token = || Pager::json_token(server.client().call::<LogPage>(LOGS, &[]), &json!({}));
    cut_everywhere(token, &[1, 2, 3]).await;
}

#[tokio::test]
async fn a_finished_listing_is_not_restarted_by_its_cursor() {
    let server = Server::new(|request| match request.target() {
        "/v3/mg.example.com/bounces" => page(&[1, 2], "/v3/mg.example.com/bounces?page=2"),
        _ => page(&[3], Value::Null),
    })
    .await;
    cut_everywhere(|| links(&server.client(), BOUNCES), &[1, 2, 3]).await;
}

#[tokio::test]
async fn a_stored_cursor_is_checked_like_a_link() {
    let bait = Server::always(page(&[9], "")).await;
    let server = Server::new(bounces).await;
    let mut pager = links(&server.client(), BOUNCES);
    pager.next_page().await.unwrap();
    let stored = serde_json::to_string(&pager.cursor()).unwrap();
    let link = format!("{}/v3/mg.example.com/bounces", bait.url());
    let forged = stored.replace("/v3/mg.example.com/bounces", &link);
    assert_ne!(forged, stored);
    let point: Cursor = serde_json::from_str(&forged).unwrap();
    let error = links(&server.client(), BOUNCES).resume(point).next_page().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedHost);
    assert_eq!((bait.connections(), server.count()), (0, 1));
}

#[tokio::test]
async fn the_options_of_the_call_apply_to_every_page() {
    let server = Server::new(bounces).await;
    let client = server.client().for_subaccount("tenant").unwrap();
    let call = client.call::<LinkPage<u32>>(BOUNCES, DOMAIN).header("X-Trace", "abc");
    items(Pager::links(call)).await.unwrap();
    assert_eq!(server.count(), 4);
    for request in server.requests() {
        assert_eq!(request.header("x-trace"), Some("abc"));
        assert_eq!(request.header("x-mailgun-on-behalf-of"), Some("tenant"));
    }
}

#[tokio::test]
async fn an_invalid_argument_is_reported_by_the_first_page() {
    let server = Server::new(bounces).await;
    let mut pager = Pager::links(server.client().call::<LinkPage<u32>>(BOUNCES, &["a/b"]));
    for _ in 0..2 {
        let error = pager.next_page().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidInput, Some(BOUNCES)));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_page_has_cursors_to_the_first_previous_and_last_page() {
    let path = "/v3/mg.example.com/bounces";
    let page = |item: u32| {
        let paging = json!({
            "first": format!("{path}?page=first"),
            "prev": format!("{path}?page=previous&address=a"),
            "Next": format!("{path}?page=next&address={item}"),
            "last": format!("{path}?page=last"),
        });
        response("200 OK", &json!({"items": [item], "paging": paging, "note": "kept"}).to_string())
    };
    let server = Server::script(vec![page(1), page(9), page(8), page(1)]).await;
    let client = server.client();
    let start = links(&client, BOUNCES).next_page().await.unwrap().unwrap();
    assert!(str::from_utf8(start.body()).unwrap().contains(r#""note":"kept""#));
    for (point, item) in [(start.last, 9), (start.previous, 8), (start.first, 1)] {
        let mut pager = links(&client, BOUNCES).resume(point.unwrap());
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [item]);
    }
    assert_eq!(
        targets(&server)[1..],
        [
            format!("{path}?page=last"),
            format!("{path}?page=previous&address=a"),
            format!("{path}?page=first"),
        ]
    );
}

#[tokio::test]
async fn into_request_returns_the_first_request_of_a_listing_without_sending_it() {
    let client = builder("http://127.0.0.1:9").build().unwrap();
    let call = client.call::<LinkPage<u32>>(EVENTS, DOMAIN).query(event_query());
    let request = Pager::links(call).into_request().unwrap();
    assert_eq!(request.uri().path(), "/v3/mg.example.com/events");
    assert_eq!(request.uri().query(), Some("limit=3&event=failed"));
    let call = client.call::<LinkPage<u32>>(EVENTS, &["a/b"]);
    assert_eq!(Pager::links(call).into_request().unwrap_err().kind(), ErrorKind::InvalidInput);
}

/// An invalid item is only in `unreadable`, with its JSON.
#[tokio::test]
async fn an_unreadable_item_is_kept_and_costs_no_other_item() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Bounce {
        address: String,
        #[serde(default, deserialize_with = "mailgun_core::de::optional_timestamp")]
        created_at: Option<mailgun_core::Timestamp>,
    }
    for (invalid, reason) in [
        ("null", "the item is not an object"),
        (r#""canary""#, "the item is not an object"),
        ("[[1]]", "the item's field `[0]` is not a string"),
        ("7", "the item is not an object"),
        ("{}", "the item lacks the field `address`"),
        (r#"{"address": ["canary"]}"#, "the item's field `address` is not a string"),
        (
            r#"{"address": "a", "created_at": {}}"#,
            "the item's field `created_at` is not a date as a string or a number",
        ),
    ] {
        let first = r#"{"address": "first"}"#;
        let last = r#"{"address": "last",  "x": 1}"#;
        let next = r#""paging": {"next": "/v3/mg.example.com/bounces?page=2"}"#;
        let server = Server::script(vec![
            response(
                "200 OK",
                &format!(r#"{{"items": [{first}, {invalid}, {last}, {invalid}], {next}}}"#),
            ),
            response("200 OK", &format!(r#"{{"items": [{invalid}]}}"#)),
            response("200 OK", &format!(r#"{{{next}, "items": [ {invalid} ,{first}]}}"#)),
            response("200 OK", "{}"),
        ])
        .await;
        let bounces = || Pager::links(server.client().call::<LinkPage<Bounce>>(BOUNCES, DOMAIN));
        let mut pager = bounces();
        let page = pager.next_page().await.unwrap().unwrap();
        let addresses: Vec<_> = page.items.iter().map(|bounce| &*bounce.address).collect();
        assert_eq!(addresses, ["first", "last"], "{invalid}");
        assert_eq!(page.unreadable.len(), 2, "{invalid}");
        for item in &page.unreadable {
            assert_eq!((item.json(), item.reason()), (invalid, reason));
        }
        assert!(!format!("{page:?}").contains("canary"), "{page:?}");
        // A page of invalid items is not an empty page.
        let page = pager.next_page().await.unwrap().unwrap();
        assert_eq!((page.items.len(), page.unreadable.len()), (0, 1));
        assert_eq!(pager.next_page().await.unwrap(), None);

        let items: Vec<Bounce> = bounces().into_items().try_collect().await.unwrap();
        assert_eq!(items.len(), 1, "{invalid}");
    }
}

#[tokio::test]
async fn a_listing_by_skip_counts_unreadable_items() {
    let server = Server::new(|request| {
        let skip = request.target().split(['?', '&']).find_map(|it| it.strip_prefix("skip="));
        let items = match skip {
            None => r#"[1, null, "2"]"#,
            Some("3") => r#"[{}, {}]"#,
            Some("5") => "[6]",
            Some("6") => "[]",
            Some(other) => panic!("{other}"),
        };
        response("200 OK", &format!(r#"{{"items": {items}, "total_count": 6}}"#))
    })
    .await;
    let call = server.client().call::<LinkPage<u32>>(BOUNCES, DOMAIN);
    assert_eq!(items(Pager::skip(call)).await.unwrap(), [1, 6]);
}

#[tokio::test]
async fn a_page_of_unreadable_items_is_read_in_linear_time() {
    let invalid = vec![json!({"address": 7}); 2_000];
    let mut all = vec![json!(1); 2_000];
    all.extend(invalid);
    let server = Server::always(response("200 OK", &json!({"items": all}).to_string())).await;
    let mut pager = links(&server.client(), BOUNCES);
    let page = pager.next_page();
    let page = tokio::time::timeout(std::time::Duration::from_secs(20), page).await.unwrap();
    let page = page.unwrap().unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (2_000, 2_000));
}

#[tokio::test]
async fn invalid_bytes_in_a_page_cost_no_item() {
    for invalid in [&b"\"\\udce9\""[..], b"\"\xe9\"", b"\"a\x00\nb\"", b"1e999", b"NaN"] {
        let mut body = b"\xef\xbb\xbf{\"items\": [1, 2], \"odd\": ".to_vec();
        body.extend_from_slice(invalid);
        body.extend_from_slice(b", \"more\": [");
        body.extend_from_slice(invalid);
        body.extend_from_slice(b"]}");
        let server = Server::always(response_bytes(&body)).await;
        let all = items(links(&server.client(), BOUNCES)).await.unwrap();
        assert_eq!(all, [1, 2], "{}", String::from_utf8_lossy(invalid));
    }
}

#[tokio::test]
async fn links_and_counts_of_an_unexpected_type_cost_no_page() {
    for (rest, total) in [
        (r#""total": "many""#, None),
        (r#""total": {}, "total_count": 2"#, Some(2)),
        (r#""total": 2, "total_count": 2, "total_items": 2"#, Some(2)),
        (r#""total_count": -1"#, None),
        (r#""paging": []"#, None),
        (r#""paging": {"next": false, "previous": 7, "prev": "x", "first": {}}"#, None),
        (r#""paging": {"next": " ", "Next": null}"#, None),
    ] {
        let body = format!(r#"{{"items": [1, 2], {rest}}}"#);
        let server = Server::always(response("200 OK", &body)).await;
        let mut pager = links(&server.client(), BOUNCES);
        let page = pager.next_page().await.expect(rest).expect(rest);
        assert_eq!((&*page.items, page.total), (&[1, 2][..], total), "{rest}");
        assert_eq!(pager.next_page().await.unwrap(), None, "{rest}");
    }
    // A value that may be a link must not end the listing silently.
    for paging in [r#"{"next": {"href": "/x"}}"#, r#"{"next": ["/x"]}"#] {
        let body = format!(r#"{{"items": [1, 2], "paging": {paging}}}"#);
        let refusal = response("404 Not Found", "{}");
        let server = Server::script(vec![response("200 OK", &body), refusal]).await;
        let mut pager = links(&server.client(), BOUNCES);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [1, 2]);
        assert!(pager.next_page().await.is_err(), "{paging}");
    }
}

#[tokio::test]
async fn malformed_links_are_repaired_and_followed() {
    let path = "/v3/mg.example.com/bounces?page=next&term=a%20b";
    for shape in [
        " http://HOST/v3/mg.example.com/bounces?page=next&term=a b ",
        "http://HOST/v3/mg.example.com/bounces?page=next&amp;term=a%20b",
        "HTTP://HOST/v3/mg.example.com/\n  bounces?page=next&term=a%20b",
        "HOST/v3/mg.example.com/bounces?page=next&term=a b",
        "//HOST/v3/mg.example.com/bounces?page=next&term=a b",
        "v3/mg.example.com/bounces?page=next&term=a%20b",
        "bounces?page=next&term=a%20b",
        "?page=next&term=a b",
    ] {
        let shape = shape.replace("\n  ", "\n");
        let given = shape.clone();
        let server = Server::new(move |request| match request.index {
            0 => page(&[1], given.replace("HOST", request.header("host").unwrap())),
            1 => page(&[2], Value::Null),
            _ => panic!("{}", request.target()),
        })
        .await;
        assert_eq!(items(links(&server.client(), BOUNCES)).await.expect(&shape), [1, 2]);
        assert_eq!(targets(&server)[1], path, "{shape}");
    }
}

#[tokio::test]
async fn a_loop_of_pages_is_an_error_after_their_items() {
    // A, B, A: by links, by links in another form, and by tokens.
    let path = "/v3/mg.example.com/bounces";
    let by_links = |back: &'static str| {
        move |request: &Recorded| match request.target() {
            "/v3/mg.example.com/bounces?p=2" => page(&[2], back),
            _ => page(&[request.index as u32 + 10], "?p=2"),
        }
    };
    for back in [
        path,
        "v3/mg.example.com/bounces",
        " /v3/mg.example.com/bounces ",
        "?p=2",
        "/v3/mg.example.com/bounces?p=2",
    ] {
        let server = Server::new(by_links(back)).await;
        let mut pager = links(&server.client(), BOUNCES);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [10]);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [2]);
        for _ in 0..2 {
            let error = pager.next_page().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.operation()),
                (ErrorKind::Decode, Some(BOUNCES)),
                "{back}"
            );
        }
        assert_eq!(server.count(), 2, "{back}");
    }

    let server = Server::new(|request| {
        if !request.is_whole {
            return response("200 OK", "");
        }
        let next = if asked(request)["pagination"]["token"] == "b" { "a" } else { "b" };
        let body = json!({"items": [request.index], "pagination": {"next": next}});
        response("200 OK", &body.to_string())
    })
    .await;
    let pager = Pager::json_token(server.client().call::<LogPage>(LOGS, &[]), &json!({}));
    let seen: Vec<_> = pager.into_items().take(50).collect().await;
    assert!(seen.len() < 6 && seen.last().unwrap().is_err(), "{seen:?}");
}

#[tokio::test]
async fn a_server_that_ignores_the_requested_page_is_an_error() {
    let pagers: [fn(&Client) -> Pager<u32>; 4] = [
        |client| Pager::skip(client.call::<LinkPage<u32>>(BOUNCES, DOMAIN)),
        |client| Pager::json_skip(client.call::<LogPage>(LOGS, &[]), &json!({})),
        |client| Pager::json_token(client.call::<LogPage>(LOGS, &[]), &json!({})),
        |client| links(client, BOUNCES),
    ];
    for (index, pager) in pagers.into_iter().enumerate() {
        // Links and counts differ in each response, the items do not.
        let server = Server::new(|request| {
            if request.header("content-type").is_some() && !request.is_whole {
                return response("200 OK", "");
            }
            let next = format!("bounces?page={}", request.index);
            let body = json!({
                "items": [7],
                "total_count": 1,
                "paging": {"next": next},
                "pagination": {"next": next, "total": request.index},
                "time": request.index,
            });
            response("200 OK", &body.to_string())
        })
        .await;
        let mut pager = pager(&server.client());
        assert_eq!(pager.next_page().await.unwrap().unwrap().items, [7]);
        // New links and tokens may lead to an equal page, once.
        if index >= 2 {
            assert_eq!(pager.next_page().await.unwrap().unwrap().items, [7]);
        }
        let before = pager.cursor().cloned();
        for _ in 0..2 {
            let error = pager.next_page().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{index}");
            assert!(error.to_string().contains("same page again"), "{error}");
        }
        assert_eq!(pager.cursor().cloned(), before);
    }
}
