use std::time::Duration;

use mailgun_core::{Confirmation, ErrorKind};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, recorded, tolerates},
};
use mailgun_validations::{
    JobStatus, ListJobs, Preview, PreviewStatus, ValidateAddress, Validation, ValidationJob,
    ValidationReason, ValidationResult, ValidationRisk, ValidationStarted, Validations,
};
use serde_json::{Value, json};

fn job() -> Value {
    json!({
        "created_at": 1_643_965_937,
        "download_url": {"csv": "csv-url", "json": "json-url"},
        "id": "name_of_the_list",
        "quantity": 40,
        "records_processed": 30,
        "status": "uploaded",
        "summary": {
            "result": {
                "catch_all": 1, "deliverable": 2, "do_not_send": 3, "undeliverable": 4,
                "unknown": 20
            },
            "risk": {"high": 5, "low": 6, "medium": 7, "unknown": 12}
        }
    })
}

fn preview() -> Value {
    json!({
        "id": "test_500", "valid": true, "status": "preview_complete", "quantity": 8,
        "created_at": 1_590_080_191,
        "summary": {
            "result": {
                "deliverable": 37.5, "do_not_send": 0, "undeliverable": 23, "catch_all": 2,
                "unknown": 37.5
            },
            "risk": {"high": 25, "low": 25, "medium": 12.5, "unknown": 37.5}
        }
    })
}

#[test]
fn results_are_read_whole_and_with_anything_missing() {
    let response = json!({
        "address": "bob@gmial.com", "did_you_mean": "bob@gmail.com",
        "engagement": {"engaging": true, "behavior": "engaged", "is_bot": true},
        "is_disposable_address": true, "is_role_address": true,
        "reason": ["no_mx", "No MX host found", "failed custom grammar check", "of tomorrow"],
        "result": "undeliverable", "risk": "high", "root_address": "bob@example.com",
        "last_seen": 1_643_965_937
    });
    tolerates::<Validation>(&response, &[]);
    let read: Validation = serde_json::from_value(response.clone()).unwrap();
    assert_eq!(read.address, "bob@gmial.com");
    assert_eq!(read.did_you_mean.as_deref(), Some("bob@gmail.com"));
    let engagement = read.engagement.unwrap();
    assert_eq!(engagement.behavior.as_deref(), Some("engaged"));
    assert!(engagement.engaging && engagement.is_bot);
    assert!(read.is_disposable_address && read.is_role_address);
    assert_eq!(read.result, Some(ValidationResult::Undeliverable));
    assert_eq!(read.risk, Some(ValidationRisk::High));
    assert_eq!(read.reason[..2], [ValidationReason::NoMx, ValidationReason::NoMxHostFound]);
    assert_eq!(read.reason[2], ValidationReason::FailedGrammarCheck);
    assert_eq!(read.reason[3].as_str(), "of tomorrow");
    assert_eq!(read.root_address.as_deref(), Some("bob@example.com"));
    assert_eq!(read.last_seen.unwrap().to_rfc3339(), "2022-02-04T09:12:17Z");

    let mut response = response;
    response["reason"] = json!("no_data");
    response["risk"] = Value::Null;
    let read: Validation = serde_json::from_value(response).unwrap();
    assert_eq!((read.reason, read.risk), (vec![ValidationReason::NoData], None));
}

#[test]
fn recorded_results_of_the_older_form_lose_nothing() {
    let recorded = recorded("GET", "/v4/address/validate");
    assert_eq!(recorded.len(), 2);
    for exchange in recorded {
        let read: Validation = read_whole(&exchange.body);
        assert_eq!(read.address, "alice@mailgun.net");
        assert_eq!(
            (read.is_valid, read.mailbox_verification.as_deref()),
            (Some(true), Some("true"))
        );
        assert!(read.reason.is_empty() && read.did_you_mean.is_none());
        assert!(!read.is_disposable_address && !read.is_role_address);
        let parts = read.parts.unwrap();
        assert_eq!(parts.display_name, None);
        assert_eq!(parts.domain.as_deref(), Some("mailgun.net"));
        assert_eq!(parts.local_part.as_deref(), Some("alice"));
    }
}

#[tokio::test]
async fn jobs_are_read_whole_and_with_anything_missing() {
    tolerates::<ValidationJob>(&job(), &[]);
    let page = json!({"jobs": [job()], "total": 1, "paging": {"next": "", "prev": ""}});
    let service = Scripted::new(move |_| Answer::json(&page));
    let bulk = Validations::new(&service.client()).bulk();
    let page = bulk.list(ListJobs::new()).next_page().await.unwrap().unwrap();
    assert_eq!(page.total, Some(1));
    let job = &page.items[0];
    assert_eq!((&*job.id, job.status.as_ref()), ("name_of_the_list", Some(&JobStatus::Uploaded)));
    assert_eq!((job.quantity, job.records_processed), (Some(40), Some(30)));
    assert_eq!(job.progress(), Some(0.75));
    let links = [&job.download_url.csv, &job.download_url.json];
    assert_eq!(links.map(|link| link.as_ref().unwrap().expose()), ["csv-url", "json-url"]);
    let summary = job.summary.unwrap();
    assert_eq!((summary.result.catch_all, summary.result.deliverable), (1, 2));
    assert_eq!((summary.result.do_not_send, summary.result.undeliverable), (3, 4));
    assert_eq!((summary.result.unknown, summary.risk.unknown), (20, 12));
    assert_eq!((summary.risk.high, summary.risk.low, summary.risk.medium), (5, 6, 7));
}

