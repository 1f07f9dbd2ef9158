//! Sends a newsletter to the readers of a CSV file.
//!
//! ```sh
//! export MAILGUN_API_KEY=key-... MAILGUN_REGION=us MAILGUN_DOMAIN=mg.example.com DATABASE_URL=news.db
//! cargo run -p example-newsletter -- news-2026-11 readers.csv
//! ```
//!
//! Kill it and run it again: nobody gets a second mail. Chunks that were on their way are `unknown`; run it
//! again half an hour later, and events settle those that were accepted.
//!
//! With a `postgres://` URL, run it on as many machines as you like; without the file, it only helps to
//! send:
//!
//! ```sh
//! cargo run -p example-newsletter -- news-2026-11
//! ```

use std::{env, error::Error, fs::File, io, path::Path, pin::pin, sync::Arc};

use futures_util::TryStreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use mailgun::{
    Mailgun,
    bulk::{Bulk, Campaign, CampaignHandle, Opened},
};
use mailgun_store::SqlStore;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let key = arguments.next().ok_or("name the campaign")?;
    let bulk = Mailgun::from_env()?.bulk(Arc::new(store().await?));
    let campaign = match arguments.next() {
        Some(readers) => open(&bulk, &key, readers.as_ref()).await?,
        None => bulk.campaign(&key),
    };

    let worker = bulk.worker().concurrency(8);
    let stop = worker.stop_handle();
    tokio::spawn(async move {
        // A signal starts nothing new and waits for the calls in flight.
        let _ = stopped().await;
        stop.stop();
    });
    let mut run = pin!(worker.run(&key));
    // After a signal or an error, the run ends, but the campaign and its progress do not.
    let status = tokio::select! {
        status = &mut run => status,
        _ = show_progress(&campaign) => run.await,
    };
    println!("{}", status?);

    let settled = campaign.reconcile().await?;
    println!("{settled}");
    campaign.write_csv(File::create(format!("{key}.csv"))?).await?;
    Ok(())
}

/// Waits for Ctrl-C, or for the signal that ends services and containers.
async fn stopped() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

async fn store() -> Result<SqlStore> {
    let url = env::var("DATABASE_URL")?;
    Ok(if url.starts_with("postgres") {
        SqlStore::postgres(&url).await?
    } else {
        SqlStore::sqlite(url).await?
    })
}

/// Starts the campaign, or finds the one that an earlier run has started.
async fn open(bulk: &Bulk, key: &str, readers: &Path) -> Result<CampaignHandle> {
    let domain = env::var("MAILGUN_DOMAIN")?;
    let campaign = Campaign::new(key, &domain)
        .from(format!("News <news@{domain}>"))
        .subject("News for %recipient.name%")
        .text("Hello %recipient.name%!\n\nUnsubscribe: %unsubscribe_url%\n")
        .list_unsubscribe("%unsubscribe_url%")
        .tag("newsletter");
    let mut draft = match bulk.open(campaign).await? {
        Opened::Draft(draft) => draft,
        Opened::Started(campaign) => return Ok(campaign),
    };
    draft.leave_out_suppressed().await?;
    let import = draft.csv(File::open(readers)?).await?;
    println!("{import}");
    for rejection in &import.rejections {
        eprintln!("{rejection}");
    }
    Ok(draft.skip_invalid().start().await?)
}

/// Shows a bar until the campaign ends. Without a terminal, indicatif shows nothing.
async fn show_progress(campaign: &CampaignHandle) -> Result<()> {
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {eta}")?);
    let mut progress = pin!(campaign.progress());
    while let Some(status) = progress.try_next().await? {
        bar.set_length(status.campaign.recipients.added);
        bar.set_position(status.tally.accepted.recipients);
        bar.set_message(format!("{:.0}/s", status.rate()));
    }
    bar.finish();
    Ok(())
}
