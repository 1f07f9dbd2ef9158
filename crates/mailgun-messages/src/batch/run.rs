//! Sending a batch: bounded concurrency, waits for rate limits, one result for each chunk.
//!
//! A run takes one [`Step`] after the other: it plans the step, writes its record to the journal,
//! and then takes it. A step stays in [`Running`] until its record is written, so a dropped future
//! loses none.

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

/// A run stops after this many waits for a rate limit in a row in which nothing was accepted.
const MAX_ROUNDS: u32 = 10;
/// A run stops after this many unknown outcomes in a row.
const MAX_UNKNOWN: u32 = 3;

/// A batch that is sent when it is awaited, or [result by result](Self::next_result).
///
/// Awaiting it returns a [`BatchReport`], or an error if the batch cannot be sent at all. In that
/// case nothing was sent.
///
/// If Mailgun limits the rate, the run waits and sends the refused chunk again, with fewer calls at
/// once. It waits for as long as Mailgun asks, and at least for a back-off: 1 s, doubled after each
/// refusal up to 64 s, plus up to half of that at random. If a chunk exceeds the account's limit of
/// recipients, the run splits it, and sends smaller chunks from then on.
///
/// The run stops early if there is no point in going on:
///
/// * a wrong key or an unknown domain
/// * no connection
/// * three unknown outcomes in a row
/// * ten waits for a rate limit in a row in which nothing was accepted
/// * a journal that cannot be written
///
/// All chunks that remain are then [`NotSent`](ChunkOutcome::NotSent), and
/// [`BatchReport::stopped`] says why.
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
    /// The batch could not be planned, and the error was returned.
    Failed,
}

struct Running {
    plan: Plan,
    in_flight: FuturesUnordered<Sending>,
    /// Calls that ended while the journal was written.
    ended: VecDeque<Ended>,
    /// The next step, until its record is in the journal.
    step: Option<Step>,
    /// Records of earlier runs that are not in the journal yet.
    unrecorded: VecDeque<ChunkRecord>,
    /// How many calls may be in flight at the moment.
    limit: usize,
    /// The number of recipients of the largest chunk that was accepted.
    accepted_size: usize,
    /// The maximum number of recipients of a chunk at the moment.
    chunk_size: usize,
    /// The end of the wait for a rate limit.
    paused_until: Option<Instant>,
    /// Waits for a rate limit since a chunk was accepted.
    rounds: u32,
    unknown_in_a_row: u32,
    stopped: Option<StopReason>,
    done: usize,
    total: usize,
}

type Callback = Box<dyn FnMut(&Progress) + Send>;

type Ended = (ChunkRecord, Result<Receipt, Error>);

type Sending = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// What a run does next, after the record of it is in the journal.
enum Step {
    /// Adds the record of an earlier run to the journal.
    Keep(ChunkRecord),
    Send(ChunkRecord),
    /// Puts a chunk that was not accepted back into the plan, in these parts.
    Requeue(ChunkRecord, Vec<Positions>),
    End(ChunkResult),
    /// Ends a chunk that was never begun. The journal has no record of it.
    Skip(ChunkResult),
}

impl Step {
    /// The record that the journal must have before the step is taken.
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

