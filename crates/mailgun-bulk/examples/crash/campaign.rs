//! One campaign after the other, until enough workers were killed.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fmt,
    pin::pin,
    time::Duration,
};

use futures_util::TryStreamExt as _;
use mailgun_bulk::{Bulk, Campaign, CampaignHandle, ChunkState, EXPIRED, SendOutcome};
use mailgun_core::Client;
use mailgun_mock::{Fault, MockMailgun};
use serde_json::json;
use tokio::process::Child;

use crate::{
    Options,
    random::Random,
    worker::{Setup, open},
};

/// The steps at which workers abort. A step has two moments, and a worker takes about four steps for two
/// chunks.
const MOMENTS: u64 = 120;
/// Workers that are killed from outside live up to this long.
const LIVES_MS: u64 = 250;

/// What was found, in recipients, except for `unexplained` and `kills`.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) doubled: u64,
    pub(crate) lost: u64,
    pub(crate) wrong: u64,
    pub(crate) unexplained: u64,
    unknown: u64,
    kills: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { doubled, lost, wrong, unexplained, unknown, kills } = self;
        write!(
            f,
            "doubled {doubled}, lost {lost}, wrong {wrong}, unexplained {unexplained}, unknown \
             {unknown}, kills {kills}"
        )
    }
}

pub(crate) async fn run(options: &Options) -> Result<Totals, Box<dyn Error>> {
    let mock = MockMailgun::start().await;
    let client: Client = mock.client();
    let bulk = Bulk::new(&client, open(&options.store).await?);
    let mut random = Random::new(options.seed);
    let mut totals = Totals::default();
    for number in 0_u64.. {
        if totals.kills >= options.kills {
            break;
        }
        mock.clear();
        let key = format!("crash-{}-{number}", options.seed);
        let handle = start(&bulk, &mock, &key, options.recipients).await?;
        let setup = Setup {
            campaign: key,
            store: options.store.clone(),
            base_url: mock.base_url(),
            api_key: mock.api_key(),
        };
        let workers = options.workers.unwrap_or([1, 2, 4][number as usize % 3]);
        let left = options.kills - totals.kills;
        let killed = send(&setup, &mock, &handle, &mut random, workers, left).await?;
        totals.kills += killed.len() as u64;
        settle(&bulk, &mock, &handle, &killed, &mut totals).await?;
        eprintln!("campaign {}, {workers} workers, {} kills: {totals}", number + 1, killed.len());
    }
    Ok(totals)
}

async fn start(
    bulk: &Bulk,
    mock: &MockMailgun,
    key: &str,
    recipients: usize,
) -> Result<CampaignHandle, Box<dyn Error>> {
    let campaign = Campaign::new(key, mock.domain())
        .from(format!("news@{}", mock.domain()))
        .subject("News")
        .text("Hello")
        .chunk_size(5);
    let mut draft = bulk.open(campaign).await?.into_draft()?;
    let addresses = (0..recipients).map(|n| (format!("r{n}@example.com"), json!({ "n": n })));
    draft.recipients(addresses).await?;
    Ok(draft.start().await?)
}

/// A worker process.
struct Worker {
    child: Child,
    id: u32,
    /// When it is killed, in ticks.
    kill_in: Option<u64>,
}

/// Runs workers and kills them, until the campaign is done. Returns the process ids of those that died.
async fn send(
    setup: &Setup,
    mock: &MockMailgun,
    handle: &CampaignHandle,
    random: &mut Random,
    workers: usize,
    kills: u64,
) -> Result<HashSet<u32>, Box<dyn Error>> {
    const TICK: Duration = Duration::from_millis(5);
    let mut killed = HashSet::new();
    let mut living: Vec<Worker> = Vec::new();
    loop {
        while living.len() < workers {
            let is_mortal = (killed.len() as u64) < kills;
            let aborts = is_mortal && random.one_in(2);
            let child = setup.spawn(aborts.then(|| random.below(MOMENTS)))?;
            let kill_in =
                (is_mortal && !aborts).then(|| random.below(LIVES_MS) / TICK.as_millis() as u64);
            let id = child.id().unwrap_or_default();
            living.push(Worker { child, id, kill_in });
        }
        // Slow responses, and a few that are lost.
        if mock.faults_left() == 0 {
            let fault = match random.one_in(40) {
                true => Fault::lose_response(),
                false => Fault::delay(Duration::from_millis(random.below(30))),
            };
            mock.inject(fault.for_path("/messages"));
        }
        tokio::time::sleep(TICK).await;
        let mut is_done = false;
        let mut left = Vec::new();
        for mut worker in living {
            if worker.kill_in == Some(0) {
                worker.child.start_kill()?;
                worker.child.wait().await?;
                killed.insert(worker.id);
                continue;
            }
            worker.kill_in = worker.kill_in.map(|ticks| ticks - 1);
            match worker.child.try_wait()?.map(|status| status.code()) {
                None => left.push(worker),
                Some(Some(0)) => is_done = true,
                // It could not go on, and another takes its place.
                Some(Some(1)) => {}
                Some(_) => drop(killed.insert(worker.id)),
            }
        }
        living = left;
        if is_done && handle.status().await?.is_done() {
            break;
        }
    }
    for mut worker in living {
        worker.child.wait().await?;
    }
    Ok(killed)
}

/// Compares the store with the mail that was accepted, before and after the events are searched.
async fn settle(
    bulk: &Bulk,
    mock: &MockMailgun,
    handle: &CampaignHandle,
    killed: &HashSet<u32>,
    totals: &mut Totals,
) -> Result<(), Box<dyn Error>> {
    let lost_responses = mock.requests().iter().filter(|it| it.status().is_none()).count();
    let mut unanswered = 0;
    let mut chunks = pin!(handle.chunks());
    while let Some(chunk) = chunks.try_next().await? {
        if chunk.state != ChunkState::Unknown {
            continue;
        }
        if chunk.error.as_deref() == Some(EXPIRED) {
            let owner = chunk.owner.unwrap_or_default();
            let owner = owner.split('-').next().and_then(|id| id.parse().ok());
            totals.unexplained += u64::from(!owner.is_some_and(|id| killed.contains(&id)));
        } else {
            unanswered += 1;
        }
    }
    totals.unexplained += u64::from(unanswered > lost_responses as u64);
    totals.unknown += handle.status().await?.tally.unknown.recipients;

    let _ = handle.reconcile().await?;
    compare(mock, handle, totals, false).await?;
    handle.resend_unknown().await?;
    bulk.worker().run(handle.key()).await?;
    compare(mock, handle, totals, true).await
}

async fn compare(
    mock: &MockMailgun,
    handle: &CampaignHandle,
    totals: &mut Totals,
    is_complete: bool,
) -> Result<(), Box<dyn Error>> {
    let mut mails: HashMap<String, u64> = HashMap::new();
    for message in mock.sent() {
        for recipient in message.recipients() {
            *mails.entry(recipient.clone()).or_default() += 1;
        }
    }
    let mut report = pin!(handle.report());
    while let Some(row) = report.try_next().await? {
        let mails = mails.get(&row.address).copied().unwrap_or_default();
        totals.doubled += u64::from(mails > 1);
        match row.outcome {
            SendOutcome::Accepted => totals.lost += u64::from(mails == 0),
            SendOutcome::Unknown if !is_complete => totals.wrong += u64::from(mails > 0),
            _ => totals.lost += 1,
        }
    }
    Ok(())
}
