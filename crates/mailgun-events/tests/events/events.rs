use std::collections::HashMap;

use mailgun_core::de::MapOrText;
use mailgun_events::{
    Bot, ClientType, DeviceType, Event, EventKind, FailureReason, LogLevel, Severity, Transport,
};
use serde_json::{Value, json};

fn read(json: Value) -> Event {
    serde_json::from_value(json).unwrap()
}

macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<Event>(include_str!(concat!("fixtures/", $name, ".json"))).unwrap()
    };
}

#[test]
fn severity_tells_temporary_from_permanent_failures() {
    let severity = |event: Event| match event.kind {
        EventKind::Failed(failed) => failed.severity,
        other => panic!("{other:?}"),
    };
    assert_eq!(severity(fixture!("failed")), Severity::Permanent);
    assert_eq!(severity(fixture!("failed_temporary")), Severity::Temporary);
    assert_eq!(severity(read(json!({"event": "failed"}))).as_str(), "");
}

#[test]
fn a_failure_is_read_whole() {
    let event = fixture!("failed");
    assert_eq!(event.timestamp.unwrap().to_string(), "2018-06-22T21:12:49.818328Z");
    assert_eq!(event.log_level, Some(LogLevel::Error));
    assert_eq!(event.message_id(), "20180622211249.1.2A6098970A380E12@example.org");
    assert_eq!(event.message.size, Some(867));
    assert_eq!(event.envelope.transport, Some(Transport::Smtp));
    // `HTTP` here, `http` elsewhere.
    assert_eq!(event.method, Some(Transport::Http));
    assert_eq!((event.flags.is_authenticated, event.flags.is_amp), (Some(true), None));
    assert_eq!(
        event.storage.url(),
        Some("https://se.api.mailgun.net/v3/domains/example.org/messages/eyJwI...")
    );
    let status = event.delivery_status().unwrap();
    assert_eq!((status.code.as_u16(), status.attempt_no), (Some(605), Some(1)));
    assert_eq!((status.session_seconds, status.retry_seconds), (Some(0.5), None));
    assert_eq!(status.mx_host, "aspmx.l.example.com");
    let EventKind::Failed(failed) = &event.kind else { panic!("not failed") };
    assert_eq!(failed.reason, FailureReason::SuppressBounce);
    assert_eq!(failed.primary_dkim, "s1._domainkey.example.org");
    assert_eq!(fixture!("failed_old").delivery_status().unwrap().mx_host, "aspmx.l.example.com");
}

#[test]
fn engagement_has_client_place_and_link() {
    let EventKind::Clicked(clicked) = fixture!("clicked").kind else { panic!("not clicked") };
    assert_eq!((&*clicked.url, &*clicked.ip), ("http://example.com/signup", "123.123.123.321"));
    assert_eq!(clicked.client_info.client_type, Some(ClientType::Browser));
    assert_eq!((&*clicked.geolocation.country, &*clicked.geolocation.city), ("US", "Austin"));
    assert_eq!(clicked.client_info.bot, None);
    let EventKind::Opened(opened) = fixture!("opened").kind else { panic!("not opened") };
    assert_eq!(opened.client_info.client_type, Some(ClientType::MobileBrowser));
    assert_eq!(opened.client_info.device_type, Some(DeviceType::Mobile));
    assert_eq!(opened.client_info.bot, Some(Bot::Apple));
}

#[test]
fn routes_are_a_list_or_an_object() {
    for event in [fixture!("accepted_inbound"), fixture!("log_accepted")] {
        let EventKind::Accepted(accepted) = event.kind else { panic!("not accepted") };
        let route = &accepted.routes[0];
        assert_eq!((route.priority, accepted.routes.len()), (Some(1), 1));
        assert_eq!(route.actions[0], "forward(\"https://example.com/inbound\")");
        assert!(route.matched.recipient.starts_with("support@"));
    }
}

