//! The outcome of each chunk: for the program that waits, and for a later run.

use std::ops::Range;

use mailgun_core::Error;
use serde::{Deserialize, Serialize};

use crate::{MessageId, Receipt};

/// Positions of recipients in a batch, from 0, in ascending order.
///
/// Deserializing fails if a range is empty or reversed, or overlaps the one before it.
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
    /// Iterates over the positions in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.0.iter().cloned().flatten()
    }

    /// Returns the number of positions.
    pub fn len(&self) -> usize {
        self.0.iter().map(Range::len).sum()
    }

    /// Whether there are no positions.
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

    /// The position after the last one.
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

/// The outcome of a chunk.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChunkOutcome {
    /// Mailgun accepted the chunk.
    Accepted(Receipt),
    /// Mailgun did not accept the chunk. The error says why.
    Refused(Error),
    /// Mailgun may have accepted the chunk. If you send it again, recipients may get the mail twice.
    Unknown(Error),
    /// The chunk was not sent, because the run stopped before it or no connection could be made.
    NotSent(Option<Error>),
}

/// A chunk of a batch and its outcome.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct ChunkResult {
    /// The recipients of the chunk.
    pub recipients: Positions,
    /// The outcome.
    pub outcome: ChunkOutcome,
    pub(super) record: ChunkRecord,
}

impl ChunkResult {
    /// `is_resent` if an earlier attempt may have been accepted.
    pub(super) fn new(chunk: ChunkRecord, outcome: ChunkOutcome, is_resent: bool) -> Self {
        let state = match &outcome {
            ChunkOutcome::Accepted(receipt) => ChunkState::Accepted(receipt.id.clone()),
            ChunkOutcome::Unknown(_) => ChunkState::Unknown,
            ChunkOutcome::Refused(_) | ChunkOutcome::NotSent(_) if is_resent => ChunkState::Unknown,
            ChunkOutcome::Refused(_) => ChunkState::Refused,
            ChunkOutcome::NotSent(_) => ChunkState::NotSent,
        };
        let record = ChunkRecord { state, ..chunk };
        Self { recipients: record.positions.clone(), outcome, record }
    }

    /// Returns the record of the chunk, for a later run.
    ///
    /// After [`Batch::resend_unknown`](crate::Batch::resend_unknown), a chunk that is refused or not
    /// sent has the state [`Unknown`](ChunkState::Unknown), because the earlier attempt may have been
    /// accepted.
    pub fn record(&self) -> ChunkRecord {
        self.record.clone()
    }
}

/// The state of a chunk. Store it, and pass it to [`Batch::resume`](crate::Batch::resume) later.
///
/// A record has positions and a digest, but no addresses. Someone who guesses all addresses of a chunk
/// can check the guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkRecord {
    /// The recipients of the chunk.
    pub positions: Positions,
    /// The number of recipients of the whole batch.
    pub total: usize,
    /// The state of the chunk.
    pub state: ChunkState,
    /// The Message-Id of its mail; `None` if the batch has no [`key`](crate::Batch::key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The first 16 bytes, in hex, of the SHA-256 of the chunk's addresses in lower case, each
    /// followed by a line feed.
    ///
    /// It shows that the positions belong to the same recipients. A batch cannot resume from a record
    /// without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

impl ChunkRecord {
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.state, ChunkState::Accepted(_))
    }
}

/// The state of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChunkState {
    /// The chunk is about to be sent. If this is its last record, its outcome is unknown.
    Sending,
    /// Mailgun accepted the chunk as this message.
    Accepted(MessageId),
    /// Mailgun did not accept the chunk.
    Refused,
    /// Mailgun may have accepted the chunk.
    Unknown,
    /// The chunk was not sent.
    NotSent,
}

/// The progress of a batch, reported before and after each chunk.
#[derive(Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The chunk that was begun or has ended.
    pub record: ChunkRecord,
    /// The number of recipients whose chunk has ended, with any outcome.
    pub done: usize,
    /// The number of recipients of this run.
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
    fn records_are_read_as_they_were_written() {
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
    fn invalid_positions_are_errors() {
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
