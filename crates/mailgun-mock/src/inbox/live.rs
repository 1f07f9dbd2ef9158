//! Tells the page what has changed, as Server-Sent Events.

use std::{
    convert::Infallible,
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    fault::Fault,
    groups::queue,
    server::{Server, State},
};

/// How often the state is looked at. Deliveries become due without a request that could tell.
const INTERVAL: Duration = Duration::from_millis(250);

/// How often the page is told that nothing changed, which shows whether it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An endless body.
pub(crate) type Live = Channel<Bytes, Infallible>;

pub(super) fn stream(server: &Arc<Server>) -> Live {
    let (sender, body) = Channel::new(1);
    tokio::spawn(tell(Arc::downgrade(server), sender));
    body
}

/// Runs until the page is closed or the server is gone.
async fn tell(server: Weak<Server>, mut page: Sender<Bytes>) {
    let mut told = (Value::Null, Instant::now());
    while let Some(server) = server.upgrade() {
        let counts = counts(&mut server.state());
        drop(server);
        if told.0 != counts || told.1.elapsed() >= HEARTBEAT {
            if page.send_data(format!("data: {counts}\n\n").into()).await.is_err() {
                return;
            }
            told = (counts, Instant::now());
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Numbers that differ whenever there is something new to show.
fn counts(state: &mut State) -> Value {
    queue::deliver_due(&mut state.account);
    let groups = &state.account.groups;
    json!({
        "messages": groups.messages.sent.len(),
        "events": groups.events.all.len(),
        "webhooks": groups.webhooks.deliveries.len(),
        "requests": state.log().len(),
        "answered": state.answered,
        "cleared": state.cleared,
        "faults": state.faults.len(),
        "faults_left": state.faults.iter().map(Fault::left).sum::<usize>(),
    })
}
