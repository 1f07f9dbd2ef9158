use mailgun_suppressions::{
    ListSuppressions, NewAllowlistEntry, NewBounce, NewComplaint, NewUnsubscribe, OPERATIONS,
    Suppressions,
};
use mailgun_testing::{described, operations};
use mailgun_types::Csv;

#[tokio::test]
async fn every_operation_matches_the_table() {
    let suppressions = Suppressions::new(&operations::client(), "mg.example.com");
    let (bounces, unsubscribes) = (suppressions.bounces(), suppressions.unsubscribes());
    let (complaints, allowlist) = (suppressions.complaints(), suppressions.allowlist());
    let bob = "bob@example.com";
    let csv = || Csv::from_bytes("file.csv", "address\nbob@example.com\n").unwrap();
    let calls = described![
        bounces.list(ListSuppressions::new()),
        bounces.get(bob),
        bounces.create(NewBounce::new(bob)),
        bounces.import(csv()),
        bounces.delete(bob),
        bounces.delete_all(),
        unsubscribes.list(ListSuppressions::new()),
        unsubscribes.get(bob),
        unsubscribes.create(NewUnsubscribe::new(bob)),
        unsubscribes.create(NewUnsubscribe::new(bob).tag("a").tag("b")),
        unsubscribes.import(csv()),
        unsubscribes.delete(bob),
        unsubscribes.delete_tag(bob, "a"),
        unsubscribes.delete_all(),
        complaints.list(ListSuppressions::new()),
        complaints.get(bob),
        complaints.create(NewComplaint::new(bob)),
        complaints.import(csv()),
        complaints.delete(bob),
        complaints.delete_all(),
        allowlist.list(ListSuppressions::new()),
        allowlist.get(bob),
        allowlist.create(NewAllowlistEntry::address(bob)),
        allowlist.import(csv()),
        allowlist.delete(bob),
        allowlist.delete_all(),
    ];
    operations::check("mailgun-suppressions", OPERATIONS, calls).await;
}
