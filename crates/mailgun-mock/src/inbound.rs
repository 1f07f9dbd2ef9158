//! Inbound mail: which routes match it, and what they do.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    actions::ActionError,
    address, date,
    groups::{
        events,
        routes::{self, Action, Matched},
    },
    mime,
    mock::MockMailgun,
    render::content::Content,
    sent::{Mail, SentFile, SentMessage},
    webhook::Post,
};

/// A mail that arrives at a domain of the account.
///
/// ```
/// use mailgun_mock::Inbound;
///
/// let mail = Inbound::new("Bob <bob@example.org>", "help@mg.example.com")
///     .subject("Broken")
///     .text("See the picture.")
///     .attachment("broken.png", "image/png", &b"PNG"[..]);
/// ```
#[derive(Clone)]
#[must_use = "a mail arrives with `MockMailgun::receive`"]
pub struct Inbound {
    recipient: String,
    mail: Mail,
}

impl Inbound {
    /// Starts a mail of this sender to one address.
    pub fn new(from: impl Into<String>, recipient: impl Into<String>) -> Self {
        let recipient = recipient.into();
        let mail = Mail { from: from.into(), to: vec![recipient.clone()], ..Mail::default() };
        Self { recipient, mail }
    }

    /// A mail as MIME text. Its headers name the sender, and what they say of recipients is ignored.
    pub fn mime(recipient: impl Into<String>, mime: impl Into<Bytes>) -> Self {
        let mime = mime.into();
        let headers = mime::headers(&mime);
        let from = mime::header(&headers, "From").unwrap_or_default();
        let mut inbound = Self::new(from, recipient);
        let parsed = Content::of_mime(&mime);
        inbound.mail.subject = Some(parsed.subject);
        inbound.mail.attachments = parsed.attachments;
        inbound.mail.inline = parsed.inline;
        inbound.mail.mime = Some(mime);
        inbound
    }

    /// Sets the subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.mail.subject = Some(subject.into());
        self
    }

    /// Sets the plain text.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.field("text", text)
    }

    /// Sets the HTML text.
    pub fn html(self, html: impl Into<String>) -> Self {
        self.field("html", html)
    }

    /// Adds a header.
    pub fn header(self, name: &str, value: impl Into<String>) -> Self {
        self.field(&format!("h:{name}"), value)
    }

    /// Attaches a file.
    pub fn attachment(
        mut self,
        filename: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        self.mail.attachments.push(SentFile::new(filename, content_type, bytes));
        self
    }

    /// Adds an inline file, which the HTML shows as `cid:` and its Content-ID.
    pub fn inline(
        mut self,
        content_id: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        self.mail.inline.push(SentFile::new(content_id, content_type, bytes));
        self
    }

    fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        self.mail.fields.push((name.to_owned(), value.into()));
        self
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound").field("subject", &self.mail.subject).finish_non_exhaustive()
    }
}

/// What the routes of the account did with a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The ids of the routes that matched, in order of priority.
    pub routes: Vec<String>,
    /// The URLs and addresses that the mail was forwarded to. URLs beyond loopback are not posted
    /// to, and nothing is sent to addresses.
    pub forwarded: Vec<String>,
    /// The URL of the stored mail, if a route stored it.
    pub stored: Option<String>,
}

impl MockMailgun {
    /// Receives a mail: matches it against the routes in order of priority, forwards it to their
    /// URLs and stores it.
    ///
    /// The posts are signed, and a background task makes them, to plain HTTP URLs on loopback only.
    /// [`webhook_deliveries`](Self::webhook_deliveries) has the responses. Quoted text and
    /// signatures are not recognised, so `stripped-text` is the whole text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), mailgun::Error> {
    /// use mailgun::{Operation, resource::Fields};
    /// use mailgun_mock::{Inbound, MockMailgun};
    ///
    /// const CREATE: Operation = Operation::post("/v3/routes");
    /// let mock = MockMailgun::start().await;
    /// let mut route = Fields::new();
    /// route
    ///     .set("expression", "match_recipient(\"help@.*\")")
    ///     .set("action", "forward(\"http://127.0.0.1:3000/inbound\")");
    /// let _: serde_json::Value = mock.client().call(CREATE, &[]).form(route).await?;
    ///
    /// let mail = Inbound::new("bob@example.org", "help@mg.example.com").text("Please help");
    /// let received = mock.receive(mail).unwrap();
    /// assert_eq!(received.forwarded, ["http://127.0.0.1:3000/inbound"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the recipient is not a valid address, or if the account does not have its
    /// domain.
    pub fn receive(&self, mail: Inbound) -> Result<Received, ActionError> {
        receive(&mut self.server.state().account, mail)
    }
}

