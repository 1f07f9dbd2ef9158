//! What listings of seed lists and of results have in common.

use mailgun_core::{Call, Client, Operation, de};
use serde::{Deserialize, Serialize};

/// The setters of a page, for the params types of listings.
macro_rules! page_setters {
    ($type:ident) => {
        impl $type {
            /// Those created after this time.
            pub fn time_after(self, time: mailgun_core::Timestamp) -> Self {
                self.set("time_after", time.to_rfc3339())
            }

            /// Those created before this time.
            pub fn time_before(self, time: mailgun_core::Timestamp) -> Self {
                self.set("time_before", time.to_rfc3339())
            }

            /// At most so many a page; 25 when not set.
            pub fn limit(self, limit: u32) -> Self {
                self.set("limit", limit)
            }

            /// Leaves out so many at the beginning; not together with [`cursor`](Self::cursor).
            pub fn offset(self, offset: u64) -> Self {
                self.set("offset", offset)
            }

            /// Begins where the link of an earlier page says so.
            pub fn cursor(self, cursor: impl Into<String>) -> Self {
                self.set("cursor", cursor.into())
            }

            /// The field to sort by, which Mailgun calls experimental.
            pub fn sort(self, sort: impl Into<String>) -> Self {
                self.set("sort", sort.into())
            }

            /// From the first to the last, or the other way round.
            pub fn ascending(self, ascending: bool) -> Self {
                self.set("ascending", mailgun_core::true_false(ascending))
            }
        }
    };
}
pub(crate) use page_setters;

/// A field by whose values seed lists or results can be told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Attribute {
    /// Its name; `available attributes` where the values are names of attributes.
    #[serde(deserialize_with = "de::null_default")]
    pub attribute: String,
    /// All values that it has.
    #[serde(deserialize_with = "de::readable")]
    pub values: Vec<String>,
}

/// A parameter by which seed lists or results can be searched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Filter {
    /// The name of the parameter.
    #[serde(deserialize_with = "de::null_default")]
    pub parameter: String,
    /// What it does.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
}

/// The service has one attribute alone where one would expect a list of them.
#[derive(Deserialize)]
struct Attributes {
    #[serde(default, deserialize_with = "de::list")]
    items: Vec<Attribute>,
}

pub(crate) fn attributes(client: &Client, route: Operation) -> Call<Vec<Attribute>> {
    client.call::<Attributes>(route, &[]).map(|response| response.items)
}

pub(crate) fn attribute(client: &Client, route: Operation, name: &str) -> Call<Attribute> {
    let call = client.call::<Attributes>(route, &[name]);
    call.map(|response| response.items.into_iter().next().unwrap_or_default())
}

pub(crate) fn filters(client: &Client, route: Operation) -> Call<Vec<Filter>> {
    #[derive(Deserialize)]
    struct Response {
        #[serde(default, deserialize_with = "de::null_default")]
        supported_filters: Filters,
    }
    #[derive(Default, Deserialize)]
    struct Filters {
        #[serde(default, deserialize_with = "de::items")]
        filters: Vec<Filter>,
    }
    client.call::<Response>(route, &[]).map(|response| response.supported_filters.filters)
}