#[test]
fn unknown_events_reasons_and_severities_are_kept() {
    let event = read(json!({"event": "brand_new", "id": "a", "field": [1]}));
    assert_eq!(event.kind, EventKind::Other("brand_new".into()));
    assert_eq!((event.name(), event.get("field")), ("brand_new", Some(json!([1]))));
    assert_eq!(event.get("none"), None);
    let event = read(json!({"event": "failed", "severity": "internal", "reason": "unknown"}));
    let EventKind::Failed(failed) = event.kind else { panic!("not failed") };
    assert_eq!((failed.severity.as_str(), failed.reason.as_str()), ("internal", "unknown"));
    for json in ["null", "5", "[]", r#""text""#, "{}"] {
        let event: Event = serde_json::from_str(json).unwrap();
        assert_eq!((event.name(), event.raw()), ("", json));
    }
    assert!(serde_json::from_str::<Event>("{").is_err());
}

#[test]
fn the_code_of_a_delivery_is_a_number_or_text() {
    for (code, text, number) in [
        (json!(550), "550", Some(550)),
        (json!("550"), "550", Some(550)),
        (json!("5.1.1"), "5.1.1", None),
        (json!(null), "", None),
    ] {
        let event = read(json!({"event": "delivered", "delivery-status": {"code": code}}));
        let code = &event.delivery_status().unwrap().code;
        assert_eq!((code.as_str(), code.as_u16()), (text, number));
        assert_eq!(code.to_string(), text);
    }
}

#[test]
fn the_words_of_a_delivery_may_be_null_or_an_object() {
    for (message, text) in [(json!("OK"), "OK"), (json!(null), ""), (json!({"a": 1}), r#"{"a":1}"#)]
    {
        let event = read(json!({"event": "failed", "delivery-status": {"message": message}}));
        assert_eq!(event.delivery_status().unwrap().message, text);
    }
    let event = read(json!({"event": "failed", "id": "a", "delivery-status": null}));
    assert_eq!((&*event.id, &*event.delivery_status().unwrap().message), ("a", ""));
    assert!(read(json!({"event": "opened"})).delivery_status().is_none());
}

#[test]
fn variables_are_an_object_its_text_or_a_piece_of_it() {
    let variables = |value: Value| read(json!({"user-variables": value})).user_variables;
    for whole in [json!({"order": 7}), json!(r#"{"order": 7}"#)] {
        assert_eq!(variables(whole).get("order"), Some(&json!(7)));
    }
    let cut = variables(json!(r#"{"order": 7, "no"#));
    assert_eq!(cut.as_text(), Some(r#"{"order": 7, "no"#));
    for nothing in [json!(null), json!({}), json!("{}"), json!("")] {
        assert_eq!(variables(nothing), MapOrText::default());
    }
}

#[test]
fn urls_of_stored_messages_are_one_or_several() {
    let urls = |value: Value| read(json!({"storage": {"url": value}})).storage;
    assert_eq!(urls(json!("https://a")).url(), Some("https://a"));
    assert_eq!(urls(json!(["https://a", "https://b"])).urls, ["https://a", "https://b"]);
    for nothing in [json!(null), json!([]), json!(""), json!([null])] {
        assert_eq!(urls(nothing).url(), None);
    }
}

#[test]
fn times_are_numbers_or_text() {
    for (name, time) in [
        ("timestamp", json!(1529704976.104692)),
        ("timestamp", json!("1529704976.104692")),
        ("@timestamp", json!("2018-06-22T22:02:56.104692Z")),
    ] {
        let event = read(json!({name: time}));
        assert_eq!(event.timestamp.unwrap().to_string(), "2018-06-22T22:02:56.104692Z");
    }
    assert_eq!(read(json!({"timestamp": "yesterday"})).timestamp, None);
}

#[test]
fn the_event_of_a_webhook_is_a_field_like_others() {
    let body = format!(
        r#"{{"signature": null, "event-data": {}, "other": null}}"#,
        include_str!("fixtures/failed_temporary.json")
    );
    let from_text: HashMap<String, Option<Event>> = serde_json::from_str(&body).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    let from_value: HashMap<String, Option<Event>> = serde_json::from_value(body.clone()).unwrap();
    for events in [from_text, from_value] {
        let event = events["event-data"].as_ref().unwrap();
        assert_eq!(event.id, "W7vlA9RVSFKBbLPc8hDCtA");
        assert_eq!(serde_json::to_value(&events).unwrap(), body);
    }
}
