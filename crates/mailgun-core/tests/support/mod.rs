//! What the tests share: the calls that they make, and the server of `mailgun-testing`.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "each test file is a crate of its own")]

use std::error::Error as StdError;

use mailgun_core::{Error, Form, Upload};
pub use mailgun_testing::{
    ACCEPTED, Answer, KEY, KEY_HEADER, Reaction, Recorded, Scripted, Seen, Server, accepted,
    builder, listen, policy, read_http2_head, refused, response, response_with, serve_http, within,
};
use serde::Deserialize;

pub const RECIPIENT: &str = "bob.canary@example.com";

/// What a send returns.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Receipt {
    pub id: String,
}

pub fn mail() -> Form {
    let mut form = Form::new();
    form.text("to", RECIPIENT)
        .text("text", "hello")
        .file("attachment", Upload::from_bytes("a.bin", vec![0_u8, 255, 13, 10]));
    form
}

/// All text of an error that may be logged: `Display` and `Debug` of the error and its sources.
pub fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(" | {error} {error:?} {error:#?}");
        source = error.source();
    }
    text
}
