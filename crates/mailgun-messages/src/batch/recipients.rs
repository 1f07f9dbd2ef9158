//! The recipients of a batch and their variables.

use std::{collections::BTreeMap, fmt, ops::Range};

use bytes::{Bytes, BytesMut};
use mailgun_core::{Error, Form, Mailbox};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{ChunkRecord, ChunkState, Positions};
use crate::{
    MessageId,
    addresses::{Addresses, Mailboxes},
    content::Content,
    lint::Values,
};

/// A recipient with variables, which were checked.
#[doc(hidden)]
pub struct Recipient {
    mailbox: Mailbox,
    /// A JSON object.
    variables: String,
}

impl Recipient {
    /// Checks an address and its variables.
    pub fn new(address: impl Addresses, variables: impl Serialize) -> Result<Self, Error> {
        let mailbox = address.into_mailboxes().and_then(Mailboxes::one)?;
        let mut json = Vec::new();
        push_object(&mut json, variables)?;
        let variables = String::from_utf8(json).map_err(|_| not_an_object())?;
        Ok(Self { mailbox, variables })
    }

    /// The mailbox.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The variables as JSON.
    pub fn variables(&self) -> &str {
        &self.variables
    }

    /// The mailbox, and the variables as JSON.
    pub fn parts(&self) -> (&Mailbox, &[u8]) {
        (&self.mailbox, self.variables.as_bytes())
    }

    /// The address in lower case. Two recipients are the same if these are equal.
    pub fn folded_address(&self) -> String {
        folded(&self.mailbox)
    }
}

/// Shows no address.
impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient").finish_non_exhaustive()
    }
}

/// All recipients of a batch, in the order in which they were added.
#[derive(Default)]
pub(super) struct Recipients {
    all: Vec<Entry>,
    /// The variables of all recipients, one JSON object after the other.
    variables: Vec<u8>,
}

/// A recipient of a batch.
pub(super) struct Entry {
    mailbox: Mailbox,
    /// The place of its variables in [`Recipients::variables`].
    variables: Range<usize>,
}

impl Entry {
    /// The address in lower case. Two recipients are the same if these are equal.
    pub(super) fn folded_address(&self) -> String {
        folded(&self.mailbox)
    }

    /// About how many bytes the recipient adds to a call.
    pub(super) fn size(&self) -> usize {
        size(&self.mailbox, self.variables.len())
    }
}

fn folded(mailbox: &Mailbox) -> String {
    mailbox.address().to_ascii_lowercase()
}

fn size(mailbox: &Mailbox, variables: usize) -> usize {
    mailbox.as_str().len() + mailbox.address().len() + variables + "\"\":,".len()
}

impl Recipients {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The positions of all recipients.
    pub(super) fn positions(&self) -> Positions {
        let mut positions = Positions::default();
        positions.push_range(0..self.len());
        positions
    }

    /// Adds a recipient, unless there is an error.
    pub(super) fn add(
        &mut self,
        address: impl Addresses,
        variables: impl Serialize,
    ) -> Result<(), Error> {
        let mailbox = address.into_mailboxes().and_then(Mailboxes::one)?;
        let start = self.variables.len();
        if let Err(error) = push_object(&mut self.variables, variables) {
            self.variables.truncate(start);
            return Err(error);
        }
        self.all.push(Entry { mailbox, variables: start..self.variables.len() });
        Ok(())
    }

    pub(super) fn get(&self, position: usize) -> Option<&Entry> {
        self.all.get(position)
    }

    /// The recipients of a chunk.
    pub(super) fn at<'a>(
        &'a self,
        chunk: &'a Positions,
    ) -> impl Iterator<Item = &'a Entry> + Clone {
        chunk.iter().filter_map(|position| self.get(position))
    }

    /// The mailboxes of a chunk, with their variables as JSON.
    pub(super) fn parts<'a>(
        &'a self,
        chunk: &'a Positions,
    ) -> impl Iterator<Item = (&'a Mailbox, &'a [u8])> + Clone {
        self.at(chunk).map(|entry| (&entry.mailbox, &self.variables[entry.variables.clone()]))
    }

    /// What the recipients have of a variable.
    pub(super) fn values(&self, name: &str) -> Values {
        let mut values = Values::default();
        for entry in &self.all {
            let json = &self.variables[entry.variables.clone()];
            let all = serde_json::from_slice::<BTreeMap<String, Value>>(json).unwrap_or_default();
            values.add(all.get(name));
        }
        values
    }

    /// The addresses of a chunk in lower case, each followed by a line feed.
    pub(super) fn folded_addresses(&self, chunk: &Positions) -> String {
        let mut addresses = String::new();
        for recipient in self.at(chunk) {
            addresses.push_str(recipient.mailbox.address());
            addresses.push('\n');
        }
        addresses.make_ascii_lowercase();
        addresses
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

    /// A digest of the addresses of a chunk, in order. It ties positions to people.
    ///
    /// It leaves out the variables: a map may be written in another order each time, and a corrected
    /// variable must not keep a batch from being resumed.
    pub(super) fn fingerprint(&self, chunk: &Positions) -> String {
        let digest = Sha256::digest(self.folded_addresses(chunk));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Content {
    /// The form that sends the content to each of these recipients separately. Each has variables as
    /// JSON.
    pub fn form_to<'a>(
        mut self,
        message_id: Option<&MessageId>,
        recipients: impl Iterator<Item = (&'a Mailbox, &'a [u8])> + Clone,
    ) -> Form {
        if let Some(id) = message_id {
            self.header("Message-Id", id.bracketed());
        }
        for mailbox in mailboxes(recipients.clone()) {
            self.fields.append("to", mailbox);
        }
        match variables(recipients) {
            Ok(variables) => self.fields.set("recipient-variables", variables),
            Err(error) => self.fields.record_error(error),
        };
        self.into_form()
    }
}

/// Mailboxes as they are sent.
fn mailboxes<'a>(
    recipients: impl Iterator<Item = (&'a Mailbox, &'a [u8])> + Clone,
) -> impl Iterator<Item = Bytes> {
    let size = recipients.clone().map(|(mailbox, _)| mailbox.as_str().len()).sum();
    // All share one allocation.
    let mut shared = BytesMut::with_capacity(size);
    recipients.map(move |(mailbox, _)| {
        shared.extend_from_slice(mailbox.as_str().as_bytes());
        shared.split().freeze()
    })
}

