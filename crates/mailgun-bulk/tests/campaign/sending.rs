//! Who gets what, with one worker and with many.

use mailgun_bulk::{BulkError, CampaignState, ChunkJob, Opened, Step};
use mailgun_core::{ErrorKind, Upload};
use mailgun_mock::MockMailgun;
use mailgun_testing::within;
use tower::Service as _;

use crate::*;

#[tokio::test]
async fn everybody_gets_one_mail_with_variables_of_their_own() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let campaign = newsletter()
        .chunk_size(2)
        .tag("news")
        .reply_to("help@mg.example.com")
        .attachment(Upload::from_bytes("terms.pdf", &b"%PDF"[..]))
        .inline("logo", Upload::from_bytes("logo.png", &b"\x89PNG"[..]));
    let handle = start(&bulk, campaign, 5).await;
    // Another process has the store, the key and a client.
    let status = within(worker(&bulk).run(KEY)).await.unwrap();
    assert_eq!(counts(&status), [5, 0, 0, 0]);
    assert!(status.is_done());
    assert_eq!(status.to_string(), {
        "done: 5 of 5 accepted, 0 refused, 0 unknown, 0 sending, 0 planned"
    });
    assert_eq!(handle.status().await.unwrap().tally, status.tally);

    let sent = mock.sent();
    let ids: Vec<_> = sent.iter().map(|it| it.field("h:Message-Id").unwrap()).collect();
    let expected = ["0-1", "2-3", "4-4"].map(|it| format!("<{KEY}.{it}@mg.example.com>"));
    assert_eq!(ids, expected);
    for message in &sent {
        assert_eq!(message.from(), "news@mg.example.com");
        assert_eq!((message.subject(), message.text()), {
            (Some("News for %recipient.n%"), Some("Hello"))
        });
        assert_eq!(message.tags(), ["news"]);
        assert_eq!(message.field("h:Reply-To"), Some("help@mg.example.com"));
        let files = (&message.attachments()[0], &message.inline()[0]);
        assert_eq!((&*files.0.filename, &*files.0.bytes), ("terms.pdf", &b"%PDF"[..]));
        assert_eq!((&*files.1.filename, &*files.1.content_type), ("logo", "image/png"));
        let variables = message.recipient_variables().unwrap();
        assert_eq!(variables.len(), message.recipients().len());
        for recipient in message.recipients() {
            assert_eq!(variables[recipient], json!({ "n": number(recipient) }));
        }
    }
    assert_eq!(mails(&mock, 5), [1; 5]);
}

#[tokio::test]
async fn three_workers_share_a_campaign() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    start(&bulk, newsletter().chunk_size(7), 500).await;
    let workers = [1, 4, 8].map(|calls| worker(&bulk).concurrency(calls));
    let runs = workers.iter().map(|worker| worker.run(KEY));
    for status in within(futures_util::future::join_all(runs)).await {
        assert_eq!(counts(&status.unwrap()), [500, 0, 0, 0]);
    }
    assert_eq!(mails(&mock, 500), vec![1; 500]);
}

#[tokio::test]
async fn chunks_are_split_by_number_and_by_bytes() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    start(&bulk, newsletter(), 2500).await;
    within(worker(&bulk).run(KEY)).await.unwrap();
    let sizes: Vec<_> = mock.sent().iter().map(|it| it.recipients().len()).collect();
    assert_eq!(sizes, [1000, 1000, 500]);

    let mock = MockMailgun::start().await;
    let bulk = crate::bulk(&mock);
    let campaign = newsletter().chunk_bytes(200);
    let mut draft = bulk.open(campaign).await.unwrap().into_draft().unwrap();
    let large = json!({ "text": "x".repeat(500) });
    let three = recipients(2).chain([(address(2), large)]).chain(recipients(5).skip(3));
    draft.recipients(three).await.unwrap();
    draft.start().await.unwrap();
    within(worker(&bulk).run(KEY)).await.unwrap();
    let sizes: Vec<_> = mock.sent().iter().map(|it| it.recipients().len()).collect();
    assert_eq!(sizes, [2, 1, 2], "a large one goes alone");
}

