//! Previews on the wire, their responses, and their use from end to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod flow;
mod operations;
mod responses;
mod wire;

use mailgun_inspect::PreviewSource;

fn html() -> PreviewSource {
    PreviewSource::Html("<h1>Spring <b>sale</b></h1>".into())
}
