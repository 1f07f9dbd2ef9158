//! The spans and events of a call.

#![cfg(feature = "transport")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::{Arc, Mutex};

use mailgun_core::Operation;
use tracing::{Event, Level, Subscriber, span};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt as _},
    registry::LookupSpan,
};

use self::support::{Reaction, Receipt, Server, accepted, mail, response};

const SEND: Operation = Operation::post("/v3/{domain}/messages");

/// `parent > span` for each span, `LEVEL message` for each event that ends a call.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, _: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        if span.metadata().target().starts_with("mailgun_core") {
            let parent = span.parent().map_or("none", |parent| parent.name());
            self.0.lock().unwrap().push(format!("{parent} > {}", span.name()));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "mailgun_core::call::send" {
            let span = context.lookup_current().map_or("none", |span| span.name());
            self.0.lock().unwrap().push(format!("{span}: {}", event.metadata().level()));
        }
    }
}

async fn seen(reactions: Vec<Reaction>) -> Vec<String> {
    let server = Server::script(reactions).await;
    let client = server.client();
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let _ = client.call::<Receipt>(SEND, &["mg.example.com"]).multipart(mail()).await;
    drop(guard);
    std::mem::take(&mut *seen.0.lock().unwrap())
}

#[tokio::test]
async fn each_attempt_is_a_child_of_its_call() {
    let tree = ["none > call", "call > attempt", "call > attempt", "call: DEBUG"];
    assert_eq!(seen(vec![response("429 X", ""), accepted()]).await, tree);
}

#[tokio::test]
async fn a_call_ends_with_one_event_at_warn_for_an_unknown_outcome() {
    for (reaction, level) in [
        (accepted(), Level::DEBUG),
        (response("400 X", ""), Level::DEBUG),
        (Reaction::Reset, Level::WARN),
        (response("500 X", ""), Level::WARN),
        (response("200 OK", "nonsense"), Level::WARN),
    ] {
        let seen = seen(vec![reaction]).await;
        assert_eq!(seen, ["none > call", "call > attempt", &format!("call: {level}")]);
    }
}