/// The value of `recipient-variables`: a JSON object with an object for each address.
fn variables<'a>(
    recipients: impl Iterator<Item = (&'a Mailbox, &'a [u8])> + Clone,
) -> Result<Bytes, Error> {
    let sizes = recipients.clone().map(|(mailbox, variables)| size(mailbox, variables.len()));
    let mut json = Vec::with_capacity(sizes.sum::<usize>() + "{}".len());
    json.push(b'{');
    for (mailbox, variables) in recipients {
        if json.len() > 1 {
            json.push(b',');
        }
        write_json(&mut json, mailbox.address())?;
        json.push(b':');
        json.extend_from_slice(variables);
    }
    json.push(b'}');
    Ok(json.into())
}

/// Writes a value that serializes as a JSON object, or as nothing: `()`, `None`, an empty list.
fn push_object(json: &mut Vec<u8>, value: impl Serialize) -> Result<(), Error> {
    let start = json.len();
    write_json(json, &value)?;
    match &json[start..] {
        [b'{', ..] => Ok(()),
        // An array here would make the service ignore the variables.
        b"null" | b"[]" => {
            json.truncate(start);
            json.extend_from_slice(b"{}");
            Ok(())
        }
        _ => Err(not_an_object()),
    }
}

fn write_json(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
    serde_json::to_writer(json, value).map_err(|_| not_an_object())
}

fn not_an_object() -> Error {
    Error::invalid("variables", "cannot be written as a JSON object")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_of_a_chunk_are_an_object_by_bare_address() {
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
            recipients.add(text, json!({ "n": n })).unwrap();
        }
        let mailboxes = texts.map(|text| text.parse::<Mailbox>().unwrap());
        for chunk in [vec![], vec![0], vec![0, 1, 2, 3, 4, 5], vec![1, 2, 4], vec![0, 5]] {
            let positions = Positions::from_unsorted(chunk.clone());
            let kept: Vec<_> = recipients.at(&positions).map(|one| &one.mailbox).collect();
            assert_eq!(kept, chunk.iter().map(|at| &mailboxes[*at]).collect::<Vec<_>>());
            let sent: Vec<_> = super::mailboxes(recipients.parts(&positions)).collect();
            assert_eq!(sent, chunk.iter().map(|at| mailboxes[*at].as_str()).collect::<Vec<_>>());
            let json = variables(recipients.parts(&positions)).unwrap();
            let object: Value = serde_json::from_slice(&json).unwrap();
            let expected = chunk.iter().map(|at| (mailboxes[*at].address(), json!({ "n": at })));
            assert_eq!(object, Value::Object(expected.map(|(k, v)| (k.into(), v)).collect()));
        }
    }

    #[test]
    fn a_size_counts_mailbox_address_and_variables() {
        let mut recipients = Recipients::default();
        recipients.add("Bob <b@x.test>", json!({"n": 1})).unwrap();
        let sent = [r#"Bob <b@x.test>"#, r#""b@x.test":{"n":1},"#].concat();
        assert_eq!(recipients.get(0).unwrap().size(), sent.len());
    }

    #[test]
    fn bad_addresses_and_variables_are_errors() {
        let mut recipients = Recipients::default();
        for address in ["no address", "a@x.test, b@x.test"] {
            assert!(recipients.add(address, ()).is_err(), "{address}");
        }
        for variables in [json!("text"), json!([1]), json!(1), json!(true)] {
            assert!(recipients.add("a@x.test", &variables).is_err(), "{variables}");
        }
        recipients.add("a@x.test", ()).unwrap();
        let json = variables(recipients.parts(&Positions::from_unsorted(vec![0]))).unwrap();
        assert_eq!(json, r#"{"a@x.test":{}}"#);
    }

    #[test]
    fn a_fingerprint_is_the_start_of_the_sha256_of_the_folded_addresses_in_order() {
        let mut recipients = Recipients::default();
        recipients.add("Ann <Ann@X.test>", ()).unwrap();
        recipients.add("bob@x.test", json!({"n": 1})).unwrap();
        let fingerprint = |chunk| recipients.fingerprint(&Positions::from_unsorted(chunk));
        // `printf 'ann@x.test\nbob@x.test\n' | sha256sum`
        assert_eq!(fingerprint(vec![0, 1]), "ef7ba4e0e3ffd59f1d76ac70e5843728");
        assert_ne!(fingerprint(vec![0]), fingerprint(vec![1]));
    }
}
