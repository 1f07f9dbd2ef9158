use std::{
    fs::File,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    pin::pin,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use clap::{Args, Subcommand};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mailgun::{
    Client,
    bulk::{
        self, BulkError, Campaign, CampaignHandle, Count, Import, MemoryStore, Opened, Per, Status,
        Store,
    },
};
use mailgun_store::SqlStore;
use serde_json::{Value, json};

use crate::{
    args,
    content::{ContentArgs, filled},
    context::Context,
    exit::{Failure, Result},
    output::{Tone, cell, optional, toned},
    progress, signal,
};

/// Send a mail to many recipients, once to each, also after a crash
///
/// A campaign is kept in a SQLite file: its content, its recipients, and what became of each. `create`
/// reads the recipients, `run` sends. Several runs, in several processes, share the work. After a crash,
/// run it again: a call that was on its way is not repeated, and its recipients are unknown until
/// `reconcile` finds their events.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun bulk create news-2026-11 recipients.csv --from news@mg.example.com \\
      --subject 'News for %recipient.name%' --text-file invoice.txt
  mailgun bulk run news-2026-11
  mailgun bulk status news-2026-11
  mailgun bulk report news-2026-11 --csv > report.csv")]
pub(crate) struct Bulk {
    /// SQLite file with the campaigns [env: MAILGUN_STORE] [default: mailgun.db]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "MAILGUN_STORE",
        hide_env = true,
        default_value = "mailgun.db",
        hide_default_value = true
    )]
    store: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    Create(Box<Create>),
    /// List the campaigns
    List,
    Run(Run),
    /// Show how far a campaign is
    Status {
        /// Key of the campaign
        key: String,
        /// Show it again whenever it changes, until the campaign has ended
        #[arg(long)]
        watch: bool,
    },
    /// Make all runs of a campaign wait
    Pause {
        /// Key of the campaign
        key: String,
    },
    /// Go on after a pause or a stop. A run that has ended must be started again
    Resume {
        /// Key of the campaign
        key: String,
    },
    /// End all runs of a campaign, after the calls that are on their way
    Stop {
        /// Key of the campaign
        key: String,
    },
    /// End a campaign for good: what was not sent never will be
    Cancel {
        /// Key of the campaign
        key: String,
    },
    /// Settle unknown outcomes: search the events for their mail. Sends nothing
    Reconcile {
        /// Key of the campaign
        key: String,
    },
    /// Send again to recipients of unknown outcome, who may get the mail twice
    ResendUnknown {
        /// Key of the campaign
        key: String,
    },
    Report(Report),
}

/// Store a campaign and its recipients
///
/// The first row of the CSV file names the columns. The column `address` or `email` has the addresses. Each
/// other column is a variable, which `%recipient.COLUMN%` in the subject and the bodies stands for.
#[derive(Args, Debug)]
struct Create {
    /// Key of the campaign: letters, digits, `-`, `_` and `.`
    key: String,
    /// CSV file with the recipients; `-` is standard input
    recipients: PathBuf,
    /// Leave out bounced, unsubscribed and complained addresses
    #[arg(long)]
    leave_out_suppressed: bool,
    /// Leave out rows without a valid address
    #[arg(long)]
    skip_invalid: bool,
    /// Most recipients in a time, such as 10000/hour, 50000/day or 1000000/month; may be repeated
    #[arg(long, value_name = "NUMBER/TIME")]
    quota: Vec<Quota>,
    /// Spread the campaign evenly over this time, such as 8h
    #[arg(long, value_name = "TIME", value_parser = args::duration)]
    spread_over: Option<Duration>,
    /// Most recipients in a call, 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
    chunk_size: usize,
    /// If Mailgun refuses a call, find out which recipient is to blame
    #[arg(long)]
    isolate_refused: bool,
    #[command(flatten)]
    content: ContentArgs,
}

/// Send a campaign until nothing is left
///
/// Ctrl-C or SIGTERM ends the run after the calls that are on their way. The status is 4 if outcomes are unknown, 3 if
/// the campaign is not finished, and 1 if Mailgun refused recipients.
#[derive(Args, Debug)]
struct Run {
    /// Key of the campaign
    key: String,
    /// Calls at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    concurrency: usize,
}