    /// Limits the calls in flight at once. Default: 4. 0 is taken as 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls.max(1);
        self
    }

    /// Sets the longest wait for a rate limit. Default: 1 hour. If Mailgun asks for a longer one, the
    /// run stops.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Halves a chunk that is refused with status 400, until each refused chunk has one recipient.
    /// Default: off.
    ///
    /// One bad address fails its whole chunk. If the reason is something else, such as the subject,
    /// every part fails too, at the cost of two calls for each recipient of the chunk.
    pub fn isolate_refused(mut self, yes: bool) -> Self {
        self.settings.isolates_refused = yes;
        self
    }

    /// Resumes from the records of this journal, and writes new ones to it.
    ///
    /// A chunk is sent only after the journal has its record. If the process ends at any moment, run
    /// the batch again with the same journal: nobody gets a second mail. The outcome of a chunk that
    /// was being sent is unknown; [`Messages::resolve`] can look for it.
    ///
    /// Records passed to [`Batch::resume`] are added to the journal.
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.journal = Some(Box::new(journal));
        self
    }

    /// Calls `callback` before each chunk is sent and after it has ended.
    ///
    /// Use it to show progress. It runs on the task that drives the batch, and cannot fail or wait. To
    /// resume after a crash, use a [`journal`](Self::journal).
    pub fn on_progress(mut self, callback: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Why the run stopped early; `None` if it did not.
    pub fn stopped(&self) -> Option<&StopReason> {
        match &self.stage {
            Stage::Running(running) => running.stopped.as_ref(),
            _ => None,
        }
    }

    /// Waits for the next result; `None` after all chunks have ended.
    ///
    /// If you drop the future, nothing is lost: call again. If you drop the run, the calls in flight
    /// are cut off, and their outcome is unknown. A later run needs the [`journal`](Self::journal) or
    /// the records of a [`BatchReport`].
    ///
    /// # Errors
    ///
    /// If the batch cannot be sent at all: no recipients, a bad address, content that is incomplete
    /// or too large, a record of another batch, a journal that cannot be read.
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
                // The record may still be in the journal. The next one says: not sent.
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

    /// Returns the results as a stream; see [`next_result`](Self::next_result).
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
    /// Plans the next step; `false` if nothing is left to do.
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
                let was_paused = self.paused_until.is_some();
                self.step = Some(self.step_after(chunk, sent, settings));
                if let (false, Some(until)) = (was_paused, self.paused_until) {
                    let wait = until.saturating_duration_since(Instant::now());
                    messages.client.record_wait(SEND, wait);
                }
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

    /// Writes the record of the next step to the journal, while the calls in flight go on.
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

    /// Takes the next chunk from the plan, if one may be sent now.
    fn startable(&mut self) -> Option<Positions> {
        // A call that has ended may stop the run, so it comes first.
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

    /// Decides what follows a call.
    fn step_after(
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
        // If a chunk of this size was accepted before, the quota is used up; the size is right.
        if is_about_recipients && size > 1 && !(is_rate && size <= self.accepted_size) {
            self.reduce_chunk_size(size, is_rate);
            let parts = vec![chunk.positions.clone()];
            return self.requeue(chunk, ChunkState::Refused, parts);
        }
        if is_rate {
            if self.accepted_size == 0 {
                // If not even one is accepted, the refusals say nothing about the right size.
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
            // Recorded as refused: after a crash, the halves are sent and not unknown.
            return self.requeue(chunk, ChunkState::Refused, vec![first, second]);
        }
        match error.outcome() {
            Outcome::Unknown => {
                self.unknown_in_a_row += 1;
                let outcome = ChunkOutcome::Unknown(error);
                if self.unknown_in_a_row >= MAX_UNKNOWN {
                    return self.stop(StopReason::UnknownOutcomes, chunk, outcome);
                }
                Step::End(self.result(chunk, outcome))
            }
            Outcome::NotSent => {
                self.stop(StopReason::NotSent, chunk, ChunkOutcome::NotSent(Some(error)))
            }
            // These statuses are about the account or the domain, so all chunks would get them.
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
        let is_resent = self.is_resent(&chunk);
        ChunkResult::new(chunk, outcome, is_resent)
    }

    fn requeue(&self, chunk: ChunkRecord, state: ChunkState, parts: Vec<Positions>) -> Step {
        let state = if self.is_resent(&chunk) { ChunkState::Unknown } else { state };
        Step::Requeue(ChunkRecord { state, ..chunk }, parts)
    }

    /// Whether an earlier attempt may have been accepted.
    fn is_resent(&self, chunk: &ChunkRecord) -> bool {
        self.plan.resent.contains(chunk.positions.first())
    }

    /// Halves the size of chunks, but not below a size that was accepted under a rate limit.
    fn reduce_chunk_size(&mut self, refused: usize, is_rate: bool) {
        let half = refused / 2;
        if !is_rate {
            self.accepted_size = self.accepted_size.min(half);
        }
        self.chunk_size = self.chunk_size.min(half.max(self.accepted_size));
        // With one call at a time, fewer are refused until the size is found.
        self.limit = 1;
    }

    /// Plans a wait before the next call: as long as Mailgun asks, and at least the back-off.
    fn pause(&mut self, hint: Option<Duration>, settings: &Settings) -> Result<(), StopReason> {
        if self.paused_until.is_none() {
            if self.rounds >= MAX_ROUNDS {
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

/// Whether Mailgun refused a call because it, or the account in this hour, has too many recipients.
pub fn is_about_recipients(error: &Error) -> bool {
    if error.outcome() != Outcome::Rejected {
        return false;
    }
    let message = error.api_message().unwrap_or_default().to_ascii_lowercase();
    let words = ["too many recipients", "recipient limit", "recipients limit"];
    error.limit_scope() == Some(LimitScope::Recipients)
        || words.iter().any(|words| message.contains(words))
}

/// Returns 1 s, doubled each round up to 64 s, plus up to half of that at random, so that programs
/// that were refused at the same time do not come back at the same time.
pub fn back_off(round: u32) -> Duration {
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
