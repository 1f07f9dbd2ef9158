//! Chunks of unknown outcome, looked for in the events.

use std::sync::atomic::{AtomicUsize, Ordering};

use mailgun_core::ErrorKind;
use mailgun_messages::{ChunkState, Resolution};
use mailgun_mock::{Fault, MockMailgun};
use serde_json::json;

use crate::{
    mails,
    support::{Answer, Scripted, accepted, scripted_messages, single_attempt},
    to,
};

fn positions(resolution: &Resolution) -> (Vec<usize>, Vec<usize>) {
    (resolution.accepted.iter().collect(), resolution.unknown.iter().collect())
}

#[tokio::test]
async fn recipients_with_events_are_accepted_and_the_others_stay_unknown() {
    let mock = MockMailgun::start().await;
    let messages = single_attempt(&mock);
    let batch = || to(8).chunk_size(2).key("news");
    let calls = AtomicUsize::new(0);
    // The response to the second call is lost, and the third call fails without being accepted.
    mock.inject(
        Fault::lose_response().for_path_where(move |_| calls.fetch_add(1, Ordering::SeqCst) == 1),
    );
    let calls = AtomicUsize::new(0);
    mock.inject(
        Fault::status(502).for_path_where(move |_| calls.fetch_add(1, Ordering::SeqCst) == 2),
    );
    let report = messages.send_batch(batch()).concurrency(1).await.unwrap();
    let unknown = report.unknown();
    assert!(unknown > 0 && report.accepted() + unknown == 8, "{report}");
    let got = mails(&mock, 8);

    let batch_again = batch();
    let resolution = messages.resolve(&batch_again, report.records());
    // It can be spawned.
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let resolution = assert_send(resolution).await.unwrap();
    let (found, open) = positions(&resolution);
    assert_eq!(found.len() + open.len(), unknown, "{resolution}");
    assert!(found.iter().all(|position| got[*position] == 1), "{found:?} of {got:?}");
    assert!(open.iter().all(|position| got[*position] == 0), "{open:?} of {got:?}");
    let expected = format!("{} found accepted, {} still unknown", found.len(), open.len());
    assert_eq!(resolution.to_string(), expected);

    let resumed = messages.send_batch(batch().resume(resolution.records).resend_unknown());
    assert!(resumed.await.unwrap().is_complete());
    assert_eq!(mails(&mock, 8), [1; 8]);
}

/// A service that loses every send, and has two pages of events for the first chunk.
fn two_pages() -> Scripted {
    Scripted::new(|request| {
        if request.method == "POST" {
            return Answer::new(502, "bad gateway");
        }
        let link = |page: &str| format!("https://api.mailgun.net/v3/mg.example.com/events/{page}");
        let query = request.query();
        let asks_for =
            |id: &str| query.contains(&("message-id".to_owned(), format!("{id}@mg.example.com")));
        let events = |items: serde_json::Value, next: &str| {
            Answer::json(&json!({"items": items, "paging": {"next": link(next)}}))
        };
        if request.uri.path().ends_with("/second") {
            events(json!([{"event": "delivered", "recipient": "R2@Example.com"}]), "third")
        } else if request.uri.path().ends_with("/third") {
            events(json!([]), "third")
        } else if asks_for("news.0-2") {
            let odd = json!({"event": "failed", "recipient": 7});
            let mail = json!({"event": "accepted", "recipient": "r0@example.com"});
            events(json!([odd, {"recipient": null}, mail, {}]), "second")
        } else {
            assert!(asks_for("news.3-4"), "{query:?}");
            events(json!([]), "first")
        }
    })
}

#[tokio::test]
async fn recipients_are_found_on_all_pages_of_events() {
    let service = two_pages();
    let messages = scripted_messages(&service);
    let batch = || to(5).chunk_size(3).key("news");
    let report = messages.send_batch(batch()).concurrency(1).await.unwrap();
    assert_eq!(report.unknown(), 5);
    let resolution = messages.resolve(&batch(), report.records()).await.unwrap();
    assert_eq!(positions(&resolution), (vec![0, 2], vec![1, 3, 4]));
    let states: Vec<_> = resolution.records.iter().map(|record| record.state.clone()).collect();
    let found = ChunkState::Accepted("news.0-2@mg.example.com".into());
    assert_eq!(states, [found, ChunkState::Unknown, ChunkState::Unknown]);

    // Nobody who was found is sent to again.
    let service = Scripted::new(|_| accepted());
    let resumed = batch().resume(resolution.records).resend_unknown();
    assert!(scripted_messages(&service).send_batch(resumed).await.unwrap().is_complete());
    let seen = service.seen();
    let to: Vec<_> = seen.iter().flat_map(|request| request.values("to")).collect();
    assert_eq!(to, ["r1@example.com", "r3@example.com", "r4@example.com"]);
}

#[tokio::test]
async fn a_batch_without_a_key_stays_unknown() {
    let service = Scripted::new(|_| Answer::new(502, "bad gateway"));
    let messages = scripted_messages(&service);
    let report = messages.send_batch(to(2)).await.unwrap();
    let resolution = messages.resolve(&to(2), report.records()).await.unwrap();
    assert_eq!(positions(&resolution), (vec![], vec![0, 1]));
    assert_eq!(service.seen().len(), 1, "there is nothing to look for");
}

#[tokio::test]
async fn records_of_another_batch_are_not_resolved() {
    let service = Scripted::new(|_| Answer::new(502, "bad gateway"));
    let messages = scripted_messages(&service);
    let report = messages.send_batch(to(2).key("news")).await.unwrap();
    let error = messages.resolve(&to(3).key("news"), report.records()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`resume`: `record 1`"), "{error}");
}
