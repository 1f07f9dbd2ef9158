//! What recipients do with a mail: open it, click a link, complain, unsubscribe, or not exist.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    address,
    groups::{
        events, mailing_lists, messages,
        suppressions::{self, List},
    },
    http::{request::Request, response::Response},
    mock::MockMailgun,
    render::tracking::{Kind, Scope, Visit},
    sent::SentMessage,
};

/// A transparent picture of one pixel.
const PIXEL: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// Why an action is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActionError {
    /// No accepted message has this id or storage key.
    UnknownMessage,
    /// The message has no such recipient.
    UnknownRecipient,
    /// The message is scheduled and not due yet.
    NotDelivered,
    /// The URL is not a link that the mock put into a mail.
    UnknownLink,
    /// The account does not have the domain of the recipient.
    UnknownDomain,
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownMessage => "no message has this id",
            Self::UnknownRecipient => "the message has no such recipient",
            Self::NotDelivered => "the message is not delivered yet",
            Self::UnknownLink => "the URL is not a link of a mail",
            Self::UnknownDomain => "the account does not have the domain of the recipient",
        })
    }
}

impl std::error::Error for ActionError {}

/// What a recipient does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    Open,
    Bounce,
    Complain,
    Unsubscribe,
}

/// Methods that let a recipient act. Each adds the event, changes the suppressions as the service
/// does, posts the signed webhooks that are registered for the event, and returns the event.
///
/// A message is named by its id or its storage key.
///
/// # Errors
///
/// They return an error if the message or the recipient is unknown, or if the message is scheduled
/// and not due yet.
impl MockMailgun {
    /// Opens a message as a recipient, whether opens are tracked or not.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mailgun::Error> {
    /// use mailgun::{Operation, resource::Fields};
    /// use mailgun_mock::{ActionError, MockMailgun};
    ///
    /// const SEND: Operation = Operation::post("/v3/{domain}/messages");
    /// let mock = MockMailgun::start().await;
    /// let mut form = Fields::new();
    /// form.set("from", "shop@mg.example.com").set("to", "ada@example.com").set("text", "Hi");
    /// let _: serde_json::Value =
    ///     mock.client().call(SEND, &[MockMailgun::DOMAIN]).form(form).await?;
    ///
    /// let message = &mock.sent()[0];
    /// let event = mock.open(message.id(), "ada@example.com").unwrap();
    /// assert_eq!(event["event"], "opened");
    /// let error = mock.open(message.id(), "eve@example.com").unwrap_err();
    /// assert_eq!(error, ActionError::UnknownRecipient);
    /// # Ok(()) }
    /// ```
    pub fn open(&self, message: &str, recipient: &str) -> Result<Value, ActionError> {
        self.act(message, recipient, Action::Open)
    }

    /// Follows a link of a mail: a tracked link is a click, an unsubscribe link unsubscribes, and
    /// the URL of the pixel opens the mail.
    ///
    /// [`Rendered::links`](crate::Rendered::links) has the links that a recipient sees.
    ///
    /// # Errors
    ///
    /// Returns [`ActionError::UnknownLink`] if the mock did not make this link.
    pub fn click(&self, url: &str) -> Result<Value, ActionError> {
        click(&mut self.server.state().account, url)
    }

    /// Bounces a message: it fails permanently with code 550, and the address is added to the
    /// bounces unless the allowlist has it.
    pub fn bounce(&self, message: &str, recipient: &str) -> Result<Value, ActionError> {
        self.act(message, recipient, Action::Bounce)
    }

    /// Marks a message as spam and adds the address to the complaints.
    pub fn complain(&self, message: &str, recipient: &str) -> Result<Value, ActionError> {
        self.act(message, recipient, Action::Complain)
    }

    /// Unsubscribes a recipient from all mail of the domain.
    pub fn unsubscribe(&self, message: &str, recipient: &str) -> Result<Value, ActionError> {
        self.act(message, recipient, Action::Unsubscribe)
    }

    fn act(&self, message: &str, recipient: &str, action: Action) -> Result<Value, ActionError> {
        act(&mut self.server.state().account, message, recipient, action)
    }
}

pub(crate) fn click(account: &mut Account, url: &str) -> Result<Value, ActionError> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.rsplitn(3, '/');
    let (token, letter) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let visit = Visit::read(letter, token).ok_or(ActionError::UnknownLink)?;
    record_visit(account, visit)
}

pub(crate) fn act(
    account: &mut Account,
    message: &str,
    recipient: &str,
    action: Action,
) -> Result<Value, ActionError> {
    let message = messages::find(account, message).ok_or(ActionError::UnknownMessage)?.clone();
    let index = message.recipient_index(recipient).ok_or(ActionError::UnknownRecipient)?;
    record(account, &message, index, action)
}

