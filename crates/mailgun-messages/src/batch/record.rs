//! What became of each chunk: for the program that waits, and for the next run.

use std::ops::Range;

use mailgun_core::Error;
use serde::{Deserialize, Serialize};

use crate::{MessageId, Receipt};

/// Positions of recipients in a batch, from 0, in ascending order.
///
/// Reading them from a store fails if a range is empty or reversed, or overlaps the one before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Range<usize>>")]
pub struct Positions(Vec<Range<usize>>);

impl TryFrom<Vec<Range<usize>>> for Positions {
    type Error = &'static str;

    fn try_from(ranges: Vec<Range<usize>>) -> Result<Self, Self::Error> {
        let mut end = 0;
        for range in &ranges {
            if range.is_empty() {
                return Err("a range of positions is empty or reversed");
            }
            if range.start < end {
                return Err("the ranges of positions overlap or are not in ascending order");
            }
            end = range.end;
        }
        Ok(Self(ranges))
    }
}

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

    pub(super) fn from_unsorted(mut positions: Vec<usize>) -> Self {
        positions.sort_unstable();
        positions.dedup();
        let mut sorted = Self::default();
        positions.into_iter().for_each(|position| sorted.push(position));
        sorted
    }

    /// The first position.
    pub(super) fn first(&self) -> usize {
        self.0.first().map_or(0, |range| range.start)
    }

    /// The position behind the last one.
    pub(super) fn end(&self) -> usize {
        self.0.last().map_or(0, |range| range.end)
    }

    pub(super) fn contains(&self, position: usize) -> bool {
        let at = self.0.partition_point(|range| range.end <= position);
        self.0.get(at).is_some_and(|range| range.contains(&position))
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

    /// The first `count` positions, and the rest.
    pub(super) fn split_at(&self, count: usize) -> (Self, Self) {
        let (mut first, mut rest) = (Self::default(), Self::default());
        let mut room = count;
        for range in &self.0 {
            let middle = range.start + range.len().min(room);
            room -= middle - range.start;
            if middle > range.start {
                first.push_range(range.start..middle);
            }
            if middle < range.end {
                rest.push_range(middle..range.end);
            }
        }
        (first, rest)
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
    pub(super) record: ChunkRecord,
}

impl ChunkResult {
    /// `is_doubtful` if an earlier attempt may have been accepted.
    pub(super) fn new(chunk: ChunkRecord, outcome: ChunkOutcome, is_doubtful: bool) -> Self {
        let state = match &outcome {
            ChunkOutcome::Accepted(receipt) => ChunkState::Accepted(receipt.id.clone()),
            ChunkOutcome::Unknown(_) => ChunkState::Unknown,
            ChunkOutcome::Refused(_) | ChunkOutcome::NotSent(_) if is_doubtful => {
                ChunkState::Unknown
            }
            ChunkOutcome::Refused(_) => ChunkState::Refused,
            ChunkOutcome::NotSent(_) => ChunkState::NotSent,
        };
        let record = ChunkRecord { state, ..chunk };
        Self { recipients: record.positions.clone(), outcome, record }
    }

    /// What a later run needs to know of it.
    ///
    /// After [`Batch::resend_unknown`](crate::Batch::resend_unknown) its state is
    /// [`Unknown`](ChunkState::Unknown) for a chunk that is refused or not sent now, since the
    /// earlier attempt may have been accepted.
    pub fn record(&self) -> ChunkRecord {
        self.record.clone()
    }
}

/// The state of a chunk, to be stored and given to [`Batch::resume`](crate::Batch::resume).
///
/// It holds positions and a digest, no addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkRecord {
    /// Whose mail it was.
    pub positions: Positions,
    /// How many recipients the whole batch has.
    pub total: usize,
    /// How far it has come.
    pub state: ChunkState,
    /// The Message-Id it was sent with; `None` if the batch has no
    /// [`key`](crate::Batch::key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The first 16 bytes, in hex, of the SHA-256 of the chunk's addresses in lower case, each
    /// followed by a line feed.
    ///
    /// It ties the positions to people. A record without it cannot be resumed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

impl ChunkRecord {
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.state, ChunkState::Accepted(_))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(positions: impl IntoIterator<Item = usize>) -> Positions {
        let mut all = Positions::default();
        positions.into_iter().for_each(|position| all.push(position));
        all
    }

    #[test]
    fn positions_are_kept_as_ranges_and_split() {
        let positions = positions([0, 1, 2, 7, 9, 10]);
        assert_eq!(serde_json::to_string(&positions).unwrap().matches("start").count(), 3);
        let all: Vec<_> = positions.iter().collect();
        assert!((0..12).filter(|position| positions.contains(*position)).eq(all.iter().copied()));
        for count in 0..=7 {
            let (first, rest) = positions.split_at(count);
            let middle = count.min(6);
            assert_eq!(first.iter().collect::<Vec<_>>(), all[..middle]);
            assert_eq!(rest.iter().collect::<Vec<_>>(), all[middle..]);
        }
    }

    #[test]
    fn records_survive_storing() {
        for state in [ChunkState::Sending, ChunkState::Accepted("a@b".into()), ChunkState::Unknown]
        {
            let record = ChunkRecord {
                positions: positions([3]),
                total: 5,
                state,
                message_id: Some("news.3-3@x.test".into()),
                fingerprint: Some("00ff".into()),
            };
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<ChunkRecord>(&json).unwrap(), record);
        }
    }

    #[test]
    fn hostile_positions_are_errors() {
        for (json, reason) in [
            (r#"[{"start":5,"end":2}]"#, "empty or reversed"),
            (r#"[{"start":5,"end":5}]"#, "empty or reversed"),
            (r#"[{"start":0,"end":5},{"start":4,"end":6}]"#, "overlap"),
            (r#"[{"start":4,"end":6},{"start":0,"end":1}]"#, "ascending"),
            (r#"[{"start":0,"end":18446744073709551615},{"start":0,"end":9}]"#, "overlap"),
        ] {
            let error = serde_json::from_str::<Positions>(json).unwrap_err();
            assert!(error.to_string().contains(reason), "{json}: {error}");
        }
        let huge = r#"[{"start":0,"end":9},{"start":9,"end":18446744073709551615}]"#;
        let huge: Positions = serde_json::from_str(huge).unwrap();
        assert_eq!((huge.len(), huge.end()), (usize::MAX, usize::MAX));
    }
}
