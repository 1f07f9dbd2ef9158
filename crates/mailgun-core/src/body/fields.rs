//! Named values for a query, a URL-encoded form or a multipart form.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use crate::{Error, Mailbox, Timestamp};

/// Types that can be the value of a field.
///
/// `bool` is not one of them, because Mailgun's endpoints expect different words. Use [`yes_no`] or
/// [`true_false`].
pub trait FieldValue {
    /// Returns the bytes to send.
    fn into_value(self) -> Bytes;
}

/// A boolean as `yes` or `no`, as most message options expect it.
pub const fn yes_no(value: bool) -> Bytes {
    Bytes::from_static(if value { b"yes" } else { b"no" })
}

/// A boolean as `true` or `false`, as most queries and settings expect it.
pub const fn true_false(value: bool) -> Bytes {
    Bytes::from_static(if value { b"true" } else { b"false" })
}

impl FieldValue for Bytes {
    fn into_value(self) -> Bytes {
        self
    }
}

impl FieldValue for String {
    fn into_value(self) -> Bytes {
        self.into()
    }
}

impl FieldValue for Cow<'static, str> {
    fn into_value(self) -> Bytes {
        match self {
            Self::Borrowed(text) => Bytes::from_static(text.as_bytes()),
            Self::Owned(text) => text.into(),
        }
    }
}

impl FieldValue for &str {
    fn into_value(self) -> Bytes {
        Bytes::copy_from_slice(self.as_bytes())
    }
}

impl FieldValue for Mailbox {
    fn into_value(self) -> Bytes {
        String::from(self.into_wire()).into()
    }
}

impl FieldValue for &Mailbox {
    fn into_value(self) -> Bytes {
        self.as_str().into_value()
    }
}

impl FieldValue for std::net::IpAddr {
    fn into_value(self) -> Bytes {
        self.to_string().into()
    }
}

/// RFC 2822 with a numeric zone, which all endpoints accept.
impl FieldValue for Timestamp {
    fn into_value(self) -> Bytes {
        self.to_rfc2822().into()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl FieldValue for $number {
            fn into_value(self) -> Bytes {
                self.to_string().into()
            }
        }
    )*};
}
numbers!(u16, u32, u64, usize, i64, f64);

/// An ordered list of named values.
///
/// Unset fields are not sent. `false`, `0` and the empty string are sent like any other value. The
/// list keeps the error of the first invalid value. The call with these fields returns it before
/// anything is sent.
///
/// ```
/// use mailgun::resource::{Fields, true_false};
///
/// let mut fields = Fields::new();
/// fields.set("limit", 100_u32);
/// fields.set("ascending", true_false(false));
/// fields.append("event", "opened").append("event", "clicked");
/// assert_eq!(fields.to_query(), "limit=100&ascending=false&event=opened&event=clicked");
/// ```
#[derive(Default)]
pub struct Fields {
    entries: Vec<(Cow<'static, str>, Bytes)>,
    error: Option<Error>,
}

impl Fields {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field. Replaces all fields with this name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl FieldValue) -> &mut Self {
        let name = name.into();
        if self.iter().any(|(other, _)| other == name) {
            self.remove(&name);
        }
        self.append(name, value)
    }

    /// Adds a field. Fields with the same name are kept.
    pub fn append(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl FieldValue,
    ) -> &mut Self {
        self.entries.push((name.into(), value.into_value()));
        self
    }

    /// Sets a field to `value` as JSON. A string is sent without quotes.
    pub fn set_json(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: &(impl Serialize + ?Sized),
    ) -> &mut Self {
        let name = name.into();
        match json_text(value) {
            Ok(text) => self.set(name, text),
            Err(error) => self.record_error(
                Error::invalid(name, "cannot be serialized as JSON").with_source(error),
            ),
        }
    }

    /// Removes all fields with this name.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.entries.retain(|(other, _)| other != name);
        self
    }

    /// Makes the call fail with `error`, unless there is an earlier error.
    pub fn record_error(&mut self, error: Error) -> &mut Self {
        self.error.get_or_insert(error);
        self
    }

    /// The first value with this name, if it is UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .and_then(|(_, value)| str::from_utf8(value).ok())
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The fields as `application/x-www-form-urlencoded`, for a query or a body.
    pub fn to_query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.iter() {
            if !query.is_empty() {
                query.push('&');
            }
            query.extend(percent_encode(name.as_bytes(), COMPONENT));
            query.push('=');
            query.extend(percent_encode(value, COMPONENT));
        }
        query
    }

    /// Adds all fields of `other`, and its error if there is none yet.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        if self.entries.is_empty() {
            self.entries = other.entries;
        } else {
            self.entries.extend(other.entries);
        }
        if let Some(error) = other.error {
            self.record_error(error);
        }
        self
    }

    pub(crate) fn into_parts(self) -> (Vec<(Cow<'static, str>, Bytes)>, Option<Error>) {
        (self.entries, self.error)
    }

    /// Removes and returns the error of the first invalid value.
    pub fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }
}

