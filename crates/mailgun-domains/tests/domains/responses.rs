use mailgun_core::{ErrorKind, LinkPage, PageResponse as _};
use mailgun_domains::{
    CertificateJob, CertificateStatus, ClickTracking, ClickTrackingResponse, ConnectionResponse,
    CreateDomain, Credential, CredentialDeleted, CredentialsDeleted, CredentialsResponse, Domain,
    DomainResponse, DomainState, DomainType, Domains, GetDomain, IpList, OpenTrackingResponse,
    SpamAction, TrackingCertificate, UnsubscribeTrackingResponse, WebScheme,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, tolerates},
};
use mailgun_types::{DnsRecordState, DnsRecordType};
use serde_json::{Value, json};

use crate::support::{DOMAIN, HOST, ip};

fn domain() -> Value {
    json!({
        "id": "67bcf63306fcfd2fb4b7e056",
        "name": "mg.example.com",
        "state": "disabled",
        "type": "custom",
        "created_at": "Mon, 24 Feb 2025 22:44:03 GMT",
        "is_disabled": true,
        "disabled": {
            "code": "blacklisted",
            "note": "for debugging",
            "permanently": false,
            "reason": "bad customer",
            "until": "Tue, 25 Feb 2025 22:44:03 GMT"
        },
        "require_tls": true,
        "skip_verification": true,
        "wildcard": true,
        "spam_action": "tag",
        "smtp_login": "postmaster@mg.example.com",
        "smtp_password": "hunter2",
        "web_prefix": "track",
        "web_scheme": "https",
        "tracking_host": "click.example.com",
        "use_automatic_sender_security": true,
        "encrypt_incoming_message": true,
        "message_ttl": 86400,
        "archive_to": "https://example.com/archive",
        "subaccount_id": "6fr783930fhhriu673",
        "dkim_host": "example.com",
        "mailfrom_host": "mail.example.com",
        "pod": "main"
    })
}

fn response() -> Value {
    json!({
        "message": "Domain has been updated",
        "domain": domain(),
        "receiving_dns_records": [{
            "is_active": true, "cached": ["10 mxa.mailgun.org"], "priority": "10",
            "record_type": "MX", "valid": "valid", "value": "mxa.mailgun.org"
        }],
        "sending_dns_records": [{
            "is_active": false, "cached": [], "name": "mg.example.com", "record_type": "TXT",
            "valid": "UNKNOWN", "value": "v=spf1 include:mailgun.org ~all"
        }]
    })
}

fn tracking() -> Value {
    json!({"tracking": {
        "open": {"active": true, "place_at_the_top": "yes"},
        "click": {"active": "htmlonly"},
        "unsubscribe": {"active": false, "html_footer": "<p>bye</p>", "text_footer": "bye"},
        "web_scheme": "https"
    }})
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<DomainResponse>(&response(), &[]);
    tolerates::<LinkPage<Domain>>(&json!({"total_count": 1, "items": [domain()]}), &[]);
    for connection in [
        json!({"message": "updated", "require_tls": true, "skip_verification": false}),
        json!({"connection": {"require_tls": true, "skip_verification": false}}),
    ] {
        tolerates::<ConnectionResponse>(&connection, &[]);
    }
    let listed = json!({
        "login": "alice@mg.example.com", "mailbox": "alice@mg.example.com",
        "created_at": "Wed, 08 Mar 2023 23:34:57 +0000", "size_bytes": "12"
    });
    tolerates::<LinkPage<Credential>>(&json!({"total_count": 1, "items": [listed]}), &[]);
    tolerates::<CredentialDeleted>(
        &json!({"message": "Credentials have been deleted", "spec": "x"}),
        &[],
    );
    tolerates::<CredentialsDeleted>(&json!({"message": "deleted", "count": 2}), &[]);
    let settings = &tracking()["tracking"];
    tolerates::<OpenTrackingResponse>(
        &json!({"message": "updated", "open": settings["open"]}),
        &[],
    );
    tolerates::<ClickTrackingResponse>(&json!({"message": "m", "click": settings["click"]}), &[]);
    tolerates::<UnsubscribeTrackingResponse>(
        &json!({"message": "m", "unsubscribe": settings["unsubscribe"]}),
        &[],
    );
    tolerates::<mailgun_domains::TrackingSettings>(settings, &[]);
    tolerates::<TrackingCertificate>(
        &json!({"status": "expired", "error": "x509 certificate has expired", "certificate": "x"}),
        &[],
    );
    tolerates::<CertificateJob>(&json!({"message": "Initiated", "location": "/v2/x509"}), &[]);
    tolerates::<IpList>(&json!({"items": ["192.0.2.1", "2001:db8::1"], "total_count": 2}), &[]);
}

