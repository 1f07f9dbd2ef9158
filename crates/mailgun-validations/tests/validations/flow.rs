use std::time::Duration;

use futures_util::TryStreamExt as _;
use mailgun_mock::MockMailgun;
use mailgun_types::Csv;
use mailgun_validations::{
    AddressFile, JobStatus, ListJobs, PreviewStatus, ValidateAddress, ValidationReason,
    ValidationResult, ValidationRisk, Validations,
};

const ADDRESSES: [&str; 5] = [
    "bob@example.com",
    "BOB@example.com",
    "support@example.com",
    "eve@gmial.com",
    "mallory@mailinator.com",
];
const SHORT: Duration = Duration::from_millis(1);

#[tokio::test]
async fn single_addresses_are_validated() {
    let mock = MockMailgun::start().await;
    let validations = Validations::new(&mock.client());
    let bob = validations.validate("bob+news@example.com", ValidateAddress::new()).await.unwrap();
    assert_eq!(bob.result, Some(ValidationResult::Deliverable));
    assert_eq!((bob.risk, &*bob.reason), (Some(ValidationRisk::Low), &[][..]));
    assert_eq!(bob.root_address.as_deref(), Some("bob@example.com"));

    let eve = validations.validate_post("eve@gmial.com", ValidateAddress::new()).await.unwrap();
    assert_eq!(eve.reason, [ValidationReason::NoMx]);
    assert_eq!(eve.did_you_mean.as_deref(), Some("eve@gmail.com"));

    let params = ValidateAddress::new().provider_lookup(false);
    let found = validations.validate("nonexistent@example.com", params).await.unwrap();
    assert_eq!(found.result, Some(ValidationResult::Unknown));
    assert_eq!(found.reason, [ValidationReason::NoData]);

    let error = validations.validate("", ValidateAddress::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    let parsed = validations.parse("Bob <bob@example.com>, bob").await.unwrap();
    assert_eq!(parsed["unparseable"], serde_json::json!(["bob"]));
}

#[tokio::test]
async fn a_file_is_validated_and_its_results_are_downloaded() {
    let mock = MockMailgun::start().await;
    let bulk = Validations::new(&mock.client()).bulk();
    let started = bulk.create("a list", AddressFile::from_addresses(ADDRESSES)).await.unwrap();
    assert_eq!((&*started.id, &*started.message), ("a list", "The validation job was submitted."));

    let states = bulk.wait("a list").every(SHORT).into_stream();
    let states: Vec<_> = states.try_collect().await.unwrap();
    let seen: Vec<_> = states.iter().map(|job| (job.status.clone(), job.progress())).collect();
    let steps = [
        (Some(JobStatus::Created), None),
        (Some(JobStatus::Processing), Some(0.4)),
        (Some(JobStatus::Uploaded), Some(0.8)),
    ];
    assert_eq!(seen, steps);
    let job = states.last().unwrap();
    assert_eq!((job.quantity, job.records_processed), (Some(5), Some(4)));
    assert!(job.created_at.is_some());
    let summary = job.summary.unwrap();
    assert_eq!((summary.result.deliverable, summary.result.undeliverable), (2, 1));
    assert_eq!((summary.result.do_not_send, summary.risk.high), (1, 2));

    let csv = bulk.download(job.download_url.csv.as_ref().unwrap()).await.unwrap();
    let csv = Csv::from_bytes("results.csv", csv).unwrap();
    assert_eq!(csv.columns()[0], "address");
    let json = bulk.download(job.download_url.json.as_ref().unwrap()).await.unwrap();
    let found: Vec<mailgun_validations::Validation> = serde_json::from_slice(&json).unwrap();
    assert_eq!(found.len(), 4);
    assert!(found[3].is_disposable_address && found[1].is_role_address);

    bulk.cancel("a list").await.unwrap();
    let deleted = bulk.wait("a list").await.unwrap();
    assert_eq!(deleted.status, Some(JobStatus::Deleted));
    assert!(deleted.download_url.csv.is_none());
    let error = bulk.download(job.download_url.csv.as_ref().unwrap()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}

#[tokio::test]
async fn jobs_are_listed_from_the_newest_and_limited() {
    let mock = MockMailgun::start().await;
    let bulk = Validations::new(&mock.client()).bulk();
    let file = || AddressFile::from_addresses(ADDRESSES);
    for id in 0..10 {
        bulk.create(&format!("list-{id}"), file()).await.unwrap();
    }
    for (id, why) in [("list-0", "in use"), ("list-10", "too many"), ("a@b", "'@'")] {
        let error = bulk.create(id, file()).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
        assert!(error.api_message().unwrap().contains(why), "{error}");
    }
    let jobs: Vec<_> =
        bulk.list(ListJobs::new().limit(4)).into_items().try_collect().await.unwrap();
    let ids: Vec<_> = jobs.iter().map(|job| &*job.id).collect();
    assert_eq!(ids.len(), 10);
    assert_eq!((ids[0], ids[9]), ("list-9", "list-0"));
    assert!(jobs.iter().all(|job| job.status == Some(JobStatus::Created)));

    bulk.cancel("list-0").await.unwrap();
    bulk.create("list-10", file()).await.unwrap();
    let page = bulk
        .list(ListJobs::new().page(mailgun_types::PageDirection::Last).limit(4))
        .next_page()
        .await
        .unwrap()
        .unwrap();
    assert_eq!((page.items.len(), page.total), (4, Some(11)));
    assert!(page.previous.is_some());
    assert_eq!(bulk.get("none").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(bulk.cancel("none").await.unwrap_err().status().unwrap(), 404);
}

#[tokio::test]
async fn a_preview_is_promoted_to_a_job() {
    let mock = MockMailgun::start().await;
    let validations = Validations::new(&mock.client());
    let (bulk, previews) = (validations.bulk(), validations.previews());
    for id in ["a", "b"] {
        previews.create(id, AddressFile::from_addresses(ADDRESSES)).await.unwrap();
    }
    let preview = previews.wait("a").every(SHORT).await.unwrap();
    assert!(preview.valid);
    assert_eq!(preview.status, Some(PreviewStatus::Complete));
    let summary = preview.summary.unwrap();
    assert_eq!((summary.result.deliverable, summary.risk.medium), (50.0, 25.0));

    previews.promote("a").await.unwrap();
    assert_eq!(bulk.wait("a").every(SHORT).await.unwrap().quantity, Some(5));
    let left = previews.list().await.unwrap();
    assert_eq!(left.iter().map(|preview| &*preview.id).collect::<Vec<_>>(), ["b"]);
    previews.delete("b").await.unwrap();
    assert!(previews.list().await.unwrap().is_empty());
    assert_eq!(previews.get("b").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(previews.delete("b").await.unwrap_err().status().unwrap(), 404);
    assert_eq!(previews.promote("b").await.unwrap_err().status().unwrap(), 404);
}