/// [`Error`] is not `Clone`, so a copy has a new error with the same text.
impl Clone for Fields {
    fn clone(&self) -> Self {
        let error = self.error.as_ref().map(|error| Error::invalid("fields", error));
        Self { entries: self.entries.clone(), error }
    }
}

/// Everything except unreserved characters. A space becomes `%20`, which URL and form decoders both
/// understand.
const COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');

/// A string without quotes, anything else as JSON.
fn json_text(value: &(impl Serialize + ?Sized)) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    if !json.starts_with(b"\"") {
        return Ok(json.into());
    }
    serde_json::from_slice(&json).map(String::into)
}

/// Shows names and sizes only. Values contain addresses and the content of messages.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.iter().map(|(name, value)| (name, format!("{} bytes", value.len())));
        f.debug_map().entries(sizes).finish()
    }
}

/// Defines a params type: an owned list of named values with chained setters.
///
/// The macro defines the struct, `new`, the untyped setter `extra`, and the conversions for
/// [`Call::query`](crate::Call::query), [`Call::form`](crate::Call::form) and
/// [`Call::multipart`](crate::Call::multipart). Write the typed setters as methods that call
/// `self.set(..)`, `self.append(..)` or `self.json(..)`.
///
/// ```
/// mailgun::resource::params! {
///     /// Which domains to list.
///     pub struct ListDomains;
/// }
///
/// impl ListDomains {
///     /// Page size, 1 to 1000. Default: 100.
///     pub fn limit(self, limit: u32) -> Self {
///         self.set("limit", limit)
///     }
/// }
///
/// let params = ListDomains::new().limit(10).extra("new-option", "yes");
/// assert_eq!(params.as_ref().to_query(), "limit=10&new-option=yes");
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        #[must_use]
        $visibility struct $name($crate::Fields);

        impl $name {
            /// Creates empty parameters. The server's defaults apply.
            pub fn new() -> Self {
                Self::default()
            }

            /// Sets a parameter by its API name, for parameters without a method.
            pub fn extra(
                mut self,
                name: impl Into<::std::borrow::Cow<'static, str>>,
                value: impl $crate::FieldValue,
            ) -> Self {
                self.0.append(name, value);
                self
            }

            #[allow(dead_code, reason = "a params type needs some of the three")]
            fn set(mut self, name: &'static str, value: impl $crate::FieldValue) -> Self {
                self.0.set(name, value);
                self
            }

            #[allow(dead_code, reason = "a params type needs some of the three")]
            fn append(mut self, name: &'static str, value: impl $crate::FieldValue) -> Self {
                self.0.append(name, value);
                self
            }

            #[allow(dead_code, reason = "a params type needs some of the three")]
            fn json(mut self, name: &'static str, value: &impl $crate::__private::serde::Serialize) -> Self {
                self.0.set_json(name, value);
                self
            }
        }

        impl ::core::convert::AsRef<$crate::Fields> for $name {
            fn as_ref(&self) -> &$crate::Fields {
                &self.0
            }
        }

        impl ::core::convert::From<$name> for $crate::Fields {
            fn from(params: $name) -> Self {
                params.0
            }
        }

        impl ::core::convert::From<$name> for $crate::Form {
            fn from(params: $name) -> Self {
                params.0.into()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn zero_empty_and_false_are_sent() {
        let mut fields = Fields::new();
        fields.set("priority", 0_u32).set("name", "").set("flag", true_false(false));
        assert_eq!(fields.to_query(), "priority=0&name=&flag=false");
    }

    #[test]
    fn set_replaces_and_append_repeats() {
        let mut fields = Fields::new();
        fields.append("tag", "a").append("tag", "b").set("x", "1").set("x", "2");
        assert_eq!(fields.to_query(), "tag=a&tag=b&x=2");
    }

    #[test]
    fn names_and_values_decode_the_same_as_a_url_and_as_form_data() {
        let mut fields = Fields::new();
        fields.set("h:X", "a+b c/d&e=f?#@é\r\n");
        assert_eq!(fields.to_query(), "h%3AX=a%2Bb%20c%2Fd%26e%3Df%3F%23%40%C3%A9%0D%0A");
    }

    #[test]
    fn set_json_writes_strings_without_quotes() {
        let mut fields = Fields::new();
        fields.set_json("map", &BTreeMap::from([("k", vec![1, 2])])).set_json("text", "plain");
        assert_eq!(fields.get("map"), Some(r#"{"k":[1,2]}"#));
        assert_eq!(fields.get("text"), Some("plain"));
    }

    #[test]
    fn a_value_that_cannot_be_serialized_is_an_error() {
        let mut fields = Fields::new();
        fields.set_json("v:x", &BTreeMap::from([(vec![1], 2)]));
        let error = fields.clone().take_error().unwrap();
        assert!(error.to_string().contains("`v:x` cannot be serialized as JSON"), "{error}");
        assert!(fields.take_error().is_some());
    }

    #[test]
    fn debug_shows_no_value() {
        let mut fields = Fields::new();
        fields.set("to", "bob@example.com");
        assert_eq!(format!("{fields:?}"), r#"{"to": "15 bytes"}"#);
    }
}
