use mailgun_core::Idempotency;
use mailgun_routes::{ListRoutes, OPERATIONS, RouteSettings, Routes};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let routes = Routes::new(&operations::client());
    let calls = described![
        routes.list(ListRoutes::new()),
        routes.get("id"),
        routes.create("catch_all()", RouteSettings::new()),
        routes.update("id", RouteSettings::new().priority(0)),
        routes.delete("id"),
        routes.match_address("bob@mg.example.com"),
    ];
    operations::check("mailgun-routes", OPERATIONS, calls, &[]).await;
}

#[test]
fn creating_alone_is_harmful_to_repeat() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    assert_eq!(harmful, ["POST /v3/routes"]);
}
