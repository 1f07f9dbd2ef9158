//! A batch on its way: bounded concurrency, pacing, one result for each chunk.

use std::{fmt, pin::Pin, time::Duration};

use futures_util::{
    StreamExt as _,
    stream::{FuturesUnordered, Stream, try_unfold},
};
use mailgun_core::{Delivery, Error, Kind};
use tokio::time::Instant;

use super::{
    Batch, BatchReport, ChunkOutcome, ChunkRecord, ChunkResult, ChunkState, Plan, Positions,
    Progress,
};
use crate::{Messages, Receipt, messages::SEND};

/// A batch that is sent when it is awaited, or result by result.
///
/// It paces itself: when Mailgun limits the rate, all waits until the time that Mailgun names, the
/// refused chunk is sent again, and fewer calls run at once. It stops early where going on is
/// pointless (a wrong key, an unknown domain, no connection, three unknown outcomes in a row); the
/// rest is then [`NotSent`](ChunkOutcome::NotSent).
///
/// Awaiting it gives a [`BatchReport`], or an error if the batch cannot be sent at all, in which
/// case nothing was.
#[must_use = "a batch is sent when it is awaited"]
pub struct BatchRun {
    messages: Messages,
    settings: Settings,
    on_progress: Option<Callback>,
    stage: Stage,
}

struct Settings {
    concurrency: usize,
    max_wait: Duration,
    isolates_refused: bool,
}

enum Stage {
    Described(Box<Batch>),
    Running(Box<Running>),
    /// The batch could not be planned, which has been reported.
    Failed,
}

struct Running {
    plan: Plan,
    in_flight: FuturesUnordered<Sending>,
    /// How many calls may run at once now.
    limit: usize,
    paused_until: Option<Instant>,
    /// Refusals for the rate that named no time, in a row.
    unhinted: u32,
    unknown_in_a_row: u32,
    has_stopped: bool,
    done: usize,
    total: usize,
}

type Callback = Box<dyn FnMut(&Progress) + Send>;

type Sending = Pin<Box<dyn Future<Output = (Positions, Result<Receipt, Error>)> + Send>>;

/// What to do with a chunk that ended.
enum Verdict {
    Ended(ChunkOutcome),
    Again(Duration),
    Split,
}

impl BatchRun {
    pub(crate) fn new(messages: Messages, batch: Batch) -> Self {
        Self {
            messages,
            settings: Settings {
                concurrency: 4,
                max_wait: Duration::from_secs(3600),
                isolates_refused: false,
            },
            on_progress: None,
            stage: Stage::Described(Box::new(batch)),
        }
    }

    /// At most so many calls at once; default 4.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls.max(1);
        self
    }

    /// The longest wait for a rate limit, default one hour; a longer one stops the run.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Halves a chunk that is refused with status 400, again and again, until the refused
    /// recipients are alone; default off.
    ///
    /// One bad address fails its whole chunk. A refusal for another reason (the subject, say) fails
    /// every part too, at the cost of two calls for each recipient of the chunk.
    pub fn isolate_refused(mut self, yes: bool) -> Self {
        self.settings.isolates_refused = yes;
        self
    }

    /// Calls `callback` before each chunk is sent and after it ended.
    ///
    /// A program that stores the records as they come can [`resume`](Batch::resume) after a crash
    /// without sending twice. The callback runs on the task that drives the batch.
    pub fn on_progress(mut self, callback: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// The next result; `None` when all chunks have ended.
    ///
    /// Dropping the future between results loses nothing; dropping the run stops the calls on their
    /// way, whose outcome is then unknown.
    ///
    /// # Errors
    ///
    /// If the batch cannot be sent at all: no recipients, a bad address, content that is incomplete
    /// or too large, a resumed record of another batch.
    pub async fn next_result(&mut self) -> Result<Option<ChunkResult>, Error> {
        self.start()?;
        let Self { messages, settings, on_progress, stage: Stage::Running(running) } = self else {
            return Ok(None);
        };
        let mut report = |record: ChunkRecord, done, total| {
            if let Some(callback) = on_progress {
                callback(&Progress { record, done, total });
            }
        };
        loop {
            while let Some(chunk) = running.startable() {
                report(running.record(&chunk, ChunkState::Sending), running.done, running.total);
                running.send(messages, chunk);
            }
            let (chunk, outcome) = match running.in_flight.next().await {
                Some((chunk, sent)) => match running.judge(&chunk, sent, settings) {
                    Verdict::Ended(outcome) => (chunk, outcome),
                    Verdict::Split => {
                        // Else a crash before both halves are sent would leave them unknown.
                        report(
                            running.record(&chunk, ChunkState::Refused),
                            running.done,
                            running.total,
                        );
                        let (first, second) = chunk.halves();
                        running.plan.chunks.push_front(second);
                        running.plan.chunks.push_front(first);
                        continue;
                    }
                    Verdict::Again(wait) => {
                        tracing::info!(wait_s = wait.as_secs(), "the batch waits for a rate limit");
                        report(
                            running.record(&chunk, ChunkState::NotSent),
                            running.done,
                            running.total,
                        );
                        running.plan.chunks.push_front(chunk);
                        running.pause(wait);
                        continue;
                    }
                },
                None => match (running.paused_until, running.plan.chunks.pop_front()) {
                    (_, None) => return Ok(None),
                    (Some(until), Some(chunk)) if !running.has_stopped => {
                        running.plan.chunks.push_front(chunk);
                        tokio::time::sleep_until(until).await;
                        running.paused_until = None;
                        continue;
                    }
                    (_, Some(chunk)) => (chunk, ChunkOutcome::NotSent(None)),
                },
            };
            running.done += chunk.len();
            let total = running.plan.batch.total();
            let result = ChunkResult { recipients: chunk, outcome, total };
            report(result.record(), running.done, running.total);
            return Ok(Some(result));
        }
    }

    /// The results as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<ChunkResult, Error>> + Send {
        try_unfold(self, |mut run| async move {
            Ok(run.next_result().await?.map(|result| (result, run)))
        })
    }

    fn start(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Described(batch) => {
                let plan = batch.plan().map_err(|error| error.in_operation(SEND))?;
                let total = plan.chunks.iter().map(Positions::len).sum();
                self.stage = Stage::Running(Box::new(Running {
                    plan,
                    in_flight: FuturesUnordered::new(),
                    limit: self.settings.concurrency,
                    paused_until: None,
                    unhinted: 0,
                    unknown_in_a_row: 0,
                    has_stopped: false,
                    done: 0,
                    total,
                }));
            }
            stage => self.stage = stage,
        }
        Ok(())
    }
}

