use mailgun::bulk::{Campaign, Status};
use mailgun_mock::{Fault, MockMailgun, RateLimit};
use mailgun_testing::Postgres;

use super::*;

/// Starts a campaign with 20 chunks, and sets the jobs up.
async fn start(mock: &MockMailgun, url: &str) -> (Bulk, PgPool) {
    let mailgun: Mailgun = mock.client().into();
    let bulk = mailgun.bulk(Arc::new(SqlStore::postgres(url).await.unwrap()));
    let campaign = Campaign::new("news", mock.domain())
        .from("news@mg.example.com")
        .subject("News")
        .text("Hello")
        .chunk_size(10);
    let mut draft = bulk.open(campaign).await.unwrap().into_draft().unwrap();
    let readers = (0..200).map(|n| (format!("reader{n}@example.com"), ()));
    draft.recipients(readers).await.unwrap();
    draft.start().await.unwrap();

    let pool = PgPool::connect(url).await.unwrap();
    PostgresStorage::setup(&pool).await.unwrap();
    (bulk, pool)
}

/// Works on the jobs with two workers until the campaign is done.
async fn work(bulk: &Bulk, pool: &PgPool) -> Status {
    for number in 0..2 {
        let worker = WorkerBuilder::new(format!("worker-{number}"))
            .backend(storage(pool, "news"))
            .concurrency(4)
            .data(bulk.worker())
            .build(send_chunks);
        tokio::spawn(worker.run());
    }
    let done = tokio::time::timeout(Duration::from_secs(60), done(bulk)).await;
    done.expect("the jobs are not done")
}

fn mailed(mock: &MockMailgun) -> usize {
    mock.sent().iter().map(|message| message.to().len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_are_delivered_too_often_mail_nobody_twice() {
    let Some(postgres) = Postgres::shared() else { return };
    let mock = MockMailgun::start().await;
    let (bulk, pool) = start(&mock, &postgres.database()).await;
    // Each chunk has two jobs, and some responses are lost.
    for _ in 0..2 {
        assert_eq!(add_jobs(&pool, &bulk, "news").await.unwrap(), 20);
    }
    mock.inject(Fault::lose_response().for_path("/messages").times(2));

    let status = work(&bulk, &pool).await;
    // The outcome of the lost responses is unknown, and nothing was sent again.
    assert_eq!(status.tally.unknown.chunks, 2, "{status}");
    assert_eq!(status.tally.accepted.chunks, 18, "{status}");
    assert_eq!(mailed(&mock), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_leaves_no_chunk_unsent() {
    let Some(postgres) = Postgres::shared() else { return };
    let mock = MockMailgun::start().await;
    let (bulk, pool) = start(&mock, &postgres.database()).await;
    assert_eq!(add_jobs(&pool, &bulk, "news").await.unwrap(), 20);
    let limit = Fault::rate_limit(RateLimit::RetryAfterSeconds(1));
    mock.inject(limit.for_path("/messages").times(2));

    let status = work(&bulk, &pool).await;
    assert_eq!(status.tally.accepted.recipients, 200, "{status}");
    assert_eq!(mailed(&mock), 200);
}

async fn done(bulk: &Bulk) -> Status {
    loop {
        let status = bulk.campaign("news").status().await.unwrap();
        if status.is_done() {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
