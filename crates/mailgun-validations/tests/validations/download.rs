use mailgun_core::{Client, ErrorKind, Secret, layers::RetryPolicy};
use mailgun_testing::{Answer, Scripted};
use mailgun_validations::{ValidationJob, Validations};
use serde_json::json;

/// A link as Mailgun gives it, to a storage that is not Mailgun's.
const LINK: &str = "https://use1-mg-validation.s3.amazonaws.com/a.zip?X-Amz-Signature=canary";

fn job() -> ValidationJob {
    serde_json::from_value(json!({"id": "a", "download_url": {"csv": LINK, "json": LINK}})).unwrap()
}

#[tokio::test]
async fn downloads_send_neither_key_nor_subaccount_to_the_storage() {
    let service = Scripted::new(|_| Answer::new(200, "PK zip"));
    let client = service.client().for_subaccount("red").unwrap();
    let bulk = Validations::new(&client).bulk();
    let (csv, json) = (job().download_url.csv.unwrap(), job().download_url.json.unwrap());
    assert_eq!(bulk.download(&csv).await.unwrap(), "PK zip");
    let mut file = Vec::new();
    let stream = bulk.download(&json).stream().await.unwrap();
    assert_eq!(stream.write_to(&mut file).await.unwrap(), 6);
    assert_eq!(file, b"PK zip");
    for seen in service.seen() {
        assert_eq!((seen.method.as_str(), &*seen.uri.to_string()), ("GET", LINK));
        assert!(!seen.headers.contains_key("authorization"), "{seen:?}");
        assert!(!seen.headers.contains_key("x-mailgun-on-behalf-of"), "{seen:?}");
    }

    let ours = Secret::new("https://api.mailgun.net/v4/address/validate/bulk/a/results.csv");
    bulk.download(&ours).await.unwrap();
    assert!(service.seen()[2].headers.contains_key("authorization"));
}

#[tokio::test]
async fn downloads_are_retried_and_errors_hide_the_link() {
    let expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    let answers = vec![Answer::new(503, "slow down"), Answer::new(403, expired)];
    let service = Scripted::script(answers);
    let quick = RetryPolicy::default().base_delay(std::time::Duration::from_millis(1));
    let client = service.client_with(Client::builder("key-test").retry(quick));
    let bulk = Validations::new(&client).bulk();
    let job = job();
    let error = bulk.download(job.download_url.csv.as_ref().unwrap()).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (403, 2));
    for shown in [error.to_string(), format!("{error:?}"), format!("{job:?}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
    for link in ["http://use1-mg-validation.s3.amazonaws.com/a.zip", "/a.zip"] {
        let error = bulk.download(&Secret::new(link)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UntrustedHost, "{link}");
    }
    let error = bulk.download(&Secret::new("<download_link>")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(service.seen().len(), 2);
}
