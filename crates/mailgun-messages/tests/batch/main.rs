//! Batches: everybody gets one mail, whatever goes wrong, and the report says who did not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod journal;
mod plan;
mod resolve;
mod resume;
mod run;
#[path = "../support/mod.rs"]
mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mailgun_messages::Batch;
use mailgun_mock::MockMailgun;
use serde_json::json;
use support::{Answer, Scripted, accepted};
use tokio::time::Instant;

/// A batch to which only recipients need be added.
fn newsletter() -> Batch {
    Batch::new().from("news@mg.example.com").subject("News for %recipient.n%").text("Hello")
}

fn address(position: usize) -> String {
    format!("r{position}@example.com")
}

fn to(recipients: usize) -> Batch {
    newsletter().recipients((0..recipients).map(|n| (address(n), json!({ "n": n }))))
}

/// How many mails each of so many recipients got.
fn mails(mock: &MockMailgun, recipients: usize) -> Vec<usize> {
    let mut mails = vec![0; recipients];
    for message in mock.sent() {
        for recipient in message.recipients() {
            let number = recipient.trim_start_matches('r').split('@').next().unwrap();
            mails[number.parse::<usize>().unwrap()] += 1;
        }
    }
    mails
}

/// A service that refuses a call with a recipient whose number is 5.
fn refuses_number_five() -> Scripted {
    Scripted::new(|request| {
        if request.values("to").contains(&"r5@example.com") {
            Answer::new(
                400,
                r#"{"message":"to parameter is not a valid address. please check documentation"}"#,
            )
        } else {
            accepted()
        }
    })
}

/// When a request came, whether it was accepted, and for whom.
type Log = Arc<Mutex<Vec<(Duration, bool, Vec<String>)>>>;

/// An account that may send to so many recipients an hour.
fn hourly(limit: usize, hint: impl Fn(u64) -> String + Send + Sync + 'static) -> (Scripted, Log) {
    const HOUR: Duration = Duration::from_secs(3600);
    let log = Log::default();
    let requests = log.clone();
    let start = Instant::now();
    let window = Mutex::new((start, 0));
    let service = Scripted::new(move |request: &support::Seen| {
        let to: Vec<_> = request.values("to").into_iter().map(str::to_owned).collect();
        let now = Instant::now();
        let mut window = window.lock().unwrap();
        if now >= window.0 + HOUR {
            *window = (now, 0);
        }
        let fits = window.1 + to.len() <= limit;
        let left = (window.0 + HOUR - now).as_secs_f64().ceil() as u64;
        if fits {
            window.1 += to.len();
        }
        requests.lock().unwrap().push((now - start, fits, to));
        if fits { accepted() } else { Answer::new(429, hint(left)) }
            .after(Duration::from_millis(50))
    });
    (service, log)
}
