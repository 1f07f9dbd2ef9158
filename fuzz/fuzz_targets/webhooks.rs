//! The body of a webhook in each of the content types in which Mailgun posts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_webhooks::receive::{Limits, Unverified};

fuzz_target!(|body: &[u8]| {
    let limits = Limits::default();
    for content_type in
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
    {
        if let Ok(read) = Unverified::parse(content_type, body.to_vec().into(), &limits) {
            let _ = format!("{read:?}");
        }
    }
    // A content type of the sender.
    if let Some(end) = body.iter().position(|&byte| byte == b'\n')
        && let Ok(content_type) = std::str::from_utf8(&body[..end])
    {
        let _ = Unverified::parse(content_type, body[end + 1..].to_vec().into(), &limits);
    }
});
