use mailgun_events::{EventQuery, Events, OPERATIONS};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let events = Events::new(&operations::client(), "mg.example.com");
    let calls = described![events.list(EventQuery::new()), events.list_page("W3siYiI6")];
    operations::check("mailgun-events", OPERATIONS, calls).await;
}
