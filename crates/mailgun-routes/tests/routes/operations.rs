use mailgun_routes::{ListRoutes, ROUTES, RouteSettings, Routes};
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
    operations::check("mailgun-routes", ROUTES, calls, &[]).await;
}
