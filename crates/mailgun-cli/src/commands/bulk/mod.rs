mod create;
mod report;
mod run;

use std::{path::PathBuf, pin::pin, sync::Arc};

use clap::{Args, Subcommand};
use futures_util::TryStreamExt as _;
use mailgun::{
    Client,
    bulk::{self, CampaignHandle, Count, MemoryStore, Status, Store},
};
use mailgun_store::SqlStore;
use serde_json::{Value, json};

use self::{create::Create, report::Report, run::Run};
use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{Tone, cell, optional, toned},
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
      --subject 'News for %recipient.name%' --text-file news.txt
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
