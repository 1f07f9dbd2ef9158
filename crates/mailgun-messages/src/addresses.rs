//! What goes wherever mailboxes do.

use bytes::Bytes;
use mailgun_core::{Error, FieldValue, Mailbox};

/// One or several mailboxes: `"bob@example.com"`, `"Bob <bob@example.com>"`, text with several
/// separated by commas, a `(name, address)` pair, a [`Mailbox`], or a list of any of these.
///
/// An empty list adds nothing.
///
/// ```
/// use mailgun::messages::Message;
///
/// let copies = vec!["ann@example.com".to_owned()];
/// let message = Message::new()
///     .to(["Bob <bob@example.com>", "carol@example.com"])
///     .cc(&copies)
///     .bcc(("Audit", "audit@example.com"));
/// # let _ = message;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name mailboxes",
    label = "expected text, a `(name, address)` pair, a `Mailbox`, or a list of these",
    note = "for an iterator of addresses, use `to_all`, or collect it into a `Vec`"
)]
pub trait Addresses {
    /// Reads the mailboxes.
    #[doc(hidden)]
    fn into_mailboxes(self) -> Result<Mailboxes, Error>;
}

/// A single mailbox, the usual case, or a list.
#[doc(hidden)]
#[derive(Debug)]
pub enum Mailboxes {
    One(Mailbox),
    Many(Vec<Mailbox>),
}

impl Mailboxes {
    /// The only mailbox; an error for a list.
    pub fn one(self) -> Result<Mailbox, Error> {
        match self {
            Self::One(mailbox) => Ok(mailbox),
            Self::Many(_) => Err(Error::invalid("mailbox", "must be exactly one mailbox")),
        }
    }

    /// Whether it is a list without mailboxes.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Many(list) if list.is_empty())
    }

    /// The value of one field: all mailboxes, separated by commas.
    pub fn joined(self) -> Bytes {
        match self {
            Self::One(mailbox) => mailbox.into_value(),
            Self::Many(list) => {
                let texts: Vec<_> = list.iter().map(Mailbox::as_str).collect();
                texts.join(", ").into()
            }
        }
    }
}

impl Addresses for &str {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        match self.parse() {
            Ok(mailbox) => return Ok(Mailboxes::One(mailbox)),
            Err(error) if !self.contains(',') => return Err(error),
            Err(_) => {}
        }
        let mut list = Mailbox::parse_list(self)?;
        Ok(match list.len() {
            0 => return Err(Error::invalid("mailbox", "is empty")),
            1 => Mailboxes::One(list.remove(0)),
            _ => Mailboxes::Many(list),
        })
    }
}

impl Addresses for &String {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        self.as_str().into_mailboxes()
    }
}

impl Addresses for String {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        self.as_str().into_mailboxes()
    }
}

impl Addresses for Mailbox {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        Ok(Mailboxes::One(self))
    }
}

impl Addresses for &Mailbox {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        Ok(Mailboxes::One(self.clone()))
    }
}

impl<N: AsRef<str>, A: AsRef<str>> Addresses for (N, A) {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        Mailbox::with_name(self.0, self.1).map(Mailboxes::One)
    }
}

impl<A: Addresses> Addresses for Vec<A> {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        of_all(self)
    }
}

impl<A: Addresses, const N: usize> Addresses for [A; N] {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        of_all(self)
    }
}

impl<A: Addresses + Clone> Addresses for &[A] {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        of_all(self.iter().cloned())
    }
}

impl<A: Addresses + Clone> Addresses for &Vec<A> {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        self.as_slice().into_mailboxes()
    }
}

impl<A: Addresses + Clone, const N: usize> Addresses for &[A; N] {
    fn into_mailboxes(self) -> Result<Mailboxes, Error> {
        self.as_slice().into_mailboxes()
    }
}

fn of_all<A: Addresses>(items: impl IntoIterator<Item = A>) -> Result<Mailboxes, Error> {
    let mut all = Vec::new();
    for (position, item) in items.into_iter().enumerate() {
        let number = position.saturating_add(1);
        match item.into_mailboxes() {
            Ok(Mailboxes::One(mailbox)) => all.push(mailbox),
            Ok(Mailboxes::Many(list)) => all.extend(list),
            Err(error) => return Err(error.in_parameter(format_args!("item #{number}"))),
        }
    }
    Ok(if all.len() == 1 { Mailboxes::One(all.remove(0)) } else { Mailboxes::Many(all) })
}
