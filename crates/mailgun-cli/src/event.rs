//! Events as lines, and which of them to show.

use clap::Args;
use mailgun::{
    analytics::{Filter as LogFilter, LogAttribute, LogEvent, LogQuery},
    events::{Event, EventKind, EventQuery, Filter, Severity},
};
use serde::Serialize;

use crate::output::{Output, Tone, clean};

/// Which events to show.
#[derive(Args, Clone, Debug, Serialize)]
pub(crate) struct Filters {
    /// Only these events, such as delivered or failed; may be repeated
    #[arg(short, long, value_name = "EVENT")]
    event: Vec<String>,
    /// Only this recipient
    #[arg(short, long, value_name = "ADDRESS")]
    recipient: Option<String>,
    /// Only the mail with this Message-Id
    #[arg(short, long, value_name = "ID")]
    message_id: Option<String>,
    /// Only mail with this tag
    #[arg(short, long)]
    tag: Option<String>,
    /// Only mail with this subject
    #[arg(short, long)]
    subject: Option<String>,
    /// Only failures of this severity: temporary or permanent
    #[arg(long, value_parser = ["temporary", "permanent"], hide_possible_values = true)]
    severity: Option<String>,
}

impl Filters {
    /// The Message-Id as events have it, without angle brackets.
    fn bare_message_id(&self) -> Option<&str> {
        self.message_id.as_deref().map(|id| id.trim_matches(['<', '>']))
    }

    /// The query of a search, in the domain or in the whole account.
    pub(crate) fn search(&self, domain: Option<&str>) -> LogQuery {
        let conditions = [
            (LogAttribute::Domain, domain),
            (LogAttribute::Recipient, self.recipient.as_deref()),
            (LogAttribute::MessageId, self.bare_message_id()),
            (LogAttribute::Tag, self.tag.as_deref()),
            (LogAttribute::Subject, self.subject.as_deref()),
            (LogAttribute::Severity, self.severity.as_deref()),
        ];
        let set = conditions.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let filter = set.fold(LogFilter::new(), |it, (name, value)| it.equal(name, [value]));
        let query = LogQuery::new().filter(&filter);
        match &self.event[..] {
            [] => query,
            events => query.events(events.iter().map(|event| LogEvent::from(event.as_str()))),
        }
    }

    /// The query that follows new events of a domain.
    pub(crate) fn follow(&self) -> EventQuery {
        let mut query = EventQuery::new();
        if !self.event.is_empty() {
            query = query.event(Filter::any_of(self.event.iter().map(String::as_str)));
        }
        if let Some(recipient) = &self.recipient {
            query = query.recipient(recipient.as_str());
        }
        if let Some(id) = self.bare_message_id() {
            query = query.message_id(id);
        }
        if let Some(tag) = &self.tag {
            query = query.tags(Filter::quoted(tag));
        }
        if let Some(subject) = &self.subject {
            query = query.subject(Filter::quoted(subject));
        }
        if let Some(severity) = &self.severity {
            query = query.severity(Severity::from(severity.as_str()));
        }
        query
    }
}

/// An event as a line for people.
pub(crate) fn line(event: &Event, out: Output) -> String {
    let time = event.timestamp.map(|time| time.to_string()).unwrap_or_default();
    let name = format!("{:<12}", clean(event.name()));
    let name = tone(&event.kind).map_or(name.clone(), |tone| out.paint(&name, tone));
    let time = time.split('.').next().unwrap_or_default().trim_end_matches('Z');
    let parts = [&*event.recipient, &*event.message.headers.subject, &detail(event)];
    let parts = parts.iter().map(|part| clean(part)).filter(|part| !part.is_empty());
    format!("{time:<19}Z  {name}  {}", parts.collect::<Vec<_>>().join("  "))
}

/// Writes an event: a line for people, or its JSON as Mailgun sent it.
pub(crate) fn write(event: &Event, out: Output) -> crate::exit::Result<()> {
    if out.is_json { out.ndjson(event) } else { out.line(line(event, out)) }
}

fn tone(kind: &EventKind) -> Option<Tone> {
    match kind {
        EventKind::Delivered(_) | EventKind::Opened(_) | EventKind::Clicked(_) => Some(Tone::Good),
        EventKind::Failed(failed) if failed.severity == Severity::Temporary => Some(Tone::Warning),
        EventKind::Failed(_) | EventKind::Rejected(_) | EventKind::Complained => Some(Tone::Bad),
        EventKind::Unsubscribed(_) => Some(Tone::Warning),
        _ => None,
    }
}

/// What matters about this kind of event.
fn detail(event: &Event) -> String {
    match &event.kind {
        EventKind::Failed(failed) => {
            let status = &failed.delivery_status;
            let text =
                [&*status.message, &*status.description].into_iter().find(|it| !it.is_empty());
            format!(
                "{} {}: {} {}",
                failed.severity,
                failed.reason,
                status.code,
                text.unwrap_or_default()
            )
        }
        EventKind::Delivered(delivered) => {
            let status = &delivered.delivery_status;
            format!("{} {}", status.code, status.message)
        }
        EventKind::Rejected(rejected) => format!("{} {}", rejected.reason, rejected.description),
        EventKind::Clicked(clicked) => clicked.url.clone(),
        _ => String::new(),
    }
}
