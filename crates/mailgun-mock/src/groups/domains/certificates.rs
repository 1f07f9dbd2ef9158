//! TLS certificates of tracking hosts. A certificate is issued between the first request for its
//! status and the second.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Domain;
use crate::{account::Account, groups::Answer, http::response::Response};

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) enum Progress {
    #[default]
    None,
    Begun,
    Active,
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIBmock\n-----END CERTIFICATE-----\n";

pub(super) fn route(
    account: &mut Account,
    method: &str,
    host: &str,
    rest: &[&str],
) -> Option<Answer> {
    let mut all = account.groups.domains.all.iter_mut();
    let domain = all.find(|domain| domain.tracking_host().eq_ignore_ascii_case(host));
    let handler = match (method, rest) {
        ("GET", ["status"]) => status,
        ("POST", []) => generate,
        ("PUT", []) => regenerate,
        _ => return None,
    };
    let response = match domain {
        Some(domain) => handler(domain, host),
        None => described(StatusCode::NOT_FOUND, "x509 cert not found"),
    };
    Some(Ok(response))
}

fn status(domain: &mut Domain, _host: &str) -> Response {
    match domain.certificate {
        Progress::None => described(
            StatusCode::NOT_FOUND,
            "Please initiate x509 key pair generation at POST /v2/x509/{domain}",
        ),
        Progress::Begun => {
            domain.certificate = Progress::Active;
            let error = "Waiting for x509 key pair generation";
            Response::ok(&json!({ "status": "processing", "error": error }))
        }
        Progress::Active => {
            Response::ok(&json!({ "status": "active", "error": null, "certificate": PEM }))
        }
    }
}

fn generate(domain: &mut Domain, host: &str) -> Response {
    if !matches!(domain.certificate, Progress::None) {
        let words = format!("x509 key pair generation has already been initiated for {host}");
        return described(StatusCode::CONFLICT, &words);
    }
    domain.certificate = Progress::Begun;
    let location = format!("/v2/x509/{host}/status");
    let response = json!({ "message": "Initiated x509 key pair generation", "location": location });
    Response::json(StatusCode::ACCEPTED, &response)
}

/// Certificates do not expire here, so none can be renewed.
fn regenerate(domain: &mut Domain, host: &str) -> Response {
    match domain.certificate {
        Progress::None => described(StatusCode::NOT_FOUND, "x509 cert not found"),
        Progress::Begun => described(
            StatusCode::TOO_MANY_REQUESTS,
            &format!("x509 key pair generation job is already in progress for {host}"),
        ),
        Progress::Active => described(
            StatusCode::CONFLICT,
            "x509 certificate is still valid until 2099-11-10 23:00:00 +0000 UTC",
        ),
    }
}

/// This service has its message in a separate field.
fn described(status: StatusCode, words: &str) -> Response {
    Response::json(status, &json!({ "Description": words }))
}
