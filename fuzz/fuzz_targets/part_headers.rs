//! The headers of a part of an inbound form, whatever they are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_webhooks::receive::{Limits, Unverified};

fuzz_target!(|headers: &[u8]| {
    const FIRST: &[u8] =
        b"--b\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\nbob@x.test\r\n--b\r\n";
    const LAST: &[u8] = b"\r\n\r\ncontent\r\n--b--\r\n";
    let body = [FIRST, headers, LAST].concat();
    let _ = Unverified::parse("multipart/form-data; boundary=b", body.into(), &Limits::default());
});
