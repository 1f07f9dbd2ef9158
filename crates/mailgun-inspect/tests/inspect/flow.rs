use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_core::{Error, Timestamp};
use mailgun_inspect::{CreatePreview, Inspect, ListPreviews};
use mailgun_mock::MockMailgun;

use crate::html;

const SOON: Duration = Duration::from_millis(1);

fn status<T: std::fmt::Debug>(outcome: Result<T, Error>) -> u16 {
    outcome.unwrap_err().status().unwrap().as_u16()
}

#[tokio::test]
async fn a_preview_progresses_client_by_client_until_its_pictures_are_there() {
    let mock = MockMailgun::start().await;
    let previews = Inspect::new(&mock.client()).previews();
    let params = CreatePreview::new().reference_id("123ABC");
    let created = previews.create("Spring sale", html(), params).await.unwrap();
    assert_eq!(created.reference_id.as_deref(), Some("123ABC"));
    assert!(previews.results(&created.id).await.unwrap().is_empty());

    let states = previews.wait(&created.id).every(SOON).into_stream();
    let states: Vec<_> = states.try_collect().await.unwrap();
    let progress: Vec<_> =
        states.iter().map(|state| (state.completed.len(), state.processing.len())).collect();
    assert_eq!(progress, [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)]);
    assert_eq!(states[0].subject, "Spring sale");

    let results = previews.results(&created.id).await.unwrap();
    let clients = previews.clients().await.unwrap();
    assert!(results.keys().eq(clients.keys()));
    for result in results.values() {
        let picture = previews.download(&result.screenshots["default"]).await.unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        assert!(result.status_details.completed.is_some());
    }
}

#[tokio::test]
async fn a_client_is_reprocessed_until_mailgun_refuses() {
    let mock = MockMailgun::start().await;
    let previews = Inspect::new(&mock.client()).previews();
    let params = CreatePreview::new().clients(["outlook16"]);
    let id = previews.create("Spring sale", html(), params).await.unwrap().id;
    previews.wait(&id).every(SOON).await.unwrap();
    for remaining in [1, 0] {
        let again = previews.reprocess(&id, ["outlook16"]).await.unwrap();
        assert_eq!(again["outlook16"].success, Some(true));
        assert_eq!(again["outlook16"].remaining_reprocesses, Some(remaining));
        assert_eq!(previews.get(&id).await.unwrap().processing, ["outlook16"]);
    }
    let again = previews.reprocess(&id, ["outlook16", "appmail14"]).await.unwrap();
    assert!(again.values().all(|it| it.success == Some(false) && it.reason.is_some()));
    assert!(previews.get(&id).await.unwrap().is_done());
}

#[tokio::test]
async fn content_is_there_as_html_and_as_text() {
    let mock = MockMailgun::start().await;
    let previews = Inspect::new(&mock.client()).previews();
    let id = previews.create("x", html(), CreatePreview::new()).await.unwrap().id;
    assert_eq!(previews.content(&id).await.unwrap(), "<h1>Spring <b>sale</b></h1>");
    assert_eq!(previews.content_inline_css(&id).await.unwrap(), "<h1>Spring <b>sale</b></h1>");
    assert_eq!(previews.content_text_only(&id).await.unwrap(), "Spring sale");
}

#[tokio::test]
async fn previews_are_listed_filtered_and_deleted() {
    let mock = MockMailgun::start().await;
    let previews = Inspect::new(&mock.client()).previews();
    let mut ids = Vec::new();
    for subject in ["one", "two", "three"] {
        let created = previews.create(subject, html(), CreatePreview::new()).await.unwrap();
        ids.insert(0, created.id);
    }
    let listed = |params: ListPreviews| async {
        let all = previews.list(params).collect().await.unwrap();
        all.into_iter().map(|preview| preview.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(ListPreviews::new().results(2)).await, ids);
    assert_eq!(listed(ListPreviews::new().subject("TW")).await, ids[1..2]);
    let past: Timestamp = "2020-01-01".parse().unwrap();
    assert_eq!(listed(ListPreviews::new().from(past)).await, ids);
    assert!(listed(ListPreviews::new().to(past)).await.is_empty());

    assert!(previews.delete(&ids[0]).await.unwrap().success);
    assert_eq!(listed(ListPreviews::new()).await, ids[1..]);
    assert_eq!(status(previews.delete(&ids[0]).await), 404);
    assert_eq!(status(previews.get(&ids[0]).await), 404);
    assert_eq!(status(previews.wait(&ids[0]).await), 404);
    assert_eq!(status(previews.results(&ids[0]).await), 404);
    assert_eq!(status(previews.content(&ids[0]).await), 404);
}

#[tokio::test]
async fn what_mailgun_cannot_render_is_refused() {
    let mock = MockMailgun::start().await;
    let previews = Inspect::new(&mock.client()).previews();
    let unknown = CreatePreview::new().clients(["of_tomorrow"]);
    let error = previews.create("x", html(), unknown).await.unwrap_err();
    assert_eq!(error.api_message(), Some("unknown client"));
    assert_eq!(status(previews.create("", html(), CreatePreview::new()).await), 400);
    assert_eq!(status(previews.list(ListPreviews::new().results(201)).next_page().await), 400);
}
