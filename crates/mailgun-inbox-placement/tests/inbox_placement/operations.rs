use mailgun_core::Idempotency;
use mailgun_inbox_placement::{
    CreateSeedList, InboxPlacement, ListResults, ListSeedLists, OPERATIONS, RunTest, UpdateSeedList,
};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let placement = InboxPlacement::new(&operations::client());
    let (lists, results) = (placement.seed_lists(), placement.results());
    let calls = described![
        placement.providers(),
        placement.run_test("a@mg.example.com", "b", RunTest::new().html("c")),
        lists.list(ListSeedLists::new()),
        lists.get("a"),
        lists.create(CreateSeedList::new().name("a")),
        lists.update("a", UpdateSeedList::new().name("b")),
        lists.delete("a"),
        lists.attributes(),
        lists.attribute("a"),
        lists.filters(),
        results.list(ListResults::new()),
        results.get("a"),
        results.get_for_provider("a", "gmail.com"),
        results.delete("a"),
        results.get_shared("a"),
        results.attributes(),
        results.attribute("a", ListResults::new()),
        results.filters(),
        results.sharing("a"),
        results.update_sharing("a", true),
    ];
    operations::check("mailgun-inbox-placement", OPERATIONS, calls, &[]).await;
}

#[test]
fn what_makes_something_new_or_draws_seeds_is_not_repeated() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let mut harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    harmful.sort_unstable();
    assert_eq!(
        harmful,
        ["POST /v4/inbox/seedlists", "POST /v4/inbox/tests", "PUT /v4/inbox/seedlists/{address}"]
    );
}
