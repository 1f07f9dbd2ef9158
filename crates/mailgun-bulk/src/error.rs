use std::{error::Error as StdError, fmt};

use mailgun_core::{BoxError, Error};

use crate::CampaignState;

/// Why an operation on a campaign failed.
///
/// `Display` is complete on its own. It shows neither addresses nor secrets, unless a stream or a store of
/// yours puts them into its errors.
#[derive(Debug)]
#[non_exhaustive]
pub enum BulkError {
    /// The key belongs to another campaign, which was started or cancelled.
    KeyTaken,
    /// The store has no campaign with this key.
    NotFound,
    /// Another run of the program has created the draft again, or has started it. Nothing was added.
    DraftLost,
    /// Suppressed addresses were to be left out after recipients had been added.
    LeaveOutTooLate,
    /// This many rows have no valid recipient. [`Draft::skip_invalid`](crate::Draft::skip_invalid) starts
    /// the campaign without them.
    InvalidRows(u64),
    /// The campaign has no recipients.
    NoRecipients,
    /// The campaign is in this state, which does not allow the operation.
    NotAllowed(CampaignState),
    /// The source of the recipients failed.
    Source(BoxError),
    /// The report could not be written.
    Report(BoxError),
    /// The store failed. What cannot be recorded is not sent.
    Store(BoxError),
    /// The worker was stopped, so it sends nothing.
    WorkerStopped,
    /// A worker has ended, because there is no point in going on. The chunk that it sent last is
    /// planned again, unless its outcome is unknown.
    Halted(Halt, Error),
    /// The content is invalid, or a call failed.
    Api(Error),
}

/// Why a worker has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Halt {
    /// Mailgun refuses every call: the key is wrong or the domain unknown.
    Refused,
    /// Mailgun refuses even a single recipient, because there are too many.
    RecipientLimit,
    /// Mailgun limited the rate this many times in a row, and accepted nothing in between, or asked for a
    /// wait of more than 24 hours.
    RateLimit(u32),
    /// This many requests in a row could not be sent, or a request can never be sent.
    NotSent(u32),
    /// The outcome was unknown this many times in a row.
    Unknown(u32),
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("Mailgun refuses every call"),
            Self::RecipientLimit => {
                f.write_str("the account's limit lets not even one recipient through")
            }
            Self::RateLimit(times) => {
                write!(
                    f,
                    "Mailgun limited the rate {times} times in a row and accepted nothing, or asked \
                     for a wait of more than 24 hours"
                )
            }
            Self::NotSent(times) => {
                write!(f, "the request could not be sent (tried {times} times)")
            }
            Self::Unknown(times) => write!(f, "the outcome was unknown {times} times in a row"),
        }
    }
}

impl fmt::Display for BulkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyTaken => f.write_str(
                "the key belongs to another campaign; use a new key, or `Bulk::campaign` to go on \
                 with that one",
            ),
            Self::NotFound => f.write_str("the store has no campaign with this key"),
            Self::DraftLost => f.write_str(
                "another run of the program has created this campaign again, or has started it",
            ),
            Self::LeaveOutTooLate => {
                f.write_str("addresses must be left out before recipients are added")
            }
            Self::InvalidRows(rows) => {
                write!(f, "invalid rows: {rows}; `skip_invalid` leaves them out")
            }
            Self::NoRecipients => f.write_str("the campaign has no recipients"),
            Self::NotAllowed(state) => {
                write!(f, "the campaign is {state}, which does not allow it")
            }
            Self::Source(error) => write!(f, "the source of the recipients failed: {error}"),
            Self::Report(error) => write!(f, "the report could not be written: {error}"),
            Self::Store(error) => write!(f, "the store failed: {error}"),
            Self::WorkerStopped => f.write_str("the worker was stopped"),
            Self::Halted(halt, error) => write!(f, "the worker has ended, because {halt}: {error}"),
            Self::Api(error) => error.fmt(f),
        }
    }
}

/// Has no `source`: the causes are in the text, and in the variants.
impl StdError for BulkError {}

impl From<Error> for BulkError {
    fn from(error: Error) -> Self {
        Self::Api(error)
    }
}
