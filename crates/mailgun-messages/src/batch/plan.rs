//! Which recipients go into which call: checks, earlier records, chunks.

use std::collections::{BTreeMap, HashMap, VecDeque};

use mailgun_core::Error;

use super::{Batch, ChunkRecord, ChunkState, Duplicates, Positions, recipients::Entry};

/// A batch that has been checked, and its chunks in order.
pub(crate) struct Plan {
    pub(crate) batch: Box<Batch>,
    pub(crate) chunks: VecDeque<Positions>,
    /// The records of the recipients that this run leaves out.
    pub(crate) earlier: Vec<ChunkRecord>,
    /// Recipients that this run sends to although an earlier attempt may have been accepted. No chunk
    /// mixes them with others.
    pub(crate) resent: Positions,
}

/// The recipients, sorted by the records of earlier runs.
#[derive(Default)]
pub(super) struct Settled {
    /// Recipients to send to.
    pub(super) wanted: Positions,
    /// Recipients to send to although their outcome is unknown.
    pub(super) resent: Positions,
    /// The records of all other recipients.
    pub(super) earlier: Vec<ChunkRecord>,
}

impl Batch {
    /// Checks everything and splits the recipients.
    pub(crate) fn plan(mut self) -> Result<Plan, Error> {
        if let Some(error) = self.content.fields.take_error() {
            return Err(error);
        }
        if self.recipients.len() == 0 {
            return Err(Error::invalid("recipient", "is missing: a batch needs recipients"));
        }
        self.content.check_complete()?;
        if let Some(key) = &self.key {
            // Each chunk sets its own; this one lets the check of sizes count it.
            let longest = format!("<{key}.{0}-{0}@>", self.recipients.len());
            self.content.header("Message-Id", longest);
        }
        self.content.check_sizes()?;
        if let Err(file) = self.content.try_clone() {
            let reason = "comes from a stream, which can be read once; a batch may need it again";
            return Err(Error::invalid(format_args!("attachment {file}"), reason));
        }
        let Settled { wanted, resent, earlier } =
            self.settle(&self.records, self.resends_unknown)?;
        let rounds = self.rounds()?;
        let mut chunks = VecDeque::new();
        self.split(&wanted, &rounds, &mut chunks);
        self.split(&resent, &rounds, &mut chunks);
        Ok(Plan { batch: Box::new(self), chunks, earlier, resent })
    }

    /// For each recipient, how many before it have the same address.
    fn rounds(&self) -> Result<Vec<usize>, Error> {
        let mut seen: HashMap<_, (usize, usize)> = HashMap::with_capacity(self.recipients.len());
        let addresses = self.recipients.folded_addresses(&self.recipients.positions());
        let rounds = addresses.lines().enumerate().map(|(position, address)| {
            let (first, round) =
                *seen.entry(address).and_modify(|(_, round)| *round += 1).or_insert((position, 0));
            if round > 0 && self.duplicates == Duplicates::Refuse {
                let parameter = format!("recipient {position}");
                let reason = format_args!("has the address of recipient {first}");
                return Err(Error::invalid(parameter, reason));
            }
            Ok(round)
        });
        rounds.collect()
    }

    /// Splits recipients into chunks.
    ///
    /// A chunk must not hold an address twice, so it has recipients of one round: all first
    /// occurrences of an address are sent, then all second ones, and so on.
    fn split(&self, wanted: &Positions, rounds: &[usize], chunks: &mut VecDeque<Positions>) {
        let mut by_round: BTreeMap<usize, Positions> = BTreeMap::new();
        for position in wanted.iter() {
            let round = rounds.get(position).copied().unwrap_or_default();
            by_round.entry(round).or_default().push(position);
        }
        for round in by_round.values() {
            self.split_round(round, chunks);
        }
    }

    /// Fills one chunk after the other. A recipient too large for any chunk gets a chunk of their
    /// own.
    fn split_round(&self, round: &Positions, chunks: &mut VecDeque<Positions>) {
        let mut chunk = Positions::default();
        let (mut count, mut bytes) = (0_usize, 0_usize);
        for position in round.iter() {
            let size = self.recipients.get(position).map_or(0, Entry::size);
            let is_full = count >= self.chunk_size || bytes.saturating_add(size) > self.chunk_bytes;
            if is_full && count > 0 {
                chunks.push_back(std::mem::take(&mut chunk));
                (count, bytes) = (0, 0);
            }
            chunk.push(position);
            count += 1;
            bytes = bytes.saturating_add(size);
        }
        if !chunk.is_empty() {
            chunks.push_back(chunk);
        }
    }

