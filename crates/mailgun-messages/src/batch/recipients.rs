//! The recipients of a batch, kept as they are sent.

use std::ops::Range;

use bytes::Bytes;
use mailgun_core::{Error, Mailbox};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{ChunkRecord, ChunkState, Positions};
use crate::{
    MessageId,
    content::{Addresses, Mailboxes},
};

/// All recipients in order, their texts one after the other.
#[derive(Default)]
pub(super) struct Recipients {
    list: Vec<Recipient>,
    /// `"address":{..},` for each.
    variables: Vec<u8>,
    /// The same when all are there.
    finished: Bytes,
    /// The mailboxes that are more than their address as JSON has it.
    mailboxes: String,
}

/// Where the texts of a recipient end, which start where those of the one before end.
#[derive(Clone, Copy, Default)]
struct Recipient {
    variables: usize,
    mailboxes: usize,
    /// The length of all addresses up to here, as JSON has them.
    keys: usize,
}

impl Recipients {
    /// Makes room for so many that are a little longer than the last; within limits, since what an
    /// iterator says of itself may be anything.
    pub(super) fn reserve(&mut self, additional: usize) {
        let additional = additional.min(100_000);
        self.list.reserve(additional);
        let last = self.variables.len() - self.before(self.len().saturating_sub(1)).variables;
        let all = additional.saturating_mul(last + last / 4);
        self.variables.reserve(all.min(16 * 1024 * 1024));
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Adds a recipient, or nothing where there is an error.
    pub(super) fn push(
        &mut self,
        address: impl Addresses,
        variables: &(impl Serialize + ?Sized),
    ) -> Result<(), Error> {
        let (start, mailboxes) = (self.variables.len(), self.mailboxes.len());
        let keys = self.list.last().map_or(0, |last| last.keys);
        let mailbox = address.into_mailboxes().and_then(Mailboxes::one);
        let written = mailbox.and_then(|mailbox| {
            self.push_mailbox(&mailbox);
            let keys = keys + self.variables.len() - start - "\"\":".len();
            write_object(&mut self.variables, variables)?;
            self.variables.push(b',');
            let (variables, mailboxes) = (self.variables.len(), self.mailboxes.len());
            self.list.push(Recipient { variables, mailboxes, keys });
            Ok(())
        });
        if written.is_err() {
            self.variables.truncate(start);
            self.mailboxes.truncate(mailboxes);
        }
        written
    }

    /// Adds a mailbox, and its address as the key of the variables to come.
    fn push_mailbox(&mut self, mailbox: &Mailbox) {
        let (text, address) = (mailbox.as_str(), mailbox.address());
        // Only a local part in quotes holds what JSON escapes.
        let is_quoted = address.starts_with('"');
        if is_quoted || text.len() != address.len() {
            self.mailboxes.push_str(text);
        }
        if is_quoted {
            // Writing a string to memory cannot fail.
            let _ = serde_json::to_writer(&mut self.variables, address);
        } else {
            self.variables.push(b'"');
            self.variables.extend_from_slice(address.as_bytes());
            self.variables.push(b'"');
        }
        self.variables.push(b':');
    }

    /// Makes the texts ready to be read and sent; no more recipients can be added.
    pub(super) fn finish(&mut self) {
        self.finished = std::mem::take(&mut self.variables).into();
    }

    /// Where the texts of the recipients before this position end.
    fn before(&self, position: usize) -> Recipient {
        let last = position.checked_sub(1).and_then(|last| self.list.get(last));
        last.copied().unwrap_or_default()
    }

    /// The recipients at these positions, each with the one before it.
    fn pairs(&self, range: Range<usize>) -> impl Iterator<Item = (Recipient, Recipient)> {
        let mut before = self.before(range.start);
        let list = self.list.get(range).unwrap_or_default().iter();
        list.map(move |one| (std::mem::replace(&mut before, *one), *one))
    }

    /// The address of each recipient, with the escapes that JSON has for it.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &[u8]> {
        self.pairs(0..self.len()).map(|(before, one)| self.address(before, one))
    }

    fn address(&self, before: Recipient, one: Recipient) -> &[u8] {
        let start = before.variables + 1;
        let all: &[u8] = if self.finished.is_empty() { &self.variables } else { &self.finished };
        all.get(start..start + one.keys - before.keys).unwrap_or_default()
    }

    /// The address of each recipient of a chunk in lower case, with the escapes that JSON has.
    pub(super) fn folded_addresses(&self, chunk: &Positions) -> impl Iterator<Item = Vec<u8>> {
        let pairs = chunk.ranges().flat_map(|range| self.pairs(range.clone()));
        pairs.map(|(before, one)| self.address(before, one).to_ascii_lowercase())
    }

    /// The addresses of a chunk in lower case.
    pub(super) fn plain_addresses(&self, chunk: &Positions) -> impl Iterator<Item = String> {
        self.folded_addresses(chunk).map(|address| {
            let json = [b"\"".as_slice(), &address, b"\""].concat();
            serde_json::from_slice(&json).unwrap_or_default()
        })
    }

