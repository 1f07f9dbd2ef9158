use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_core::{Client, Operation, Timestamp};
use mailgun_events::{Event, EventKind, EventQuery, Events, Filter};
use mailgun_mock::{Fault, MockMailgun};
use mailgun_testing::within;
use serde_json::{Value, json};

async fn send(client: &Client, recipients: &[&str]) {
    const SEND: Operation = Operation::post("/v3/{domain}/messages");
    let mut form = mailgun_core::Fields::new();
    form.set("from", "shop@mg.example.com").set("subject", "Hello").set("text", "Hello");
    for to in recipients {
        form.append("to", *to);
    }
    form.append("o:tag", "spring");
    let _: Value = client.call(SEND, &["mg.example.com"]).multipart(form).await.unwrap();
}

#[tokio::test]
async fn events_are_listed_filtered_and_paged() {
    let mock = MockMailgun::start().await;
    let events = Events::new(&mock.client(), mock.domain());
    send(&mock.client(), &["a@example.com", "b@example.com"]).await;
    send(&mock.client(), &["c@example.com"]).await;

    let all = events.list(EventQuery::new().ascending(true).limit(2)).into_items();
    let all: Vec<Event> = all.try_collect().await.unwrap();
    assert_eq!(all.len(), mock.events().len());
    assert!(all.is_sorted_by_key(|event| event.timestamp));
    for (event, json) in all.iter().zip(mock.events()) {
        assert_eq!(serde_json::to_value(event).unwrap(), json);
        assert_eq!(event.tags, ["spring"]);
    }

    let query = EventQuery::new().ascending(false).event("delivered");
    let query = query.recipient(Filter::any_of(["a@example.com", "c@example.com"]));
    let found: Vec<Event> = events.list(query).into_items().try_collect().await.unwrap();
    let recipients: Vec<_> = found.iter().map(|event| &*event.recipient).collect();
    assert_eq!(recipients, ["c@example.com", "a@example.com"]);
    let EventKind::Delivered(delivered) = &found[0].kind else { panic!("not delivered") };
    assert_eq!(delivered.delivery_status.code.as_u16(), Some(250));
    assert!(found[0].storage.url().unwrap().starts_with(&mock.base_url()));
    assert_eq!(format!("<{}>", found[0].message_id()), mock.sent()[1].id());

    let nowhere = Events::new(&mock.client(), "other.example.com");
    let error = nowhere.list(EventQuery::new()).next_page().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}

#[tokio::test]
async fn a_tail_sees_what_is_sent_and_what_comes_late() {
    within(async {
        let mock = MockMailgun::start().await;
        let events = Events::new(&mock.client(), mock.domain());
        let begin = Timestamp::now().checked_sub(Duration::from_secs(3600)).unwrap();
        let mut tail = events.tail(begin).interval(Duration::from_millis(10));

        send(&mock.client(), &["a@example.com"]).await;
        let mut kinds = Vec::new();
        for _ in 0..mock.events().len() {
            kinds.push(tail.next_event().await.unwrap().name().to_owned());
        }
        assert_eq!(kinds, ["accepted", "delivered"]);

        let late = Timestamp::now().checked_sub(Duration::from_secs(30)).unwrap();
        mock.add_event(json!({"event": "opened", "timestamp": late.to_epoch_seconds()}));
        mock.add_event(json!("an item of tomorrow"));
        let event = tail.next_event().await.unwrap();
        assert_eq!((event.name(), event.timestamp), ("opened", Some(late)));
        assert_eq!(tail.next_event().await.unwrap().raw(), r#""an item of tomorrow""#);

        // Another process continues, after an error that the client does not retry.
        let mut tail = events.tail(tail.checkpoint().clone()).interval(Duration::from_millis(10));
        mock.inject(Fault::status(400));
        mock.add_event(json!({"event": "clicked", "url": "https://example.com/a"}));
        assert_eq!(tail.next_event().await.unwrap_err().status().unwrap(), 400);
        let EventKind::Clicked(clicked) = tail.next_event().await.unwrap().kind else {
            panic!("not clicked")
        };
        assert_eq!(clicked.url, "https://example.com/a");
        let nothing = tokio::time::timeout(Duration::from_millis(100), tail.next_event()).await;
        assert!(nothing.is_err());
    })
    .await;
}
