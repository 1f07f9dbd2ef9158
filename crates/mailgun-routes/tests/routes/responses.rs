use mailgun_core::{Client, ErrorKind, LinkPage, PageResponse as _};
use mailgun_routes::{Action, Expression, Route, RouteDeleted, RouteResponse, Routes};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, recorded, tolerates},
};
use serde_json::{Value, json};

fn route() -> Value {
    json!({
        "id": "4f3bad2335335426750048c6",
        "priority": 0,
        "description": "Sample route",
        "expression": "match_recipient(\".*@samples.mailgun.org\")",
        "actions": ["forward(\"http://myhost.com/messages/\")", "stop()"],
        "created_at": "Wed, 15 Feb 2012 13:03:31 GMT"
    })
}

#[track_caller]
fn check(route: &Route) {
    assert_eq!(route.id, "4f3bad2335335426750048c6");
    assert_eq!(route.priority, Some(0));
    assert_eq!(route.description, "Sample route");
    assert_eq!(route.expression, Expression::match_recipient(".*@samples.mailgun.org"));
    let actions = [Action::forward("http://myhost.com/messages/"), Action::stop()];
    assert_eq!(route.actions, actions);
    assert_eq!(route.created_at.unwrap().to_rfc3339(), "2012-02-15T13:03:31Z");
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<LinkPage<Route>>(&json!({"total_count": 1, "items": [route()]}), &[]);
    tolerates::<RouteDeleted>(&json!({"message": "Route has been deleted", "id": "x"}), &[]);

    let wrapped = json!({"message": "Route has been updated", "route": route()});
    let mut flat = route();
    flat["message"] = "Route has been updated".into();
    for response in [wrapped, flat] {
        tolerates::<RouteResponse>(&response, &[]);
        let read: RouteResponse = serde_json::from_value(response).unwrap();
        assert_eq!(read.message, "Route has been updated");
        check(&read.route);
    }
}

#[test]
fn an_unreadable_route_is_an_error() {
    for odd in [json!({"route": {"id": []}}), json!({"id": []})] {
        assert!(serde_json::from_value::<RouteResponse>(odd).is_err());
    }
}

#[tokio::test]
async fn a_route_is_unwrapped() {
    let service = Scripted::new(|_| Answer::json(&json!({"route": route()})));
    let routes = Routes::new(&service.client());
    check(&routes.get("4f3bad2335335426750048c6").await.unwrap());
    check(&routes.match_address("a@samples.mailgun.org").await.unwrap());
}

#[test]
fn recorded_responses_lose_nothing() {
    for exchange in recorded("GET", "/v3/routes") {
        let page = read_list(&exchange.body);
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].actions, [Action::forward(".*@")]);
        assert_eq!(page[0].priority, Some(10));
    }
    for exchange in recorded("POST", "/v3/routes").into_iter().chain(recorded("PUT", "/v3/routes"))
    {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: RouteResponse = read_whole(&exchange.body);
        let fields = json.get("route").unwrap_or(&json);
        assert_eq!(response.message, json["message"]);
        assert_eq!(response.route.id, fields["id"]);
        assert_eq!(json!(response.route.priority), fields["priority"]);
        assert_eq!(response.route.description, fields["description"]);
        assert_eq!(json!(response.route.expression), fields["expression"]);
        assert_eq!(json!(response.route.actions), fields["actions"]);
        let created = response.route.created_at.unwrap().to_rfc2822();
        assert_eq!(created.replace("+0000", "GMT"), fields["created_at"]);
    }
    for exchange in recorded("DELETE", "/v3/routes") {
        let response: RouteDeleted = read_whole(&exchange.body);
        assert_eq!(response.message, "Route has been deleted");
        assert_eq!(response.id, "6797c62f6ee0a9fcb1ec5eee");
    }
}

fn read_list(body: &str) -> Vec<Route> {
    read_whole::<LinkPage<Route>>(body).into_parts().items
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (404, r#"{"message": "Route not found"}"#, "Route not found"),
        (400, r#"{"message": "The 'limit' parameter can't be larger than 1000"}"#, "'limit'"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let client: Client = service.client();
        let error = Routes::new(&client).get("x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.api_message().unwrap().contains(words), "{error}");
        assert_eq!(error.operation().unwrap().to_string(), "GET /v3/routes/{id}");
    }
}

#[tokio::test]
async fn an_odd_field_of_a_written_route_is_an_error_that_names_it() {
    for (response, field) in [
        (json!({"message": "ok", "route": {"priority": "first"}}), "route.priority"),
        (json!({"message": "ok", "priority": "first"}), "priority"),
        (json!({"message": "ok", "actions": ["stop()", 5]}), "actions[1]"),
        (json!({"message": {}, "id": "a"}), "message"),
    ] {
        let answer = response.clone();
        let service = Scripted::new(move |_| Answer::json(&answer));
        let routes = Routes::new(&service.client());
        let error = routes.update("a", mailgun_routes::RouteSettings::new()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`")), "{error} for {response}");
    }
}
