use std::{
    io::{self, IsTerminal as _},
    pin::pin,
};

use clap::Args;
use futures_util::TryStreamExt as _;
use mailgun::bulk;
use serde_json::json;

use crate::{
    context::Context,
    exit::Result,
    output::{cell, optional},
};

/// Show what became of each recipient
///
/// Shows the recipients whose mail was not accepted. --csv and --json write all.
#[derive(Args, Debug)]
pub(super) struct Report {
    /// Key of the campaign
    key: String,
    /// Write CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Report {
    pub(super) async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
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
