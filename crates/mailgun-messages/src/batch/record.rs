//! What became of each chunk: for the program that waits, and for the next run.

use std::{fmt, ops::Range};

use mailgun_core::Error;
use serde::{Deserialize, Serialize};

use crate::{MessageId, Receipt};

/// Positions of recipients in a batch, from 0, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Positions(Vec<Range<usize>>);

impl Positions {
    /// The positions in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(Range::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position behind the last one, without walking through them.
    pub(super) fn end(&self) -> usize {
        self.0.iter().map(|range| range.end).max().unwrap_or(0)
    }

    /// The positions as the ranges that they are kept in.
    pub(super) fn ranges(&self) -> impl Iterator<Item = &Range<usize>> + Clone {
        self.0.iter()
    }

    pub(super) fn push(&mut self, position: usize) {
        self.push_range(position..position.saturating_add(1));
    }

    pub(super) fn push_range(&mut self, range: Range<usize>) {
        match self.0.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.0.push(range),
        }
    }

    /// Both halves, neither empty if there are at least two.
    pub(super) fn halves(&self) -> (Self, Self) {
        let middle = self.len() / 2;
        let mut halves = (Self::default(), Self::default());
        for (i, position) in self.iter().enumerate() {
            if i < middle { halves.0.push(position) } else { halves.1.push(position) }
        }
        halves
    }
}

/// What became of a chunk.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChunkOutcome {
    /// Mailgun has accepted it.
    Accepted(Receipt),
    /// Certainly not accepted; the error says why.
    Refused(Error),
    /// It may have been accepted; sending it again may deliver it twice.
    Unknown(Error),
    /// Certainly not sent: the run stopped before it, or no connection could be made.
    NotSent(Option<Error>),
}

/// One chunk of a batch and what became of it.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct ChunkResult {
    /// Whose mail it was.
    pub recipients: Positions,
    /// What became of it.
    pub outcome: ChunkOutcome,
    pub(super) total: usize,
}

impl ChunkResult {
    /// What a later run needs to know of it.
    pub fn record(&self) -> ChunkRecord {
        let state = match &self.outcome {
            ChunkOutcome::Accepted(receipt) => ChunkState::Accepted(receipt.id.clone()),
            ChunkOutcome::Refused(_) => ChunkState::Refused,
            ChunkOutcome::Unknown(_) => ChunkState::Unknown,
            ChunkOutcome::NotSent(_) => ChunkState::NotSent,
        };
        ChunkRecord { positions: self.recipients.clone(), total: self.total, state }
    }
}

/// The state of a chunk, to be stored and given to [`Batch::resume`](crate::Batch::resume).
///
/// It holds positions, no addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkRecord {
    /// Whose mail it was.
    pub positions: Positions,
    /// How many recipients the whole batch has.
    pub total: usize,
    /// How far it has come.
    pub state: ChunkState,
}

/// How far a chunk has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChunkState {
    /// It is about to be sent. If this is the last that is known of it, its outcome is unknown.
    Sending,
    /// Accepted, as this message.
    Accepted(MessageId),
    /// Certainly not accepted.
    Refused,
    /// It may have been accepted.
    Unknown,
    /// Certainly not sent.
    NotSent,
}

/// A step of a batch that is running.
#[derive(Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The chunk that this is about; stored before the callback returns, it survives a crash.
    pub record: ChunkRecord,
    /// How many recipients are dealt with, whatever their outcome.
    pub done: usize,
    /// How many recipients this run sends to.
    pub total: usize,
}

/// What became of a batch, chunk by chunk.
///
/// That there is a report does not mean that all went well: ask
/// [`is_complete`](Self::is_complete).
#[derive(Debug, Default)]
#[must_use = "a report may hold chunks that were not accepted"]
#[non_exhaustive]
pub struct BatchReport {
    /// One result for each chunk, in the order in which they ended.
    pub results: Vec<ChunkResult>,
}

impl BatchReport {
    /// Whether every chunk was accepted.
    pub fn is_complete(&self) -> bool {
        self.results.iter().all(|result| matches!(result.outcome, ChunkOutcome::Accepted(_)))
    }

    /// How many recipients were accepted.
    pub fn accepted(&self) -> usize {
        self.count(|outcome| matches!(outcome, ChunkOutcome::Accepted(_)))
    }

    /// How many recipients were refused.
    pub fn refused(&self) -> usize {
        self.count(|outcome| matches!(outcome, ChunkOutcome::Refused(_)))
    }

    /// How many recipients may have been accepted.
    pub fn unknown(&self) -> usize {
        self.count(|outcome| matches!(outcome, ChunkOutcome::Unknown(_)))
    }

    /// How many recipients were certainly not sent to.
    pub fn not_sent(&self) -> usize {
        self.count(|outcome| matches!(outcome, ChunkOutcome::NotSent(_)))
    }

    /// What a later run needs to know, for [`Batch::resume`](crate::Batch::resume).
    pub fn records(&self) -> Vec<ChunkRecord> {
        self.results.iter().map(ChunkResult::record).collect()
    }

    fn count(&self, is: impl Fn(&ChunkOutcome) -> bool) -> usize {
        let matching = self.results.iter().filter(|result| is(&result.outcome));
        matching.map(|result| result.recipients.len()).sum()
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
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_kept_as_ranges_and_halved() {
        let mut positions = Positions::default();
        for position in [0, 1, 2, 7, 9, 10] {
            positions.push(position);
        }
        assert_eq!(serde_json::to_string(&positions).unwrap().matches("start").count(), 3);
        let (a, b) = positions.halves();
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(b.iter().collect::<Vec<_>>(), [7, 9, 10]);
    }

    #[test]
    fn records_can_be_stored() {
        let mut positions = Positions::default();
        positions.push(3);
        for state in [ChunkState::Sending, ChunkState::Accepted("a@b".into()), ChunkState::Unknown]
        {
            let record = ChunkRecord { positions: positions.clone(), total: 5, state };
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<ChunkRecord>(&json).unwrap(), record);
        }
    }
}
