//! A time that was read is written so that it is read as the same one, to the second.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_core::Timestamp;

fuzz_target!(|text: &str| {
    let Ok(time) = text.parse::<Timestamp>() else { return };
    let seconds = time.as_micros().div_euclid(1_000_000);
    for written in [time.to_rfc2822(), time.to_rfc3339()] {
        let again: Timestamp = written.parse().expect("what was written is readable");
        assert_eq!(again.as_micros().div_euclid(1_000_000), seconds, "{written}");
    }
    let _ = (time.to_system_time(), time.to_epoch_seconds());
});
