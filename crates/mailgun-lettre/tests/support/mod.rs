//! What the tests share.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "each test file is a crate of its own")]
#![allow(clippy::unwrap_used, reason = "tests")]

use lettre::{
    Address, Message,
    address::Envelope,
    message::{Attachment, MultiPart, SinglePart},
};

pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn envelope(from: Option<&str>, to: &[&str]) -> Envelope {
    Envelope::new(from.map(address), to.iter().map(|to| address(to)).collect()).unwrap()
}

/// A mail with all kinds of recipients, and an attachment with every byte there is.
pub fn mail() -> Message {
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let attachment = Attachment::new("rän dom.bin".into())
        .body(bytes, "application/octet-stream".parse().unwrap());
    Message::builder()
        .from("Zoë's Shop <shop@mg.example.com>".parse().unwrap())
        .to("Bob <bob@example.com>".parse().unwrap())
        .cc("cc@example.com".parse().unwrap())
        .bcc("hidden@example.com".parse().unwrap())
        .subject("Quittung für März")
        .multipart(
            MultiPart::mixed()
                .singlepart(SinglePart::plain("Grüße\r\n.\r\n..\r\n".to_owned()))
                .singlepart(attachment),
        )
        .unwrap()
}
