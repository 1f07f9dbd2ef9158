//! Mail that arrives.

use http::StatusCode;
use serde_json::json;

use super::required;
use crate::{
    groups::Answer,
    http::{request::Request, response::Response},
    inbound::{self, Inbound},
    server::State,
};

/// Reads a form: MIME text in `mime`, or else the parts of the mail.
pub(super) fn receive(state: &mut State, request: &Request, _: &[&str]) -> Answer {
    let recipient = required(request, "to")?;
    let form = request.form()?;
    let mime = form.files("mime").pop().map(|file| file.bytes);
    let mime = mime.or_else(|| form.field("mime").map(|text| text.to_owned().into()));
    let mail = match mime {
        Some(mime) => Inbound::mime(recipient, mime),
        None => {
            let mut mail = Inbound::new(required(request, "from")?, recipient)
                .subject(form.field("subject").unwrap_or_default());
            if let Some(text) = form.field("text") {
                mail = mail.text(text);
            }
            if let Some(html) = form.field("html") {
                mail = mail.html(html);
            }
            for (name, value) in &form.fields {
                if let Some(name) = name.strip_prefix("h:") {
                    mail = mail.header(name, value);
                }
            }
            for file in form.files("attachment") {
                mail = mail.attachment(file.filename, file.content_type, file.bytes);
            }
            for file in form.files("inline") {
                mail = mail.inline(file.filename, file.content_type, file.bytes);
            }
            mail
        }
    };
    let received = inbound::receive(&mut state.account, mail)?;
    Ok(Response::json(
        StatusCode::ACCEPTED,
        &json!({
            "routes": received.routes,
            "forwarded": received.forwarded,
            "stored": received.stored,
        }),
    ))
}
