use mailgun_alerts::{
    AlertEventType, JobStatus,
    receive::{Alert, ReceiveError, SigningKey, Verifier},
};
use mailgun_core::{ErrorKind, Secret};
use serde_json::{Value, json};

pub(crate) fn ip_listed() -> Value {
    json!({
        "signature": {"timestamp": 1590080191, "token": "5e52ea72dba7c5ea4fc4c6b6a9a0ae8dd8ed2b3a"},
        "event_data": {
            "id": "8a2db565-cdd0-41d2-ae5d-461ee9c64492",
            "timestamp": "2022-03-14T15:09:26.535Z",
            "log_level": "warn",
            "event": "ip_listed",
            "ip": "192.0.2.1",
            "blocklist": "blocklist.example.com",
            "message": "192.0.2.1 was added to blocklist.example.com"
        }
    })
}

pub(crate) fn validation_job() -> Value {
    json!({
        "signature": {"timestamp": 1590080191, "token": "5e52ea72dba7c5ea4fc4c6b6a9a0ae8dd8ed2b3a"},
        "event_data": {
            "id": "b1ca01c2-fde0-4b69-adc4-6cf42b3f33ed",
            "bulk_validation_job": {
                "created_at": 1590080191,
                "list_id": "customers",
                "quantity": 10,
                "processed": 9,
                "status": "uploaded",
                "summary": {
                    "result": {
                        "deliverable": 4, "undeliverable": 3, "do_not_send": 2, "catch_all": 1,
                        "unknown": 0
                    },
                    "risk": {"high": 5, "medium": 1, "low": 4, "unknown": 0}
                },
                "download_urls": null
            },
            "message": "the validation is done"
        }
    })
}

fn key(text: &str) -> SigningKey {
    SigningKey::new(text).unwrap()
}

fn receive(body: &str) -> Result<Alert, ReceiveError> {
    Verifier::new(key("right")).receive(&key("right").sign(body.as_bytes()), body.as_bytes())
}

#[test]
fn a_signature_is_what_the_algorithm_says() {
    // RFC 4231, test case 2.
    let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(key("Jefe").sign(b"what do ya want for nothing?"), hex);
}

#[test]
fn an_alert_that_any_key_has_signed_is_read() {
    let alert = receive(&ip_listed().to_string()).unwrap();
    assert_eq!(alert.signature.timestamp.unwrap().to_rfc3339(), "2020-05-21T16:56:31Z");
    assert_eq!(alert.signature.token, "5e52ea72dba7c5ea4fc4c6b6a9a0ae8dd8ed2b3a");
    let event = alert.event_data;
    assert_eq!(event.id, "8a2db565-cdd0-41d2-ae5d-461ee9c64492");
    assert_eq!(event.timestamp.unwrap().to_rfc3339(), "2022-03-14T15:09:26.535000Z");
    assert_eq!(event.event, Some(AlertEventType::IpListed));
    assert_eq!(event.ip, Some("192.0.2.1".parse().unwrap()));
    assert_eq!(event.blocklist.as_deref(), Some("blocklist.example.com"));
    assert_eq!(event.log_level.as_deref(), Some("warn"));
    assert_eq!(event.message, "192.0.2.1 was added to blocklist.example.com");
    assert!(event.others.is_empty() && event.domain.is_none());

    let job = receive(&validation_job().to_string()).unwrap().event_data.bulk_validation_job;
    let job = job.unwrap();
    assert_eq!((&*job.list_id, job.quantity, job.processed), ("customers", Some(10), Some(9)));
    assert_eq!(job.status, Some(JobStatus::Uploaded));
    assert_eq!(job.created_at.unwrap().to_rfc3339(), "2020-05-21T16:56:31Z");
    assert_eq!(job.summary.unwrap().result.undeliverable, 3);

    let body = ip_listed().to_string();
    let verifier = Verifier::new(key("new")).key(key("old"));
    for signer in ["new", "old", "  old\n"] {
        let signature = key(signer).sign(body.as_bytes());
        for signature in [signature.to_uppercase(), format!(" {signature} ")] {
            verifier.receive(&signature, body.as_bytes()).unwrap();
        }
    }
}