impl Running {
    /// The next chunk, if one may be sent now.
    fn startable(&mut self) -> Option<Positions> {
        let may_send =
            !self.has_stopped && self.paused_until.is_none() && self.in_flight.len() < self.limit;
        if may_send { self.plan.chunks.pop_front() } else { None }
    }

    fn send(&mut self, messages: &Messages, chunk: Positions) {
        let call = messages.send_form(self.plan.batch.form(&chunk));
        self.in_flight.push(Box::pin(async move { (chunk, call.await) }));
    }

    fn record(&self, chunk: &Positions, state: ChunkState) -> ChunkRecord {
        ChunkRecord { positions: chunk.clone(), total: self.plan.batch.total(), state }
    }

    fn pause(&mut self, wait: Duration) {
        self.limit = (self.limit / 2).max(1);
        let until = Instant::now() + wait;
        self.paused_until = Some(self.paused_until.map_or(until, |other| other.max(until)));
    }

    fn judge(
        &mut self,
        chunk: &Positions,
        sent: Result<Receipt, Error>,
        settings: &Settings,
    ) -> Verdict {
        let error = match sent {
            Ok(receipt) => {
                self.limit = (self.limit + 1).min(settings.concurrency);
                self.unhinted = 0;
                self.unknown_in_a_row = 0;
                return Verdict::Ended(ChunkOutcome::Accepted(receipt));
            }
            Err(error) => error,
        };
        if error.kind() == Kind::RateLimited {
            return match self.wait_for(&error, settings) {
                Some(wait) => Verdict::Again(wait),
                None => {
                    self.has_stopped = true;
                    Verdict::Ended(ChunkOutcome::Refused(error))
                }
            };
        }
        let status = error.status().map_or(0, |status| status.as_u16());
        if status == 400 && settings.isolates_refused && chunk.len() > 1 {
            return Verdict::Split;
        }
        Verdict::Ended(match error.delivery() {
            Delivery::Unknown => {
                self.unknown_in_a_row += 1;
                self.has_stopped |= self.unknown_in_a_row >= 3;
                ChunkOutcome::Unknown(error)
            }
            Delivery::NotSent => {
                self.has_stopped = true;
                ChunkOutcome::NotSent(Some(error))
            }
            Delivery::Rejected => {
                // These concern the account or the domain, and so all chunks alike.
                self.has_stopped |= matches!(status, 401 | 403 | 404);
                ChunkOutcome::Refused(error)
            }
        })
    }

    fn wait_for(&mut self, error: &Error, settings: &Settings) -> Option<Duration> {
        const MOST_UNHINTED: u32 = 10;
        let wait = match error.retry_after() {
            // Without a floor a limit that has just passed by our clock would be asked in a loop.
            Some(hint) => hint.max(Duration::from_millis(100)),
            None if self.unhinted >= MOST_UNHINTED => return None,
            None => {
                self.unhinted += 1;
                Duration::from_secs(1 << (self.unhinted - 1).min(6))
            }
        };
        (wait <= settings.max_wait).then_some(wait)
    }
}

impl IntoFuture for BatchRun {
    type Output = Result<BatchReport, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut report = BatchReport::default();
            while let Some(result) = self.next_result().await? {
                report.results.push(result);
            }
            Ok(report)
        })
    }
}

impl fmt::Debug for BatchRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchRun")
            .field("messages", &self.messages)
            .field("concurrency", &self.settings.concurrency)
            .finish_non_exhaustive()
    }
}
