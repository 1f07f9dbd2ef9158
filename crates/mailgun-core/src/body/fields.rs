//! Named values, repeated or not: of a query, of an urlencoded form, of a multipart form.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use crate::{Error, Mailbox, Timestamp};

/// What a field's value can be made from.
///
/// There is none for `bool`: Mailgun's endpoints spell it differently, so a params type says which
/// it means with [`yes_no`] or [`true_false`].
pub trait FieldValue {
    /// The text that goes over the wire.
    fn into_value(self) -> Bytes;
}

/// How most message options spell a truth value.
pub const fn yes_no(value: bool) -> Bytes {
    Bytes::from_static(if value { b"yes" } else { b"no" })
}

/// How most queries and settings spell a truth value.
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

/// RFC 2822 with a numeric zone, which every endpoint that takes a date in a field accepts.
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
/// What was never set is not in it and so not sent; `false`, `0` and the empty text are values
/// like any other. The first fault of a value is kept and reported by the call that the fields
/// are given to, before anything is connected.
///
/// ```
/// use mailgun_core::{Fields, true_false};
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
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field, in place of all that have this name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl FieldValue) -> &mut Self {
        let name = name.into();
        if self.iter().any(|(other, _)| other == name) {
            self.remove(&name);
        }
        self.append(name, value)
    }

    /// Adds a field after those that have this name already.
    pub fn append(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl FieldValue,
    ) -> &mut Self {
        self.entries.push((name.into(), value.into_value()));
        self
    }

    /// Sets a field to `value` as JSON text; a string stays as it is.
    pub fn set_json(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: &(impl Serialize + ?Sized),
    ) -> &mut Self {
        let name = name.into();
        match json_text(value) {
            Ok(text) => self.set(name, text),
            Err(error) => self
                .record_error(Error::invalid(name, "cannot be written as JSON").with_source(error)),
        }
    }

    /// Removes all fields of this name.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.entries.retain(|(other, _)| other != name);
        self
    }

    /// Keeps a fault of a value; the first one is what the call reports.
    pub fn record_error(&mut self, error: Error) -> &mut Self {
        self.error.get_or_insert(error);
        self
    }

    /// The first value of this name, if it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .and_then(|(_, value)| str::from_utf8(value).ok())
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The fields as `application/x-www-form-urlencoded` text, as it stands in a query or a body.
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

    /// Adds all of `other`, its fault too.
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

    /// Takes the kept fault out, for a caller that reports it itself.
    pub fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }
}

/// A faulty list has no copy that could report its fault, so its copy reports a fault of its own.
impl Clone for Fields {
    fn clone(&self) -> Self {
        let error = self.error.as_ref().map(|error| Error::invalid("fields", error));
        Self { entries: self.entries.clone(), error }
    }
}

/// The unreserved characters stay; a space becomes `%20`, which path and form decoders agree on.
const COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');

/// A string as it is, anything else as JSON.
fn json_text(value: &(impl Serialize + ?Sized)) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    if !json.starts_with(b"\"") {
        return Ok(json.into());
    }
    serde_json::from_slice(&json).map(String::into)
}

/// Names and sizes only: values hold addresses and the content of mails.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.iter().map(|(name, value)| (name, format!("{} bytes", value.len())));
        f.debug_map().entries(sizes).finish()
    }
}

/// Defines a params type: an owned list of named values with chained setters.
///
/// The macro writes the struct, `new`, the raw setter `extra`, and what makes it usable in
/// [`Call::query`](crate::Call::query), [`Call::form`](crate::Call::form) and
/// [`Call::multipart`](crate::Call::multipart); the typed setters are ordinary methods that call
/// `self.set(..)`, `self.append(..)` or `self.json(..)`.
///
/// ```
/// mailgun_core::params! {
///     /// Which domains to list.
///     pub struct ListDomains;
/// }
///
/// impl ListDomains {
///     /// At most so many a page: 1 to 1000; 100 when not set.
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
            /// Nothing set: the server's defaults apply.
            pub fn new() -> Self {
                Self::default()
            }

            /// Sets a parameter by its name on the wire, for those that have no method here yet.
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
    fn unset_is_absent_and_falsy_values_are_sent() {
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
    fn names_and_values_are_encoded_so_that_every_decoder_agrees() {
        let mut fields = Fields::new();
        fields.set("h:X", "a+b c/d&e=f?#@é\r\n");
        assert_eq!(fields.to_query(), "h%3AX=a%2Bb%20c%2Fd%26e%3Df%3F%23%40%C3%A9%0D%0A");
    }

    #[test]
    fn json_values_are_json_and_strings_stay() {
        let mut fields = Fields::new();
        fields.set_json("map", &BTreeMap::from([("k", vec![1, 2])])).set_json("text", "plain");
        assert_eq!(fields.get("map"), Some(r#"{"k":[1,2]}"#));
        assert_eq!(fields.get("text"), Some("plain"));
    }

    #[test]
    fn a_value_that_json_cannot_hold_is_reported() {
        let mut fields = Fields::new();
        fields.set_json("v:x", &BTreeMap::from([(vec![1], 2)]));
        let error = fields.clone().take_error().unwrap();
        assert!(error.to_string().contains("`v:x` cannot be written as JSON"), "{error}");
        assert!(fields.take_error().is_some());
    }

    #[test]
    fn debug_shows_no_value() {
        let mut fields = Fields::new();
        fields.set("to", "bob@example.com");
        assert_eq!(format!("{fields:?}"), r#"{"to": "15 bytes"}"#);
    }
}
