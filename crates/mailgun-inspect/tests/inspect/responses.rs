use std::time::Duration;

use mailgun_core::ErrorKind;
use mailgun_inspect::{
    ClientCategory, CreatePreview, CreatedPreview, Inspect, ListPreviews, ListedPreview, Preview,
    PreviewClient, PreviewResult, Previews, Reprocessing, Success,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, tolerates},
};
use serde_json::{Value, json};

use crate::html;

fn previews(response: Value) -> Previews {
    Inspect::new(&Scripted::new(move |_| Answer::json(&response)).client()).previews()
}

fn preview() -> Value {
    json!({
        "subject": "Spring sale",
        "date": 1_590_080_191,
        "completed": ["outlook16", "iphone6p_9"],
        "processing": ["appmail14"],
        "bounced": ["gmailcom_chr26_win"],
        "content_checking": {"link_validation": {"items": {"id": "7"}}}
    })
}

fn listed() -> Value {
    json!({
        "id": "TEST", "date": 1_590_080_191, "type": "email-test", "subject": "Spring sale",
        "headers": {"x-campaign": "7"}
    })
}

fn client() -> Value {
    json!({
        "id": "gmailcom_chr26_win", "client": "Gmail", "os": "Windows", "category": "Web",
        "browser": "Chrome", "rotate": false, "image_blocking": false, "free": false,
        "default": true
    })
}

fn result() -> Value {
    json!({
        "id": "gmailcom_chr26_win",
        "display_name": "Gmail (Chrome)",
        "client": "Gmail",
        "os": "Windows",
        "category": "Web",
        "browser": "Chrome",
        "screenshots": {"default": "https://pictures.example.com/default.png"},
        "thumbnail": "https://pictures.example.com/thumbnail.png",
        "full_thumbnail": "https://pictures.example.com/full.png",
        "status": "Complete",
        "status_details": {
            "submitted": 1_590_080_191, "completed": 1_590_080_200, "bounce_code": "550",
            "bounce_message": "no such user"
        }
    })
}

fn reprocessing() -> Value {
    json!({
        "success": true,
        "remaining_reprocesses": 2,
        "regional": false,
        "screenshot": {"id": "7", "type": "default", "sent": 1_590_080_191, "completed": 1_590_080_200},
        "reason": "no reason"
    })
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<CreatedPreview>(&json!({"id": "TEST", "reference_id": "123ABC"}), &[]);
    tolerates::<ListedPreview>(&listed(), &[]);
    tolerates::<Preview>(&preview(), &[]);
    tolerates::<PreviewClient>(&client(), &[]);
    tolerates::<PreviewResult>(&result(), &[]);
    tolerates::<Reprocessing>(&reprocessing(), &[]);
    tolerates::<Success>(&json!({"success": true}), &[]);
}

#[tokio::test]
async fn nothing_is_lost_on_the_way_to_the_caller() {
    called_whole(&json!({"id": "TEST", "reference_id": "123ABC"}), |client| {
        Inspect::new(client).previews().create("subject", html(), CreatePreview::new())
    })
    .await;
    for clients in [json!({"a": client()}), json!({"clients": {"a": client()}})] {
        called_whole(&clients, |client| Inspect::new(client).previews().clients()).await;
    }
    called_whole(&preview(), |client| Inspect::new(client).previews().get("x")).await;
    called_whole(&json!({"success": true}), |client| Inspect::new(client).previews().delete("x"))
        .await;
    called_whole(&json!({"a": result(), "b": result()}), |client| {
        Inspect::new(client).previews().results("x")
    })
    .await;
    called_whole(&json!({"a": reprocessing()}), |client| {
        Inspect::new(client).previews().reprocess("x", ["a"])
    })
    .await;
    called_whole(&json!({"content": "<p>"}), |client| Inspect::new(client).previews().content("x"))
        .await;
    called_whole(&json!({"anything": [1, {"at": "all"}]}), |client| Inspect::new(client).analyze())
        .await;
}

#[tokio::test]
async fn values_are_as_documented() {
    let read = previews(preview()).get("x").await.unwrap();
    assert_eq!(read.date.unwrap().to_rfc3339(), "2020-05-21T16:56:31Z");
    assert_eq!(read.completed, ["outlook16", "iphone6p_9"]);
    assert_eq!(
        (&*read.processing, &*read.bounced),
        (&["appmail14".to_owned()][..], &["gmailcom_chr26_win".to_owned()][..])
    );
    assert!(!read.is_done());

    let page = previews(json!([listed(), {"date": {}}])).list(ListPreviews::new());
    let mut page = page;
    let page = page.next_page().await.unwrap().unwrap();
    assert_eq!(page.items[0].r#type.as_deref(), Some("email-test"));
    assert_eq!(page.unreadable.len(), 1);

    let clients = previews(json!({"a": client(), "b": null})).clients().await.unwrap();
    assert_eq!(clients.len(), 1);
    assert_eq!(clients["a"].category, Some(ClientCategory::Web));

    let results = previews(json!({"a": result(), "b": null})).results("x").await.unwrap();
    assert_eq!(results.len(), 1);
    let details = &results["a"].status_details;
    assert_eq!(details.completed.unwrap().to_rfc3339(), "2020-05-21T16:56:40Z");
    assert_eq!(details.bounce_code.as_deref(), Some("550"));
    assert_eq!(results["a"].screenshots["default"], "https://pictures.example.com/default.png");

    let again = previews(json!({"a": reprocessing()})).reprocess("x", ["a"]).await.unwrap();
    assert_eq!((again["a"].success, again["a"].remaining_reprocesses), (Some(true), Some(2)));
}

#[tokio::test]
async fn a_deletion_without_a_body_is_a_success() {
    let service = Scripted::new(|_| Answer::new(204, ""));
    assert!(Inspect::new(&service.client()).previews().delete("x").await.unwrap().success);
    assert!(!previews(json!({"success": false})).delete("x").await.unwrap().success);
}

#[tokio::test]
async fn a_preview_without_any_client_is_not_done() {
    let waiting = previews(json!({"subject": "x", "completed": null})).wait("x");
    let waiting = waiting.every(Duration::from_millis(1)).within(Duration::from_millis(20));
    assert_eq!(waiting.await.unwrap_err().kind(), ErrorKind::Timeout);
    let bounced = previews(json!({"bounced": ["outlook16"], "processing": []}));
    assert!(bounced.wait("x").await.unwrap().is_done());
}

#[tokio::test]
async fn refusals_are_errors_with_mailguns_words() {
    for (status, body, words) in [
        (400, r#"{"error": {"name": "invalid", "message": "unknown client"}}"#, "unknown client"),
        (402, r#"{"Reason": "no previews left"}"#, "no previews left"),
        (404, r#"{"message": "not found"}"#, "not found"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let previews = Inspect::new(&service.client()).previews();
        for error in [
            previews.create("x", html(), CreatePreview::new()).await.unwrap_err(),
            previews.list(ListPreviews::new()).next_page().await.unwrap_err(),
            previews.get("x").await.unwrap_err(),
            previews.wait("x").await.unwrap_err(),
            previews.reprocess("x", ["a"]).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.api_message(), Some(words));
        }
    }
}

#[tokio::test]
async fn an_odd_field_is_an_error_that_names_it() {
    for (response, field) in [
        (json!({"a": {"status_details": {"submitted": "soon"}}}), "a.status_details.submitted"),
        (json!({"a": {"screenshots": []}}), "a.screenshots"),
    ] {
        let error = previews(response).results("x").await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
}
