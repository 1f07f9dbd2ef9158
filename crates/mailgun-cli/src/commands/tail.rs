use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use mailgun::{
    Timestamp,
    events::{Checkpoint, Event},
};
use serde_json::json;

use crate::{
    args,
    context::Context,
    event::{self, Filters},
    exit::{Failure, Result},
    store::EventFile,
};

/// How long the stored checkpoint may lag. Events that are read again are already in the file.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// This many errors in a row end the command.
const MAX_ERRORS: u32 = 20;

/// Follow the events of a domain
///
/// Shows new events as Mailgun indexes them, and late ones too. With --json, each line is an event as
/// Mailgun sent it. With --sqlite, the events also go into a file, and the next run continues there.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun tail
  mailgun tail --event failed --event complained --since 1h
  mailgun tail --sqlite events.db --since 3d")]
pub(crate) struct Tail {
    #[command(flatten)]
    filters: Filters,
    /// Begin here: a date, or a time before now such as 2h [default: now]
    #[arg(long, value_name = "TIME", value_parser = args::since)]
    since: Option<Timestamp>,
    /// Ask for new events this often
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = args::duration)]
    interval: Duration,
    /// End after so many events
    #[arg(long, value_name = "NUMBER")]
    count: Option<usize>,
    /// Add the events to this SQLite file, and continue where it ends
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
}

impl Tail {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let domain = context.domain()?;
        let events = context.mailgun().await?.events(&domain);
        let source = json!({ "domain": domain, "filters": self.filters }).to_string();
        let file = match &self.sqlite {
            Some(path) => Some(EventFile::open(path).await?),
            None => None,
        };
        let stored = match &file {
            Some(file) => file.checkpoints().load(&source).await?,
            None => None,
        };
        let start = || self.since.unwrap_or_else(Timestamp::now).into();
        let start: Checkpoint = stored.unwrap_or_else(start);
        let mut tail = events.tail(start).matching(self.filters.follow()).interval(self.interval);

        // Without a place, a run that sees no event would leave a gap before the next one.
        if let Some(file) = &file {
            file.checkpoints().save(&source, tail.checkpoint()).await?;
        }
        let mut left = self.count.unwrap_or(usize::MAX);
        let (mut saved, mut errors) = (Instant::now(), 0);
        while left > 0 {
            let event = match tail.next_event().await.map_err(Failure::from) {
                Ok(event) => event,
                // The tail waits before it asks again, and misses nothing.
                Err(failure) if failure.is_temporary() && errors < MAX_ERRORS => {
                    errors += 1;
                    context.out.note(format!("{} (trying again)", failure.message()));
                    continue;
                }
                Err(failure) => {
                    if let Some(file) = &file {
                        file.checkpoints().save(&source, tail.checkpoint()).await?;
                    }
                    return Err(failure);
                }
            };
            errors = 0;
            let new: Vec<Event> = match &file {
                Some(file) => file.insert(vec![event], &domain).await?,
                None => vec![event],
            };
            for event in new {
                event::write(&event, context.out)?;
                left -= 1;
            }
            if let Some(file) = &file
                && (left == 0 || saved.elapsed() > SAVE_EVERY)
            {
                file.checkpoints().save(&source, tail.checkpoint()).await?;
                saved = Instant::now();
            }
        }
        Ok(())
    }
}
