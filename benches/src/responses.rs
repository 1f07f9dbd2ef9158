//! Decoding a page of events.

use std::hint::black_box;

use bytes::Bytes;
use mailgun::resource::{LinkPage, PageResponse as _};
use serde::Deserialize;
use serde_json::Value;

use crate::{Result, fixtures, peers::Peer};

const EVENTS: u32 = 300;

/// The fields of an event that a typical application reads.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "decoded, but not used")]
struct Event {
    id: String,
    event: String,
    timestamp: f64,
    recipient: String,
    #[serde(default)]
    tags: Vec<String>,
    message: Message,
    delivery_status: Option<DeliveryStatus>,
    severity: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded, but not used")]
struct Message {
    headers: Headers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "decoded, but not used")]
struct Headers {
    message_id: String,
    subject: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "decoded, but not used")]
struct DeliveryStatus {
    code: u16,
    message: String,
    mx_host: Option<String>,
}

/// Decodes a page of events as JSON values, or as typed items in the SDK's own page.
#[derive(Clone, Debug)]
pub struct Reader {
    page: Bytes,
    is_typed: bool,
}

impl Reader {
    /// Decodes the same page repeatedly.
    pub fn new(is_typed: bool) -> Self {
        Self { page: fixtures::events_page(EVENTS), is_typed }
    }
}

impl Peer for Reader {
    async fn once(&self) -> Result<()> {
        if self.is_typed { as_typed(&self.page) } else { as_value(&self.page) }
    }
}

fn as_value(page: &[u8]) -> Result<()> {
    let page: Value = serde_json::from_slice(page)?;
    let items = page["items"].as_array().map_or(0, Vec::len);
    black_box(page);
    whole(items)
}

fn as_typed(page: &[u8]) -> Result<()> {
    let page: LinkPage<Event> = serde_json::from_slice(page)?;
    let parts = page.into_parts();
    let items = parts.items.len();
    black_box(parts);
    whole(items)
}

fn whole(items: usize) -> Result<()> {
    if items == EVENTS as usize { Ok(()) } else { Err(format!("{items} events").into()) }
}