    /// Sorts the recipients by the records of earlier runs.
    ///
    /// The last record of a recipient decides, but no record undoes an accepted one. A chunk that was
    /// being sent has an unknown outcome.
    pub(super) fn settle(
        &self,
        records: &[ChunkRecord],
        resends_unknown: bool,
    ) -> Result<Settled, Error> {
        let total = self.recipients.len();
        let mut settled = Settled::default();
        if records.is_empty() {
            settled.wanted = self.recipients.positions();
            return Ok(settled);
        }
        // For each recipient, the number of the record that decides, and the record.
        let mut last: Vec<Option<(usize, &ChunkRecord)>> = vec![None; total];
        for (number, record) in records.iter().enumerate() {
            self.check(record).map_err(|reason| {
                Error::invalid(format_args!("record {}", number + 1), reason).in_parameter("resume")
            })?;
            for position in record.positions.iter() {
                if let Some(slot) = last.get_mut(position)
                    && !slot.is_some_and(|(_, record)| record.is_accepted())
                {
                    *slot = Some((number, record));
                }
            }
        }
        let mut left_out = vec![Positions::default(); records.len()];
        for (position, last) in last.into_iter().enumerate() {
            let positions = match last.map(|(number, record)| (number, &record.state)) {
                None | Some((_, ChunkState::Refused | ChunkState::NotSent)) => {
                    Some(&mut settled.wanted)
                }
                Some((_, ChunkState::Sending | ChunkState::Unknown)) if resends_unknown => {
                    Some(&mut settled.resent)
                }
                Some((number, _)) => left_out.get_mut(number),
            };
            if let Some(positions) = positions {
                positions.push(position);
            }
        }
        let left_out = records.iter().zip(left_out).filter(|(_, positions)| !positions.is_empty());
        let earlier = left_out.map(|(record, positions)| {
            let state = match &record.state {
                ChunkState::Sending => ChunkState::Unknown,
                state => state.clone(),
            };
            self.recipients.record(positions, state, record.message_id.clone())
        });
        settled.earlier = earlier.collect();
        Ok(settled)
    }

    /// Checks that a record is of these recipients.
    fn check(&self, record: &ChunkRecord) -> Result<(), String> {
        let total = self.recipients.len();
        if record.total != total {
            return Err(format!(
                "is of a batch of {} recipients, but this one has {total}",
                record.total
            ));
        }
        if record.positions.end() > total {
            return Err("names positions that the batch does not have".to_owned());
        }
        match &record.fingerprint {
            None => Err("has no fingerprint, so its recipients are not known".to_owned()),
            Some(print) if *print != self.recipients.fingerprint(&record.positions) => {
                Err("is of other recipients or of another order".to_owned())
            }
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chunks_are_in_order_and_as_full_as_number_and_size_allow() {
        for skip in [usize::MAX, 2, 3, 7] {
            for (chunk_size, chunk_bytes) in [(1000, 4000), (10, 4000), (7, 300), (3, 1), (1, 0)] {
                let mut wanted = Vec::new();
                let mut done = Positions::default();
                let mut batch = Batch::new()
                    .from("a@x.test")
                    .text("t")
                    .chunk_size(chunk_size)
                    .chunk_bytes(chunk_bytes);
                for position in 0..100 {
                    let text = "x".repeat(position * position % 83);
                    batch = batch.recipient(format!("r{position}@x.test"), json!({ "v": text }));
                    if position % skip == 1 {
                        done.push(position);
                    } else {
                        wanted.push(position);
                    }
                }
                let state = ChunkState::Accepted("id".into());
                let record = batch.recipients.record(done, state, None);
                let Plan { batch, chunks, .. } = batch.resume([record]).plan().unwrap();
                let sent: Vec<_> = chunks.iter().flat_map(Positions::iter).collect();
                assert_eq!(sent, wanted, "{skip} {chunk_size}");
                let bytes = |chunk: &Positions| -> usize {
                    batch.recipients.at(chunk).map(Entry::size).sum()
                };
                for (number, chunk) in chunks.iter().enumerate() {
                    let is_within = chunk.len() <= chunk_size && bytes(chunk) <= chunk_bytes;
                    assert!(is_within || chunk.len() == 1, "{skip} {chunk_size} {number}");
                    let Some(next) = chunks.get(number + 1) else { continue };
                    let (next, _) = next.split_at(1);
                    let is_full =
                        chunk.len() == chunk_size || bytes(chunk) + bytes(&next) > chunk_bytes;
                    assert!(is_full, "{skip} {chunk_size} {number}");
                }
            }
        }
    }
}