#[test]
fn a_response_with_passwords_is_read_with_its_other_fields_missing() {
    // A password that is null is no password: the names below `credentials` are logins.
    let whole = json!({
        "message": "Password changed", "note": "Please store", "credentials": {"alice": "hunter2"}
    });
    let read: CredentialsResponse = read_whole(&whole.to_string());
    assert_eq!(read.credentials["alice"].expose(), "hunter2");
    assert!(!format!("{read:?}").contains("hunter2"));
    for field in ["message", "note", "credentials"] {
        let (mut without, mut null) = (whole.clone(), whole.clone());
        without.as_object_mut().unwrap().remove(field);
        null[field] = Value::Null;
        for changed in [without, null] {
            serde_json::from_value::<CredentialsResponse>(changed).unwrap();
        }
    }
}

#[tokio::test]
async fn a_domain_is_read_with_all_it_has() {
    let service = Scripted::new(|_| Answer::json(&response()));
    let response = Domains::new(&service.client()).get(DOMAIN, GetDomain::new()).await.unwrap();
    assert_eq!(response.message.as_deref(), Some("Domain has been updated"));
    let domain = &response.domain;
    assert_eq!(domain.id, "67bcf63306fcfd2fb4b7e056");
    assert_eq!(domain.name, DOMAIN);
    assert_eq!(domain.state, Some(DomainState::Disabled));
    assert_eq!(domain.domain_type, Some(DomainType::Custom));
    assert_eq!(domain.created_at.unwrap().to_rfc3339(), "2025-02-24T22:44:03Z");
    let disabled = domain.disabled.as_ref().unwrap();
    assert_eq!((&*disabled.code, &*disabled.reason), ("blacklisted", "bad customer"));
    assert_eq!((&*disabled.note, disabled.permanently), ("for debugging", false));
    assert_eq!(disabled.until.unwrap().to_rfc3339(), "2025-02-25T22:44:03Z");
    assert!(domain.is_disabled && domain.require_tls && domain.skip_verification);
    assert!(domain.wildcard && domain.use_automatic_sender_security);
    assert_eq!(domain.spam_action, Some(SpamAction::Tag));
    assert_eq!(domain.smtp_login, "postmaster@mg.example.com");
    assert_eq!(domain.smtp_password.as_ref().unwrap().expose(), "hunter2");
    assert!(!format!("{response:?}").contains("hunter2"));
    assert_eq!((&*domain.web_prefix, &domain.web_scheme), ("track", &Some(WebScheme::Https)));
    assert_eq!(domain.tracking_host.as_deref(), Some("click.example.com"));
    assert_eq!(domain.encrypt_incoming_message, Some(true));
    assert_eq!(domain.message_ttl, Some(86_400));
    assert_eq!(domain.archive_to.as_deref(), Some("https://example.com/archive"));
    assert_eq!(domain.subaccount_id.as_deref(), Some("6fr783930fhhriu673"));
    assert_eq!(domain.dkim_host.as_deref(), Some("example.com"));
    assert_eq!(domain.mailfrom_host.as_deref(), Some("mail.example.com"));
    assert_eq!(domain.pod.as_deref(), Some("main"));
    let (receiving, sending) =
        (&response.receiving_dns_records[0], &response.sending_dns_records[0]);
    assert_eq!(receiving.record_type, Some(DnsRecordType::Mx));
    assert_eq!((receiving.priority, receiving.is_active), (Some(10), true));
    assert_eq!(receiving.cached, ["10 mxa.mailgun.org"]);
    assert_eq!(sending.name.as_deref(), Some(DOMAIN));
    assert_eq!(sending.valid, Some(DnsRecordState::Unknown));
}

