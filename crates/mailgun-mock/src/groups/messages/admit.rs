//! Whether the account may send now: its subaccount, its monthly limits, its recipients per hour.

use std::time::{Duration, UNIX_EPOCH};

use http::StatusCode;

use crate::{
    account::Account, date, groups::subaccounts, http::response::Refusal, sent::SentMessage,
};

const HOUR: u64 = 3600;

/// The recipients of the current hour.
#[derive(Debug, Default)]
pub(crate) struct Hour {
    /// Hours since the epoch.
    number: u64,
    recipients: usize,
}

/// Counts the recipients of a message, unless the account may not send it.
pub(super) fn admit(
    account: &mut Account,
    domain: &str,
    subaccount: Option<&str>,
    recipients: usize,
) -> Result<(), Refusal> {
    let forbidden = |why: &str| {
        let text = format!("Domain {domain} is not allowed to send: {why}");
        Err(Refusal::new(StatusCode::FORBIDDEN, text))
    };
    let sent = &account.groups.messages.sent;
    let of_account = account.groups.account.monthly_limit;
    if of_account.is_some_and(|limit| sent.len() as u64 >= limit) {
        return forbidden("monthly message limit of the account exceeded");
    }
    if let Some(id) = subaccount {
        if !subaccounts::is_enabled(account, id) {
            return forbidden("the subaccount is disabled");
        }
        let is_own = |message: &&SentMessage| message.subaccount() == Some(id);
        let limit = subaccounts::monthly_limit_of(account, id);
        if limit.is_some_and(|limit| sent.iter().filter(is_own).count() as u64 >= limit) {
            return forbidden("monthly message limit of the subaccount exceeded");
        }
    }
    let number = date::epoch_seconds(account.now()) / HOUR;
    let limit = account.limits.recipients_per_hour;
    let hour = &mut account.groups.messages.hour;
    if hour.number != number {
        *hour = Hour { number, recipients: 0 };
    }
    if hour.recipients.saturating_add(recipients) > limit {
        let next = UNIX_EPOCH + Duration::from_secs((number + 1) * HOUR);
        let text = format!(
            "Domain {domain} is not allowed to send: recipient limit exceeded, try again after {}",
            date::rfc2822(next, "UTC")
        );
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, text));
    }
    hour.recipients += recipients;
    Ok(())
}
