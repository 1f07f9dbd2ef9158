//! A batch on its way: bounded concurrency, pacing, one result for each chunk.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    hash::{BuildHasher as _, RandomState},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use futures_util::{
    StreamExt as _,
    stream::{FuturesUnordered, Stream, try_unfold},
};
use mailgun_core::{BoxError, Error, ErrorKind, LimitScope, Outcome};
use tokio::time::Instant;

use super::{
    Batch, BatchReport, ChunkOutcome, ChunkRecord, ChunkResult, ChunkState, Journal, Plan,
    Positions, Progress, StopReason,
};
use crate::{Messages, Receipt, messages::SEND};

/// After so many rounds of waiting for a rate limit in which nothing was accepted, a run stops.
const MOST_ROUNDS: u32 = 10;

/// A batch that is sent when it is awaited, or result by result.
///
/// It paces itself. When Mailgun limits the rate, the run waits for the time that Mailgun names, at
/// least for a back-off of 1 s that doubles up to 64 s, then sends the refused chunk again with
/// fewer calls at once. When a chunk is over the account's limit of recipients, the run splits it
/// and sends no larger ones from then on.
///
/// It stops early where going on is pointless: a wrong key, an unknown domain, no connection, three
/// unknown outcomes in a row, ten rounds of waiting in which nothing was accepted, a journal that
/// cannot be written. The rest is then [`NotSent`](ChunkOutcome::NotSent), and
/// [`BatchReport::stopped`] says why.
///
/// Awaiting it gives a [`BatchReport`], or an error if the batch cannot be sent at all, in which
/// case nothing was.
#[must_use = "a batch is sent when it is awaited"]
pub struct BatchRun {
    messages: Messages,
    settings: Settings,
    on_progress: Option<Callback>,
    journal: Option<Box<dyn Journal>>,
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
    /// Calls that ended while the journal was written.
    ended: VecDeque<Ended>,
    /// What is done next; it stays here until the journal has its record.
    step: Option<Step>,
    /// Records of earlier runs that are not in the journal yet.
    unrecorded: VecDeque<ChunkRecord>,
    /// How many calls may run at once now.
    limit: usize,
    /// The largest chunk that was accepted, and the largest that is sent.
    accepted_size: usize,
    chunk_size: usize,
    paused_until: Option<Instant>,
    /// Waits for a rate limit since something was accepted.
    rounds: u32,
    unknown_in_a_row: u32,
    stopped: Option<StopReason>,
    done: usize,
    total: usize,
}

type Callback = Box<dyn FnMut(&Progress) + Send>;

type Ended = (ChunkRecord, Result<Receipt, Error>);

type Sending = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// What is done once its record is in the journal.
enum Step {
    /// Keeps a record of an earlier run.
    Keep(ChunkRecord),
    Send(ChunkRecord),
    /// Puts parts of a chunk that was not accepted back into the plan.
    Requeue(ChunkRecord, Vec<Positions>),
    End(ChunkResult),
    /// Ends a chunk that was never begun, of which the journal knows nothing.
    Skip(ChunkResult),
}

