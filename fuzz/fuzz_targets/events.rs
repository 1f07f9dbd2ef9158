//! An event is read whatever its fields hold, and keeps the JSON that it came from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgun_events::Event;

fuzz_target!(|json: &[u8]| {
    let Ok(event) = serde_json::from_slice::<Event>(json) else { return };
    let _ = (event.name(), event.message_id(), event.delivery_status(), format!("{event:?}"));
    let again: Event = serde_json::from_str(event.raw()).expect("its own JSON is readable");
    assert_eq!(again.raw(), event.raw());
});
