//! The attributes of events for filters and dimensions.

use serde_json::Value;

use super::super::events::Event;

/// The values of an attribute, named as in metrics and logs; `None` for an unknown name. Each tag
/// is a value.
pub(super) fn of(event: &Event, name: &str) -> Option<Vec<String>> {
    let json = &*event.json();
    let headers = &json["message"]["headers"];
    let status = &json["delivery-status"];
    let value = match name {
        "domain" => return Some(vec![event.domain.to_string()]),
        "subaccount" => return Some(vec!["mock".to_owned()]),
        "recipient_provider" => return Some(provider(json).into_iter().collect()),
        "tag" => &json["tags"],
        "ip" => &json["envelope"]["sending-ip"],
        "ip_pool" => &json["envelope"]["i-ip-pool-id"],
        "country" => &json["geolocation"]["country"],
        "device" => &json["client-info"]["device-type"],
        "bot" => &json["client-info"]["bot"],
        "recipient_domain" => &json["recipient-domain"],
        "id" => &json["id"],
        "event" => &json["event"],
        "recipient" => &json["recipient"],
        "recipients" => &json["message"]["recipients"],
        "from" => &headers["from"],
        "to" => &headers["to"],
        "subject" => &headers["subject"],
        "message_id" => &headers["message-id"],
        "mailing_list_address" => &json["mailing-list"]["address"],
        "size" => &json["message"]["size"],
        "severity" => &json["severity"],
        "user_variables" => &json["user-variables"],
        "is_routed" => &json["flags"]["is-routed"],
        "delivery_status_code" => &status["code"],
        "delivery_status_bounce_type" => &status["bounce-type"],
        "delivery_status_message" => &status["message"],
        "attachment_filename" => {
            let files = json["message"]["attachments"].as_array().into_iter().flatten();
            return Some(files.filter_map(|file| text(&file["filename"])).collect());
        }
        "delivered_at" | "i_classification_rule_id" | "i_classification_group_id" => &Value::Null,
        _ => return None,
    };
    Some(match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        single => text(single).into_iter().collect(),
    })
}

/// The name of the recipient's mail provider.
pub(super) fn provider(event: &Value) -> Option<String> {
    if let Some(provider) = event["recipient-provider"].as_str() {
        return Some(provider.to_owned());
    }
    let domain = event["recipient-domain"].as_str()?;
    Some(match domain {
        "gmail.com" | "googlemail.com" => "Gmail".to_owned(),
        "hotmail.com" | "outlook.com" => "Microsoft (Hotmail)".to_owned(),
        "yahoo.com" | "aol.com" => "Yahoo".to_owned(),
        "icloud.com" => "Apple".to_owned(),
        _ => "Other".to_owned(),
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