    /// The record of a chunk.
    pub(super) fn record(
        &self,
        positions: Positions,
        state: ChunkState,
        message_id: Option<MessageId>,
    ) -> ChunkRecord {
        let fingerprint = Some(self.fingerprint(&positions));
        ChunkRecord { positions, total: self.len(), state, message_id, fingerprint }
    }

    /// Ties positions to people: a digest of the addresses of a chunk, in order.
    ///
    /// Variables are left out: a map may write them in another order each time, and a corrected
    /// one must not keep a batch from being resumed.
    pub(super) fn fingerprint(&self, chunk: &Positions) -> String {
        let mut digest = Sha256::new();
        for address in self.folded_addresses(chunk) {
            digest.update(address);
            digest.update(b"\n");
        }
        let digest = digest.finalize();
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// How many bytes these recipients add to a call, roughly.
    pub(super) fn size(&self, range: Range<usize>) -> usize {
        let [before, last] = [range.start, range.end].map(|position| self.before(position));
        last.variables + last.mailboxes + last.keys
            - (before.variables + before.mailboxes + before.keys)
    }

    /// The mailboxes of a chunk.
    pub(super) fn mailboxes(&self, chunk: &Positions) -> impl Iterator<Item = &[u8]> {
        chunk.ranges().flat_map(|range| self.pairs(range.clone())).map(|(before, one)| {
            if one.mailboxes == before.mailboxes {
                return self.address(before, one);
            }
            let mailboxes = self.mailboxes.as_bytes();
            mailboxes.get(before.mailboxes..one.mailboxes).unwrap_or_default()
        })
    }

    /// The variables of a chunk, one JSON object of objects, in pieces of what all have.
    pub(super) fn variables(&self, chunk: &Positions) -> Vec<Bytes> {
        let mut pieces = vec![Bytes::from_static(b"{")];
        pieces.extend(chunk.ranges().map(|range| {
            let [start, end] = [range.start, range.end].map(|at| self.before(at).variables);
            self.finished.slice(start..end)
        }));
        if let [_, .., last] = &mut *pieces {
            // The comma after the last.
            last.truncate(last.len().saturating_sub(1));
        }
        pieces.push(Bytes::from_static(b"}"));
        pieces
    }
}

/// Adds a JSON object to `json`.
fn write_object(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
    let start = json.len();
    let written = serde_json::to_writer(&mut *json, value);
    match (written, json.get(start..).unwrap_or_default()) {
        (Ok(()), [b'{', ..]) => Ok(()),
        // An array here would make the service ignore the variables.
        (Ok(()), b"null" | b"[]") => {
            json.truncate(start);
            json.extend_from_slice(b"{}");
            Ok(())
        }
        _ => Err(Error::invalid("variables", "cannot be written as a JSON object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn positions(positions: impl IntoIterator<Item = usize>) -> Positions {
        let mut all = Positions::default();
        positions.into_iter().for_each(|position| all.push(position));
        all
    }

    #[test]
    fn recipients_keep_mailbox_address_and_variables() {
        let texts = [
            "b@x.test",
            "Bob <c@x.test>",
            r#""Doe, J." <j@x.test>"#,
            r#""a b"@x.test"#,
            " <d@x.test> ",
            r#"A <"\"q\\"@x.test>"#,
        ];
        let mut recipients = Recipients::default();
        for (n, text) in texts.into_iter().enumerate() {
            recipients.push(text, &json!({ "n": n })).unwrap();
            // Leaves no trace.
            assert!(recipients.push("no address", &()).is_err());
            assert!(recipients.push(text, &"no object").is_err());
        }
        recipients.finish();
        let mailboxes = texts.map(|text| text.parse::<Mailbox>().unwrap());
        let keys = mailboxes.iter().map(|one| serde_json::to_string(one.address()).unwrap());
        let keys: Vec<_> = keys.map(|key| key.as_bytes()[1..key.len() - 1].to_vec()).collect();
        assert!(recipients.addresses().eq(keys));
        for chunk in [vec![0], vec![0, 1, 2, 3, 4, 5], vec![1, 2, 4], vec![0, 5]] {
            let positions = positions(chunk.iter().copied());
            let written: Vec<_> = recipients.mailboxes(&positions).collect();
            let expected: Vec<_> =
                chunk.iter().map(|at| mailboxes[*at].as_str().as_bytes()).collect();
            assert_eq!(written, expected);
            let json = recipients.variables(&positions).concat();
            let object: Value = serde_json::from_slice(&json).unwrap();
            let expected = chunk.iter().map(|at| (mailboxes[*at].address(), json!({ "n": at })));
            assert_eq!(object, Value::Object(expected.map(|(k, v)| (k.into(), v)).collect()));
            let sizes = chunk.iter().map(|at| recipients.size(*at..at + 1));
            let texts: usize = written.iter().map(|text| text.len()).sum();
            assert!(sizes.sum::<usize>() >= texts + json.len() - 2);
        }
        assert_eq!(
            recipients.size(0..6),
            (0..6).map(|at| recipients.size(at..at + 1)).sum::<usize>()
        );
        assert_eq!(recipients.variables(&Positions::default()).concat(), b"{}");
    }
}