#[test]
fn links_to_results_are_secrets() {
    let mut body = validation_job();
    body["event_data"]["bulk_validation_job"]["download_urls"] =
        json!({"csv": "https://example.com/canary.csv", "json": "https://example.com/canary.json"});
    let alert = receive(&body.to_string()).unwrap();
    let shown = format!("{alert:?} {}", serde_json::to_string(&alert).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
    let urls = alert.event_data.bulk_validation_job.unwrap().download_urls;
    assert_eq!(urls.csv.unwrap().expose(), "https://example.com/canary.csv");
    assert_eq!(urls.json.unwrap().expose(), "https://example.com/canary.json");
}

#[test]
fn what_no_key_has_signed_is_refused_and_nothing_panics() {
    let body = ip_listed().to_string();
    let body = body.as_bytes();
    let verifier = Verifier::new(key("right"));
    let right = key("right").sign(body);
    let mut odd = vec![
        String::new(),
        right[1..].to_owned(),
        format!("{right}0"),
        format!("{}g", &right[..63]),
        format!("sha256={right}"),
        "é".repeat(32),
        "\u{1F4A9}".repeat(16),
        "+1".repeat(32),
        "0".repeat(64),
        key("wrong").sign(body),
        key("right").sign(b""),
    ];
    // Each digit counts.
    for place in 0..right.len() {
        let digit = if &right[place..=place] == "0" { "1" } else { "0" };
        odd.push(format!("{}{digit}{}", &right[..place], &right[place + 1..]));
    }
    for signature in odd {
        let error = verifier.receive(&signature, body).unwrap_err();
        assert!(matches!(error, ReceiveError::BadSignature), "{signature}: {error}");
        assert_eq!(error.status(), 406);
    }
    // Each byte of the body counts, white space too.
    for place in 0..body.len() {
        let mut changed = body.to_vec();
        changed[place] ^= 1;
        assert!(matches!(verifier.receive(&right, &changed), Err(ReceiveError::BadSignature)));
    }
    let longer = [body, b"\n"].concat();
    assert!(matches!(verifier.receive(&right, &longer), Err(ReceiveError::BadSignature)));
}

#[test]
fn what_is_signed_and_is_no_alert_is_malformed_and_posted_again() {
    for body in ["", "x", "null", "[]", "{}", r#"{"event_data": null}"#, r#"{"event_data": []}"#] {
        let error = receive(body).unwrap_err();
        assert!(matches!(error, ReceiveError::Malformed(_)), "{body}: {error}");
        assert_eq!(error.status(), 503);
    }
}

#[test]
fn an_odd_field_costs_itself_and_stays_as_it_came() {
    for (name, odd) in [
        ("id", json!(["a"])),
        ("timestamp", json!("yesterday")),
        ("log_level", json!({})),
        ("event", json!({"name": "ip_listed"})),
        ("ip", json!("shared")),
        ("domain", json!([])),
        ("blocklist", json!({"name": "x"})),
        ("bulk_validation_job", json!({"quantity": "many"})),
        ("message", json!({"text": "x"})),
        ("threshold", json!({"metric": "hard_bounce_rate"})),
    ] {
        let mut body = ip_listed();
        body["event_data"][name] = odd.clone();
        let event = receive(&body.to_string()).unwrap().event_data;
        assert_eq!(event.others.get(name), Some(&odd));
        assert_eq!(event.others.len(), 1, "{:?}", event.others);
        assert!(name == "ip" || event.ip.is_some());
    }
    for odd in [json!(null), json!("x"), json!([]), json!({"timestamp": {}, "token": []})] {
        let mut body = ip_listed();
        body["signature"] = odd;
        assert_eq!(receive(&body.to_string()).unwrap().signature, Default::default());
    }
    let mut body = ip_listed();
    body["event_data"]["event"] = "of_tomorrow".into();
    let event = receive(&body.to_string()).unwrap().event_data.event;
    assert_eq!(event, Some(AlertEventType::Other("of_tomorrow".into())));
    assert!(receive("{\"event_data\": {\"message\": \"\\udce9\"}}").is_ok());
}

#[test]
fn a_body_of_too_many_bytes_is_not_looked_at() {
    let body = ip_listed().to_string();
    let signature = key("right").sign(body.as_bytes());
    let verifier = Verifier::new(key("right")).max_bytes(body.len());
    verifier.receive(&signature, body.as_bytes()).unwrap();
    let error = verifier.max_bytes(body.len() - 1).receive(&signature, body.as_bytes());
    assert!(matches!(error, Err(ReceiveError::TooLarge)));
}

#[test]
fn an_empty_key_is_refused_and_debug_shows_none() {
    for empty in ["", " ", "\n"] {
        assert_eq!(SigningKey::new(empty).unwrap_err().kind(), ErrorKind::Config);
    }
    let key = SigningKey::try_from(&Secret::new("hunter2")).unwrap();
    assert!(!format!("{key:?} {:?}", Verifier::new(key.clone())).contains("hunter2"));
}