#[tokio::test]
async fn a_campaign_that_was_started_is_found_by_its_key_and_content() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    start(&bulk, newsletter(), 3).await;
    let opened = bulk.open(newsletter()).await.unwrap();
    assert!(matches!(&opened, Opened::Started(handle) if handle.key() == KEY), "{opened:?}");
    let others = [
        newsletter().subject("Other news"),
        newsletter().quota(5, mailgun_bulk::Per::Hour),
        newsletter().quota_scope("account"),
        newsletter().attachment(Upload::from_bytes("a.txt", "a")),
    ];
    for other in others {
        let error = bulk.open(other).await.unwrap_err();
        assert!(matches!(error, BulkError::KeyTaken), "{error:?}");
        assert!(error.to_string().contains("use a new key"), "{error}");
    }
    within(worker(&bulk).run(KEY)).await.unwrap();
    assert!(matches!(bulk.open(newsletter()).await.unwrap(), Opened::Started(_)));
    assert_eq!(within(worker(&bulk).run(KEY)).await.unwrap().tally.accepted.recipients, 3);
    assert_eq!(mails(&mock, 3), [1; 3], "a campaign that is done sends nothing");
    let listed = bulk.campaigns(None).await.unwrap();
    assert_eq!(listed.iter().map(|it| &*it.key).collect::<Vec<_>>(), [KEY]);
}

#[tokio::test]
async fn a_campaign_that_was_never_started_sends_nothing() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
    assert!(matches!(error, BulkError::NotFound), "{error:?}");
    let mut draft = bulk.open(newsletter()).await.unwrap().into_draft().unwrap();
    let error = within(worker(&bulk).run(KEY)).await.unwrap_err();
    assert!(matches!(error, BulkError::NotAllowed(CampaignState::Draft)), "{error:?}");
    draft.recipients(recipients(0)).await.unwrap();
    let error = draft.start().await.unwrap_err();
    assert!(matches!(error, BulkError::NoRecipients), "{error:?}");
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn invalid_content_is_an_error_before_anything_is_stored() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    let with_key = |key: &str| Campaign::new(key, "mg.example.com").from("a@x.test").text("t");
    for (campaign, word) in [
        (with_key("no spaces"), "`key`"),
        (with_key(""), "`key`"),
        (with_key(&"x".repeat(65)), "`key`"),
        (Campaign::new(KEY, "no domain").from("a@x.test").text("t"), "domain"),
        (Campaign::new(KEY, "mg.example.com").text("t"), "`from` is missing"),
        (Campaign::new(KEY, "mg.example.com").from("a@x.test"), "`text` is missing"),
        (newsletter().chunk_size(1001), "`chunk_size`"),
        (newsletter().chunk_size(0), "`chunk_size`"),
        (newsletter().quota(0, mailgun_bulk::Per::Day), "`quota`"),
        (newsletter().warm_up([(2, 5)]), "`warm_up` must begin with day 1"),
        (newsletter().warm_up([(1, 5), (1, 6)]), "`warm_up` must have its days in ascending"),
        (newsletter().warm_up([(1, 0)]), "`warm_up` must allow recipients"),
        (newsletter().max_size(3), "over the limit of 3"),
        (newsletter().header("X", "y".repeat(17_000)), "over the limit"),
    ] {
        let error = bulk.open(campaign).await.unwrap_err();
        let BulkError::Api(api) = &error else { panic!("{error:?}") };
        assert!(matches!(api.kind(), ErrorKind::InvalidInput | ErrorKind::TooLarge), "{api:?}");
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
    assert!(bulk.campaigns(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_worker_is_a_service_of_jobs() {
    let mock = MockMailgun::start().await;
    let bulk = bulk(&mock);
    start(&bulk, newsletter().chunk_size(2), 3).await;
    let mut service = worker(&bulk);
    let job = serde_json::to_string(&ChunkJob::new(KEY)).unwrap();
    assert_eq!(job, r#"{"campaign":"news-2026-11"}"#);
    let mut steps = Vec::new();
    for _ in 0..3 {
        // The job system delivers jobs more often than there are chunks.
        let job: ChunkJob = serde_json::from_str(&job).unwrap();
        steps.push(within(service.call(job)).await.unwrap());
    }
    let sent = |recipients| Step::Sent { state: mailgun_bulk::ChunkState::Accepted, recipients };
    assert_eq!(steps, [sent(2), sent(1), Step::Nothing]);
    assert_eq!(mails(&mock, 3), [1; 3]);
    service.stop_handle().stop();
    let error = within(service.call(ChunkJob::new(KEY))).await.unwrap_err();
    assert!(matches!(error, BulkError::WorkerStopped), "{error:?}");
}
