use std::time::Duration;

use mailgun_core::{Confirmation, ErrorKind, LinkPage, PageResponse as _};
use mailgun_dkim::{
    DkimActivation, DkimAuthority, DkimKey, DkimKeys, RotationSettings, RotationState,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, recorded, tolerates},
};
use mailgun_types::{DnsRecord, DnsRecordState, DnsRecordType};
use serde_json::{Value, json};

fn key() -> Value {
    json!({
        "signing_domain": "authority.domain.tld",
        "selector": "s1",
        "dns_record": {
            "is_active": true,
            "cached": ["cached dns value"],
            "name": "s1._domainkey.authority.domain.tld",
            "record_type": "TXT",
            "valid": "VALID",
            "value": "expected dns value"
        }
    })
}

#[track_caller]
fn check(key: &DkimKey) {
    assert_eq!((&*key.signing_domain, &*key.selector), ("authority.domain.tld", "s1"));
    let record = key.dns_record.as_ref().unwrap();
    assert!(record.is_active);
    assert_eq!(record.cached, ["cached dns value"]);
    assert_eq!(record.name.as_deref(), Some("s1._domainkey.authority.domain.tld"));
    assert_eq!(record.record_type, Some(DnsRecordType::Txt));
    assert_eq!(record.valid, Some(DnsRecordState::Valid));
    assert_eq!(record.value, "expected dns value");
}

fn rotation() -> Value {
    json!({"domain": {
        "id": "000000000000000000000002",
        "account_id": "000000000000000000000001",
        "sid": "789",
        "name": "example.com",
        "state": "enabled",
        "active_selector": "pdk1",
        "rotation_enabled": "true",
        "rotation_interval": "24h",
        "records": [{
            "name": "pdk1._domainkey.example.com",
            "type": "CNAME",
            "identifier": "DKIM",
            "value": "pdk1._domainkey.1234567.service.mailgun.com",
            "comment": "Customer DKIM CNAME Record"
        }]
    }})
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    let links = json!({
        "previous": "/v1/dkim/keys?page=a", "first": "/v1/dkim/keys",
        "next": "/v1/dkim/keys?page=b", "last": "/v1/dkim/keys?page=c"
    });
    let page = json!({"items": [key()], "paging": links});
    tolerates::<LinkPage<DkimKey>>(&page, &[]);
    check(&serde_json::from_value::<LinkPage<DkimKey>>(page).unwrap().into_parts().items[0]);
    tolerates::<DkimKey>(&key(), &[]);
    tolerates::<mailgun_dkim::DkimRotation>(&rotation()["domain"], &[]);

    let mut activation = json!({
        "message": "domain key activated", "authority": "authority.domain.tld",
        "selector": "selector", "active": true
    });
    tolerates::<DkimActivation>(&activation, &[]);
    activation["active"] = "true".into();
    let read: DkimActivation = serde_json::from_value(activation).unwrap();
    assert_eq!(read.active, Some(true));
    assert_eq!(read.authority.as_deref(), Some("authority.domain.tld"));
    assert_eq!(read.selector.as_deref(), Some("selector"));

    let mut authority = json!({
        "message": "Domain DKIM authority has been changed", "changed": true,
        "sending_dns_records": [key()["dns_record"]]
    });
    tolerates::<DkimAuthority>(&authority, &[]);
    authority["changed"] = "true".into();
    let read: DkimAuthority = serde_json::from_value(authority).unwrap();
    assert_eq!(read.changed, Some(true));
}

#[tokio::test]
async fn a_rotation_is_unwrapped_and_its_flags_may_be_text() {
    let service = Scripted::new(|_| Answer::json(&rotation()));
    let keys = DkimKeys::new(&service.client());
    let read = keys.update_rotation("example.com", true, RotationSettings::new()).await.unwrap();
    assert_eq!(read.id, "000000000000000000000002");
    assert_eq!(read.account_id, "000000000000000000000001");
    assert_eq!((&*read.sid, &*read.name), ("789", "example.com"));
    assert_eq!(read.state, Some(RotationState::Enabled));
    assert_eq!(read.active_selector.as_deref(), Some("pdk1"));
    assert_eq!(read.rotation_enabled, Some(true));
    assert_eq!(
        (&*read.rotation_interval, read.interval()),
        ("24h", Some(Duration::from_secs(86_400)))
    );
    let [record] = &read.records[..] else { panic!("{:?}", read.records) };
    assert_eq!(record.name, "pdk1._domainkey.example.com");
    assert_eq!(record.record_type, Some(DnsRecordType::Cname));
    assert_eq!(record.identifier, "DKIM");
    assert_eq!(record.value, "pdk1._domainkey.1234567.service.mailgun.com");
    assert_eq!(record.comment, "Customer DKIM CNAME Record");
}

#[tokio::test]
async fn the_keys_of_a_domain_are_unwrapped() {
    let service = Scripted::new(|_| Answer::json(&json!({"items": [key(), key()]})));
    let keys = DkimKeys::new(&service.client()).list_of_domain("mg.example.com").await.unwrap();
    assert_eq!(keys.len(), 2);
    check(&keys[1]);
}