impl Step {
    /// What the journal must have before the step is taken.
    fn record(&self) -> Option<ChunkRecord> {
        match self {
            Self::Keep(record) | Self::Send(record) | Self::Requeue(record, _) => {
                Some(record.clone())
            }
            Self::End(result) => Some(result.record()),
            Self::Skip(_) => None,
        }
    }
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
            journal: None,
            stage: Stage::Described(Box::new(batch)),
        }
    }

    /// At most so many calls at once; default 4.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls.max(1);
        self
    }

    /// The longest wait for a rate limit, default one hour; if Mailgun asks for a longer one, the
    /// run stops.
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

    /// Resumes from what this journal has, and records everything in it.
    ///
    /// A chunk is sent only once the journal has its record, so that a run that ends at any moment
    /// can be repeated with the same journal: nobody gets a second mail. What was being sent when
    /// the process ended is unknown, and [`Messages::resolve`] can look for it.
    ///
    /// Records given to [`Batch::resume`] are added to the journal.
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.journal = Some(Box::new(journal));
        self
    }

    /// Calls `callback` before each chunk is sent and after it ended.
    ///
    /// It shows progress. It cannot fail or wait: to be able to resume after a crash, use a
    /// [`journal`](Self::journal). The callback runs on the task that drives the batch.
    pub fn on_progress(mut self, callback: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Why the run has stopped before it sent everything; `None` if it has not.
    pub fn stopped(&self) -> Option<&StopReason> {
        match &self.stage {
            Stage::Running(running) => running.stopped.as_ref(),
            _ => None,
        }
    }

    /// The next result; `None` when all chunks have ended.
    ///
    /// Dropping the future between results loses nothing; dropping the run stops the calls that are
    /// in flight, whose outcome is then unknown. Results are of this run alone; a later run needs
    /// the [`journal`](Self::journal) or the records of a [`BatchReport`].
    ///
    /// # Errors
    ///
    /// If the batch cannot be sent at all: no recipients, a bad address, content that is incomplete
    /// or too large, a resumed record of another batch, a journal that cannot be read.
    pub async fn next_result(&mut self) -> Result<Option<ChunkResult>, Error> {
        self.start().await?;
        let Self { messages, settings, on_progress, journal, stage: Stage::Running(running) } =
            self
        else {
            return Ok(None);
        };
        let mut report = |record: ChunkRecord, done, total| {
            if let Some(callback) = on_progress {
                callback(&Progress { record, done, total });
            }
        };
        loop {
            if running.step.is_none() && !running.plan_step(messages, settings).await {
                return Ok(None);
            }
            let recorded = running.record_step(journal).await;
            let Some(step) = running.step.take() else { continue };
            let is_recorded = recorded.is_ok();
            if let Err(error) = recorded {
                running.stopped.get_or_insert(StopReason::Journal(error));
            }
            match step {
                Step::Keep(_) => {}
                Step::Send(chunk) if is_recorded => {
                    report(chunk.clone(), running.done, running.total);
                    running.send(messages, chunk);
                }
                // The journal may hold it all the same, and should hear that it was not sent.
                Step::Send(chunk) => {
                    let result = running.result(chunk, ChunkOutcome::NotSent(None));
                    running.step = Some(Step::End(result));
                }
                Step::Requeue(record, parts) => {
                    report(record, running.done, running.total);
                    parts.into_iter().rev().for_each(|part| running.plan.chunks.push_front(part));
                }
                Step::End(result) | Step::Skip(result) => {
                    running.done += result.recipients.len();
                    report(result.record(), running.done, running.total);
                    return Ok(Some(result));
                }
            }
        }
    }

    /// The results as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<ChunkResult, Error>> + Send {
        try_unfold(self, |mut run| async move {
            Ok(run.next_result().await?.map(|result| (result, run)))
        })
    }

    async fn start(&mut self) -> Result<(), Error> {
        if !matches!(self.stage, Stage::Described(_)) {
            return Ok(());
        }
        let loaded = match &mut self.journal {
            Some(journal) => journal.load().await.map_err(|error| {
                Error::invalid("journal", "cannot be read").with_source(error).in_operation(SEND)
            })?,
            None => Vec::new(),
        };
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Described(mut batch) => {
                let adds_records = self.journal.is_some() && !batch.records.is_empty();
                batch.records.extend(loaded);
                let plan = batch.plan().map_err(|error| error.in_operation(SEND))?;
                let unrecorded =
                    if adds_records { plan.earlier.clone() } else { Vec::new() }.into();
                let total = plan.chunks.iter().map(Positions::len).sum();
                self.stage = Stage::Running(Box::new(Running {
                    plan,
                    in_flight: FuturesUnordered::new(),
                    ended: VecDeque::new(),
                    step: None,
                    unrecorded,
                    limit: self.settings.concurrency,
                    accepted_size: 0,
                    chunk_size: usize::MAX,
                    paused_until: None,
                    rounds: 0,
                    unknown_in_a_row: 0,
                    stopped: None,
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
    /// Decides what is done next; `false` if nothing is left.
    async fn plan_step(&mut self, messages: &Messages, settings: &Settings) -> bool {
        loop {
            if self.stopped.is_none() {
                if let Some(record) = self.unrecorded.pop_front() {
                    self.step = Some(Step::Keep(record));
                    return true;
                }
                if let Some(chunk) = self.startable() {
                    let chunk = self.plan.batch.begin(chunk, &messages.domain);
                    self.step = Some(Step::Send(chunk));
                    return true;
                }
            }
            let ended = match self.ended.pop_front() {
                Some(ended) => Some(ended),
                None => self.in_flight.next().await,
            };
            if let Some((chunk, sent)) = ended {
                self.step = Some(self.judge(chunk, sent, settings));
                return true;
            }
            if let (Some(until), None) = (self.paused_until, &self.stopped)
                && !self.plan.chunks.is_empty()
            {
                tokio::time::sleep_until(until).await;
                self.paused_until = None;
                continue;
            }
            let Some(chunk) = self.plan.chunks.pop_front() else { return false };
            let chunk = self.plan.batch.begin(chunk, &messages.domain);
            let result = self.result(chunk, ChunkOutcome::NotSent(None));
            self.step = Some(Step::Skip(result));
            return true;
        }
    }

    /// Appends the record of the next step to the journal, while the calls in flight go on.
    async fn record_step(
        &mut self,
        journal: &mut Option<Box<dyn Journal>>,
    ) -> Result<(), BoxError> {
        let (Some(journal), Some(record)) = (journal, self.step.as_ref().and_then(Step::record))
        else {
            return Ok(());
        };
        let (in_flight, ended) = (&mut self.in_flight, &mut self.ended);
        let mut append = journal.append(&record);
        poll_fn(|context| {
            while let Poll::Ready(Some(call)) = in_flight.poll_next_unpin(context) {
                ended.push_back(call);
            }
            append.as_mut().poll(context)
        })
        .await
    }

    /// The next chunk, if one may be sent now.
    fn startable(&mut self) -> Option<Positions> {
        // A call that ended and was not judged yet may be what stops the run.
        let may_send = self.paused_until.is_none()
            && self.ended.is_empty()
            && self.in_flight.len() < self.limit;
        let chunk = if may_send { self.plan.chunks.pop_front()? } else { return None };
        let (chunk, rest) = chunk.split_at(self.chunk_size);
        if !rest.is_empty() {
            self.plan.chunks.push_front(rest);
        }
        Some(chunk)
    }

    fn send(&mut self, messages: &Messages, chunk: ChunkRecord) {
        let call = messages.send_form(self.plan.batch.form(&chunk));
        self.in_flight.push(Box::pin(async move { (chunk, call.await) }));
    }

    fn judge(
        &mut self,
        chunk: ChunkRecord,
        sent: Result<Receipt, Error>,
        settings: &Settings,
    ) -> Step {
        let size = chunk.positions.len();
        let error = match sent {
            Ok(receipt) => {
                self.limit = self.limit.saturating_add(1).min(settings.concurrency);
                self.rounds = 0;
                self.unknown_in_a_row = 0;
                self.accepted_size = self.accepted_size.max(size);
                self.chunk_size = self.chunk_size.max(size);
                return Step::End(self.result(chunk, ChunkOutcome::Accepted(receipt)));
            }
            Err(error) => error,
        };
        let is_rate = error.kind() == ErrorKind::RateLimited;
        let is_about_recipients = is_about_recipients(&error);
        // Where so many were accepted before, it is the quota that is used up, and not the size.
        if is_about_recipients && size > 1 && !(is_rate && size <= self.accepted_size) {
            self.reduce_chunk_size(size, is_rate);
            let parts = vec![chunk.positions.clone()];
            return self.requeue(chunk, ChunkState::Refused, parts);
        }
        if is_rate {
            if self.accepted_size == 0 {
                // Not even one got through, which says nothing about the size that works.
                self.chunk_size = usize::MAX;
            }
            return match self.pause(error.retry_after(), settings) {
                Ok(()) => {
                    let parts = vec![chunk.positions.clone()];
                    self.requeue(chunk, ChunkState::NotSent, parts)
                }
                Err(reason) => self.stop(reason, chunk, ChunkOutcome::Refused(error)),
            };
        }
        if is_about_recipients {
            return self.stop(StopReason::RecipientLimit, chunk, ChunkOutcome::Refused(error));
        }
        let status = error.status().map_or(0, |status| status.as_u16());
        if status == 400 && settings.isolates_refused && size > 1 {
            let (first, second) = chunk.positions.split_at(size / 2);
            // Else a crash before both halves are sent would leave them unknown.
            return self.requeue(chunk, ChunkState::Refused, vec![first, second]);
        }
        match error.outcome() {
            Outcome::Unknown => {
                self.unknown_in_a_row += 1;
                let outcome = ChunkOutcome::Unknown(error);
                if self.unknown_in_a_row >= 3 {
                    return self.stop(StopReason::UnknownOutcomes, chunk, outcome);
                }
                Step::End(self.result(chunk, outcome))
            }
            Outcome::NotSent => {
                self.stop(StopReason::NotSent, chunk, ChunkOutcome::NotSent(Some(error)))
            }
            // These concern the account or the domain, and so all chunks alike.
            Outcome::Rejected if matches!(status, 401 | 403 | 404) => {
                self.stop(StopReason::Refused, chunk, ChunkOutcome::Refused(error))
            }
            Outcome::Rejected => Step::End(self.result(chunk, ChunkOutcome::Refused(error))),
        }
    }

    fn stop(&mut self, reason: StopReason, chunk: ChunkRecord, outcome: ChunkOutcome) -> Step {
        self.stopped.get_or_insert(reason);
        Step::End(self.result(chunk, outcome))
    }

    fn result(&self, chunk: ChunkRecord, outcome: ChunkOutcome) -> ChunkResult {
        let is_doubtful = self.is_doubtful(&chunk);
        ChunkResult::new(chunk, outcome, is_doubtful)
    }

    fn requeue(&self, chunk: ChunkRecord, state: ChunkState, parts: Vec<Positions>) -> Step {
        let state = if self.is_doubtful(&chunk) { ChunkState::Unknown } else { state };
        Step::Requeue(ChunkRecord { state, ..chunk }, parts)
    }

    /// Whether an earlier attempt may have been accepted.
    fn is_doubtful(&self, chunk: &ChunkRecord) -> bool {
        self.plan.doubtful.contains(chunk.positions.first())
    }

    /// Halves what was too large, but stays at what a rate limit has let through.
    fn reduce_chunk_size(&mut self, refused: usize, is_rate: bool) {
        let half = refused / 2;
        if !is_rate {
            self.accepted_size = self.accepted_size.min(half);
        }
        self.chunk_size = self.chunk_size.min(half.max(self.accepted_size));
        // One call at a time finds the size with the fewest refusals.
        self.limit = 1;
    }

    /// Waits before the next call for as long as Mailgun asks, and at least for the back-off.
    fn pause(&mut self, hint: Option<Duration>, settings: &Settings) -> Result<(), StopReason> {
        if self.paused_until.is_none() {
            if self.rounds >= MOST_ROUNDS {
                return Err(StopReason::RateLimited { rounds: self.rounds });
            }
            self.rounds += 1;
            let running = self.in_flight.len().saturating_add(1);
            self.limit = (self.limit.min(running) / 2).max(1);
        }
        let floor = back_off(self.rounds).min(settings.max_wait);
        let wait = hint.unwrap_or_default().max(floor);
        let until = Instant::now().checked_add(wait).filter(|_| wait <= settings.max_wait);
        let until = until.ok_or(StopReason::WaitTooLong(wait))?;
        tracing::info!(wait_s = wait.as_secs(), "the batch waits for a rate limit");
        self.paused_until = Some(self.paused_until.map_or(until, |other| other.max(until)));
        Ok(())
    }
}

/// Whether a refusal says that a call has too many recipients, or the account has had too many.
fn is_about_recipients(error: &Error) -> bool {
    if error.outcome() != Outcome::Rejected {
        return false;
    }
    let message = error.api_message().unwrap_or_default().to_ascii_lowercase();
    let words = ["too many recipients", "recipient limit", "recipients limit"];
    error.limit_scope() == Some(LimitScope::Recipients)
        || words.iter().any(|words| message.contains(words))
}

/// 1 s, doubled each round up to 64 s, and up to a half more, so that programs that were refused
/// together do not come back together.
fn back_off(round: u32) -> Duration {
    let wait = Duration::from_secs(1 << round.saturating_sub(1).min(6));
    let jitter = RandomState::new().hash_one(round) % 1000;
    wait + wait.mul_f64(jitter as f64 / 2000.0)
}

impl IntoFuture for BatchRun {
    type Output = Result<BatchReport, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut results = Vec::new();
            while let Some(result) = self.next_result().await? {
                results.push(result);
            }
            let (stopped, earlier, total) = match self.stage {
                Stage::Running(running) => {
                    let Running { plan, stopped, .. } = *running;
                    (stopped, plan.earlier, plan.batch.total())
                }
                _ => (None, Vec::new(), 0),
            };
            Ok(BatchReport::new(results, stopped, earlier, total))
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
