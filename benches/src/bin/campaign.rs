//! Sends a newsletter to many recipients: as a campaign with its state on disk, as a batch, and with
//! reqwest in a loop that records nothing.
//!
//! ```console
//! $ cargo run --release -p mailgun-benches --features campaign --bin campaign -- 1000000
//! ```
//!
//! Prints the recipients per second, the growth of resident memory, and the size of the database. The
//! campaign reads its recipients from an iterator, and the loop makes each chunk when it sends it. The
//! batch has all recipients in memory.

#![allow(clippy::print_stdout, reason = "prints the measurements")]

use std::{env, fs, path::Path, sync::Arc, time::Instant};

use mailgun::{Mailgun, bulk::Campaign, messages::Batch};
use mailgun_benches::{
    Result,
    fixtures::{BATCH_SUBJECT, DOMAIN, FROM, KEY, Load, html, recipient, text},
    peers::{Peer as _, reqwest::Sender},
    probe::MemoryMark,
    programs::{Programs, Scratch, Server, output},
};
use mailgun_store::SqlStore;
use serde::{Deserialize, Serialize};

/// Mailgun's limit for the recipients of a call.
const CHUNK: u32 = 1000;

#[derive(Deserialize, Serialize)]
struct Figures {
    seconds: f64,
    memory: Option<u64>,
    database: Option<u64>,
}

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => compare(100_000),
        [recipients] => compare(recipients.parse()?),
        [client, recipients, url, folder] => {
            measure(client, recipients.parse()?, url, folder.as_ref())
        }
        _ => Err("usage: campaign [RECIPIENTS]".into()),
    }
}

/// Runs each client in a process of its own.
fn compare(recipients: u32) -> Result<()> {
    let programs = Programs::build(false)?;
    let mut server = Server::start(&programs)?;
    println!("| client | recipients/s | memory | database |\n|---|--:|--:|--:|");
    for client in ["campaign", "batch", "reqwest"] {
        let scratch = Scratch::new()?;
        let mut command = programs.command("campaign");
        command.args([client, &recipients.to_string(), &server.url]).arg(scratch.path());
        let figures: Figures = serde_json::from_str(&output(&mut command)?)?;
        let seen = server.seen()?;
        let calls = recipients.div_ceil(CHUNK) as usize;
        if seen.calls != calls || seen.error.is_some() {
            return Err(format!("{client}: the server has seen {seen:?}, not {calls} calls").into());
        }
        let mib = |bytes: Option<u64>| match bytes {
            Some(bytes) => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
            None => String::new(),
        };
        println!(
            "| {client} | {:.0} | {} | {} |",
            f64::from(recipients) / figures.seconds,
            mib(figures.memory),
            mib(figures.database)
        );
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn measure(client: &str, recipients: u32, url: &str, folder: &Path) -> Result<()> {
    let mark = MemoryMark::set();
    let started = Instant::now();
    match client {
        "campaign" => campaign(recipients, url, folder).await?,
        "batch" => batch(recipients, url).await?,
        "reqwest" => by_hand(recipients, url).await?,
        _ => return Err("the client is campaign, batch or reqwest".into()),
    }
    let seconds = started.elapsed().as_secs_f64();
    let memory = mark.and_then(MemoryMark::growth);
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.metadata()?.len()));
    let database = files.sum::<Result<u64, std::io::Error>>()?;
    let database = (database > 0).then_some(database);
    println!("{}", serde_json::to_string(&Figures { seconds, memory, database })?);
    Ok(())
}

fn mailgun(url: &str) -> Result<Mailgun> {
    Ok(Mailgun::builder(KEY).base_url(url).no_proxy().build()?)
}

async fn campaign(recipients: u32, url: &str, folder: &Path) -> Result<()> {
    let store = SqlStore::sqlite(folder.join("news.db")).await?;
    let bulk = mailgun(url)?.bulk(Arc::new(store));
    let campaign =
        Campaign::new("news", DOMAIN).from(FROM).subject(BATCH_SUBJECT).text(text()).html(html());
    let mut draft = bulk.open(campaign).await?.into_draft()?;
    draft
        .recipients((0..recipients).map(recipient).map(|one| (one.address, one.variables)))
        .await?;
    draft.start().await?;
    let status = bulk.worker().run("news").await?;
    if status.tally.accepted.recipients != u64::from(recipients) {
        return Err(format!("not all were accepted: {status}").into());
    }
    Ok(())
}

async fn batch(recipients: u32, url: &str) -> Result<()> {
    let batch = Batch::new()
        .from(FROM)
        .subject(BATCH_SUBJECT)
        .text(text())
        .html(html())
        .recipients((0..recipients).map(recipient).map(|one| (one.address, one.variables)));
    let report = mailgun(url)?.messages(DOMAIN).send_batch(batch).await?;
    if !report.is_complete() {
        return Err(format!("not all were accepted: {report}").into());
    }
    Ok(())
}

async fn by_hand(recipients: u32, url: &str) -> Result<()> {
    let sender = Sender::new(url)?;
    for first in (0..recipients).step_by(CHUNK as usize) {
        let last = recipients.min(first.saturating_add(CHUNK));
        sender.with(Load::Batch((first..last).map(recipient).collect())).once().await?;
    }
    Ok(())
}