/// Show what became of each recipient
///
/// Shows the recipients whose mail was not accepted. --csv and --json write all.
#[derive(Args, Debug)]
struct Report {
    /// Key of the campaign
    key: String,
    /// Write CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Clone, Debug)]
struct Quota {
    recipients: u64,
    per: Per,
}

impl FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected NUMBER/hour, NUMBER/day or NUMBER/month";
        let (recipients, per) = text.split_once('/').ok_or(EXPECTED)?;
        let per = match per {
            "hour" => Per::Hour,
            "day" => Per::Day,
            "month" => Per::Month,
            _ => return Err(EXPECTED),
        };
        Ok(Self { recipients: recipients.parse().map_err(|_| EXPECTED)?, per })
    }
}

impl Bulk {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let store: Arc<dyn Store> = match &self.action {
            // A dry run of a new campaign leaves nothing behind.
            Action::Create(_) if context.globals.dry_run => Arc::new(MemoryStore::new()),
            Action::Create(_) => Arc::new(SqlStore::sqlite(&self.store).await?),
            _ if !self.store.exists() => {
                let text = format!("{} does not exist: use --store FILE", self.store.display());
                return Err(Failure::not_found(text));
            }
            _ => Arc::new(SqlStore::sqlite(&self.store).await?),
        };
        let client = match &self.action {
            Action::Create(_) | Action::Run(_) | Action::Reconcile { .. } => {
                context.mailgun().await?.client().clone()
            }
            // The others work on the store alone, and need no key.
            _ => Client::builder("unused").build()?,
        };
        let bulk = bulk::Bulk::new(&client, store);
        let out = context.out;
        match self.action {
            Action::Pause { key }
            | Action::Resume { key }
            | Action::Stop { key }
            | Action::Cancel { key }
            | Action::Reconcile { key }
                if context.globals.dry_run =>
            {
                out.note("Dry run: the campaign stays as it is.");
                show(&bulk.campaign(key).status().await?, context)
            }
            Action::Create(create) => create.run(&bulk, context).await,
            Action::Run(run) => run.run(&bulk, context).await,
            Action::List => list(&bulk, context).await,
            Action::Status { key, watch: false } => {
                show(&bulk.campaign(key).status().await?, context)
            }
            Action::Status { key, watch: true } => {
                let mut progress = pin!(bulk.campaign(key).progress());
                while let Some(status) = progress.try_next().await? {
                    if out.is_json {
                        out.ndjson(&status_json(&status))?;
                    } else {
                        out.line(status.to_string())?;
                    }
                }
                Ok(())
            }
            Action::Pause { key } => {
                bulk.campaign(&key).pause().await?;
                out.done(&json!({ "key": key, "state": "paused" }), format!("{key} is paused"))
            }
            Action::Resume { key } => {
                bulk.campaign(&key).resume().await?;
                out.done(&json!({ "key": key, "state": "running" }), format!("{key} goes on"))
            }
            Action::Stop { key } => show(&bulk.campaign(key).stop().await?, context),
            Action::Cancel { key } => {
                context.confirm(&format!("Cancel the campaign {key}"))?;
                show(&bulk.campaign(key).cancel().await?, context)
            }
            Action::Reconcile { key } => reconcile(&bulk.campaign(key), context).await,
            Action::ResendUnknown { key } => {
                let campaign = bulk.campaign(&key);
                let unknown = campaign.status().await?.tally.unknown.recipients;
                let action =
                    format!("Send to {unknown} recipients again, who may get the mail twice");
                context.confirm(&action)?;
                if context.globals.dry_run {
                    return out.done(&json!({ "key": key, "unknown": unknown }), action);
                }
                let resent = campaign.resend_unknown().await?;
                let sentence =
                    format!("{resent} recipients are planned again: mailgun bulk run {key}");
                out.done(&json!({ "key": key, "planned": resent }), sentence)
            }
            Action::Report(report) => report.run(&bulk, context).await,
        }
    }
}

