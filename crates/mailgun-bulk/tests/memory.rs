//! Recipients pass through the program: only pages and chunks of them are in memory.
//!
//! Alone in its file: the peak is that of the whole process.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{convert::Infallible, sync::Arc};

use http_body_util::{BodyExt as _, Full};
use mailgun_bulk::{Bulk, Campaign};
use mailgun_core::{
    Body, Client,
    bytes::Bytes,
    http::{Request, Response},
};
use mailgun_store::SqlStore;
use mailgun_testing::ACCEPTED;
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const RECIPIENTS: u64 = 5_000;
/// The variables alone are 20 MB.
const VARIABLE: usize = 4000;
const MOST: usize = 15 * 1024 * 1024;

#[tokio::test]
async fn many_recipients_are_added_and_sent_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqlStore::sqlite(folder.path().join("bulk.db")).await.unwrap());
    let service = tower::service_fn(|request: Request<Body>| async {
        let mut body = request.into_body();
        while let Some(frame) = body.frame().await {
            frame.unwrap();
        }
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(ACCEPTED)))
    });
    let client: Client = Client::builder("key-test").build_with_transport(service).unwrap();
    let bulk = Bulk::new(&client, store);
    let campaign = Campaign::new("news", "mg.example.com").from("a@mg.example.com").text("t");
    let campaign = campaign.chunk_size(200);
    let mut draft = bulk.open(campaign).await.unwrap().into_draft().unwrap();

    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let recipients = (0..RECIPIENTS)
        .map(|n| (format!("r{n}@example.com"), json!({ "text": "x".repeat(VARIABLE), "n": n })));
    assert_eq!(draft.recipients(recipients).await.unwrap().added, RECIPIENTS);
    draft.start().await.unwrap();
    let status = bulk.worker().concurrency(2).run("news").await.unwrap();
    assert_eq!(status.tally.accepted.recipients, RECIPIENTS);
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(peak < MOST, "{peak} bytes");
}
