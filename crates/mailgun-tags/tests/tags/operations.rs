use mailgun_tags::{DomainTags, ListDomainTags, ListTags, OPERATIONS, StatsQuery, Tags};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let client = operations::client();
    let (tags, domain) = (Tags::new(&client), DomainTags::new(&client, "mg.example.com"));
    let calls = described![
        tags.list(ListTags::new()),
        tags.limits(),
        tags.update("a", "b"),
        tags.delete("a"),
        domain.list(ListDomainTags::new()),
        domain.get("a"),
        domain.update("a", "b"),
        domain.delete("a"),
        domain.stats("a", StatsQuery::new().event("opened")),
        domain.countries("a"),
        domain.providers("a"),
        domain.devices("a"),
        domain.get_by_query("a"),
        domain.update_by_query("a", "b"),
        domain.delete_by_query("a"),
        domain.stats_by_query("a", StatsQuery::new()),
        domain.aggregates_by_query("a", "country"),
        domain.limits(),
        domain.known_devices(),
        domain.known_providers(),
        domain.known_countries(),
    ];
    operations::check("mailgun-tags", OPERATIONS, calls).await;
}
