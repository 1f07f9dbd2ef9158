//! Why a command failed, and the status that the program exits with.

use std::{fmt, io, process::ExitCode};

use mailgun::{
    Error, ErrorKind, Idempotency, Outcome,
    bulk::{BulkError, Halt},
    http::{Method, StatusCode},
};
use mailgun_store::StoreError;
use serde_json::{Value, json};

/// The statuses as `--help` and the documentation list them.
pub(crate) const TABLE: &str = "\
Exit status:
  0  Done
  1  Error: Mailgun rejected the request, or a file could not be read or written
  2  Usage: an argument or a setting is missing or invalid; nothing was sent
  3  Not sent: no connection, or a rate limit. Try again later
  4  Unknown: the request may have taken effect. Check before you repeat it
  5  Not found: Mailgun has no such object, or not in this account and region
  6  Denied: Mailgun refused the API key
  7  Negative: a check found something wrong, or files differ";

/// The statuses other than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    Error = 1,
    Usage = 2,
    NotSent = 3,
    Unknown = 4,
    NotFound = 5,
    Denied = 6,
    Negative = 7,
}

/// The end of a command that did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    details: Option<Box<Error>>,
    /// The reader of our output is gone: there is nobody to tell.
    is_silent: bool,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), details: None, is_silent: false }
    }

    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self::new(Status::Error, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    pub(crate) fn not_sent(message: impl Into<String>) -> Self {
        Self::new(Status::NotSent, message)
    }

    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new(Status::Unknown, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Status::NotFound, message)
    }

    pub(crate) fn negative(message: impl Into<String>) -> Self {
        Self::new(Status::Negative, message)
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: impl fmt::Display, error: io::Error) -> Self {
        Self::error(format!("{path}: {error}"))
    }

    /// Adds what to do next.
    pub(crate) fn advice(mut self, advice: impl fmt::Display) -> Self {
        self.message = format!("{}\n{advice}", self.message);
        self
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.status == Status::Unknown
    }

    pub(crate) fn is_temporary(&self) -> bool {
        self.status == Status::NotSent
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.is_silent
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn code(&self) -> ExitCode {
        if self.is_silent { ExitCode::SUCCESS } else { ExitCode::from(self.status as u8) }
    }

    /// What `--json` writes to standard error.
    pub(crate) fn json(&self) -> Value {
        let mut error = json!({ "message": self.message, "exit_status": self.status as u8 });
        if let Some(details) = &self.details {
            error["kind"] = json!(details.kind().as_str());
            error["outcome"] = json!(details.outcome().as_str());
            error["status"] = json!(details.status().map(|status| status.as_u16()));
            let wait = details.retry_after().map(|wait| wait.as_secs());
            error["retry_after_seconds"] = json!(wait);
        }
        json!({ "error": error })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (status, mut message) = (status(&error), error.to_string());
        if let Some(wait) = error.retry_after() {
            message += &format!("\nMailgun asks to wait {} s before the next try.", wait.as_secs());
        }
        Self { details: Some(Box::new(error)), ..Self::new(status, message) }
    }
}

impl From<BulkError> for Failure {
    fn from(error: BulkError) -> Self {
        let message = match &error {
            BulkError::Source(cause) | BulkError::Report(cause) => format!("{error}: {cause}"),
            _ => error.to_string(),
        };
        let status = match error {
            BulkError::Api(error) => return error.into(),
            BulkError::NotFound => Status::NotFound,
            BulkError::InvalidRows(_) | BulkError::NoRecipients => Status::Usage,
            BulkError::Halted(Halt::RateLimit(_) | Halt::NotSent(_), _) => Status::NotSent,
            BulkError::Halted(Halt::Unknown(_), _) => Status::Unknown,
            BulkError::Halted(_, error) => status(&error),
            _ => Status::Error,
        };
        Self::new(status, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        Self { is_silent, ..Self::error(error.to_string()) }
    }
}

/// The status for an error of the SDK.
fn status(error: &Error) -> Status {
    let repeats_safely =
        error.operation().is_none_or(|it| it.idempotency() == Idempotency::Idempotent);
    // What can be repeated safely may still have been done.
    let changes = error
        .operation()
        .is_some_and(|it| matches!(it.method(), Method::PUT | Method::PATCH | Method::DELETE));
    match (error.kind(), error.status(), error.outcome()) {
        (_, Some(StatusCode::NOT_FOUND), _) => Status::NotFound,
        (_, Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN), _) => Status::Denied,
        (ErrorKind::Config | ErrorKind::InvalidInput, ..) => Status::Usage,
        (ErrorKind::TooLarge, None, _) => Status::Usage,
        (ErrorKind::RateLimited, ..) => Status::NotSent,
        (ErrorKind::Decode, ..) if repeats_safely => Status::Error,
        (_, _, Outcome::Rejected) => Status::Error,
        (_, _, Outcome::NotSent) => Status::NotSent,
        (_, _, Outcome::Unknown) if repeats_safely && !changes => Status::NotSent,
        (_, _, Outcome::Unknown) => Status::Unknown,
    }
}