pub(crate) fn receive(account: &mut Account, inbound: Inbound) -> Result<Received, ActionError> {
    let Inbound { recipient, mut mail } = inbound;
    let address = address::bare(&recipient).ok_or(ActionError::UnknownRecipient)?.to_owned();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let domain = account.domain(domain).map_err(|_| ActionError::UnknownDomain)?;
    mail.recipients = vec![address.clone()];
    let now = account.now();
    let message = SentMessage {
        id: account.message_id(&domain, now),
        storage_key: account.token(),
        subaccount: None,
        accepted_at: now,
        domain,
        mail: Arc::new(mail),
    };
    let arrived = Arrived::new(account, &message, address);
    let matched = routes::matching(account, &arrived.recipient, &arrived.content.headers);
    let mut received = Received::default();
    if matched.is_empty() {
        return Ok(received);
    }
    let of_routes = json!({
        "flags": { "is-routed": true, "is-authenticated": false, "is-test-mode": false },
        "routes": matched.iter().map(|matched| &matched.json).collect::<Vec<_>>(),
    });
    let of_routes = if let Value::Object(fields) = of_routes { fields } else { Map::new() };
    events::record_for(account, &message, 0, "accepted", of_routes);
    for Matched { id, actions, .. } in matched {
        received.routes.push(id);
        for action in &actions {
            match action {
                Action::Forward(target) => {
                    arrived.forward(account, target);
                    received.forwarded.push(target.clone());
                }
                Action::Store(notify) => {
                    if received.stored.is_none() {
                        account.groups.messages.stored.push(message.clone());
                        events::record_for(account, &message, 0, "stored", Map::new());
                        received.stored = Some(arrived.url.clone());
                    }
                    if let Some(url) = notify {
                        arrived.notify(account, url);
                    }
                }
                Action::Stop => {}
            }
        }
        if actions.contains(&Action::Stop) {
            break;
        }
    }
    Ok(received)
}

/// A mail with what routes post of it.
struct Arrived {
    recipient: String,
    sender: String,
    domain: String,
    /// The URL of the mail if it is stored.
    url: String,
    from: String,
    content: Content,
    source: String,
}

impl Arrived {
    fn new(account: &Account, message: &SentMessage, recipient: String) -> Self {
        let mut content = Content::of(message, None);
        let sender = address::bare(message.from()).unwrap_or_default().to_owned();
        let mut first = vec![("Received".to_owned(), received(message))];
        first.push(("X-Envelope-From".to_owned(), format!("<{sender}>")));
        first.append(&mut content.headers);
        first.push(("X-Mailgun-Incoming".to_owned(), "Yes".to_owned()));
        content.headers = first;
        let source = mime::text(
            &content.headers,
            &mime::Parts {
                text: content.text.as_deref(),
                html: content.html.as_deref(),
                attachments: &content.attachments,
                inline: &content.inline,
                boundary: &mime::boundary(message),
            },
        );
        Self {
            recipient,
            sender,
            domain: message.domain.clone(),
            url: account.storage_url(message),
            from: message.from().to_owned(),
            content,
            source,
        }
    }

    /// Posts the mail to a URL: as MIME text if the URL ends with `mime`, or else parsed. Mail to
    /// an address is not sent on.
    fn forward(&self, account: &mut Account, target: &str) {
        if !target.contains("://") {
            return;
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with("mime") {
            let mut fields = self.envelope();
            fields.push(("body-mime".to_owned(), self.source.clone()));
            return self.post(account, target, fields, &[]);
        }
        let files: Vec<_> = self.files().collect();
        let files: Vec<_> = (1..)
            .zip(&files)
            .map(|(number, file)| (format!("attachment-{number}"), (*file).clone()))
            .collect();
        let mut fields = self.parsed();
        if !files.is_empty() {
            fields.push(("attachment-count".to_owned(), files.len().to_string()));
            let of_id = |number| json!(format!("attachment-{}", number + 1));
            fields.push(("content-id-map".to_owned(), self.content_ids(of_id)));
        }
        self.post(account, target, fields, &files);
    }

    /// Posts where the stored mail is.
    fn notify(&self, account: &mut Account, url: &str) {
        let describe = |number: usize| {
            let file = self.files().nth(number);
            json!({
                "url": format!("{}/attachments/{number}", self.url),
                "content-type": file.map(|file| &file.content_type),
                "name": file.map(|file| &file.filename),
                "size": file.map(|file| file.bytes.len()),
            })
        };
        let all: Vec<_> = (0..self.files().count()).map(describe).collect();
        let mut fields = self.parsed();
        fields.push(("message-url".to_owned(), self.url.clone()));
        fields.push(("attachments".to_owned(), json!(all).to_string()));
        fields.push(("content-id-map".to_owned(), self.content_ids(describe)));
        self.post(account, url, fields, &[]);
    }

    fn post(
        &self,
        account: &mut Account,
        url: &str,
        fields: Vec<(String, String)>,
        files: &[(String, SentFile)],
    ) {
        let post = Post::form(account, url, fields, files);
        account.post(post);
    }

    fn files(&self) -> impl Iterator<Item = &SentFile> {
        self.content.attachments.iter().chain(&self.content.inline)
    }

    /// A JSON object with a value for each inline file, made of its number.
    fn content_ids(&self, value: impl Fn(usize) -> Value) -> String {
        let inline = self.files().enumerate().skip(self.content.attachments.len());
        let ids = inline.map(|(number, file)| (format!("<{}>", file.filename), value(number)));
        Value::Object(ids.collect()).to_string()
    }

    fn envelope(&self) -> Vec<(String, String)> {
        let fields = [
            ("recipient", &self.recipient),
            ("sender", &self.sender),
            ("from", &self.from),
            ("subject", &self.content.subject),
            ("domain", &self.domain),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    fn parsed(&self) -> Vec<(String, String)> {
        let Content { headers, text, html, .. } = &self.content;
        let mut fields = self.envelope();
        fields.extend(headers.iter().cloned());
        let plain = text.as_deref().unwrap_or_default();
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        add("body-plain", plain);
        add("stripped-text", plain);
        add("stripped-signature", "");
        if let Some(html) = html {
            add("body-html", html);
            add("stripped-html", html);
        }
        add("message-headers", &json!(headers).to_string());
        fields
    }
}

fn received(message: &SentMessage) -> String {
    let time = date::rfc2822(message.accepted_at, "+0000");
    format!("by mailgun-mock with HTTP; {time}")
}
