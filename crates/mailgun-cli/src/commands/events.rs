use std::path::PathBuf;

use clap::Args;
use mailgun::{Timestamp, events::Event};

use crate::{
    args,
    context::Context,
    event::{self, Filters},
    exit::Result,
    progress,
    store::EventFile,
};

/// Pages of the API have at most this many events.
const PAGE: u32 = 100;

/// Search events
///
/// Shows the newest events, oldest first: of one domain if one is set, else of the whole account. With
/// --json, each line is an event as Mailgun sent it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun events --event failed --since 2d
  mailgun events --recipient bob@example.com --json | jq .event
  mailgun events --all --since 7d --sqlite events.db")]
pub(crate) struct Events {
    #[command(flatten)]
    filters: Filters,
    /// First time: a date, or a time before now such as 2h [default: a day ago]
    #[arg(long, value_name = "TIME", value_parser = args::since)]
    since: Option<Timestamp>,
    /// Last time [default: now]
    #[arg(long, value_name = "TIME", value_parser = args::since)]
    until: Option<Timestamp>,
    /// Show so many of the newest events
    #[arg(short, long, default_value_t = 100, value_name = "NUMBER")]
    limit: u32,
    /// Show all events
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Write the events to this SQLite file instead
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
}

impl Events {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let mailgun = context.mailgun().await?;
        let domain = context.domain_if_set()?;
        let is_all = self.all || self.sqlite.is_some();
        let mut query = self.filters.search(domain.as_deref());
        query = query.sort(if is_all { "timestamp:asc" } else { "timestamp:desc" });
        query = query.limit(if is_all { PAGE } else { self.limit.clamp(1, PAGE) });
        if let Some(since) = self.since {
            query = query.start(since);
        }
        if let Some(until) = self.until {
            query = query.end(until);
        }
        let mut pager = mailgun.analytics().logs().query(query);
        if let Some(path) = &self.sqlite {
            let file = EventFile::open(path).await?;
            let (bar, mut count) = (progress::counting("events"), 0);
            while let Some(page) = pager.next_page().await? {
                bar.inc(page.items.len() as u64);
                count +=
                    file.insert(page.items, domain.as_deref().unwrap_or_default()).await?.len();
            }
            bar.finish_and_clear();
            let done = serde_json::json!({ "new_events": count, "file": path });
            return context.out.done(&done, format!("{count} new events in {}", path.display()));
        }
        if is_all {
            while let Some(page) = pager.next_page().await? {
                page.items.iter().try_for_each(|it| event::write(it, context.out))?;
            }
            return Ok(());
        }
        let limit = self.limit as usize;
        let mut newest: Vec<Event> = Vec::new();
        while newest.len() < limit
            && let Some(page) = pager.next_page().await?
        {
            newest.extend(page.items);
        }
        newest.truncate(limit);
        if newest.is_empty() && !context.out.is_json {
            context.out.note("No events. Mailgun needs up to a minute to show new ones.");
        }
        newest.iter().rev().try_for_each(|it| event::write(it, context.out))
    }
}
