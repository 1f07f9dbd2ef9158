//! The DNS records that a domain needs.

use serde_json::{Value, json};

use super::Domain;

pub(super) fn receiving(domain: &Domain) -> Value {
    let exchanger = |host: &str| {
        let mut record = record(domain, "MX", host);
        record["priority"] = json!("10");
        record
    };
    json!([exchanger("mxa.mailgun.org"), exchanger("mxb.mailgun.org")])
}

pub(super) fn sending(domain: &Domain) -> Value {
    let named = |name: String, record_type: &str, value: &str| {
        let mut record = record(domain, record_type, value);
        record["name"] = json!(name);
        record
    };
    let name = &domain.name;
    json!([
        named(name.clone(), "TXT", "v=spf1 include:mailgun.org ~all"),
        named(format!("smtp._domainkey.{name}"), "TXT", "k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"),
        named(domain.tracking_host(), "CNAME", "mailgun.org"),
    ])
}

fn record(domain: &Domain, record_type: &str, value: &str) -> Value {
    let is_found = domain.is_active;
    json!({
        "is_active": true,
        "cached": if is_found { vec![value] } else { Vec::new() },
        "record_type": record_type,
        "valid": if is_found { "valid" } else { "unknown" },
        "value": value,
    })
}
