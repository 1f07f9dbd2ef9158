use mailgun_routes::{ListRoutes, OPERATIONS, RouteSettings, Routes};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let routes = Routes::new(&operations::client());
    let calls = described![
        routes.list(ListRoutes::new()),
        routes.get("id"),
        routes.create("catch_all()", RouteSettings::new()),
        routes.update("id", RouteSettings::new().priority(0)),
        routes.delete("id"),
        routes.match_address("bob@mg.example.com"),
    ];
    operations::check("mailgun-routes", OPERATIONS, calls).await;
}
