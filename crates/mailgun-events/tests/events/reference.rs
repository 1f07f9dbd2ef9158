use mailgun_core::Client;
use mailgun_events::{EventQuery, Events};
use mailgun_testing::wire::{self, Case, Difference};

const DIFFERENCES: &[Difference] = &[Difference {
    case: "events.get.query",
    field: "query",
    theirs: "ascending=yes&begin=Tue, 01 Aug 2023 21:00:00 GMT&end=Wed, 02 Aug 2023 21:00:00 GMT\
             &event=delivered OR failed&limit=5&recipient=a+b@example.com&subject=Grüße & \"x\"\
             &tags=spring sale",
    ours: "ascending=yes&begin=Tue, 01 Aug 2023 21:00:00 +0000&end=Wed, 02 Aug 2023 21:00:00 +0000\
           &event=delivered OR failed&limit=5&recipient=a+b@example.com&subject=Grüße & \"x\"\
           &tags=spring sale",
    why: "the zone is a number, which no service reads otherwise",
}];

#[tokio::test]
async fn every_recorded_call_is_sent_as_the_reference_sends_it() {
    let cases = wire::cases("events.");
    assert_eq!(cases.len(), 2);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let query = case.arg(1).as_object().into_iter().flatten();
    let query = query.fold(EventQuery::new(), |query, (name, value)| {
        let text = value.as_str().unwrap_or_default();
        match &**name {
            "begin" => query.begin(text.parse().unwrap()),
            "end" => query.end(text.parse().unwrap()),
            "ascending" => query.ascending(text == "yes"),
            "limit" => query.limit(value.as_u64().unwrap() as u32),
            "event" => query.event(text),
            "recipient" => query.recipient(text),
            "subject" => query.subject(text),
            "tags" => query.tags(text),
            other => panic!("no setter is mapped to {other}"),
        }
    });
    drop(Events::new(client, case.text(0)).list(query).next_page().await);
}