impl Create {
    async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
        let key = self.key;
        let mut campaign = Campaign::new(&key, context.domain()?).chunk_size(self.chunk_size);
        for Quota { recipients, per } in self.quota {
            campaign = campaign.quota(recipients, per);
        }
        if let Some(time) = self.spread_over {
            campaign = campaign.spread_over(time);
        }
        if self.isolate_refused {
            campaign = campaign.isolate_refused();
        }
        let source: Box<dyn io::Read + Send> = if self.recipients == Path::new("-") {
            context.claim_stdin()?;
            Box::new(io::stdin())
        } else {
            let file = File::open(&self.recipients);
            let failed = |error: io::Error| {
                Failure::usage(format!("{}: {error}", self.recipients.display()))
            };
            Box::new(file.map_err(failed)?)
        };
        let campaign = filled!(campaign, self.content.load(context).await?);
        let mut draft = match bulk.open(campaign).await? {
            Opened::Draft(draft) => draft,
            Opened::Started(_) => {
                return Err(Failure::error(format!("the campaign {key} has been created already"))
                    .advice(format_args!("Send it: mailgun bulk run {key}")));
            }
        };
        if self.leave_out_suppressed {
            draft.leave_out_suppressed().await?;
        }
        let bar = progress::counting("reading recipients");
        let import = draft.csv(source).await;
        bar.finish_and_clear();
        let import = import?;
        for rejection in import.rejections.iter().take(10) {
            context.out.note(rejection.to_string());
        }
        if self.skip_invalid {
            draft = draft.skip_invalid();
        }
        draft.start().await.map_err(|error| match error {
            bulk::BulkError::InvalidRows(rows) => {
                Failure::usage(format!("{rows} rows have no valid recipient: nothing was stored"))
                    .advice("Correct them, or leave them out with --skip-invalid.")
            }
            error => error.into(),
        })?;
        let mut json = import_json(&import);
        json["key"] = json!(key);
        if context.globals.dry_run {
            json["dry_run"] = json!(true);
            return context.out.done(&json, format!("{import}. Dry run: nothing was stored."));
        }
        context.out.done(&json, format!("{import}. Send it: mailgun bulk run {key}"))
    }
}

fn import_json(import: &Import) -> Value {
    let rejections =
        import.rejections.iter().map(|it| json!({ "row": it.row, "reason": it.reason }));
    json!({
        "added": import.added,
        "duplicates": import.duplicates,
        "left_out": import.left_out,
        "rejected": import.rejected,
        "rejections": rejections.collect::<Value>(),
    })
}

impl Run {
    async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
        let campaign = bulk.campaign(&self.key);
        if context.globals.dry_run {
            return show(&campaign.status().await?, context);
        }
        let worker = bulk.worker().concurrency(self.concurrency);
        let stop = worker.stop_handle();
        let total = campaign.status().await?.campaign.recipients.added;
        let bar = progress::bar(total, "sending");
        let mut run = pin!(worker.run(&self.key));
        let mut progress = pin!(campaign.progress());
        let is_watched = io::stderr().is_terminal();
        let mut stopped = pin!(signal::stopped());
        let mut is_stopping = false;
        let status = loop {
            tokio::select! {
                status = &mut run => break status,
                Some(Ok(status)) = progress.next(), if is_watched => bar.set_position(handled(&status)),
                Ok(()) = &mut stopped, if !is_stopping => {
                    is_stopping = true;
                    context.out.note("Ending after the calls that are on their way.");
                    stop.stop();
                }
            }
        };
        bar.finish_and_clear();
        let status = match status {
            Ok(status) => status,
            Err(error) => return Err(failed(&campaign, error, &self.key).await),
        };
        show(&status, context)?;
        let tally = &status.tally;
        let key = &self.key;
        if tally.unknown.recipients > 0 {
            let text = format!("the outcome of {} recipients is unknown", tally.unknown.recipients);
            return Err(Failure::unknown(text)
                .advice(format_args!("Settle it in half an hour: mailgun bulk reconcile {key}")));
        }
        if !status.is_done() {
            return Err(Failure::not_sent("the campaign is not finished")
                .advice(format_args!("Go on: mailgun bulk resume {key}; mailgun bulk run {key}")));
        }
        if tally.refused.recipients > 0 {
            let text = format!("Mailgun refused {} recipients", tally.refused.recipients);
            return Err(
                Failure::error(text).advice(format_args!("See why: mailgun bulk report {key}"))
            );
        }
        Ok(())
    }
}

/// Why a run failed. Mail that may have been sent matters more than the error that ended the run.
async fn failed(campaign: &CampaignHandle, error: BulkError, key: &str) -> Failure {
    let failure = Failure::from(error);
    match campaign.status().await {
        Ok(Status { tally, .. }) if tally.unknown.recipients + tally.sending.recipients > 0 => {
            Failure::unknown(failure.message())
                .advice(format_args!("Settle them in half an hour: mailgun bulk reconcile {key}"))
        }
        _ => failure,
    }
}

/// The recipients whose chunk has been sent.
fn handled(status: &Status) -> u64 {
    let tally = &status.tally;
    tally.accepted.recipients + tally.refused.recipients + tally.unknown.recipients
}

