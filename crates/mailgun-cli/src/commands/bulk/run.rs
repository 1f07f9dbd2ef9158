use std::{
    io::{self, IsTerminal as _},
    pin::pin,
};

use clap::Args;
use futures_util::StreamExt as _;
use mailgun::bulk::{self, BulkError, CampaignHandle, Status};

use super::show;
use crate::{
    context::Context,
    exit::{Failure, Result},
    progress, signal,
};

/// Send a campaign until nothing is left
///
/// Ctrl-C or SIGTERM ends the run after the calls that are on their way. The status is 4 if outcomes are
/// unknown, 3 if the campaign is not finished, and 1 if Mailgun refused recipients.
#[derive(Args, Debug)]
pub(super) struct Run {
    /// Key of the campaign
    key: String,
    /// Calls at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    concurrency: usize,
}

impl Run {
    pub(super) async fn run(self, bulk: &bulk::Bulk, context: &Context) -> Result<()> {
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
                signal = &mut stopped, if !is_stopping => {
                    is_stopping = true;
                    if signal.is_ok() {
                        context.out.note("Ending after the calls that are on their way.");
                        stop.stop();
                    }
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
