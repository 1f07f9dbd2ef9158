//! Which recipients go into which call.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher as _, RandomState},
    ops::Range,
};

use mailgun_core::Error;

use super::{Batch, ChunkRecord, ChunkState, Duplicates, Positions};

/// A batch that has been checked, and its chunks in order.
pub(crate) struct Plan {
    pub(crate) batch: Box<Batch>,
    pub(crate) chunks: VecDeque<Positions>,
    /// What earlier runs say of the recipients that this one leaves out.
    pub(crate) earlier: Vec<ChunkRecord>,
    /// Whom this run sends to although an earlier attempt may have been accepted. No chunk mixes
    /// them with others.
    pub(crate) doubtful: Positions,
}

/// Recipients by what the records of earlier runs say.
#[derive(Default)]
pub(super) struct Settled {
    /// Whom to send to.
    pub(super) wanted: Positions,
    /// Whom to send to although their outcome is unknown.
    pub(super) doubtful: Positions,
    /// The records of all others.
    pub(super) earlier: Vec<ChunkRecord>,
}

impl Batch {
    /// Splits recipients by number and by size.
    ///
    /// Repeated addresses are sent in rounds: all first occurrences, then all second ones, so that
    /// no chunk holds an address twice.
    pub(super) fn split(&self, wanted: &Positions) -> Result<VecDeque<Positions>, Error> {
        let mut chunks = VecDeque::new();
        if !self.may_repeat_an_address() {
            self.split_round(wanted.ranges().cloned(), &mut chunks);
            return Ok(chunks);
        }
        let rounds = self.rounds()?;
        let mut of_round = Vec::new();
        for position in wanted.iter() {
            let round = rounds.get(position).copied().unwrap_or_default();
            if of_round.len() <= round {
                of_round.resize_with(round + 1, Positions::default);
            }
            if let Some(round) = of_round.get_mut(round) {
                round.push(position);
            }
        }
        for round in of_round {
            self.split_round(round.ranges().cloned(), &mut chunks);
        }
        Ok(chunks)
    }

    fn split_round(
        &self,
        round: impl Iterator<Item = Range<usize>>,
        chunks: &mut VecDeque<Positions>,
    ) {
        let mut chunk = Positions::default();
        let (mut count, mut bytes) = (0, 0);
        for mut range in round {
            while !range.is_empty() {
                // All of the range that fits, and at least one that is too large by itself.
                let most = range.len().min(self.chunk_size - count);
                let room = self.chunk_bytes.saturating_sub(bytes);
                let fitting = self.fitting(range.start..range.start + most, room);
                let taken = if chunk.is_empty() { fitting.max(1) } else { fitting };
                let start = range.start;
                range.start += taken;
                if taken > 0 {
                    chunk.push_range(start..range.start);
                    count += taken;
                    bytes += self.recipients.size(start..range.start);
                }
                if !range.is_empty() {
                    chunks.push_back(std::mem::take(&mut chunk));
                    (count, bytes) = (0, 0);
                }
            }
        }
        if !chunk.is_empty() {
            chunks.push_back(chunk);
        }
    }

    /// How many of these recipients, from the first, add no more than `room` bytes.
    fn fitting(&self, range: Range<usize>, room: usize) -> usize {
        let fits = |count| self.recipients.size(range.start..range.start + count) <= room;
        let (mut fitting, mut most) = (0, range.len());
        if fits(most) {
            return most;
        }
        while most - fitting > 1 {
            let middle = fitting.midpoint(most);
            *(if fits(middle) { &mut fitting } else { &mut most }) = middle;
        }
        fitting
    }

    /// Whom this run sends to, and what `records` say of all others.
    ///
    /// The last record of a recipient decides, but nothing undoes that one was accepted. A chunk
    /// that was being sent has an unknown outcome.
    pub(super) fn settle(
        &self,
        records: &[ChunkRecord],
        resends_unknown: bool,
    ) -> Result<Settled, Error> {
        let total = self.recipients.len();
        let mut settled = Settled::default();
        if records.is_empty() {
            settled.wanted.push_range(0..total);
            return Ok(settled);
        }
        let mut deciding: Vec<Option<(usize, &ChunkRecord)>> = vec![None; total];
        for (number, record) in records.iter().enumerate() {
            self.check(record).map_err(|reason| {
                Error::invalid(format_args!("record {}", number + 1), reason).in_parameter("resume")
            })?;
            for position in record.positions.iter() {
                if let Some(slot) = deciding.get_mut(position)
                    && !slot.is_some_and(|(_, last)| last.is_accepted())
                {
                    *slot = Some((number, record));
                }
            }
        }
        let mut kept = vec![Positions::default(); records.len()];
        for (position, decided) in deciding.into_iter().enumerate() {
            let positions = match decided.map(|(number, record)| (number, &record.state)) {
                None | Some((_, ChunkState::Refused | ChunkState::NotSent)) => {
                    Some(&mut settled.wanted)
                }
                Some((_, ChunkState::Sending | ChunkState::Unknown)) if resends_unknown => {
                    Some(&mut settled.doubtful)
                }
                Some((number, _)) => kept.get_mut(number),
            };
            if let Some(positions) = positions {
                positions.push(position);
            }
        }
        let kept = records.iter().zip(kept).filter(|(_, positions)| !positions.is_empty());
        let kept = kept.map(|(record, positions)| {
            let state = match &record.state {
                ChunkState::Sending => ChunkState::Unknown,
                state => state.clone(),
            };
            self.recipients.record(positions, state, record.message_id.clone())
        });
        settled.earlier = kept.collect();
        Ok(settled)
    }

