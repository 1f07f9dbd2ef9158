use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use clap::Args;
use mailgun::bulk::{self, Campaign, Import, Opened, Per};
use serde_json::{Value, json};

use crate::{
    args,
    content::{ContentArgs, filled},
    context::Context,
    exit::{Failure, Result},
    progress,
};

/// Store a campaign and its recipients
///
/// The first row of the CSV file names the columns. The column `address` or `email` has the addresses. Each
/// other column is a variable, which `%recipient.COLUMN%` in the subject and the bodies stands for.
#[derive(Args, Debug)]
pub(super) struct Create {
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

impl Create {
    pub(super) async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
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
            let failed = |error| Failure::file(self.recipients.display(), error);
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
                Failure::usage(format!("invalid rows: {rows}. Nothing was stored"))
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