fn record(
    account: &mut Account,
    message: &SentMessage,
    index: usize,
    action: Action,
) -> Result<Value, ActionError> {
    let address = recipient(account, message, index)?;
    let mut suppress =
        |list, details: &[_]| suppressions::suppress(account, message, &address, list, details);
    let (kind, own) = match action {
        Action::Open => ("opened", client()),
        Action::Bounce => {
            suppress(List::Bounces, &[("code", "550"), ("error", "5.1.1 No such user")]);
            ("failed", bounce(&address))
        }
        Action::Complain => {
            suppress(List::Complaints, &[]);
            ("complained", Map::new())
        }
        Action::Unsubscribe => {
            suppress(List::Unsubscribes, &[]);
            ("unsubscribed", client())
        }
    };
    Ok(events::record_for(account, message, index, kind, own))
}

/// The address of a recipient who has the mail.
fn recipient(
    account: &Account,
    message: &SentMessage,
    index: usize,
) -> Result<String, ActionError> {
    let address = message.recipients().get(index).ok_or(ActionError::UnknownRecipient)?;
    let mut scheduled = account.groups.queue.scheduled.iter();
    match scheduled.any(|waiting| waiting.storage_key == message.storage_key) {
        true => Err(ActionError::NotDelivered),
        false => Ok(address.clone()),
    }
}

fn record_visit(account: &mut Account, visit: Visit) -> Result<Value, ActionError> {
    let Visit { key, recipient: index, kind } = visit;
    let message = messages::find(account, &key).ok_or(ActionError::UnknownLink)?.clone();
    let address = recipient(account, &message, index)?;
    let (kind, mut own) = match kind {
        Kind::Open => return record(account, &message, index, Action::Open),
        Kind::Unsubscribe(Scope::All) => {
            return record(account, &message, index, Action::Unsubscribe);
        }
        Kind::Click(url) => ("clicked", Map::from_iter([("url".to_owned(), json!(url))])),
        Kind::Unsubscribe(Scope::Tags) => {
            let tags: Vec<_> = message.tags().into_iter().map(|tag| ("tag", tag)).collect();
            suppressions::suppress(account, &message, &address, List::Unsubscribes, &tags);
            ("unsubscribed", Map::new())
        }
        Kind::Unsubscribe(Scope::List) => {
            let list = message.mail.layout.list.clone().unwrap_or_default();
            mailing_lists::unsubscribe(account, &list, &address);
            let list = json!({ "address": list });
            ("unsubscribed", Map::from_iter([("mailing-list".to_owned(), list)]))
        }
    };
    own.extend(client());
    Ok(events::record_for(account, &message, index, kind, own))
}

/// Whether a request follows a link in a mail.
pub(crate) fn is_link(request: &Request) -> bool {
    let is_followed = matches!(request.method.as_str(), "GET" | "POST");
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    is_followed && matches!(path[..], ["o" | "c" | "u", _])
}

/// Serves the links in mails. They need no key.
pub(crate) fn visit(account: &mut Account, request: &Request) -> Option<Response> {
    let [letter, token] = &request.segments[..] else { return None };
    if !is_link(request) {
        return None;
    }
    let event = Visit::read(letter, token)
        .ok_or(ActionError::UnknownLink)
        .and_then(|visit| record_visit(account, visit));
    Some(match event {
        Err(error) => Response::message(StatusCode::NOT_FOUND, error.to_string()),
        Ok(event) => match event["url"].as_str().map(HeaderValue::from_str) {
            Some(Ok(target)) => {
                Response::text(StatusCode::FOUND, "").with(header::LOCATION, target)
            }
            _ if letter == "o" => {
                let pixel = BASE64_STANDARD.decode(PIXEL).unwrap_or_default();
                Response::new(StatusCode::OK, HeaderValue::from_static("image/gif"), pixel)
            }
            _ => Response::html(StatusCode::OK, "<!DOCTYPE html><p>You are unsubscribed.</p>"),
        },
    })
}

/// What the service says of the program that opened a mail.
fn client() -> Map<String, Value> {
    let client = json!({
        "client-type": "browser",
        "client-os": "Linux",
        "client-name": "Firefox",
        "device-type": "desktop",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    });
    let place = json!({ "country": "US", "region": "TX", "city": "San Antonio" });
    let own = [("client-info", client), ("geolocation", place), ("ip", json!("192.0.2.1"))];
    own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn bounce(recipient: &str) -> Map<String, Value> {
    let domain = address::bare(recipient).and_then(|address| address.rsplit_once('@'));
    let status = json!({
        "code": 550,
        "bounce-type": "hard",
        "enhanced-code": "5.1.1",
        "message": "5.1.1 No such user",
        "description": "",
        "attempt-no": 1,
        "session-seconds": 0.25,
        "mx-host": domain.map(|(_, domain)| format!("mx.{domain}")),
    });
    let own = [
        ("log-level", json!("error")),
        ("severity", json!("permanent")),
        ("reason", json!("bounce")),
        ("delivery-status", status),
    ];
    own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
