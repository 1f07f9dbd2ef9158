//! A file of addresses in a job or a preview.

use std::{collections::BTreeSet, time::SystemTime};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::verdict::Verdict;
use crate::{account::Account, date};

const GZIP: &[u8] = b"\x1f\x8b";

#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) id: String,
    /// The pivot of paging; newer lists have smaller ones.
    pub(super) pivot: String,
    pub(super) addresses: Vec<String>,
    created_at: u64,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Created,
    Processing,
    Uploaded,
    Deleted,
}

/// The addresses of a CSV file; `None` if it has no column for them. A gzip file is accepted but
/// not read.
pub(super) fn addresses(file: &[u8]) -> Option<Vec<String>> {
    if file.starts_with(GZIP) {
        return Some(Vec::new());
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let is_theirs = |name: &str| matches!(&*name.to_lowercase(), "email" | "email_address");
    let column = reader.headers().ok()?.iter().position(|name| is_theirs(name.trim()))?;
    let rows = reader.records().filter_map(Result::ok);
    let addresses = rows.filter_map(|row| row.get(column).map(|text| text.trim().to_owned()));
    Some(addresses.filter(|address| !address.is_empty()).collect())
}

impl List {
    pub(super) fn new(account: &mut Account, id: String, addresses: Vec<String>) -> Self {
        let pivot = format!("{:016x}", u64::MAX - account.tick());
        let created_at = date::epoch_seconds(SystemTime::now());
        Self { id, pivot, addresses, created_at, step: Step::Created }
    }

    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.step, Step::Created | Step::Processing)
    }

    pub(super) fn advance(&mut self) {
        self.step = match self.step {
            Step::Created => Step::Processing,
            Step::Processing => Step::Uploaded,
            last => last,
        };
    }

    pub(super) fn delete(&mut self) {
        self.step = Step::Deleted;
    }

    /// The results, once they are uploaded.
    pub(super) fn results(&self) -> Option<Vec<Verdict>> {
        (self.step == Step::Uploaded).then(|| self.verdicts())
    }

    pub(super) fn as_job(&self, base_url: &str) -> Value {
        let (status, processed) = match self.step {
            Step::Created => ("created", None),
            Step::Processing => ("processing", Some(self.unique().len() / 2)),
            Step::Uploaded => ("uploaded", Some(self.unique().len())),
            Step::Deleted => ("deleted", None),
        };
        let mut job = json!({
            "id": self.id,
            "created_at": self.created_at,
            "quantity": self.addresses.len(),
            "records_processed": processed,
            "status": status,
        });
        if let Some(verdicts) = self.results() {
            job["summary"] = summary(&verdicts, |count| json!(count));
            let id = utf8_percent_encode(&self.id, NON_ALPHANUMERIC);
            let link =
                |format| format!("{base_url}/v4/address/validate/bulk/{id}/results/{format}");
            job["download_url"] = json!({ "csv": link("csv"), "json": link("json") });
        }
        job
    }

    /// A preview is complete after one request and covers all addresses.
    pub(super) fn as_preview(&self) -> Value {
        let is_complete = self.step != Step::Created;
        let status = if is_complete { "preview_complete" } else { "preview_processing" };
        let mut preview = json!({
            "id": self.id,
            "valid": true,
            "status": status,
            "quantity": self.addresses.len(),
            "created_at": self.created_at,
        });
        if is_complete {
            let verdicts = self.verdicts();
            let all = verdicts.len().max(1) as f64;
            preview["summary"] = summary(&verdicts, |count| json!(count as f64 * 100.0 / all));
        }
        preview
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.unique().into_iter().map(|address| Verdict::new(address, true)).collect()
    }

    /// The addresses without duplicates.
    fn unique(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let addresses = self.addresses.iter().map(String::as_str);
        addresses.filter(|address| seen.insert(address.to_lowercase())).collect()
    }
}

fn summary(verdicts: &[Verdict], number: impl Fn(usize) -> Value) -> Value {
    let count = |is: &dyn Fn(&Verdict) -> bool| number(verdicts.iter().filter(|v| is(v)).count());
    let result = |name: &str| count(&|verdict| verdict.result == name);
    let risk = |name: &str| count(&|verdict| verdict.risk == name);
    json!({
        "result": {
            "catch_all": result("catch_all"),
            "deliverable": result("deliverable"),
            "do_not_send": result("do_not_send"),
            "undeliverable": result("undeliverable"),
            "unknown": result("unknown"),
        },
        "risk": {
            "high": risk("high"),
            "low": risk("low"),
            "medium": risk("medium"),
            "unknown": risk("unknown"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_a_column_of_either_name() {
        let read = |csv: &str| addresses(csv.as_bytes());
        let both = vec!["a@b.c".to_owned(), "d@e.f".to_owned()];
        assert_eq!(read("Email\na@b.c\n\nd@e.f\n"), Some(both.clone()));
        assert_eq!(read("name,email_address\n\"A, B\", a@b.c\nD,d@e.f"), Some(both));
        assert_eq!(read("name\na@b.c\n"), None);
        assert_eq!(read(""), None);
        assert_eq!(addresses(b"\x1f\x8b\x08\x00"), Some(Vec::new()));
    }
}
