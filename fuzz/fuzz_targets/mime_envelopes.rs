//! The recipients of a whole message are found, or the message is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_messages::MimeMessage;

fuzz_target!(|message: &[u8]| {
    let _ = MimeMessage::from_message(message);
});
