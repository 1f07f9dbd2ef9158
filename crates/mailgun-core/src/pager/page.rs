//! The pages of a listing: as Mailgun writes them, and as the pager returns them.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Cursor,
    de::{self, UnreadableItem},
};

/// A page of a listing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items. Empty only if all of them are unreadable.
    pub items: Vec<T>,
    /// The items that could not be decoded, with their JSON. They are not in
    /// [`items`](Self::items).
    pub unreadable: Vec<UnreadableItem>,
    /// The number of items in the whole listing, if the server reports it.
    pub total: Option<u64>,
    /// The first page, for [`Pager::resume`](crate::Pager::resume), if the server reports it.
    pub first: Option<Cursor>,
    /// The page before this one, for [`Pager::resume`](crate::Pager::resume), if the server reports it.
    pub previous: Option<Cursor>,
    /// The last page, for [`Pager::resume`](crate::Pager::resume), if the server reports it.
    pub last: Option<Cursor>,
    pub(super) body: Bytes,
}

impl<T> Page<T> {
    /// The response body as received, for fields other than the items.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Omits the body and the links, which may contain addresses.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("unreadable", &self.unreadable)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// A response that is a page of a listing.
pub trait PageResponse: DeserializeOwned + Send + 'static {
    /// The type of the items.
    type Item: Send + 'static;

    /// Returns the items and the links to other pages.
    fn into_parts(self) -> PageParts<Self::Item>;
}

/// The parts of a [`PageResponse`].
#[derive(Clone, Debug)]
pub struct PageParts<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// The links to other pages. Empty for listings by skip and limit.
    pub links: PageLinks,
    /// The number of items in the whole listing.
    pub total: Option<u64>,
}

/// The links or tokens of other pages.
///
/// It is deserialized from the `paging` of a response, whichever names the service uses.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageLinks {
    /// The first page.
    pub first: Option<String>,
    /// The previous page.
    pub previous: Option<String>,
    /// The next page. The last page has one too, which leads to an empty page.
    pub next: Option<String>,
    /// The last page.
    pub last: Option<String>,
}

impl<'de> Deserialize<'de> for PageLinks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A value of an unexpected type is kept as an invalid link. Following it is an error;
        // ignoring it would end the listing early.
        let link = |value: &Value| match value {
            Value::Null | Value::Bool(_) => None,
            Value::String(link) => Some(link.clone()).filter(|link| !link.trim().is_empty()),
            other => Some(other.to_string()),
        };
        let paging: Map<String, Value> = match Value::deserialize(deserializer)? {
            Value::Object(paging) => paging,
            Value::Array(list) if list.is_empty() => Map::new(),
            next => return Ok(Self { next: link(&next), ..Self::default() }),
        };
        let named = |names: &[&str]| names.iter().find_map(|name| link(paging.get(*name)?));
        Ok(Self {
            first: named(&["first", "First"]),
            previous: named(&["previous", "prev", "Previous", "Prev"]),
            next: named(&["next", "Next"]),
            last: named(&["last", "Last"]),
        })
    }
}

/// Shows which links there are. The links themselves may contain addresses.
impl fmt::Debug for PageLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageLinks")
            .field("first", &self.first.is_some())
            .field("previous", &self.previous.is_some())
            .field("next", &self.next.is_some())
            .field("last", &self.last.is_some())
            .finish()
    }
}

/// The usual page of a listing with links: `{"items": [..], "paging": {"next": ".."}}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct LinkPage<T> {
    #[serde(default, deserialize_with = "de::null_default")]
    items: Vec<T>,
    #[serde(default)]
    paging: PageLinks,
    #[serde(default, deserialize_with = "total")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "total")]
    total_count: Option<u64>,
    #[serde(default, deserialize_with = "total")]
    total_items: Option<u64>,
}

/// An invalid total is ignored, so that the page can still be read.
fn total<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let total = Value::deserialize(deserializer)?;
    Ok(de::number_or_string(total).unwrap_or_default())
}

impl<T: DeserializeOwned + Send + 'static> PageResponse for LinkPage<T> {
    type Item = T;

    fn into_parts(self) -> PageParts<T> {
        let total = self.total.or(self.total_count).or(self.total_items);
        PageParts { items: self.items, links: self.paging, total }
    }
}

/// A page that is a bare list. It has no links, so its listing is paged by
/// [`Pager::page_number`](crate::Pager::page_number).
impl<T: DeserializeOwned + Send + 'static> PageResponse for Vec<T> {
    type Item = T;

    fn into_parts(self) -> PageParts<T> {
        PageParts { items: self, links: PageLinks::default(), total: None }
    }
}
