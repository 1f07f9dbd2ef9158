use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_core::{ErrorKind, TimeoutPhase};
use mailgun_inbox_placement::{InboxPlacement, ListResults, ResultStatus};
use mailgun_testing::{Answer, Scripted};
use mockito::Server;
use serde_json::json;

use super::wire::{ODD, ODD_IN_PATH, assert_all, expect, placement};

#[tokio::test]
async fn awkward_ids_and_attributes_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let (base, sharing) = ("/v4/inbox/results", "/v4/inbox/sharing");
    let targets = [
        ("GET", format!("{base}/{ODD_IN_PATH}")),
        ("GET", format!("{base}/{ODD_IN_PATH}?provider={ODD_IN_PATH}")),
        ("DELETE", format!("{base}/{ODD_IN_PATH}")),
        ("GET", format!("{base}/a")),
        ("GET", format!("{base}/a/{ODD_IN_PATH}?sender={ODD_IN_PATH}&limit=5")),
        ("GET", format!("{base}/_filters")),
        ("GET", format!("{sharing}/public/{ODD_IN_PATH}")),
        ("GET", format!("{sharing}/{ODD_IN_PATH}")),
        ("PUT", format!("{sharing}/{ODD_IN_PATH}?enabled=true")),
        ("PUT", format!("{sharing}/{ODD_IN_PATH}?enabled=false")),
    ];
    let mocks = expect(&mut server, &targets, "{}").await;
    let results = placement(&server).results();
    results.get(ODD).await.unwrap();
    results.get_for_provider(ODD, ODD).await.unwrap();
    results.delete(ODD).await.unwrap();
    results.attributes().await.unwrap();
    results.attribute(ODD, ListResults::new().sender(ODD).limit(5)).await.unwrap();
    results.filters().await.unwrap();
    results.get_shared(ODD).await.unwrap();
    results.sharing(ODD).await.unwrap();
    results.update_sharing(ODD, true).await.unwrap();
    results.update_sharing(ODD, false).await.unwrap();
    assert_all(mocks).await;
}

fn state(status: &str, pending: u64) -> Answer {
    let stats = json!({"all": {"total": 8, "pending": pending}});
    Answer::json(&json!({"result": {"status": status, "delivery_stats": stats}}))
}

#[tokio::test(start_paused = true)]
async fn polling_yields_every_state_until_complete() {
    let script = || {
        vec![state("processing", 8), state("processing", 3), state("complete", 0), state("x", 9)]
    };
    let service = Scripted::script(script());
    let results = InboxPlacement::new(&service.client()).results();
    let states: Vec<_> = results.wait(ODD).into_stream().try_collect().await.unwrap();
    let pending: Vec<_> = states.iter().map(|state| state.delivery_stats["all"].pending).collect();
    assert_eq!(pending, [8, 3, 0]);
    assert_eq!(states[2].status, Some(ResultStatus::Complete));
    assert!(service.seen().iter().all(|seen| seen.uri.path().ends_with(ODD_IN_PATH)));

    let service = Scripted::script(script());
    let results = InboxPlacement::new(&service.client()).results();
    assert!(results.wait("a").every(Duration::from_secs(60)).await.unwrap().is_complete());
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn polling_ends_with_a_timeout_or_an_error() {
    let service = Scripted::new(|_| state("processing", 8));
    let results = InboxPlacement::new(&service.client()).results();
    let error = results.wait("a").within(Duration::from_secs(12)).await.unwrap_err();
    assert_eq!(error.timeout_phase(), Some(TimeoutPhase::Total));

    let service = Scripted::new(|_| Answer::new(404, r#"{"message": "result not found"}"#));
    let results = InboxPlacement::new(&service.client()).results();
    let error = results.wait("a").await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 404));
}
