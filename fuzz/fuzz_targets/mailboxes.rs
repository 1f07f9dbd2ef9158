//! A mailbox that was read is written so that it is read as the same one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_core::Mailbox;

fuzz_target!(|text: &str| {
    let one = text.parse::<Mailbox>().ok();
    let list = Mailbox::parse_list(text).unwrap_or_default();
    for mailbox in one.iter().chain(&list) {
        let written = mailbox.as_str();
        assert!(!written.contains(['\r', '\n']), "{written:?}");
        let again: Mailbox = written.parse().expect("what was written is readable");
        assert_eq!(again.address(), mailbox.address());
        assert_eq!(again.name(), mailbox.name());
        assert_eq!(Mailbox::parse_list(written).expect("a list of one").len(), 1);
    }
});
