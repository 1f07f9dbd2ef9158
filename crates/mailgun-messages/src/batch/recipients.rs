//! The recipients of a batch and their variables.

use std::{collections::BTreeMap, fmt};

use mailgun_core::{Error, Mailbox};
use serde::{Serialize, Serializer, de::IgnoredAny};
use serde_json::{
    Map,
    value::{RawValue, to_raw_value},
};
use sha2::{Digest as _, Sha256};

use super::{ChunkRecord, ChunkState, Positions};
use crate::{
    MessageId,
    content::{Addresses, Mailboxes},
};

/// A recipient of a batch.
#[doc(hidden)]
pub struct Recipient {
    pub(crate) mailbox: Mailbox,
    /// A JSON object.
    variables: Box<RawValue>,
}

/// Shows no address.
impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient").finish_non_exhaustive()
    }
}

impl Recipient {
    /// Checks an address and its variables.
    pub fn new(address: impl Addresses, variables: impl Serialize) -> Result<Self, Error> {
        let mailbox = address.into_mailboxes().and_then(Mailboxes::one)?;
        Ok(Self { mailbox, variables: json_object(variables)? })
    }

    /// The mailbox.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The variables as JSON.
    pub fn variables(&self) -> &str {
        self.variables.get()
    }

    /// The address in lower case. Two recipients are the same if these are equal.
    pub fn folded_address(&self) -> String {
        self.mailbox.address().to_ascii_lowercase()
    }

    pub(super) fn has_variable(&self, name: &str) -> bool {
        let all = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(self.variables.get());
        all.is_ok_and(|all| all.contains_key(name))
    }

    /// About how many bytes the recipient adds to a call.
    pub fn size(&self) -> usize {
        let Self { mailbox, variables } = self;
        let entry = mailbox.address().len() + variables.get().len() + "\"\":,".len();
        mailbox.as_str().len() + entry
    }
}

/// All recipients of a batch, in the order in which they were added.
#[derive(Default)]
pub(super) struct Recipients(Vec<Recipient>);

impl Recipients {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, recipient: Recipient) {
        self.0.push(recipient);
    }

    pub(super) fn get(&self, position: usize) -> Option<&Recipient> {
        self.0.get(position)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Recipient> {
        self.0.iter()
    }

    /// The recipients of a chunk.
    pub(super) fn at<'a>(
        &'a self,
        chunk: &'a Positions,
    ) -> impl Iterator<Item = &'a Recipient> + Clone {
        chunk.iter().filter_map(|position| self.get(position))
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
        let mut addresses = String::new();
        for recipient in self.at(chunk) {
            addresses.push_str(recipient.mailbox.address());
            addresses.push('\n');
        }
        addresses.make_ascii_lowercase();
        Sha256::digest(addresses).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The value of `recipient-variables`: a JSON object with an object for each address.
pub(crate) fn variables<'a>(
    recipients: impl Iterator<Item = &'a Recipient> + Clone,
) -> impl Serialize {
    Variables(recipients)
}

struct Variables<I>(I);

impl<'a, I: Iterator<Item = &'a Recipient> + Clone> Serialize for Variables<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recipients = self.0.clone();
        serializer.collect_map(recipients.map(|one| (one.mailbox.address(), &one.variables)))
    }
}

/// Writes a value that serializes as a JSON object, or as nothing: `()`, `None`, an empty list.
fn json_object(value: impl Serialize) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(&value);
    let json = match json.as_ref().map(|json| json.get()) {
        // An array here would make the service ignore the variables.
        Ok("null" | "[]") => to_raw_value(&Map::new()),
        _ => json,
    };
    json.ok()
        .filter(|json| json.get().starts_with('{'))
        .ok_or_else(|| Error::invalid("variables", "cannot be written as a JSON object"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
            recipients.push(Recipient::new(text, json!({ "n": n })).unwrap());
        }
        let mailboxes = texts.map(|text| text.parse::<Mailbox>().unwrap());
        for chunk in [vec![], vec![0], vec![0, 1, 2, 3, 4, 5], vec![1, 2, 4], vec![0, 5]] {
            let positions = Positions::from_unsorted(chunk.clone());
            let kept: Vec<_> = recipients.at(&positions).map(|one| &one.mailbox).collect();
            assert_eq!(kept, chunk.iter().map(|at| &mailboxes[*at]).collect::<Vec<_>>());
            let json = serde_json::to_string(&variables(recipients.at(&positions))).unwrap();
            let object: Value = serde_json::from_str(&json).unwrap();
            let expected = chunk.iter().map(|at| (mailboxes[*at].address(), json!({ "n": at })));
            assert_eq!(object, Value::Object(expected.map(|(k, v)| (k.into(), v)).collect()));
        }
    }

    #[test]
    fn a_size_counts_mailbox_address_and_variables() {
        let recipient = Recipient::new("Bob <b@x.test>", json!({"n": 1})).unwrap();
        let sent = [r#"Bob <b@x.test>"#, r#""b@x.test":{"n":1},"#].concat();
        assert_eq!(recipient.size(), sent.len());
    }

    #[test]
    fn bad_addresses_and_variables_are_errors() {
        for address in ["no address", "a@x.test, b@x.test"] {
            assert!(Recipient::new(address, ()).is_err(), "{address}");
        }
        for variables in [json!("text"), json!([1]), json!(1), json!(true)] {
            assert!(Recipient::new("a@x.test", &variables).is_err(), "{variables}");
        }
    }
}