#[track_caller]
fn same_record(ours: &DnsRecord, theirs: &Value) {
    assert_eq!(ours.is_active, theirs["is_active"]);
    assert_eq!(json!(ours.cached), theirs["cached"]);
    assert_eq!(json!(ours.name), theirs["name"]);
    assert_eq!(json!(ours.record_type), theirs["record_type"]);
    assert_eq!(json!(ours.valid), theirs["valid"]);
    assert_eq!(ours.value, theirs["value"]);
}

#[track_caller]
fn same_key(ours: &DkimKey, theirs: &Value) {
    assert_eq!(ours.signing_domain, theirs["signing_domain"]);
    assert_eq!(ours.selector, theirs["selector"]);
    same_record(ours.dns_record.as_ref().unwrap(), &theirs["dns_record"]);
}

#[test]
fn recorded_responses_lose_nothing() {
    let json = |body: &str| serde_json::from_str::<Value>(body).unwrap();
    let listings = recorded("GET", "/v1/dkim/keys");
    let listings = listings.into_iter().chain(recorded("GET", "/v4/domains/integration"));
    let listings: Vec<_> = listings.filter(|it| it.path.ends_with("/keys")).collect();
    assert_eq!(listings.len(), 2);
    for exchange in listings {
        let theirs = json(&exchange.body);
        let ours = read_whole::<LinkPage<DkimKey>>(&exchange.body).into_parts();
        assert_eq!(ours.items.len(), theirs["items"].as_array().unwrap().len());
        for (ours, theirs) in ours.items.iter().zip(theirs["items"].as_array().unwrap()) {
            same_key(ours, theirs);
        }
        assert_eq!(json!(ours.links.next), theirs["paging"]["next"]);
    }
    for exchange in recorded("POST", "/v1/dkim/keys") {
        same_key(&read_whole(&exchange.body), &json(&exchange.body));
    }
    for exchange in recorded("DELETE", "/v1/dkim/keys") {
        assert_eq!(read_whole::<Confirmation>(&exchange.body).message, "success");
    }
    for (path, words) in
        [("/activate", "domain key activated"), ("/deactivate", "domain key deactivated")]
    {
        for exchange in recorded("PUT", path) {
            let response: DkimActivation = read_whole(&exchange.body);
            assert_eq!((&*response.message, response.active), (words, None));
        }
    }
    for exchange in recorded("PUT", "/dkim_authority") {
        let response: DkimAuthority = read_whole(&exchange.body);
        assert_eq!(response.message, "Domain DKIM authority has not been changed");
        assert_eq!(response.changed, Some(false));
        let theirs = &json(&exchange.body)["sending_dns_records"];
        assert_eq!(response.sending_dns_records.len(), theirs.as_array().unwrap().len());
        for (ours, theirs) in response.sending_dns_records.iter().zip(theirs.as_array().unwrap()) {
            same_record(ours, theirs);
        }
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (
            400,
            r#"{"Reason": "rotation_interval is not allowed unless also enabling DKIM rotation"}"#,
            "not allowed unless",
        ),
        (
            400,
            r#"{"Reason": "only domains in enabled can rotate. Current state: wait_verify"}"#,
            "wait_verify",
        ),
        (404, r#"{"Description": "domain not found"}"#, "domain not found"),
        (404, r#"{"message": "domain key not found"}"#, "domain key not found"),
        (
            400,
            r#"{"message": "cannot delete domain key: must have at least one active domain key"}"#,
            "at least one",
        ),
        (401, r#"{"message": "Invalid private key"}"#, "Invalid private key"),
        (404, r#"{"message": "Domain not found"}"#, "Domain not found"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let error = DkimKeys::new(&service.client()).rotate_now("a.b").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.api_message().unwrap().contains(words), "{error}");
        let operation = error.operation().unwrap().to_string();
        assert_eq!(operation, "POST /v1/dkim_management/domains/{domain}/rotate");
    }
}

#[tokio::test]
async fn null_keys_and_records_leave_the_others() {
    let page = json!({"items": [null, key(), null]});
    let answer = page.clone();
    let service = Scripted::new(move |_| Answer::json(&answer));
    let mut keys = DkimKeys::new(&service.client()).list(mailgun_dkim::ListDkimKeys::new());
    let read = keys.next_page().await.unwrap().unwrap();
    assert_eq!((read.items.len(), read.unreadable.len()), (1, 2));
    let service = Scripted::new(move |_| Answer::json(&page));
    let keys = DkimKeys::new(&service.client());
    assert_eq!(keys.list_of_domain("mg.example.com").await.unwrap().len(), 1);
    let response = json!({"sending_dns_records": [null, key()["dns_record"]]});
    let read: DkimAuthority = serde_json::from_value(response).unwrap();
    assert_eq!(read.sending_dns_records.len(), 1);
    let mut rotation = rotation()["domain"].clone();
    rotation["records"].as_array_mut().unwrap().push(Value::Null);
    let read: mailgun_dkim::DkimRotation = serde_json::from_value(rotation).unwrap();
    assert_eq!(read.records.len(), 1);
}
