//! What the four lists have in common.

use mailgun_core::{Call, Confirmation, Form, de};
use mailgun_types::{Csv, PageDirection};
use serde::{Deserialize, Serialize};

/// Mailgun takes at most so many records in one call.
pub(crate) const MAX_RECORDS: usize = 1000;

/// Mailgun takes files of at most 25 MB.
const MAX_IMPORT: u64 = 25 * 1024 * 1024;

mailgun_core::params! {
    /// Which entries of a list to show, in the order of their addresses.
    pub struct ListSuppressions;
}

impl ListSuppressions {
    /// At most so many a page: 1 to 1000; 100 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Only addresses that begin so.
    pub fn term(self, prefix: impl Into<String>) -> Self {
        self.set("term", prefix.into())
    }

    /// The address that [`page`](Self::page) is counted from.
    pub fn address(self, pivot: impl Into<String>) -> Self {
        self.set("address", pivot.into())
    }

    /// Which page to begin with; the first when not set. The pager goes on from there.
    pub fn page(self, direction: PageDirection) -> Self {
        self.set("page", direction)
    }
}

/// The reply to adding or deleting one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SuppressionResponse {
    /// Mailgun's words, `Address has been added to the bounces table` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The address.
    #[serde(default, deserialize_with = "de::null_default")]
    pub address: String,
}

/// Sends a file whose columns are those that the list knows.
pub(crate) fn import(
    call: Call<Confirmation>,
    csv: Csv,
    required: &[&str],
    optional: &[&str],
) -> Call<Confirmation> {
    match csv.with_columns(required, optional).and_then(|file| file.up_to(MAX_IMPORT)) {
        Ok(file) => {
            let mut form = Form::new();
            form.file("file", file);
            call.multipart(form)
        }
        Err(fault) => call.with_error(fault),
    }
}
