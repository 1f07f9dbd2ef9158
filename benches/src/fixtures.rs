//! The workloads, which are the same for all clients.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use mailgun::webhooks::receive::{
    SigningKey,
    testing::{InboundForm, SignedRequest},
};
use serde::Serialize;
use serde_json::{Value, json};

/// The sending domain.
pub const DOMAIN: &str = "mg.example.com";
/// The path of the send operation.
pub const PATH: &str = "/v3/mg.example.com/messages";
/// A key in the right format, but not valid.
pub const KEY: &str = "key-0123456789abcdef0123456789abcdef";
/// The sender of all messages.
pub const FROM: &str = "Example Shop <shop@mg.example.com>";
/// The recipient of a message to one recipient.
pub const TO: &str = "Bob <bob@example.com>";
/// The subject of a message to one recipient.
pub const SUBJECT: &str = "Your order 4711 is on its way";
/// The subject of a message to many recipients.
pub const BATCH_SUBJECT: &str = "News for %recipient.name%";
/// The name of the attachment.
pub const FILENAME: &str = "report.pdf";

/// The recorded response to a send.
pub const RECEIPT: &str = "{\n  \"id\": \"<20210510091252.1.D6347B73DA43962E@mg.example.com>\",\n  \
                           \"message\": \"Queued. Thank you.\"\n}";

const MIB: usize = 1024 * 1024;

static TEXT: LazyLock<String> =
    LazyLock::new(|| filled("Your order has left our warehouse today. ", 1024));
static HTML: LazyLock<String> =
    LazyLock::new(|| filled("<p>Your order has left our <b>warehouse</b> today.</p>\n", 2048));

fn filled(pattern: &str, length: usize) -> String {
    pattern.chars().cycle().take(length).collect()
}

/// A text body of 1 kB.
///
/// It is a new string for each message, as from a template engine. For all clients, it is the
/// caller's cost.
pub fn text() -> String {
    TEXT.clone()
}

/// An HTML body of 2 kB, also a new string for each message.
pub fn html() -> String {
    HTML.clone()
}

/// A recipient of a batch.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The bare address.
    pub address: String,
    /// The variables of the recipient.
    pub variables: Variables,
}

/// The variables of a recipient.
#[derive(Clone, Debug, Serialize)]
pub struct Variables {
    name: String,
    order: u32,
    link: String,
}

/// The recipient with this number.
pub fn recipient(i: u32) -> Recipient {
    Recipient {
        address: format!("recipient-{i:05}@example.com"),
        variables: Variables {
            name: format!("Recipient {i}"),
            order: 470_000 + i,
            link: format!("https://shop.example.com/orders/{i:08x}"),
        },
    }
}

/// What a message contains in addition to its texts.
#[derive(Clone, Debug)]
pub enum Load {
    /// Nothing: the simple message.
    Simple,
    /// A separate message for each of many recipients.
    Batch(Arc<[Recipient]>),
    /// A file in memory.
    Attachment(Bytes),
    /// A file on disk.
    File(Arc<PathBuf>),
}

impl Load {
    /// A number of recipients with variables.
    pub fn batch(recipients: u32) -> Self {
        Self::Batch((0..recipients).map(recipient).collect())
    }

    /// 10 MiB in memory.
    pub fn attachment() -> Self {
        Self::Attachment(vec![b'x'; 10 * MIB].into())
    }

    /// The minimum size of a body with this load.
    pub fn least_body(&self) -> u64 {
        let carried = match self {
            Self::Simple => 0,
            Self::Batch(recipients) => 100 * recipients.len(),
            Self::Attachment(bytes) => bytes.len(),
            Self::File(_) => 24 * MIB,
        };
        (1024 + 2048 + carried) as u64
    }
}

/// Writes a file of 24 MiB, just below Mailgun's limit.
///
/// # Errors
///
/// Returns an error if the file cannot be written.
pub fn write_file(path: &Path) -> io::Result<()> {
    fs::write(path, vec![b'x'; 24 * MIB])
}

/// A page of events, in the format of the service.
pub fn events_page(events: u32) -> Bytes {
    let items: Vec<Value> = (0..events).map(event).collect();
    let link = |page| format!("https://api.mailgun.net/v3/{DOMAIN}/events/{page}=={:080x}", 7);
    let page = json!({
        "items": items,
        "paging": {
            "first": link("first"), "last": link("last"),
            "next": link("next"), "previous": link("previous"),
        },
    });
    page.to_string().into()
}

/// The webhook of a delivery, signed now.
pub fn webhook(key: &SigningKey) -> SignedRequest {
    SignedRequest::event(key, &event(0))
}

/// An inbound mail with an attachment of 5 MiB, signed now.
pub fn inbound(key: &SigningKey) -> SignedRequest {
    InboundForm::new()
        .field("recipient", "support@mg.example.com")
        .field("sender", "bob@example.com")
        .field("from", TO)
        .field("subject", SUBJECT)
        .field("body-plain", text())
        .field("body-html", html())
        .field("stripped-text", text())
        .field("message-headers", json!([["To", FROM], ["Subject", SUBJECT]]).to_string())
        .attachment(FILENAME, "application/pdf", vec![b'x'; 5 * MIB])
        .sign(key)
}

fn event(i: u32) -> Value {
    let address = format!("recipient-{i:05}@example.com");
    let mut event = json!({
        "id": format!("{i:022x}"),
        "timestamp": 1_620_637_972.5 + f64::from(i),
        "log-level": "info",
        "recipient": address,
        "recipient-domain": "example.com",
        "tags": ["receipts"],
        "campaigns": [],
        "user-variables": {"order": "4711"},
        "flags": {
            "is-routed": false, "is-authenticated": true,
            "is-system-test": false, "is-test-mode": false,
        },
        "message": {
            "headers": {
                "message-id": format!("20210510091252.{i}.D6347B73DA43962E@{DOMAIN}"),
                "from": FROM, "to": address, "subject": SUBJECT,
            },
            "attachments": [],
            "size": 4711,
        },
    });
    let more = match i % 3 {
        0 => json!({
            "event": "delivered",
            "envelope": {
                "transport": "smtp", "sender": "shop@mg.example.com",
                "sending-ip": "192.0.2.17", "targets": address,
            },
            "delivery-status": {
                "code": 250, "attempt-no": 1, "description": "", "message": "OK", "tls": true,
                "mx-host": "mx.example.com", "certificate-verified": true, "utf8": true,
                "session-seconds": 0.843_191_146_850_585_9,
            },
            "storage": {
                "url": format!("https://storage-us-east4.api.mailgun.net/v3/domains/{DOMAIN}/messages/{i:064x}"),
                "key": format!("{i:064x}"),
            },
        }),
        1 => json!({
            "event": "opened",
            "ip": "198.51.100.4",
            "geolocation": {"country": "DE", "region": "BE", "city": "Berlin"},
            "client-info": {
                "client-type": "browser", "client-os": "Linux", "device-type": "desktop",
                "client-name": "Firefox", "bot": "",
                "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            },
        }),
        _ => json!({
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "envelope": {
                "transport": "smtp", "sender": "shop@mg.example.com",
                "sending-ip": "192.0.2.17", "targets": address,
            },
            "delivery-status": {
                "code": 550, "attempt-no": 1, "bounce-code": "5.1.1",
                "message": "5.1.1 The email account that you tried to reach does not exist.",
                "description": "", "tls": true, "mx-host": "mx.example.com",
                "certificate-verified": true, "utf8": true, "session-seconds": 0.43,
            },
        }),
    };
    if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
        event.extend(more);
    }
    event
}
