//! Stored messages, and the state of the queues.

use std::{collections::BTreeMap, fmt};

use mailgun_core::{__private::safe_filename, Timestamp, by_content_id, de};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::MessageId;

/// A message that Mailgun has stored, parsed.
///
/// Mailgun keeps it for the domain's retention time, three days by default. The response can have any
/// header, in upper or lower case. [`get`](Self::get) finds those that have no method here.
///
/// `Debug` shows names only, because the rest is the content of a mail.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredMessage(Map<String, Value>);

impl StoredMessage {
    /// Returns the value of a name in the response, in upper or lower case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = || self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        self.0.get(name).or_else(|| found().map(|(_, value)| value))
    }

    /// Returns the whole response.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Reads a list of the response, without the items that have another shape.
    fn list<T: DeserializeOwned>(&self, name: &str) -> Vec<T> {
        self.get(name).and_then(|list| de::readable(list).ok()).unwrap_or_default()
    }

    /// Returns the sender of the envelope.
    pub fn sender(&self) -> Option<&str> {
        self.text("sender")
    }

    /// Returns the recipients of the envelope, separated by commas.
    pub fn recipients(&self) -> Option<&str> {
        self.text("recipients")
    }

    /// Returns the From header.
    pub fn from(&self) -> Option<&str> {
        self.text("from")
    }

    /// Returns the To header.
    pub fn to(&self) -> Option<&str> {
        self.text("To")
    }

    /// Returns the subject.
    pub fn subject(&self) -> Option<&str> {
        self.text("subject")
    }

    /// Returns the id of the message.
    pub fn message_id(&self) -> Option<MessageId> {
        self.text("Message-Id").map(MessageId::from)
    }

    /// Returns the plain-text body.
    pub fn body_plain(&self) -> Option<&str> {
        self.text("body-plain")
    }

    /// Returns the HTML body.
    pub fn body_html(&self) -> Option<&str> {
        self.text("body-html")
    }

    /// Returns the plain-text body without quoted parts and signature.
    #[doc(alias = "reply")]
    pub fn stripped_text(&self) -> Option<&str> {
        self.text("stripped-text")
    }

    /// Returns the HTML body without quoted parts.
    pub fn stripped_html(&self) -> Option<&str> {
        self.text("stripped-html")
    }

    /// Returns the signature that was stripped from the plain-text body.
    pub fn stripped_signature(&self) -> Option<&str> {
        self.text("stripped-signature")
    }

    /// Returns all headers of the mail in order, as name and value.
    pub fn headers(&self) -> Vec<(String, String)> {
        self.list("message-headers")
    }

    /// Returns the attachments. [`Messages::stored_file`](crate::Messages::stored_file) downloads
    /// their content.
    pub fn attachments(&self) -> Vec<StoredFile> {
        self.list("attachments")
    }

    /// Returns the inline files by content id.
    pub fn content_id_map(&self) -> BTreeMap<String, StoredFile> {
        let map = self.get("content-id-map").and_then(Value::as_object).into_iter().flatten();
        map.filter_map(|(id, file)| Some((id.clone(), StoredFile::deserialize(file).ok()?)))
            .collect()
    }

    /// Returns the inline file of a content id.
    ///
    /// The id may have the form of the mail, `<logo@example.com>`, or of the HTML,
    /// `cid:logo%40example.com`, with or without brackets, scheme and percent-encoding.
    pub fn attachment_by_content_id(&self, id: &str) -> Option<StoredFile> {
        let files = self.get("content-id-map")?.as_object()?;
        StoredFile::deserialize(by_content_id(files, id)?).ok()
    }
}

impl fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoredMessage").field(&self.0.keys()).finish()
    }
}

/// A stored message as MIME.
///
/// `Debug` shows the size only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredMime {
    /// The MIME message.
    #[serde(rename = "body-mime", default, deserialize_with = "de::null_default")]
    pub body_mime: String,
    /// The sender of the envelope.
    pub sender: Option<String>,
    /// The recipients of the envelope, separated by commas.
    pub recipients: Option<String>,
    /// The From header.
    pub from: Option<String>,
    /// The Subject header.
    pub subject: Option<String>,
}

