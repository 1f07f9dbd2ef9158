//! What the listings of seed lists and results share.

use mailgun_core::{Call, Client, Operation, de};
use serde::{Deserialize, Serialize};

/// The setters of a page, for the params types of listings.
macro_rules! page_setters {
    ($type:ident) => {
        impl $type {
            /// Lists only what was created after this time.
            pub fn time_after(self, time: mailgun_core::Timestamp) -> Self {
                self.set("time_after", time.to_rfc3339())
            }

            /// Lists only what was created before this time.
            pub fn time_before(self, time: mailgun_core::Timestamp) -> Self {
                self.set("time_before", time.to_rfc3339())
            }

            /// Page size; default 25.
            pub fn limit(self, limit: u32) -> Self {
                self.set("limit", limit)
            }

            /// Number of items to skip. Cannot be combined with [`cursor`](Self::cursor).
            pub fn offset(self, offset: u64) -> Self {
                self.set("offset", offset)
            }

            /// The cursor to start from, from a link of an earlier page.
            pub fn cursor(self, cursor: impl Into<String>) -> Self {
                self.set("cursor", cursor.into())
            }

            /// The field to sort by. Mailgun calls this experimental.
            pub fn sort(self, sort: impl Into<String>) -> Self {
                self.set("sort", sort.into())
            }

            /// The sort direction.
            pub fn ascending(self, ascending: bool) -> Self {
                self.set("ascending", mailgun_core::true_false(ascending))
            }
        }
    };
}
pub(crate) use page_setters;

/// An attribute of seed lists or results, with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Attribute {
    /// The name; `available attributes` if the values are names of attributes.
    #[serde(deserialize_with = "de::null_default")]
    pub attribute: String,
    /// All values of the attribute.
    #[serde(deserialize_with = "de::readable")]
    pub values: Vec<String>,
}

/// A parameter that filters seed lists or results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Filter {
    /// The name of the parameter.
    #[serde(deserialize_with = "de::null_default")]
    pub parameter: String,
    /// What the parameter does.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
}

/// The service returns a single attribute where the documentation shows a list.
#[derive(Deserialize)]
struct Attributes {
    #[serde(default, deserialize_with = "de::list")]
    items: Vec<Attribute>,
}

pub(crate) fn attributes(client: &Client, operation: Operation) -> Call<Vec<Attribute>> {
    client.call::<Attributes>(operation, &[]).map(|response| response.items)
}

pub(crate) fn attribute(client: &Client, operation: Operation, name: &str) -> Call<Attribute> {
    let call = client.call::<Attributes>(operation, &[name]);
    call.map(|response| response.items.into_iter().next().unwrap_or_default())
}

pub(crate) fn filters(client: &Client, operation: Operation) -> Call<Vec<Filter>> {
    #[derive(Default, Deserialize)]
    struct Filters {
        #[serde(default, deserialize_with = "de::items")]
        filters: Vec<Filter>,
    }
    client.call_field::<Filters>(operation, &[], "supported_filters").map(|found| found.filters)
}
