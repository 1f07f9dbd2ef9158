//! Reads the form of a send. Refuses what Mailgun refuses, with the same messages.

use serde_json::{Map, Value};

use crate::{
    account::Limits,
    address, date,
    http::{form::Form, response::Refusal},
    mime,
    sent::Mail,
};

pub(super) type Reader = fn(&Form, Limits) -> Result<Mail, Refusal>;

/// The maximum size of all `o:`, `h:`, `v:` and `t:` parameters together, names and values.
const MAX_OPTIONS: usize = 16 * 1024;

/// Reads the form of `/messages`.
pub(super) fn mail(form: &Form, limits: Limits) -> Result<Mail, Refusal> {
    let template = present(form, "template");
    let from = match present(form, "from") {
        Some(from) => mailbox("from", from)?,
        // The template may provide its own.
        None if template.is_some() => "",
        None => return Err(missing("from")),
    };
    let (to, cc, bcc) =
        (recipient_list(form, "to")?, recipient_list(form, "cc")?, recipient_list(form, "bcc")?);
    if to.is_empty() {
        return Err(missing("to"));
    }
    let bodies = ["text", "html", "amp-html", "template"];
    if bodies.iter().all(|name| present(form, name).is_none()) {
        return Err(Refusal::bad_request(
            "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified",
        ));
    }
    if template.is_some() && form.field("html").is_some() {
        return Err(Refusal::bad_request("Only one parameters 'html' or 'template' is allowed"));
    }
    checked(
        form,
        limits,
        Mail {
            from: from.to_owned(),
            subject: form.field("subject").map(str::to_owned),
            recipients: envelope([&to, &cc, &bcc]),
            to,
            cc,
            bcc,
            attachments: form.files("attachment"),
            inline: form.files("inline"),
            ..Mail::default()
        },
    )
}

/// Reads the form of `/messages.mime`. Only `to` has recipients: the headers of the MIME text
/// address nobody.
pub(super) fn mime_mail(form: &Form, limits: Limits) -> Result<Mail, Refusal> {
    let to = recipient_list(form, "to")?;
    if to.is_empty() {
        return Err(missing("to"));
    }
    let Some(file) = form.files("message").pop() else {
        return Err(match form.field("message") {
            Some(_) => Refusal::bad_request("'message' parameter is not a file"),
            None => missing("message"),
        });
    };
    let headers = mime::headers(&file.bytes);
    checked(
        form,
        limits,
        Mail {
            from: mime::header(&headers, "From").unwrap_or_default().to_owned(),
            subject: mime::header(&headers, "Subject").map(str::to_owned),
            recipients: envelope([&to]),
            to,
            mime: Some(file.bytes),
            ..Mail::default()
        },
    )
}

/// The checks that both ways of sending share.
fn checked(form: &Form, limits: Limits, mail: Mail) -> Result<Mail, Refusal> {
    check_options(form)?;
    json_object(form, "t:variables")?;
    let variables = json_object(form, "recipient-variables")?;
    let variables = variables.as_ref();
    if variables.is_some_and(|map| map.values().any(|of_one| !of_one.is_object())) {
        return Err(not_json("recipient-variables"));
    }
    let most = mail.recipients.len().max(variables.map_or(0, Map::len));
    if most > limits.recipients {
        return Err(Refusal::bad_request(format!(
            "Too many recipients, max is {}",
            limits.recipients
        )));
    }
    let scheduled_for = match form.field("o:deliverytime") {
        Some(time) => Some(date::parse_rfc2822(time).ok_or_else(|| {
            Refusal::bad_request("'o:deliverytime' parameter is not a valid RFC-2822 date")
        })?),
        None => None,
    };
    let mail = Mail { fields: form.fields.clone(), scheduled_for, ..mail };
    if mail.size() > limits.message_bytes {
        return Err(Refusal::bad_request(format!(
            "Message is too big, max is {} bytes",
            limits.message_bytes
        )));
    }
    Ok(mail)
}

fn check_options(form: &Form) -> Result<(), Refusal> {
    let prefixes = ["o:", "h:", "v:", "t:"];
    let is_option = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let options = form.fields.iter().filter(|(name, _)| is_option(name));
    if options.map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_OPTIONS {
        return Err(Refusal::bad_request(
            "Send options (parameters starting with o:, h:, v:, or t:) are limited to 16KB total",
        ));
    }
    let foreign = |(name, _): &&(String, String)| name.starts_with("h:") && !name.is_ascii();
    match form.fields.iter().find(foreign) {
        Some((name, _)) => {
            Err(Refusal::bad_request(format!("'{name}' parameter is not an ASCII header name")))
        }
        None => Ok(()),
    }
}

/// The mailboxes of a repeatable list parameter, if all are valid.
pub(super) fn recipient_list(form: &Form, name: &str) -> Result<Vec<String>, Refusal> {
    let lists = form.all(name).filter(|list| !list.trim().is_empty());
    let mailboxes = lists.flat_map(address::split_list);
    mailboxes.map(|text| mailbox(name, text).map(str::to_owned)).collect()
}

fn mailbox<'a>(name: &str, text: &'a str) -> Result<&'a str, Refusal> {
    address::bare(text).map(|_| text).ok_or_else(|| {
        Refusal::bad_request(format!(
            "{name} parameter is not a valid address. please check documentation"
        ))
    })
}

/// The bare addresses of mailbox lists without duplicates, ignoring case.
pub(super) fn envelope<const N: usize>(lists: [&Vec<String>; N]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mailboxes = lists.into_iter().flatten();
    let addresses = mailboxes.filter_map(|mailbox| address::bare(mailbox));
    addresses.filter(|bare| seen.insert(bare.to_lowercase())).map(str::to_owned).collect()
}

fn json_object(form: &Form, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
    let Some(text) = form.field(name) else {
        return Ok(None);
    };
    serde_json::from_str(text).map(Some).map_err(|_| not_json(name))
}

/// The value of a parameter, unless it is empty.
fn present<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.field(name).filter(|value| !value.is_empty())
}

fn missing(name: &str) -> Refusal {
    Refusal::bad_request(format!("{name} parameter is missing"))
}

fn not_json(name: &str) -> Refusal {
    Refusal::bad_request(format!("'{name}' parameter is not a valid JSON"))
}