    /// Checks that a record, which may come from anywhere, is of these recipients.
    fn check(&self, record: &ChunkRecord) -> Result<(), String> {
        let total = self.recipients.len();
        if record.total != total {
            return Err(format!(
                "is of a batch of {} recipients, this one has {total}",
                record.total
            ));
        }
        if record.positions.end() > total {
            return Err("names positions that the batch does not have".to_owned());
        }
        match &record.fingerprint {
            None => Err("has no fingerprint, so that its recipients are not known".to_owned()),
            Some(print) if *print != self.recipients.fingerprint(&record.positions) => {
                Err("is of other recipients, or of the same in another order".to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    /// Whether two addresses have the same hash. Hardly any batch has such, and no address of it
    /// need be compared with another.
    fn may_repeat_an_address(&self) -> bool {
        let seed = RandomState::new().hash_one(());
        let mask = (2 * self.recipients.len()).next_power_of_two() - 1;
        // A free slot is 0, and so no hash.
        let mut slots = vec![0_u64; mask + 1];
        self.recipients.addresses().any(|address| {
            let hash = hash(address, seed) | 1;
            let mut at = (hash >> 1) as usize & mask;
            loop {
                match slots.get_mut(at) {
                    Some(slot) if *slot == 0 => {
                        *slot = hash;
                        return false;
                    }
                    Some(slot) if *slot == hash => return true,
                    _ => at = (at + 1) & mask,
                }
            }
        })
    }

    /// For each recipient, how many before it have the same address.
    fn rounds(&self) -> Result<Vec<usize>, Error> {
        let mut seen = HashMap::with_capacity(self.recipients.len());
        let addresses = self.recipients.addresses().enumerate();
        let rounds = addresses.map(|(position, address)| {
            let (first, round): (usize, usize) = *seen
                .entry(address.to_ascii_lowercase())
                .and_modify(|(_, round)| *round += 1)
                .or_insert((position, 0));
            if round > 0 && self.duplicates == Duplicates::Refuse {
                let parameter = format!("recipient {position}");
                let reason = format_args!("has the address of recipient {first}");
                return Err(Error::invalid(parameter, reason));
            }
            Ok(round)
        });
        rounds.collect()
    }
}

/// A hash of an address in which the case of a letter does not matter; the seed keeps who chooses
/// addresses from choosing the hashes.
///
/// SipHash, which a map would use, takes five times as long.
fn hash(address: &[u8], seed: u64) -> u64 {
    /// The bit that a letter in lower case has more. That some punctuation differs by it alone
    /// gives different addresses the same hash, which does no harm.
    const LOWER_CASE: u64 = u64::from_le_bytes([0x20; 8]);
    /// 2⁶⁴ divided by the golden ratio.
    const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: &[u8; 8]| {
        let product = FACTOR * u128::from(hash ^ (u64::from_le_bytes(*word) | LOWER_CASE));
        product as u64 ^ (product >> 64) as u64
    };
    let hash = seed ^ address.len() as u64;
    match address.last_chunk() {
        // Some bytes of it once more, which is faster than a part of unknown length.
        Some(last) => mix(address.as_chunks().0.iter().fold(hash, mix), last),
        None => {
            let mut word = [0; 8];
            word[..address.len()].copy_from_slice(address);
            mix(hash, &word)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One recipient after the other goes into the chunk until it is full.
    fn split_by_hand(batch: &Batch, wanted: &[usize]) -> Vec<Vec<usize>> {
        let mut chunks: Vec<Vec<usize>> = Vec::new();
        let mut bytes = 0;
        for &position in wanted {
            let size = batch.recipients.size(position..position + 1);
            match chunks.last_mut() {
                Some(chunk)
                    if chunk.len() < batch.chunk_size && bytes + size <= batch.chunk_bytes =>
                {
                    chunk.push(position);
                    bytes += size;
                }
                _ => {
                    chunks.push(vec![position]);
                    bytes = size;
                }
            }
        }
        chunks
    }

    #[test]
    fn chunks_are_as_full_as_number_and_size_allow() {
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
                    batch = batch.recipient(
                        format!("r{position}@x.test"),
                        [("v", text)].into_iter().collect::<HashMap<_, _>>(),
                    );
                    if position % skip == 1 {
                        done.push(position);
                    } else {
                        wanted.push(position);
                    }
                }
                let state = ChunkState::Accepted("id".into());
                let record = batch.recipients.record(done, state, None);
                let Plan { batch, chunks, .. } = batch.resume([record]).plan().unwrap();
                let chunks: Vec<Vec<_>> =
                    chunks.iter().map(|chunk| chunk.iter().collect()).collect();
                assert_eq!(chunks, split_by_hand(&batch, &wanted), "{skip} {chunk_size}");
            }
        }
    }

    #[test]
    fn the_hash_is_of_every_byte_and_no_case() {
        for length in 1..70 {
            let address = b"a.B-c_d1@Example.com".iter().copied().cycle().take(length);
            let address: Vec<u8> = address.collect();
            for other in [address.to_ascii_lowercase(), address.to_ascii_uppercase()] {
                assert_eq!(hash(&address, 7), hash(&other, 7));
            }
            for at in 0..length {
                let mut other = address.clone();
                other[at] = b'+';
                assert_ne!(hash(&address, 7), hash(&other, 7), "byte {at} of {length}");
            }
            assert_ne!(hash(&address, 7), hash(&address, 8));
            assert_ne!(hash(&address, 7), hash(&address[1..], 7));
        }
    }
}
