use mailgun_inbox_placement::{
    CreateSeedList, InboxPlacement, ListResults, ListSeedLists, OPERATIONS, RunTest, UpdateSeedList,
};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
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
    operations::check("mailgun-inbox-placement", OPERATIONS, calls).await;
}