impl fmt::Debug for StoredMime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredMime({} bytes)", self.body_mime.len())
    }
}

/// A file of a stored message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredFile {
    /// Its URL, for [`Messages::stored_file`](crate::Messages::stored_file).
    pub url: String,
    /// Its filename as the sender wrote it. Do not use it as a path; see
    /// [`safe_filename`](Self::safe_filename).
    pub name: Option<String>,
    /// Its content type.
    #[serde(rename = "content-type")]
    pub content_type: Option<String>,
    /// Its size in bytes as Mailgun reports it, which is not always right.
    #[serde(default, deserialize_with = "de::number_or_string")]
    pub size: Option<u64>,
}

impl StoredFile {
    /// Returns a name under which the file can be saved in a folder of yours.
    ///
    /// It is made of the sender's filename: without folders, dots at its start, characters that some file
    /// system refuses, and marks that hide the extension. It has at most 200 bytes. Without a usable
    /// filename, it is `attachment`. Two files may have the same one.
    pub fn safe_filename(&self) -> String {
        safe_filename(self.name.as_deref().unwrap_or_default(), "attachment")
    }
}

/// The state of the two queues of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueStatus {
    /// The queue of mail for immediate delivery.
    #[serde(default, deserialize_with = "de::null_default")]
    pub regular: Queue,
    /// The queue of scheduled mail.
    #[serde(default, deserialize_with = "de::null_default")]
    pub scheduled: Queue,
}

/// The state of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Queue {
    /// Whether the queue is disabled and accepts no mail.
    #[serde(default, deserialize_with = "de::null_default")]
    pub is_disabled: bool,
    /// Why, and until when.
    pub disabled: Option<Disabled>,
}

