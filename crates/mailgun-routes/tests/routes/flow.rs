use futures_util::TryStreamExt as _;
use mailgun_mock::MockMailgun;
use mailgun_routes::{Action, Expression, ListRoutes, RouteSettings, Routes};

#[tokio::test]
async fn routes_are_created_listed_matched_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let routes = Routes::new(&mock.client());
    let settings = |priority| RouteSettings::new().priority(priority).action(Action::stop());
    let support = Expression::match_recipient(r"support\+.*@mg\.example\.com");
    let support = routes.create(support, settings(1)).await.unwrap().route;
    let rest = routes.create(Expression::catch_all(), settings(9)).await.unwrap().route;
    for _ in 0..3 {
        routes.create(Expression::match_header("X-A", "b"), settings(5)).await.unwrap();
    }

    let all: Vec<_> =
        routes.list(ListRoutes::new().limit(2)).into_items().try_collect().await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(routes.get(&rest.id).await.unwrap(), rest);

    let matched = |address| routes.match_address(address);
    assert_eq!(matched("support+1@mg.example.com").await.unwrap().id, support.id);
    assert_eq!(matched("sales@mg.example.com").await.unwrap().id, rest.id);

    let change = RouteSettings::new().description("changed");
    let changed = routes.update(&support.id, change).await.unwrap().route;
    assert_eq!((&*changed.description, changed.priority), ("changed", Some(1)));
    assert_eq!(changed.expression, support.expression);

    assert_eq!(routes.delete(&rest.id).await.unwrap().id, rest.id);
    assert_eq!(routes.get(&rest.id).await.unwrap_err().status().unwrap(), 404);
    assert_eq!(matched("sales@mg.example.com").await.unwrap_err().status().unwrap(), 404);
}
