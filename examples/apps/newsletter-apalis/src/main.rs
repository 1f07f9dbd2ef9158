//! Sends a campaign from the jobs of apalis on Postgres.
//!
//! ```sh
//! export MAILGUN_API_KEY=key-... MAILGUN_REGION=us DATABASE_URL=postgres://...
//! cargo run -p example-newsletter-apalis -- news-2026-11
//! ```
//!
//! The campaign must have been started, for example by `example-newsletter`. A job only wakes a worker:
//! the store decides which chunk is sent, and by whom. apalis may deliver a job twice, too late, or not
//! at all, and nobody gets a second mail.

use std::{env, error::Error, sync::Arc, time::Duration};

use apalis::prelude::*;
use apalis_postgres::{Config, PgPool, PostgresStorage};
use mailgun::{
    Mailgun,
    bulk::{Bulk, ChunkJob, Step, Worker},
};
use mailgun_store::SqlStore;
use tower::ServiceExt as _;

/// Sends chunks until none is left, or the campaign is stopped or cancelled.
async fn send_chunks(job: ChunkJob, worker: Data<Worker>) -> Result<(), BoxDynError> {
    loop {
        match Worker::clone(&worker).oneshot(job.clone()).await? {
            Step::Sent { .. } => {}
            Step::NotSent(until) | Step::Wait(until) => {
                let now = mailgun::Timestamp::now();
                tokio::time::sleep(until.duration_since(now).unwrap_or_default()).await;
            }
            // The job must outlive the pause: nothing else would go on afterwards.
            Step::Paused => tokio::time::sleep(Duration::from_secs(5)).await,
            _ => return Ok(()),
        }
    }
}

/// Adds a job for each chunk that is planned.
async fn add_jobs(pool: &PgPool, bulk: &Bulk, key: &str) -> Result<u64, Box<dyn Error>> {
    let chunks = bulk.campaign(key).status().await?.tally.planned.chunks;
    let mut jobs = storage(pool, key);
    for _ in 0..chunks {
        jobs.push(ChunkJob::new(key)).await?;
    }
    Ok(chunks)
}

fn storage(pool: &PgPool, key: &str) -> PostgresStorage<ChunkJob> {
    PostgresStorage::new(pool).with_config(Config::default().queue(key))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = env::args().nth(1).ok_or("name the campaign")?;
    let url = env::var("DATABASE_URL")?;
    let bulk = Mailgun::from_env()?.bulk(Arc::new(SqlStore::postgres(&url).await?));
    let pool = PgPool::connect(&url).await?;
    PostgresStorage::setup(&pool).await?;
    println!("{} chunks", add_jobs(&pool, &bulk, &key).await?);

    let worker = WorkerBuilder::new(format!("{key}-{}", std::process::id()))
        .backend(storage(&pool, &key))
        .concurrency(8)
        .data(bulk.worker())
        .build(send_chunks);
    worker.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests;