/// Why a queue is disabled, and until when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Disabled {
    /// When the queue accepts mail again.
    #[serde(default, deserialize_with = "de::optional_timestamp")]
    pub until: Option<Timestamp>,
    /// The reason.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of the API description, with an attachment and an inline file.
    fn stored() -> Value {
        json!({
            "Content-Transfer-Encoding": "7bit",
            "Content-Type": "multipart/form-data; boundary=----SomeFormBoundaryABC123",
            "From": "foo.bar@my-domain.com",
            "Message-Id": "<xxxxxxxxxxxxx.111111111111111@my-domain.com>",
            "Mime-Version": "1.0",
            "Subject": "\"Mailgun is awesome\"",
            "To": "Cool Bar <cool.barr@cool.com>, bar.baz@gmail.com",
            "X-Mailgun-Tag": "Earth",
            "sender": "foo.bar@my-domain.com",
            "recipients": "cool.barr@cool.com, bar.baz@gmail.com",
            "from": "foo.bar@my-domain.com",
            "body-html": "<html>This is some html</html>",
            "body-plain": "This is some html",
            "stripped-html": "<html>This is some html</html>",
            "stripped-text": "This is some html",
            "stripped-signature": "--",
            "message-headers": [["Mime-Version", "1.0"], ["X-Mailgun-Tag", "Earth"]],
            "X-Mailgun-Template-Name": "my-awesome-template",
            "X-Mailgun-Template-Variables": "{\"name\":\"Foo\",\"phrase\":\"Bar\"}",
            "attachments": [{
                "url": "https://se.api.mailgun.net/v3/domains/my-domain.com/messages/k/attachments/0",
                "content-type": "application/pdf", "name": "a.pdf", "size": 123
            }],
            "content-id-map": {"<logo>": {
                "url": "https://se.api.mailgun.net/v3/domains/my-domain.com/messages/k/attachments/1",
                "content-type": "image/png", "name": "logo.png", "size": "7"
            }}
        })
    }

    #[test]
    fn a_stored_message_is_read_completely() {
        let message: StoredMessage = serde_json::from_value(stored()).unwrap();
        assert_eq!(message.from(), Some("foo.bar@my-domain.com"));
        assert_eq!(message.subject(), Some("\"Mailgun is awesome\""));
        assert_eq!(message.to(), Some("Cool Bar <cool.barr@cool.com>, bar.baz@gmail.com"));
        assert_eq!(
            message.message_id().unwrap().as_str(),
            "xxxxxxxxxxxxx.111111111111111@my-domain.com"
        );
        assert_eq!(message.body_html(), Some("<html>This is some html</html>"));
        assert_eq!(message.stripped_signature(), Some("--"));
        assert_eq!(message.headers()[1], ("X-Mailgun-Tag".to_owned(), "Earth".to_owned()));
        assert_eq!(message.attachments()[0].name.as_deref(), Some("a.pdf"));
        let file = StoredFile {
            name: Some("../.ssh/authorized_keys".to_owned()),
            ..message.attachments()[0].clone()
        };
        assert_eq!(file.safe_filename(), "authorized_keys");
        assert_eq!(message.content_id_map()["<logo>"].size, Some(7));
        assert_eq!(message.get("x-mailgun-template-name"), Some(&json!("my-awesome-template")));
        assert_eq!(Value::Object(message.as_map().clone()), stored());
    }

    #[test]
    fn an_inline_file_is_found_by_every_form_of_its_content_id() {
        let mut json = stored();
        json["content-id-map"]["<odd>"] = json!(7);
        let message: StoredMessage = serde_json::from_value(json).unwrap();
        for id in ["<logo>", "logo", "cid:logo", "CID:%3Clogo%3E", "cid:l%6Fgo"] {
            let file = message.attachment_by_content_id(id);
            assert_eq!(file.unwrap().name.as_deref(), Some("logo.png"), "{id}");
        }
        for id in ["other", "<odd>", ""] {
            assert_eq!(message.attachment_by_content_id(id), None, "{id}");
        }
    }

    #[test]
    fn every_key_may_be_missing_or_null() {
        let whole = stored();
        for key in whole.as_object().unwrap().keys() {
            let mut missing = whole.clone();
            missing.as_object_mut().unwrap().remove(key);
            let mut null = whole.clone();
            null[key] = Value::Null;
            for json in [missing, null] {
                let message: StoredMessage = serde_json::from_value(json).unwrap();
                let _ = (message.attachments(), message.content_id_map(), message.headers());
            }
        }
        let empty: StoredMessage = serde_json::from_str("{}").unwrap();
        assert_eq!((empty.from(), empty.attachments().len()), (None, 0));
    }

    #[test]
    fn an_entry_of_another_shape_is_left_out() {
        let mut json = stored();
        let odd = [json!(null), json!(5), json!({"name": "no url"}), json!(["one"])];
        for value in &odd {
            json["attachments"].as_array_mut().unwrap().insert(0, value.clone());
            json["message-headers"].as_array_mut().unwrap().insert(0, value.clone());
        }
        json["content-id-map"]["<odd>"] = json!("soon another shape");
        json["content-id-map"]["<none>"] = Value::Null;
        let message: StoredMessage = serde_json::from_value(json).unwrap();
        assert_eq!(message.attachments()[0].name.as_deref(), Some("a.pdf"));
        assert_eq!((message.attachments().len(), message.headers().len()), (1, 2));
        assert_eq!(message.content_id_map().keys().collect::<Vec<_>>(), ["<logo>"]);
        assert_eq!(message.get("attachments").unwrap().as_array().unwrap().len(), 5);
    }

    #[test]
    fn queue_states_are_read_with_fields_missing_or_null() {
        let json = r#"{
            "regular": {"is_disabled": true, "disabled": {
                "until": "Mon, 02 Jan 2006 15:04:05 MST", "reason": "You have too many messages in queue"
            }},
            "scheduled": {"is_disabled": false, "new": 1}
        }"#;
        let status: QueueStatus = serde_json::from_str(json).unwrap();
        let disabled = status.regular.disabled.unwrap();
        assert_eq!(disabled.until.unwrap().to_rfc3339(), "2006-01-02T22:04:05Z");
        assert_eq!(disabled.reason.as_deref(), Some("You have too many messages in queue"));
        assert!(!status.scheduled.is_disabled);
        for json in [
            "{}",
            r#"{"regular": null, "scheduled": {"is_disabled": null, "disabled": null}}"#,
            r#"{"regular": {"is_disabled": false, "disabled": {"until": "", "reason": null}}}"#,
        ] {
            let status: QueueStatus = serde_json::from_str(json).unwrap();
            assert!(!status.regular.is_disabled);
        }
    }
}