async fn list(bulk: &bulk::Bulk, context: &Context) -> Result<()> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map(|it: &Value| it["key"].as_str().unwrap_or_default().to_owned());
        let campaigns = bulk.campaigns(after.as_deref()).await?;
        if campaigns.is_empty() {
            break;
        }
        all.extend(campaigns.iter().map(|it| {
            json!({
                "key": it.key,
                "domain": it.domain,
                "state": it.state.as_str(),
                "recipients": it.recipients.added,
                "created_at": it.created_at,
            })
        }));
    }
    context.out.list(&all, ["KEY", "STATE", "RECIPIENTS", "DOMAIN", "CREATED"], |it| {
        [
            optional(it["key"].as_str()),
            optional(it["state"].as_str()),
            cell(&it["recipients"]),
            optional(it["domain"].as_str()),
            optional(it["created_at"].as_str()),
        ]
    })
}

fn status_json(status: &Status) -> Value {
    let count = |count: &Count| json!({ "chunks": count.chunks, "recipients": count.recipients });
    let (campaign, tally) = (&status.campaign, &status.tally);
    json!({
        "key": campaign.key,
        "domain": campaign.domain,
        "state": campaign.state.as_str(),
        "done": status.is_done(),
        "recipients": campaign.recipients.added,
        "duplicates": campaign.recipients.duplicates,
        "left_out": campaign.recipients.left_out,
        "planned": count(&tally.planned),
        "sending": count(&tally.sending),
        "accepted": count(&tally.accepted),
        "refused": count(&tally.refused),
        "unknown": count(&tally.unknown),
        "accepted_per_second": status.rate(),
        "paused_until": tally.paused_until,
    })
}

fn show(status: &Status, context: &Context) -> Result<()> {
    let tally = &status.tally;
    let state = if status.is_done() { "done" } else { status.campaign.state.as_str() };
    let bad = |count: &Count, tone| match count.recipients {
        0 => cell(0),
        recipients => toned(recipients, tone),
    };
    context.out.fields(
        &status_json(status),
        [
            ("campaign", cell(&status.campaign.key)),
            ("state", cell(state)),
            ("recipients", cell(status.campaign.recipients.added)),
            ("accepted", cell(tally.accepted.recipients)),
            ("refused", bad(&tally.refused, Tone::Bad)),
            ("unknown", bad(&tally.unknown, Tone::Warning)),
            ("sending", cell(tally.sending.recipients)),
            ("planned", cell(tally.planned.recipients)),
            ("paused until", optional(tally.paused_until)),
        ],
    )
}

async fn reconcile(campaign: &CampaignHandle, context: &Context) -> Result<()> {
    let settled = campaign.reconcile().await?;
    let json = json!({
        "accepted": settled.accepted,
        "unknown": settled.unknown,
        "try_again_within_seconds": settled.try_again_within.map(|left| left.as_secs()),
    });
    context.out.done(&json, settled.to_string())?;
    match settled.unknown {
        0 => Ok(()),
        unknown => Err(Failure::unknown(format!("the outcome of {unknown} recipients is unknown"))),
    }
}

impl Report {
    async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
        let campaign = bulk.campaign(self.key);
        if self.csv && io::stdout().is_terminal() {
            let mut csv = Vec::new();
            campaign.write_csv(&mut csv).await?;
            return context.out.raw(&csv);
        }
        if self.csv {
            campaign.write_csv(io::stdout()).await?;
            return Ok(());
        }
        let mut report = pin!(campaign.report());
        let mut rows = Vec::new();
        while let Some(it) = report.try_next().await? {
            if context.out.is_json {
                context.out.ndjson(&json!({
                    "position": it.position,
                    "address": it.address,
                    "outcome": it.outcome.as_str(),
                    "message_id": it.message_id,
                    "error": it.error,
                }))?;
            } else if it.outcome != bulk::SendOutcome::Accepted {
                rows.push(it);
            }
        }
        if context.out.is_json {
            return Ok(());
        }
        if rows.is_empty() {
            context.out.note("Mailgun accepted the mail for all recipients.");
            return Ok(());
        }
        let cells = rows.iter().map(|it| {
            vec![cell(&it.address), cell(it.outcome.as_str()), optional(it.error.as_ref())]
        });
        context.out.rows(["ADDRESS", "OUTCOME", "ERROR"].map(cell).to_vec(), cells)
    }
}
