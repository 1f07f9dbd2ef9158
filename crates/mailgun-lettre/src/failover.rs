use std::fmt;

use async_trait::async_trait;
use lettre::{AsyncTransport, Transport, address::Envelope};
use mailgun_core::Outcome;

use crate::SendOutcome;

/// A transport that tries a second one if the first certainly did not accept the mail.
///
/// If the outcome of the first is [`Outcome::Unknown`], the second is not tried: the recipients might
/// get the mail twice. [`SendOutcome`] says which errors of a transport are certain.
///
/// If a guard of the first refuses the mail, the second is not tried either. But the second does not know
/// that guard: a mail that the first cannot send for another reason, such as a lost connection, goes from
/// the second to its original recipients, even if the first has `redirect_all_to`. A guard belongs to one client.
/// Give every transport of a failover its own guard. SMTP cannot have one.
///
/// Both transports may themselves be failovers. A failover is an `AsyncTransport` if both transports
/// are, and a `Transport` if both transports are.
///
/// ```no_run
/// use lettre::{AsyncTransport, Message};
/// use mailgun::{Mailgun, Region};
/// use mailgun_lettre::{Failover, FailoverError, MailgunTransport};
///
/// # async fn example(message: Message) -> Result<(), Box<dyn std::error::Error>> {
/// let us = Mailgun::builder("key-0123456789").build()?;
/// let eu = Mailgun::builder("key-0123456789").region(Region::Eu).build()?;
/// let mailer = Failover::new(
///     MailgunTransport::new(us.client()).domain("mg.example.com"),
///     MailgunTransport::new(eu.client()).domain("mg.example.eu"),
/// );
/// match mailer.send(message).await {
///     Ok(sent) => println!("{sent:?}"),
///     Err(FailoverError::Unknown(error)) => println!("look in the events first: {error}"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Failover<A, B> {
    first: A,
    second: B,
}

impl<A, B> Failover<A, B> {
    /// Tries `first`, and `second` if the first certainly did not accept the mail.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

/// Which transport of a [`Failover`] sent the mail, and what it returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent<A, B> {
    /// The first.
    First(A),
    /// The second, because the first failed.
    Second(B),
}

/// Why a [`Failover`] did not send the mail, or may have sent it.
#[derive(Clone, Copy, Debug)]
pub enum FailoverError<A, B> {
    /// The first transport may have sent the mail. The second was not tried.
    Unknown(A),
    /// The first transport refused the mail and no other may be tried, for example because of a client's
    /// guard. The second was not tried.
    Refused(A),
    /// Both transports failed. The first certainly did not accept the mail.
    Both {
        /// The error of the first transport.
        first: A,
        /// The error of the second transport.
        second: B,
    },
}

impl<A: SendOutcome, B> FailoverError<A, B> {
    /// The error that ends the failover, or the one after which the second transport is tried.
    fn after_first(error: A) -> Result<A, Self> {
        match error.outcome() {
            Outcome::Unknown => Err(Self::Unknown(error)),
            Outcome::NotSent | Outcome::Rejected if error.may_fail_over() => Ok(error),
            Outcome::NotSent | Outcome::Rejected => Err(Self::Refused(error)),
        }
    }
}

#[async_trait]
impl<A, B> AsyncTransport for Failover<A, B>
where
    A: AsyncTransport<Ok: Send, Error: SendOutcome + Send> + Sync,
    B: AsyncTransport<Ok: Send, Error: Send> + Sync,
{
    type Ok = Sent<A::Ok, B::Ok>;
    type Error = FailoverError<A::Error, B::Error>;

    async fn send_raw(&self, envelope: &Envelope, email: &[u8]) -> Result<Self::Ok, Self::Error> {
        let first = match self.first.send_raw(envelope, email).await {
            Ok(sent) => return Ok(Sent::First(sent)),
            Err(error) => FailoverError::after_first(error)?,
        };
        match self.second.send_raw(envelope, email).await {
            Ok(sent) => Ok(Sent::Second(sent)),
            Err(second) => Err(FailoverError::Both { first, second }),
        }
    }

    async fn shutdown(&self) {
        self.first.shutdown().await;
        self.second.shutdown().await;
    }
}

impl<A, B> Transport for Failover<A, B>
where
    A: Transport<Error: SendOutcome>,
    B: Transport,
{
    type Ok = Sent<A::Ok, B::Ok>;
    type Error = FailoverError<A::Error, B::Error>;

    fn send_raw(&self, envelope: &Envelope, email: &[u8]) -> Result<Self::Ok, Self::Error> {
        let first = match self.first.send_raw(envelope, email) {
            Ok(sent) => return Ok(Sent::First(sent)),
            Err(error) => FailoverError::after_first(error)?,
        };
        match self.second.send_raw(envelope, email) {
            Ok(sent) => Ok(Sent::Second(sent)),
            Err(second) => Err(FailoverError::Both { first, second }),
        }
    }

    fn shutdown(&self) {
        self.first.shutdown();
        self.second.shutdown();
    }
}

impl<A: SendOutcome, B: SendOutcome> FailoverError<A, B> {
    /// Returns whether the mail may have been accepted. It is unknown if one of the transports may have sent
    /// it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unknown(_) => Outcome::Unknown,
            Self::Refused(first) => first.outcome(),
            Self::Both { second, .. } => second.outcome(),
        }
    }
}

impl<A: SendOutcome, B: SendOutcome> SendOutcome for FailoverError<A, B> {
    fn outcome(&self) -> Outcome {
        self.outcome()
    }

    fn may_fail_over(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Refused(_) => false,
            Self::Both { second, .. } => second.may_fail_over(),
        }
    }
}

/// Shows the text of the transports' errors.
impl<A: fmt::Display, B: fmt::Display> fmt::Display for FailoverError<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(first) => {
                write!(f, "the first transport may have sent the mail: {first}")
            }
            Self::Refused(first) => write!(f, "the first transport refused the mail: {first}"),
            Self::Both { first, second } => {
                write!(f, "the first transport failed: {first}; the second failed: {second}")
            }
        }
    }
}

/// Has no `source`, because `Display` shows the errors of both transports.
impl<A, B> std::error::Error for FailoverError<A, B> where Self: fmt::Debug + fmt::Display {}
