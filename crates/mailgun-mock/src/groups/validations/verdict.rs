//! The result of validating an address, by the rules in the documentation of this crate.

use serde_json::{Value, json};

use crate::address;

pub(super) const CSV_HEAD: &str =
    "address,is_disposable_address,is_role_address,reason,result,risk\n";

const MISSPELT: [(&str, &str); 6] = [
    ("gamil.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmial.com", "gmail.com"),
    ("hotnail.com", "hotmail.com"),
    ("outlok.com", "outlook.com"),
    ("yaho.com", "yahoo.com"),
];
const DISPOSABLE: [&str; 4] =
    ["10minutemail.com", "guerrillamail.com", "mailinator.com", "yopmail.com"];
const ROLES: [&str; 10] = [
    "abuse",
    "admin",
    "contact",
    "info",
    "marketing",
    "noreply",
    "postmaster",
    "sales",
    "support",
    "webmaster",
];

#[derive(Clone, Debug)]
pub(super) struct Verdict {
    address: String,
    pub(super) result: &'static str,
    pub(super) risk: &'static str,
    reason: Option<&'static str>,
    is_disposable: bool,
    is_role: bool,
    did_you_mean: Option<String>,
    root_address: Option<String>,
}

impl Verdict {
    pub(super) fn new(address: &str, may_ask: bool) -> Self {
        let lower = address.to_lowercase();
        let (local, domain) = lower.rsplit_once('@').unwrap_or((&lower, ""));
        let (name, tag) = local.split_once('+').unwrap_or((local, ""));
        let meant = MISSPELT.iter().find(|(misspelt, _)| *misspelt == domain);
        let is_disposable = DISPOSABLE.contains(&domain);
        let is_role = ROLES.contains(&name);
        let asked = |result, risk, reason| {
            if may_ask {
                (result, risk, Some(reason))
            } else {
                ("unknown", "unknown", Some("no_data"))
            }
        };
        let (result, risk, reason) =
            if address::bare(address) != Some(address) || !domain.contains('.') {
                ("undeliverable", "high", Some("failed custom grammar check"))
            } else if meant.is_some() || domain.ends_with(".invalid") {
                ("undeliverable", "high", Some("no_mx"))
            } else if is_disposable {
                ("do_not_send", "high", Some("mailbox_is_disposable_address"))
            } else if name.starts_with("nonexistent") {
                asked("undeliverable", "high", "mailbox_does_not_exist")
            } else if name.starts_with("unknown") {
                asked("unknown", "unknown", "smtp_timeout")
            } else if domain.starts_with("catchall") {
                asked("catch_all", "medium", "catch_all")
            } else if is_role {
                ("deliverable", "medium", Some("mailbox_is_role_address"))
            } else {
                ("deliverable", "low", None)
            };
        Self {
            address: address.to_owned(),
            result,
            risk,
            reason,
            is_disposable,
            is_role,
            did_you_mean: meant.map(|(_, provider)| format!("{local}@{provider}")),
            root_address: (!tag.is_empty()).then(|| format!("{name}@{domain}")),
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut json = json!({
            "address": self.address,
            "is_disposable_address": self.is_disposable,
            "is_role_address": self.is_role,
            "reason": Vec::from_iter(self.reason),
            "result": self.result,
            "risk": self.risk,
        });
        for (name, text) in
            [("did_you_mean", &self.did_you_mean), ("root_address", &self.root_address)]
        {
            if let Some(text) = text {
                json[name] = json!(text);
            }
        }
        json
    }

    pub(super) fn csv_row(&self) -> String {
        let Self { address, is_disposable, is_role, result, risk, .. } = self;
        let reason = self.reason.unwrap_or_default();
        // Anything in the file can be here, such as a comma.
        let address = address.replace('"', "\"\"");
        format!("\"{address}\",{is_disposable},{is_role},{reason},{result},{risk}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_result() {
        for (address, result, risk, reason) in [
            ("bob", "undeliverable", "high", "failed custom grammar check"),
            ("bob@host", "undeliverable", "high", "failed custom grammar check"),
            ("Bob <bob@example.com>", "undeliverable", "high", "failed custom grammar check"),
            ("bob@gmial.com", "undeliverable", "high", "no_mx"),
            ("bob@shop.invalid", "undeliverable", "high", "no_mx"),
            ("bob@mailinator.com", "do_not_send", "high", "mailbox_is_disposable_address"),
            ("nonexistent1@example.com", "undeliverable", "high", "mailbox_does_not_exist"),
            ("unknown@example.com", "unknown", "unknown", "smtp_timeout"),
            ("bob@catchall.example.com", "catch_all", "medium", "catch_all"),
            ("Support@example.com", "deliverable", "medium", "mailbox_is_role_address"),
            ("bob@example.com", "deliverable", "low", ""),
        ] {
            let verdict = Verdict::new(address, true);
            assert_eq!((verdict.result, verdict.risk), (result, risk), "{address}");
            assert_eq!(verdict.reason.unwrap_or_default(), reason, "{address}");
        }
        let unasked = Verdict::new("nonexistent1@example.com", false);
        assert_eq!((unasked.result, unasked.reason), ("unknown", Some("no_data")));
        assert_eq!(Verdict::new("bob@gmial.com", true).json()["did_you_mean"], "bob@gmail.com");
        let alias = Verdict::new("bob+news@example.com", true).json();
        assert_eq!(alias["root_address"], "bob@example.com");
        let quoted = Verdict::new("\"a,b\"", true).csv_row();
        assert!(quoted.starts_with("\"\"\"a,b\"\"\",false,"), "{quoted}");
    }
}
