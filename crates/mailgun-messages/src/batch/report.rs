//! The outcome of a whole batch.

use std::{error::Error as StdError, fmt, time::Duration};

use mailgun_core::{BoxError, Error};

use super::{ChunkOutcome, ChunkRecord, ChunkResult, ChunkState};

/// The outcome of a batch, chunk by chunk.
///
/// The counts are for the whole batch, including the recipients of earlier runs that this one
/// resumed. A report does not mean success: check [`is_complete`](Self::is_complete), or turn an
/// incomplete batch into an error with [`into_result`](Self::into_result).
#[derive(Debug)]
#[must_use = "a report may hold chunks that were not accepted"]
#[non_exhaustive]
pub struct BatchReport {
    /// A result for each chunk of this run, in the order in which they ended.
    pub results: Vec<ChunkResult>,
    /// Why the run stopped early; `None` if it did not.
    pub stopped: Option<StopReason>,
    /// The records of the recipients that this run left out.
    earlier: Vec<ChunkRecord>,
    /// The number of recipients of the batch.
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

    /// Whether Mailgun accepted the mail of every recipient, in this run or an earlier one.
    pub fn is_complete(&self) -> bool {
        self.accepted() == self.total
    }

    /// Returns the number of recipients whose mail was accepted.
    pub fn accepted(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Accepted(_)))
    }

    /// Returns the number of recipients whose mail was refused.
    pub fn refused(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Refused))
    }

    /// Returns the number of recipients whose outcome is unknown.
    pub fn unknown(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::Sending | ChunkState::Unknown))
    }

    /// Returns the number of recipients whose mail was not sent.
    pub fn not_sent(&self) -> usize {
        self.count(|state| matches!(state, ChunkState::NotSent))
    }

    /// Returns all records of the batch, for [`Batch::resume`](crate::Batch::resume): those of this
    /// run, and those of earlier runs that still apply.
    pub fn records(&self) -> Vec<ChunkRecord> {
        self.all_records().cloned().collect()
    }

    /// Returns the report if the batch is complete, and an error if not.
    ///
    /// # Errors
    ///
    /// [`IncompleteBatch`], which has the report, unless the mail of every recipient was accepted.
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

/// Why a run stopped early.
#[derive(Debug)]
#[non_exhaustive]
pub enum StopReason {
    /// The journal could not be written. Without it, nothing may be sent.
    Journal(BoxError),
    /// Mailgun limited the rate, and accepted nothing after several waits.
    RateLimited {
        /// The number of waits.
        rounds: u32,
    },
    /// Mailgun asked for a wait that is longer than [`max_wait`](crate::BatchRun::max_wait).
    WaitTooLong(Duration),
    /// A call with a single recipient exceeds the limit of recipients.
    RecipientLimit,
    /// Mailgun refused a call for a reason that applies to all: a wrong key or an unknown domain.
    Refused,
    /// A call could not be sent. For example, no connection could be made.
    NotSent,
    /// Three calls in a row had an unknown outcome.
    UnknownOutcomes,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => write!(f, "the journal could not be written: {error}"),
            Self::RateLimited { rounds } => {
                write!(f, "Mailgun limited the rate, and accepted nothing after {rounds} waits")
            }
            Self::WaitTooLong(wait) => {
                write!(f, "Mailgun asked for a wait of {wait:?}, longer than `max_wait`")
            }
            Self::RecipientLimit => f.write_str("a single recipient exceeds the recipient limit"),
            Self::Refused => f.write_str("Mailgun refused a call for a reason that applies to all"),
            Self::NotSent => f.write_str("a call could not be sent"),
            Self::UnknownOutcomes => f.write_str("three calls in a row had an unknown outcome"),
        }
    }
}

/// The error of a batch in which the mail of some recipients was not accepted.
///
/// Its source is the first error of a chunk.
#[derive(Debug)]
pub struct IncompleteBatch(Box<BatchReport>);

impl IncompleteBatch {
    /// Returns the report of the batch.
    pub fn report(&self) -> &BatchReport {
        &self.0
    }

    /// Returns the report of the batch, to resume from it.
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
