//! Recorded responses are read whole, and nothing of them is lost.

use mailgun_core::Confirmation;
use mailgun_domains::{
    ClickTracking, ClickTrackingResponse, ConnectionResponse, CredentialsResponse, DomainResponse,
    Domains, UnsubscribeTrackingResponse,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{Exchange, read_whole, recorded},
};
use mailgun_types::DnsRecord;
use serde_json::{Value, json};

use crate::support::DOMAIN;

/// The recordings whose path ends so.
fn ending(method: &str, end: &str) -> Vec<Exchange> {
    let mut found = recorded(method, end);
    found.retain(|exchange| exchange.path.ends_with(end) && exchange.status == 200);
    assert!(!found.is_empty());
    found
}

#[test]
fn domains_lose_nothing() {
    const NAME: &str = "/v4/domains/integration-test.domain.invalid";
    let recordings = [ending("POST", "/v4/domains"), ending("GET", NAME), ending("PUT", NAME)];
    for exchange in recordings.into_iter().flatten() {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: DomainResponse = read_whole(&exchange.body);
        assert_eq!(json!(response.message), json.get("message").cloned().unwrap_or(Value::Null));
        let domain = response.domain;
        let read = json!({
            "created_at": domain.created_at.unwrap().to_rfc2822().replace("+0000", "GMT"),
            "id": domain.id,
            "is_disabled": domain.is_disabled,
            "name": domain.name,
            "require_tls": domain.require_tls,
            "skip_verification": domain.skip_verification,
            "smtp_login": domain.smtp_login,
            "spam_action": domain.spam_action,
            "state": domain.state,
            "type": domain.domain_type,
            "use_automatic_sender_security": domain.use_automatic_sender_security,
            "web_prefix": domain.web_prefix,
            "web_scheme": domain.web_scheme,
            "wildcard": domain.wildcard,
        });
        assert_eq!(read, json["domain"]);
        check_records(&response.receiving_dns_records, &json["receiving_dns_records"]);
        check_records(&response.sending_dns_records, &json["sending_dns_records"]);
    }
}

#[track_caller]
fn check_records(read: &[DnsRecord], json: &Value) {
    let json = json.as_array().unwrap();
    assert!(!read.is_empty());
    assert_eq!(read.len(), json.len());
    for (read, json) in read.iter().zip(json) {
        assert_eq!(json!(read.name), json.get("name").cloned().unwrap_or(Value::Null));
        assert_eq!(json!(read.record_type), json["record_type"]);
        assert_eq!(read.value, json["value"]);
        let priority = read.priority.map(|priority| priority.to_string());
        assert_eq!(json!(priority), json.get("priority").cloned().unwrap_or(Value::Null));
        assert_eq!(json!(read.valid), json["valid"]);
        assert_eq!(read.is_active, json["is_active"]);
        assert_eq!(json!(read.cached), json["cached"]);
    }
}

#[test]
fn credentials_and_confirmations_lose_nothing() {
    let created = ending("POST", "/credentials");
    let changed = ending("PUT", "/credentials/test_login");
    for exchange in created.into_iter().chain(changed) {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: CredentialsResponse = read_whole(&exchange.body);
        assert_eq!(response.message, json["message"]);
        assert_eq!(json!(response.note), json["note"]);
        let passwords: Value = response
            .credentials
            .iter()
            .map(|(login, password)| (login.clone(), json!(password.expose())))
            .collect();
        assert_eq!(passwords, json["credentials"]);
    }
    for (method, end, words) in [
        (
            "DELETE",
            "/v3/domains/integration-test.domain.invalid",
            "Domain will be deleted in the background",
        ),
        ("PUT", "/web_prefix", "Domain web prefix updated"),
    ] {
        for exchange in ending(method, end) {
            assert_eq!(read_whole::<Confirmation>(&exchange.body).message, words);
        }
    }
}

#[test]
fn connections_lose_nothing() {
    let recordings = [ending("GET", "/connection"), ending("PUT", "/connection")];
    for exchange in recordings.into_iter().flatten() {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: ConnectionResponse = read_whole(&exchange.body);
        assert_eq!(json!(response.message), json.get("message").cloned().unwrap_or(Value::Null));
        assert_eq!(response.require_tls, json["require_tls"]);
        assert_eq!(response.skip_verification, json["skip_verification"]);
    }
}

#[tokio::test]
async fn tracking_loses_nothing() {
    for exchange in ending("GET", "/tracking") {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let service = Scripted::new(move |_| Answer::new(200, exchange.body.clone()));
        let tracking = Domains::new(&service.client()).tracking(DOMAIN).get().await.unwrap();
        let read = json!({
            "open": {
                "active": tracking.open.active,
                "place_at_the_top": tracking.open.place_at_the_top,
            },
            "click": { "active": tracking.click.active == Some(ClickTracking::Yes) },
            "unsubscribe": {
                "active": tracking.unsubscribe.active,
                "html_footer": tracking.unsubscribe.html_footer,
                "text_footer": tracking.unsubscribe.text_footer,
            },
            "web_scheme": tracking.web_scheme,
        });
        assert_eq!(read, json["tracking"]);
    }
    for exchange in ending("PUT", "/tracking/click") {
        let response: ClickTrackingResponse = read_whole(&exchange.body);
        assert_eq!(response.message, "Domain tracking settings have been updated");
        assert_eq!(response.click.active, Some(ClickTracking::No));
    }
    for exchange in ending("PUT", "/tracking/unsubscribe") {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: UnsubscribeTrackingResponse = read_whole(&exchange.body);
        assert_eq!(response.message, "Domain tracking settings have been updated");
        assert_eq!(json!(response.unsubscribe.active), json["unsubscribe"]["active"]);
        assert_eq!(response.unsubscribe.html_footer, json["unsubscribe"]["html_footer"]);
        assert_eq!(response.unsubscribe.text_footer, json["unsubscribe"]["text_footer"]);
    }
}

#[tokio::test]
async fn the_recorded_error_has_mailguns_message() {
    let mut refused = recorded("POST", "/v3/domains");
    refused.retain(|exchange| exchange.status == 400);
    assert!(!refused.is_empty());
    for exchange in refused {
        let service = Scripted::new(move |_| Answer::new(exchange.status, exchange.body.clone()));
        let domains = Domains::new(&service.client());
        let error = domains.create(DOMAIN, mailgun_domains::CreateDomain::new()).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
        assert_eq!(error.api_message(), Some("This domain name is already taken"));
    }
}