/// The reference client takes the seconds for milliseconds, and an older document has a text.
#[test]
fn the_time_of_a_job_is_in_seconds_or_a_text() {
    for (created_at, expected) in [
        (json!(1_643_965_937), "2022-02-04T09:12:17Z"),
        (json!("Tue, 26 Feb 2019 21:30:03 GMT"), "2019-02-26T21:30:03Z"),
    ] {
        let mut response = job();
        response["created_at"] = created_at;
        let job: ValidationJob = read_whole(&response.to_string());
        assert_eq!(job.created_at.unwrap().to_rfc3339(), expected);
    }
}

#[test]
fn progress_is_known_once_there_is_something_to_divide() {
    for (quantity, processed, progress) in [
        (json!(0), json!(0), None),
        (json!(40), Value::Null, None),
        (Value::Null, json!(7), None),
        (json!(40), json!(0), Some(0.0)),
        (json!(207), json!(208), Some(1.0)),
    ] {
        let mut response = job();
        (response["quantity"], response["records_processed"]) = (quantity, processed);
        let job: ValidationJob = serde_json::from_value(response).unwrap();
        assert_eq!(job.progress(), progress);
    }
    let steps = ["created", "processing", "completed", "uploading", "of tomorrow"];
    assert!(steps.iter().all(|step| !JobStatus::from(*step).is_final()));
    let ends = ["uploaded", "failed", "deleted"];
    assert!(ends.iter().all(|end| JobStatus::from(*end).is_final()));
}

#[tokio::test]
async fn polling_ends_with_a_failed_job() {
    let state = |status: &str| Answer::json(&json!({"id": "a", "status": status}));
    let states = ["created", "of tomorrow", "completed", "uploading", "failed"];
    let service = Scripted::script(states.map(state).to_vec());
    let bulk = Validations::new(&service.client()).bulk();
    let wait = bulk.wait("a").every(Duration::from_millis(1)).within(Duration::from_secs(5));
    let job = wait.await.unwrap();
    assert_eq!(job.status, Some(JobStatus::Failed));
    assert_eq!(service.seen().len(), 5);
}

#[tokio::test]
async fn previews_are_unwrapped_and_in_percent() {
    tolerates::<Preview>(&preview(), &[]);
    let response = json!({"preview": preview(), "previews": [preview()]});
    let service = Scripted::new(move |_| Answer::json(&response));
    let previews = Validations::new(&service.client()).previews();
    let preview = previews.get("test_500").await.unwrap();
    assert_eq!(previews.list().await.unwrap(), std::slice::from_ref(&preview));
    assert_eq!((&*preview.id, preview.valid, preview.quantity), ("test_500", true, Some(8)));
    assert_eq!(preview.status, Some(PreviewStatus::Complete));
    assert_eq!(preview.created_at.unwrap().to_rfc3339(), "2020-05-21T16:56:31Z");
    let summary = preview.summary.unwrap();
    assert_eq!((summary.result.deliverable, summary.result.undeliverable), (37.5, 23.0));
    assert_eq!((summary.result.do_not_send, summary.result.catch_all), (0.0, 2.0));
    assert_eq!((summary.result.unknown, summary.risk.unknown), (37.5, 37.5));
    assert_eq!((summary.risk.high, summary.risk.low, summary.risk.medium), (25.0, 25.0, 12.5));

    let empty = Scripted::new(|_| Answer::new(200, "{}"));
    let previews = Validations::new(&empty.client()).previews();
    assert_eq!(previews.get("a").await.unwrap(), Preview::default());
    assert!(previews.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn confirmations_are_read_and_that_of_a_promotion_may_be_missing() {
    let submitted = json!({"id": "a", "message": "The validation job was submitted."});
    tolerates::<ValidationStarted>(&submitted, &[]);
    tolerates::<Confirmation>(&json!({"message": "Validation job canceled."}), &[]);
    for (status, body, message) in
        [(200, r#"{"message": "promoted"}"#, "promoted"), (204, "", ""), (200, "null", "")]
    {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let previews = Validations::new(&service.client()).previews();
        assert_eq!(previews.promote("a").await.unwrap().message, message);
    }
    let service = Scripted::new(|_| Answer::new(204, ""));
    Validations::new(&service.client()).previews().delete("a").await.unwrap();
}

#[tokio::test]
async fn api_errors_have_mailguns_message_without_addresses() {
    let words = r#"{"message": "bob@example.com is refused"}"#;
    let service = Scripted::new(move |_| Answer::new(400, words));
    let validations = Validations::new(&service.client());
    let call = validations.validate("bob@example.com", ValidateAddress::new());
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 400));
    assert_eq!(error.api_message(), Some("bob@example.com is refused"));
    assert_eq!(error.operation().unwrap().to_string(), "GET /v4/address/validate");
    assert!(!format!("{error} {error:?}").contains("bob@example.com"), "{error}");

    let service = Scripted::new(|_| Answer::new(429, "too many active requests"));
    let call = Validations::new(&service.client()).validate("a", ValidateAddress::new());
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::RateLimited);
}
