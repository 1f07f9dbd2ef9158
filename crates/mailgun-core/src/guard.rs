//! Guards for staging: only recipients that the settings of the client name get mail.
//!
//! Every call passes here, by the method and the path of its request, so no resource can forget it.
//! A call that sends mail is refused if its recipients cannot be seen here.

use std::{fmt, sync::Arc};

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::{DomainName, Error, Form, Mailbox};

/// The fields of a message that name recipients. `h:To` and the like only change headers of the
/// mail, but a mail from staging should not name anybody else either.
const FIELDS: [&str; 6] = ["to", "cc", "bcc", "h:to", "h:cc", "h:bcc"];

/// How many of the original recipients a redirected mail names.
const MAX_NAMED: usize = 10;

#[derive(Default)]
pub(crate) struct Guard {
    redirect: Option<Mailbox>,
    allowed: Option<Vec<Pattern>>,
}

/// Who may get mail, in lower case.
enum Pattern {
    Address(String),
    Domain(String),
}

/// How a call that sends mail names its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recipients {
    /// By the fields of its form. Other fields may set headers.
    Message,
    /// By the field `to` of its form, which sets no headers.
    Resend,
    /// By data on the server, or by a body that is not a form.
    Unseen,
}

impl Recipients {
    /// `None` if the request sends no mail. `path` may have a prefix and a query.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::DELETE) {
            return None;
        }
        let path = path.split('?').next().unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8_lossy().to_ascii_lowercase();
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        // A server may resolve them to another path.
        if segments.iter().any(|segment| matches!(*segment, "." | "..")) {
            return Some(Self::Unseen);
        }
        match &segments[..] {
            [.., "alerts", "email", "test"]
            | [.., "inbox", "tests"]
            | [.., "accounts", "resend_activation_email"]
            | [.., "sandbox", "auth_recipients"]
            // Of users. The API description does not have them.
            | [.., "invite" | "invites" | "invitation" | "invitations"] => Some(Self::Unseen),
            [.., "messages" | "messages.mime"] => Some(Self::Message),
            [.., "messages", _] => Some(Self::Resend),
            _ => None,
        }
    }
}

impl Guard {
    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not one address.
    pub(crate) fn redirect_to(self, address: &str) -> Result<Self, Error> {
        let target = Mailbox::new(address);
        let target = target.map_err(|_| Error::config("redirect_all_to", "is not an address"))?;
        Ok(Self { redirect: Some(target), ..self })
    }

    /// # Errors
    ///
    /// Returns [`ErrorKind::Config`](crate::ErrorKind::Config) if it is neither an address nor a domain.
    pub(crate) fn allow<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<Self, Error> {
        let reason = "has an entry that is neither an address nor a domain";
        let invalid = |_| Error::config("allow_recipients", reason);
        // An empty list allows nobody.
        let allowed = self.allowed.get_or_insert_default();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            allowed.push(if pattern.contains('@') {
                let address = Mailbox::new(pattern).map_err(invalid)?;
                Pattern::Address(address.address().to_ascii_lowercase())
            } else {
                let domain = DomainName::new(pattern).map_err(invalid)?;
                Pattern::Domain(domain.to_string().to_ascii_lowercase())
            });
        }
        Ok(self)
    }

    /// `None` if anybody may get mail.
    pub(crate) fn build(self) -> Option<Arc<Self>> {
        (self.redirect.is_some() || self.allowed.is_some()).then(|| Arc::new(self))
    }

    /// Redirects the recipients in a form, and checks them.
    pub(crate) fn apply(&self, form: &mut Form, recipients: Recipients) -> Result<(), Error> {
        if recipients == Recipients::Unseen {
            return Err(unseen());
        }
        let mut names: Vec<String> = Vec::new();
        for name in form.names().filter(|name| is_recipients(name)) {
            if !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        let mut found = Vec::new();
        for name in &names {
            for value in form.values(name).ok_or_else(|| unreadable(name))? {
                let list = str::from_utf8(&value).map_err(|_| unreadable(name))?;
                found.extend(Mailbox::parse_list(list).map_err(|_| unreadable(name))?);
            }
        }
        if found.is_empty() {
            return Err(refused("the call names no recipients"));
        }
        if let Some(target) = &self.redirect {
            for name in &names {
                form.remove(name);
            }
            form.text("to", target);
            if recipients == Recipients::Message {
                form.text("h:X-Original-To", original(&found));
                redirect_variables(form, &found, target)?;
            }
            found = vec![target.clone()];
        }
        for (position, mailbox) in found.iter().enumerate() {
            if !self.allows(mailbox) {
                let number = position.saturating_add(1);
                let total = found.len();
                return Err(refused(format_args!(
                    "recipient {number} of {total} is not among the allowed ones"
                )));
            }
        }
        Ok(())
    }

    fn allows(&self, mailbox: &Mailbox) -> bool {
        let Some(allowed) = &self.allowed else { return true };
        let address = mailbox.address().to_ascii_lowercase();
        let domain = mailbox.domain().to_ascii_lowercase();
        // Quotes can hold another address, which some parsers take for the recipient.
        let is_quoted = address.starts_with('"');
        allowed.iter().any(|pattern| match pattern {
            Pattern::Address(other) => *other == address,
            Pattern::Domain(other) => *other == domain && !is_quoted,
        })
    }
}

/// The call sends mail, and its recipients cannot be seen.
pub(crate) fn unseen() -> Error {
    refused("the recipients of the call cannot be seen")
}

fn refused(reason: impl fmt::Display) -> Error {
    Error::guarded(format!("the guard of the client lets nothing be sent: {reason}"))
}

fn unreadable(name: &str) -> Error {
    refused(format_args!("`{}` cannot be read", name.escape_debug()))
}

/// Whether a field names recipients, even in another case or as an item of an array: `to[0]`.
fn is_recipients(name: &str) -> bool {
    let name = name.split('[').next().unwrap_or_default().trim();
    FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

/// The original recipients for a header, cut short.
fn original(recipients: &[Mailbox]) -> String {
    let named: Vec<_> = recipients.iter().take(MAX_NAMED).map(Mailbox::address).collect();
    let named = named.join(", ");
    match recipients.len().checked_sub(MAX_NAMED) {
        None | Some(0) => named,
        Some(more) => format!("{named} and {more} more"),
    }
}

/// Gives the target the variables of the first recipient, so that the mail looks like theirs.
fn redirect_variables(form: &mut Form, from: &[Mailbox], to: &Mailbox) -> Result<(), Error> {
    const NAME: &str = "recipient-variables";
    let values = form.values(NAME).ok_or_else(|| unreadable(NAME))?;
    let Some(json) = values.first() else { return Ok(()) };
    let mut all: Map<String, Value> = serde_json::from_slice(json).map_err(|_| unreadable(NAME))?;
    let first = from.iter().find_map(|mailbox| all.remove(mailbox.address()));
    let first = first.unwrap_or_else(|| Value::Object(Map::new()));
    let variables = Map::from_iter([(to.address().to_owned(), first)]);
    form.remove(NAME);
    form.text(NAME, Value::Object(variables).to_string());
    Ok(())
}