#[test]
fn unknown_enum_values_are_kept() {
    let domain: Domain =
        read_whole(r#"{"state": "Paused", "type": "shared", "spam_action": "delete"}"#);
    assert_eq!(domain.state.unwrap().as_str(), "Paused");
    assert_eq!(domain.domain_type.unwrap().as_str(), "shared");
    assert_eq!(domain.spam_action.unwrap(), SpamAction::from("delete"));
    let none = r#"{"items": null, "total_count": 0}"#;
    assert!(read_whole::<LinkPage<Domain>>(none).into_parts().items.is_empty());
}

#[test]
fn connections_are_read_flat_and_wrapped() {
    for json in [
        r#"{"require_tls": true, "skip_verification": true}"#,
        r#"{"connection": {"require_tls": true, "skip_verification": true}}"#,
    ] {
        let response: ConnectionResponse = serde_json::from_str(json).unwrap();
        assert_eq!((response.require_tls, response.skip_verification), (true, true), "{json}");
        assert_eq!(response.message, None);
    }
}

#[tokio::test]
async fn tracking_is_unwrapped_and_clicks_have_three_values() {
    let service = Scripted::new(|_| Answer::json(&tracking()));
    let settings = Domains::new(&service.client()).tracking(DOMAIN).get().await.unwrap();
    assert_eq!((settings.open.active, settings.open.place_at_the_top), (Some(true), Some(true)));
    assert_eq!(settings.click.active, Some(ClickTracking::HtmlOnly));
    assert_eq!(settings.unsubscribe.active, Some(false));
    assert_eq!(settings.unsubscribe.html_footer, "<p>bye</p>");
    assert_eq!(settings.unsubscribe.text_footer, "bye");
    assert_eq!(settings.web_scheme, Some(WebScheme::Https));
    for (json, active) in [("true", ClickTracking::Yes), ("false", ClickTracking::No)] {
        let response: ClickTrackingResponse =
            read_whole(&format!(r#"{{"message": "m", "click": {{"active": {json}}}}}"#));
        assert_eq!(response.click.active, Some(active));
    }
}

#[test]
fn certificates_ips_and_credentials_are_read() {
    let processing: TrackingCertificate =
        read_whole(r#"{"status": "processing", "error": "Waiting for x509 key pair generation"}"#);
    assert_eq!(processing.status, Some(CertificateStatus::Processing));
    assert_eq!(processing.error.as_deref(), Some("Waiting for x509 key pair generation"));
    assert_eq!(processing.certificate, None);
    let ips: IpList = read_whole(r#"{"items": ["192.0.2.1"], "total_count": "1"}"#);
    assert_eq!((ips.items, ips.total_count), (vec![ip(1)], Some(1)));
    let credential: Credential = read_whole(
        r#"{"login": "a@b.c", "mailbox": "d@b.c", "size_bytes": null,
            "created_at": "Wed, 08 Mar 2023 23:34:57 +0000"}"#,
    );
    assert_eq!((&*credential.login, &*credential.mailbox), ("a@b.c", "d@b.c"));
    assert_eq!(credential.created_at.unwrap().to_rfc3339(), "2023-03-08T23:34:57Z");
    assert_eq!(credential.size_bytes, None);
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (400, r#"{"message": "Password is too short."}"#, "Password is too short."),
        (400, r#"{"Reason": "invalid name"}"#, "invalid name"),
        (401, r#"{"message": "Invalid private key"}"#, "Invalid private key"),
        (401, "Forbidden", "Forbidden"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let domains = Domains::new(&service.client());
        let error = domains.create(DOMAIN, CreateDomain::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.api_message(), Some(words));
        assert_eq!(error.operation().unwrap().to_string(), "POST /v4/domains");
    }
    let service = Scripted::new(|_| Answer::new(404, r#"{"message": "Domain not found"}"#));
    let error = Domains::new(&service.client()).get(DOMAIN, GetDomain::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
    assert!(error.to_string().contains("region"), "{error}");
    let service = Scripted::new(|_| Answer::new(429, r#"{"message": "Too many requests"}"#));
    let error = Domains::new(&service.client()).verify(DOMAIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
}

#[tokio::test]
async fn errors_of_certificates_and_credentials_have_mailguns_message() {
    for (status, body, words) in [
        (400, r#"{"Reason": "invalid CNAME record"}"#, "invalid CNAME record"),
        (402, r#"{"Reason": "upgrade your account"}"#, "upgrade your account"),
        (404, r#"{"Description": "x509 cert not found"}"#, "x509 cert not found"),
        (409, r#"{"Description": "still valid until"}"#, "still valid until"),
        (429, r#"{"Description": "already in progress"}"#, "already in progress"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let tracking = Domains::new(&service.client()).tracking(DOMAIN);
        let error = tracking.regenerate_certificate(HOST).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.api_message(), Some(words));
    }
    let body = r#"{"message": "Cannot delete system mailbox: postmaster@example.com"}"#;
    let service = Scripted::new(move |_| Answer::new(400, body));
    let credentials = Domains::new(&service.client()).credentials(DOMAIN);
    let error = credentials.delete("postmaster").await.unwrap_err();
    assert!(error.api_message().unwrap().starts_with("Cannot delete system mailbox"));
}

#[test]
fn odd_entries_leave_the_readable_ones() {
    let record = json!({"record_type": "MX", "value": "mxa.mailgun.org", "cached": ["a", null, 5]});
    let response: DomainResponse = serde_json::from_value(json!({
        "sending_dns_records": [null, record],
        "receiving_dns_records": [record, null, record],
    }))
    .unwrap();
    assert_eq!(response.sending_dns_records[0].cached, ["a"]);
    assert_eq!((response.sending_dns_records.len(), response.receiving_dns_records.len()), (1, 2));
    let ips: IpList = serde_json::from_str(r#"{"items": [null, "192.0.2.1", "x"]}"#).unwrap();
    assert_eq!(ips.items, [ip(1)]);
    let made: CredentialsResponse =
        serde_json::from_str(r#"{"credentials": {"a@b.c": null, "d@b.c": "hunter2"}}"#).unwrap();
    assert_eq!(made.credentials.len(), 1);
}

#[tokio::test]
async fn an_odd_setting_of_a_connection_is_named() {
    for (json, path) in [
        (r#"{"connection": {"require_tls": "perhaps"}}"#, "connection.require_tls"),
        (r#"{"require_tls": [], "message": "x"}"#, "require_tls"),
        (r#"{"connection": 5}"#, "connection"),
    ] {
        let service = Scripted::new(move |_| Answer::new(200, json));
        let error = Domains::new(&service.client()).connection(DOMAIN).await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{path}`")), "{error} for {json}");
    }
}
