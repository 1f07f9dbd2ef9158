//! Which recipients go into which call.

use std::{
    collections::{HashMap, VecDeque},
    hash::{Hash, Hasher},
};

use mailgun_core::Error;

use super::{Batch, ChunkState, Duplicates, Positions, Recipient};

/// A batch that has been checked, and its chunks in order.
pub(crate) struct Plan {
    pub(crate) batch: Box<Batch>,
    pub(crate) chunks: VecDeque<Positions>,
}

impl Batch {
    /// For each recipient, whether this run sends to them: what the journal says last decides.
    pub(super) fn wanted(&self) -> Result<Vec<bool>, Error> {
        let total = self.recipients.len();
        let mut wanted = vec![true; total];
        for record in &self.journal {
            if record.total != total {
                return Err(Error::invalid(
                    "resume",
                    format_args!("is of a batch of {} recipients, this has {total}", record.total),
                ));
            }
            // A record comes from a store, which may hold anything.
            if record.positions.end() > total {
                return Err(Error::invalid(
                    "resume",
                    "names positions that the batch does not have",
                ));
            }
            let is_wanted = match record.state {
                ChunkState::Refused | ChunkState::NotSent => true,
                ChunkState::Accepted(_) => false,
                ChunkState::Sending | ChunkState::Unknown => self.resends_unknown,
            };
            for position in record.positions.iter() {
                if let Some(slot) = wanted.get_mut(position) {
                    *slot = is_wanted;
                }
            }
        }
        Ok(wanted)
    }

    /// Splits the wanted recipients by number and by size.
    ///
    /// Repeated addresses are sent in rounds: all first occurrences, then all second ones, so that
    /// no chunk holds an address twice.
    pub(super) fn split(&self, wanted: &[bool]) -> Result<VecDeque<Positions>, Error> {
        let mut rounds: Vec<Vec<usize>> = Vec::new();
        let mut seen = HashMap::with_capacity(self.recipients.len());
        for (position, recipient) in self.recipients.iter().enumerate() {
            let address = AnyCase(self.address(recipient));
            let (first, round): (usize, usize) =
                *seen.entry(address).and_modify(|(_, round)| *round += 1).or_insert((position, 0));
            if round > 0 && self.duplicates == Duplicates::Refuse {
                let parameter = format!("recipient {position}");
                let reason = format_args!("has the address of recipient {first}");
                return Err(Error::invalid(parameter, reason));
            }
            if wanted.get(position).is_some_and(|wanted| *wanted) {
                if rounds.len() <= round {
                    rounds.resize_with(round + 1, Vec::new);
                }
                if let Some(round) = rounds.get_mut(round) {
                    round.push(position);
                }
            }
        }
        let mut chunks = VecDeque::new();
        for round in rounds {
            let mut chunk = Positions::default();
            let mut bytes = 0;
            for position in round {
                let size = self.recipients.get(position).map_or(0, Recipient::size);
                let is_full = chunk.len() == self.chunk_size || bytes + size > self.chunk_bytes;
                if is_full && !chunk.is_empty() {
                    chunks.push_back(std::mem::take(&mut chunk));
                    bytes = 0;
                }
                chunk.push(position);
                bytes += size;
            }
            if !chunk.is_empty() {
                chunks.push_back(chunk);
            }
        }
        Ok(chunks)
    }
}

/// An address of which the case does not matter.
struct AnyCase<'a>(&'a str);

impl PartialEq for AnyCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for AnyCase<'_> {}

impl Hash for AnyCase<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut piece = [0; 64];
        for bytes in self.0.as_bytes().chunks(piece.len()) {
            piece[..bytes.len()].copy_from_slice(bytes);
            // All of it, which is faster than a part of unknown length.
            piece.make_ascii_lowercase();
            state.write(&piece[..bytes.len()]);
        }
    }
}
