use mailgun_core::ErrorKind;
use mailgun_routes::{Action, Expression, ListRoutes, RouteSettings, Routes};
use mailgun_testing::client;
use mockito::{Matcher, Server};

const ROUTE: &str = r#"{"message": "done", "route": {"id": "4f3bad2335335426750048c6"}}"#;

fn routes(server: &Server) -> Routes {
    Routes::new(&client(server.url()))
}

#[tokio::test]
async fn a_listing_sends_skip_and_limit_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let page = |skip: &str, ids: &str| {
        let query = Matcher::UrlEncoded("skip".into(), skip.into());
        let query = Matcher::AllOf(vec![Matcher::UrlEncoded("limit".into(), "2".into()), query]);
        (query, format!(r#"{{"items": [{ids}], "total_count": 3}}"#))
    };
    let mut mocks = Vec::new();
    for (query, body) in
        [page("1", r#"{"id": "a"}, {"id": "b"}"#), page("3", r#"{"id": "c"}"#), page("4", "")]
    {
        let mock = server.mock("GET", "/v3/routes").match_query(query).with_body(body);
        mocks.push(mock.expect(1).create_async().await);
    }
    let mut pager = routes(&server).list(ListRoutes::new().limit(2).skip(1));
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        assert_eq!(page.total, Some(3));
        ids.extend(page.into_iter().map(|route| route.id));
    }
    assert_eq!(ids, ["a", "b", "c"]);
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn a_route_is_created_and_changed_by_a_form() {
    let mut server = Server::new_async().await;
    let created = server
        .mock("POST", "/v3/routes")
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(
            "priority=0&description=&action=forward%28%22http%3A%2F%2Fmyhost.com%2Fmessages%2F%22%29\
             &action=stop%28%29&expression=match_recipient%28%22.*%40gmail.com%22%29",
        )
        .with_body(ROUTE)
        .create_async()
        .await;
    let settings = RouteSettings::new()
        .priority(0)
        .description("")
        .action(Action::forward("http://myhost.com/messages/"))
        .action(Action::stop());
    let expression = Expression::match_recipient(".*@gmail.com");
    let response = routes(&server).create(expression, settings).await.unwrap();
    assert_eq!((&*response.message, &*response.route.id), ("done", "4f3bad2335335426750048c6"));
    created.assert_async().await;

    let changed = server
        .mock("PUT", "/v3/routes/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x")
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body("priority=-1")
        .with_body(ROUTE)
        .create_async()
        .await;
    let settings = RouteSettings::new().priority(-1);
    routes(&server).update("a+b/c%d é?#@x", settings).await.unwrap();
    changed.assert_async().await;
}

#[tokio::test]
async fn awkward_ids_and_addresses_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let path = "/v3/routes/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";
    for method in ["GET", "DELETE"] {
        server.mock(method, path).with_body(ROUTE).expect(1).create_async().await;
    }
    let matched = server
        .mock("GET", "/v3/routes/match?address=a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x")
        .with_body(ROUTE)
        .create_async()
        .await;
    let routes = routes(&server);
    routes.get("a+b/c%d é?#@x").await.unwrap();
    routes.delete("a+b/c%d é?#@x").await.unwrap();
    routes.match_address("a+b/c%d é?#@x").await.unwrap();
    matched.assert_async().await;
    assert_eq!(routes.get("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}
