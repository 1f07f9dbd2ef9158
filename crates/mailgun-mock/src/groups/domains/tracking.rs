//! The tracking settings of a domain.

use serde_json::{Value, json};

use super::{find, settings::boolean};
use crate::{
    account::Account,
    groups::Answer,
    http::{
        form::Form,
        request::Request,
        response::{Refusal, Response},
    },
};

pub(super) fn of_a_new_domain() -> Value {
    json!({
        "open": { "active": false, "place_at_the_top": false },
        "click": { "active": false },
        "unsubscribe": {
            "active": false,
            "html_footer":
                "\n<br>\n<p><a href=\"%unsubscribe_url%\">unsubscribe</a></p>\n",
            "text_footer": "\n\nTo unsubscribe click: <%unsubscribe_url%>\n\n",
        },
    })
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    name: &str,
    rest: &[&str],
) -> Option<Answer> {
    match (method, rest) {
        ("GET", []) => Some(get(account, name)),
        ("PUT", [kind @ ("open" | "click" | "unsubscribe")]) => {
            Some(update(account, request, name, kind))
        }
        _ => None,
    }
}

fn get(account: &mut Account, name: &str) -> Answer {
    let domain = find(account, name)?;
    let mut tracking = domain.tracking.clone();
    tracking["web_scheme"] = json!(domain.settings.get("web_scheme"));
    Ok(Response::ok(&json!({ "tracking": tracking })))
}

fn update(account: &mut Account, request: &Request, name: &str, kind: &str) -> Answer {
    let domain = find(account, name)?;
    let mut changed = domain.tracking[kind].clone();
    set(&mut changed, kind, request.form()?)?;
    domain.tracking[kind] = changed.clone();
    let message = "Domain tracking settings have been updated";
    Ok(Response::ok(&json!({ "message": message, kind: changed })))
}

fn set(settings: &mut Value, kind: &str, form: &Form) -> Result<(), Refusal> {
    for (name, value) in &form.fields {
        settings[name] = match (kind, name.as_str()) {
            ("click", "active") if value == "htmlonly" => json!(value),
            (_, "active") | ("open", "place_at_the_top") => json!(boolean(name, value)?),
            ("unsubscribe", "html_footer" | "text_footer") => json!(value),
            _ => continue,
        };
    }
    Ok(())
}
