//! What the tests share: messages of several kinds of clients, files that vanish.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test file uses a part of it")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use mailgun_core::{Call, Client, Error, layers::RetryPolicy};
use mailgun_messages::{Message, Messages};
use mailgun_mock::{LoggedRequest, MockMailgun};
pub use mailgun_testing::{Answer, Part, Scripted, Seen, parts, request_of, values};
use serde_json::Value;

pub const ACCEPTED: &str = r#"{"id":"<1@mg.example.com>","message":"Queued. Thank you."}"#;

/// A message to which nothing need be added.
pub fn complete() -> Message {
    Message::new()
        .from("shop@mg.example.com")
        .to("bob@example.com")
        .subject("Hello")
        .text("Hello, Bob.")
}

pub fn messages(mock: &MockMailgun) -> Messages {
    Messages::new(&mock.client(), mock.domain())
}

/// Of a client that retries without a wait.
pub fn hasty(mock: &MockMailgun) -> Messages {
    let policy = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let client: Client = mock.client_builder().retry(policy).build().unwrap();
    Messages::new(&client, mock.domain())
}

/// Of a client that makes one attempt, so that only the code under test sends again.
pub fn single_attempt(mock: &MockMailgun) -> Messages {
    let client: Client = mock.client_builder().retry(RetryPolicy::never()).build().unwrap();
    Messages::new(&client, mock.domain())
}

/// Of a client that must not be used to send anything.
pub fn offline() -> Messages {
    let client = Client::builder("key-test").base_url("http://127.0.0.1:9").build().unwrap();
    Messages::new(&client, "mg.example.com")
}

/// The parts that a call would send.
pub async fn parts_of<T>(call: Call<T>) -> Vec<Part> {
    request_of(call.into_request()).await.parts
}

/// The parts that reached the mock.
pub async fn parts_logged(request: &LoggedRequest) -> Vec<Part> {
    parts(request.header("content-type").unwrap(), request.body().clone()).await
}

/// The error of a call before anything is sent.
#[track_caller]
pub fn fault_of<T>(call: Call<T>) -> Error {
    call.into_request().map(|_| ()).expect_err("the call is refused")
}

/// The service has taken the mail on.
pub fn accepted() -> Answer {
    Answer::new(200, ACCEPTED)
}

pub fn scripted_messages(service: &Scripted) -> Messages {
    Messages::new(&service.client(), "mg.example.com")
}

pub fn recipient_variables(seen: &Seen) -> BTreeMap<String, Value> {
    serde_json::from_str(seen.values("recipient-variables")[0]).unwrap()
}

/// A file below the system's folder for temporary files, removed at the end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str, content: &[u8]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let folder = format!("mailgun-messages-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// Bytes without a pattern, the same for the same seed.
pub fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// The error and all its causes, as a log would have them.
pub fn everything_shown(error: &Error) -> String {
    let mut shown = format!("{error}\n{error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        shown += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    shown
}
