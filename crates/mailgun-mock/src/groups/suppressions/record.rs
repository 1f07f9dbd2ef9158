//! Entries of the lists, read from forms, JSON and CSV.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::List;
use crate::{address, date, http::response::Refusal};

/// Names and values, as in a form.
pub(super) type Fields = Vec<(String, String)>;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The address, or the domain, in lower case.
    pub(super) key: String,
    /// The entry in the format of the service.
    pub(super) json: Value,
}

impl Record {
    pub(super) fn read(list: List, fields: &Fields) -> Result<Self, Refusal> {
        let all = |name: &str| {
            let named = fields.iter().filter(move |(key, text)| key == name && !text.is_empty());
            named.map(|(_, text)| text.as_str()).collect::<Vec<_>>()
        };
        let field = |name: &str| all(name).first().copied();
        let time = match field("created_at") {
            None => SystemTime::now(),
            Some(text) => date::parse_rfc2822(text)
                .ok_or_else(|| Refusal::bad_request(format!("invalid created_at: {text}")))?,
        };
        let created_at = date::rfc2822(time, "UTC");
        if list == List::Allowlist {
            let (kind, value) = match (field("address"), field("domain")) {
                (Some(address), _) if is_address(address) => ("address", address),
                (None, Some(domain)) if is_address(&format!("x@{domain}")) => ("domain", domain),
                (None, None) => return Err(missing("address/domain")),
                _ => return Err(Refusal::bad_request("Invalid address/domain")),
            };
            let reason = field("reason").unwrap_or_default();
            let json =
                json!({ "type": kind, "value": value, "reason": reason, "createdAt": created_at });
            return Ok(Self { key: value.to_lowercase(), json });
        }
        let address = field("address").ok_or_else(|| missing("address"))?;
        if !is_address(address) {
            return Err(Refusal::bad_request("Invalid address"));
        }
        let mut json = json!({ "address": address, "created_at": created_at });
        match list {
            List::Bounces => {
                json["code"] = field("code").unwrap_or("550").into();
                json["error"] = field("error").unwrap_or_default().into();
            }
            List::Unsubscribes => {
                let tags = [all("tags"), all("tag")].concat();
                json["tags"] = if tags.is_empty() { json!(["*"]) } else { json!(tags) };
            }
            List::Complaints | List::Allowlist => {}
        }
        Ok(Self { key: address.to_lowercase(), json })
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.json["tags"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether this unsubscribe stops mail with these tags.
    pub(super) fn is_for(&self, tags: &[&str]) -> bool {
        self.tags().any(|own| own == "*" || tags.iter().any(|tag| tag.eq_ignore_ascii_case(own)))
    }

    /// Adds the tags of an earlier entry of the address.
    pub(super) fn add_tags(&mut self, earlier: &Self) {
        let new: Vec<_> = earlier.tags().filter(|tag| self.tags().all(|own| own != *tag)).collect();
        if let Some(Value::Array(tags)) = self.json.get_mut("tags") {
            tags.extend(new.into_iter().map(Value::from));
        }
    }

    /// Removes a tag. Returns whether the entry had it.
    pub(super) fn remove_tag(&mut self, tag: &str) -> bool {
        let Some(Value::Array(tags)) = self.json.get_mut("tags") else { return false };
        let before = tags.len();
        tags.retain(|own| own != tag);
        tags.len() < before
    }
}

/// The fields of a JSON object. A list becomes a field for each of its items.
pub(super) fn of_json(row: Map<String, Value>) -> Fields {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let fields = row.into_iter().flat_map(|(name, value)| {
        let values = if let Value::Array(items) = value { items } else { vec![value] };
        values.into_iter().map(move |value| (name.clone(), text(value)))
    });
    fields.collect()
}

/// The rows of a CSV file; `None` if its header does not name the columns of the list.
pub(super) fn of_csv(list: List, bytes: &[u8]) -> Option<Vec<Fields>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = reader.headers().ok()?.clone();
    let columns: Vec<_> = columns.iter().map(|name| name.trim().to_lowercase()).collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    let is_known = has("address") || (list == List::Allowlist && has("domain"));
    if !is_known {
        return None;
    }
    let named = |row: csv::StringRecord| {
        let texts = row.iter().map(|text| text.trim().to_owned());
        columns.iter().cloned().zip(texts).collect()
    };
    Some(reader.records().filter_map(Result::ok).map(named).collect())
}

fn is_address(text: &str) -> bool {
    address::bare(text) == Some(text)
}

fn missing(name: &str) -> Refusal {
    Refusal::bad_request(format!("Missing mandatory parameter: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: List, csv: &str) -> Vec<Value> {
        let rows = of_csv(list, csv.as_bytes()).unwrap();
        rows.iter().filter_map(|row| Some(Record::read(list, row).ok()?.json)).collect()
    }

    #[test]
    fn files_are_read_as_spreadsheets_write_them() {
        let csv =
            "\u{feff}Address ,code,error\r\na@b.c,552,\"no, \"\"really\"\"\"\r\n,,\r\nd@e.f\r\n";
        let read = read(List::Bounces, csv);
        assert_eq!(read.len(), 2);
        assert_eq!((&read[0]["address"], &read[0]["code"]), (&json!("a@b.c"), &json!("552")));
        assert_eq!(read[0]["error"], "no, \"really\"");
        assert_eq!((&read[1]["code"], &read[1]["error"]), (&json!("550"), &json!("")));
    }

    #[test]
    fn files_without_the_column_of_the_list_are_refused() {
        for (list, csv) in [
            (List::Bounces, "email\na@b.c\n"),
            (List::Bounces, ""),
            (List::Complaints, "domain\nb.c\n"),
        ] {
            assert!(of_csv(list, csv.as_bytes()).is_none(), "{csv}");
        }
        assert_eq!(read(List::Allowlist, "domain\nb.c\n")[0]["type"], "domain");
    }

    #[test]
    fn an_address_wins_over_a_domain_and_neither_may_be_invalid() {
        let read = read(List::Allowlist, "address,domain\na@b.c,d.e\na,d.e\n,d e\n,d.e\n,\n");
        let values: Vec<_> = read.iter().map(|entry| &entry["value"]).collect();
        assert_eq!(values, ["a@b.c", "d.e"]);
    }
}
