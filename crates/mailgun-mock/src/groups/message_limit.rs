//! The monthly message limits of the account and of subaccounts. All messages
//! since the start of the mock count.

use serde_json::json;

use super::Answer;
use crate::http::{
    request::Request,
    response::{Refusal, Response},
};

const SMALLEST: u64 = 1000;

/// Handles the limit of an account or subaccount that has sent `sent` messages.
pub(crate) fn answer(limit: &mut Option<u64>, sent: usize, request: &Request) -> Answer {
    match request.method.as_str() {
        "GET" => {
            let limit = limit.ok_or_else(|| Refusal::not_found("No threshold for account"))?;
            return Ok(Response::ok(&json!({ "limit": limit, "current": sent, "period": "1m" })));
        }
        "PUT" => {
            let new = request.value("limit").and_then(|text| text.parse().ok());
            let new = new.filter(|new| *new >= SMALLEST);
            // The service spells it like this.
            *limit = Some(new.ok_or_else(|| {
                Refusal::bad_request(format!("The limit parameter minumum is {SMALLEST}"))
            })?);
        }
        _ => {
            limit
                .take()
                .ok_or_else(|| Refusal::bad_request("Could not delete threshold for account"))?;
        }
    }
    Ok(Response::ok(&json!({ "success": true })))
}
