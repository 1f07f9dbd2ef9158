//! What became of a batch as a whole.

use std::{error::Error as StdError, fmt, time::Duration};

use mailgun_core::{BoxError, Error};

use super::{ChunkOutcome, ChunkRecord, ChunkResult, ChunkState};

/// What became of a batch, chunk by chunk.
///
/// It counts all recipients of the batch, those of the runs that this one resumed included. That
/// there is a report does not mean that all went well: ask [`is_complete`](Self::is_complete), or
/// use [`into_result`](Self::into_result).
#[derive(Debug)]
#[must_use = "a report may hold chunks that were not accepted"]
#[non_exhaustive]
pub struct BatchReport {
    /// One result for each chunk of this run, in the order in which they ended.
    pub results: Vec<ChunkResult>,
    /// Why the run stopped before it sent everything; `None` if it did not.
    pub stopped: Option<StopReason>,
    /// What earlier runs say of the recipients that this run left out.
    earlier: Vec<ChunkRecord>,
    /// How many recipients the batch has.
    total: usize,
}

impl BatchReport {
    pub(super) fn new(
        results: Vec<ChunkResult>,
        stopped: Option<StopReason>,
        earlier: Vec<ChunkRecord>,
        total: usize,
    ) -> Self {
        Self { results, stopped, earlier, total }
    }

    /// Whether every recipient of the batch was accepted, in this run or an earlier one.
    pub fn is_complete(&self) -> bool {
        self.accepted() == self.total
    }

    /// How many recipients were accepted.
    pub fn accepted(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Accepted(_)))
    }

    /// How many recipients were refused.
    pub fn refused(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Refused))
    }

    /// How many recipients may have been accepted.
    pub fn unknown(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Sending | ChunkState::Unknown))
    }

    /// How many recipients were certainly not sent to.
    pub fn not_sent(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::NotSent))
    }

    /// All that is known of the batch, for [`Batch::resume`](crate::Batch::resume): the records of
    /// this run, and those of earlier ones that still hold.
    pub fn records(&self) -> Vec<ChunkRecord> {
        self.all_records().cloned().collect()
    }

    /// The report if the batch is complete.
    ///
    /// # Errors
    ///
    /// [`IncompleteBatch`], which holds the report, if any recipient was not accepted.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     messages: mailgun::messages::Messages,
    /// #     batch: mailgun::messages::Batch,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let report = messages.send_batch(batch).await?.into_result()?;
    /// println!("{report}");
    /// # Ok(()) }
    /// ```
    pub fn into_result(self) -> Result<Self, IncompleteBatch> {
        if self.is_complete() { Ok(self) } else { Err(IncompleteBatch(Box::new(self))) }
    }

    fn count(&self, is: impl Fn(&ChunkState) -> bool) -> usize {
        let matching = self.all_records().filter(|record| is(&record.state));
        matching.map(|record| record.positions.len()).sum()
    }

    fn all_records(&self) -> impl Iterator<Item = &ChunkRecord> {
        self.earlier.iter().chain(self.results.iter().map(|result| &result.record))
    }
}

impl fmt::Display for BatchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} refused, {} unknown, {} not sent",
            self.accepted(),
            self.refused(),
            self.unknown(),
            self.not_sent()
        )?;
        match &self.stopped {
            Some(reason) => write!(f, "; stopped: {reason}"),
            None => Ok(()),
        }
    }
}

/// Why a run stopped before it sent everything.
#[derive(Debug)]
#[non_exhaustive]
pub enum StopReason {
    /// The journal could not be written, so that nothing more may be sent.
    Journal(BoxError),
    /// Mailgun limited the rate, and nothing was accepted in so many rounds of waiting.
    RateLimited {
        /// How many rounds were waited for.
        rounds: u32,
    },
    /// The wait that Mailgun asks for is longer than [`max_wait`](crate::BatchRun::max_wait).
    WaitTooLong(Duration),
    /// A call with a single recipient is over the limit of recipients.
    RecipientLimit,
    /// Mailgun refused a call in a way that concerns all calls: a wrong key, an unknown domain.
    Refused,
    /// A call could not be sent, because no connection could be made for example.
    NotSent,
    /// Three calls in a row have an unknown outcome.
    UnknownOutcomes,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => write!(f, "the journal could not be written: {error}"),
            Self::RateLimited { rounds } => {
                write!(f, "rate limited, and nothing was accepted in {rounds} rounds of waiting")
            }
            Self::WaitTooLong(wait) => {
                write!(f, "rate limited, and the wait of {wait:?} is longer than `max_wait`")
            }
            Self::RecipientLimit => f.write_str("a single recipient is over the recipient limit"),
            Self::Refused => f.write_str("a refusal that concerns the whole batch"),
            Self::NotSent => f.write_str("a call could not be sent"),
            Self::UnknownOutcomes => f.write_str("three unknown outcomes in a row"),
        }
    }
}

/// A batch of which not every recipient was accepted.
///
/// Its source is the error of the first chunk that has one.
#[derive(Debug)]
pub struct IncompleteBatch(Box<BatchReport>);

impl IncompleteBatch {
    /// The report of the batch.
    pub fn report(&self) -> &BatchReport {
        &self.0
    }

    /// The report of the batch, to be resumed from.
    pub fn into_report(self) -> BatchReport {
        *self.0
    }
}

impl fmt::Display for IncompleteBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the batch is incomplete: {}", self.0)
    }
}

impl StdError for IncompleteBatch {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let error = self.0.results.iter().find_map(|result| match &result.outcome {
            ChunkOutcome::Refused(error) | ChunkOutcome::Unknown(error) => Some(error),
            ChunkOutcome::NotSent(error) => error.as_ref(),
            ChunkOutcome::Accepted(_) => None,
        });
        error.map(|error: &Error| error as _)
    }
}
