//! Parameters that are sent as one JSON object.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _},
};
use serde_json::{Map, Value};

/// The fields of a JSON object. Unset fields are not sent.
///
/// If a value cannot be serialized, the call with this object returns an error.
#[derive(Clone, Default)]
pub struct JsonFields {
    fields: Map<String, Value>,
    error: Option<String>,
}

impl JsonFields {
    /// Sets the field at `path`. Creates missing objects on the path.
    pub fn set(&mut self, path: &[&str], value: &(impl Serialize + ?Sized)) -> &mut Self {
        let Some((name, parents)) = path.split_last() else { return self };
        match serde_json::to_value(value) {
            Ok(value) => {
                if let Some(object) = self.object(parents) {
                    object.insert((*name).to_owned(), value);
                }
            }
            Err(error) => {
                self.error.get_or_insert_with(|| {
                    format!("`{name}` cannot be serialized as JSON: {error}")
                });
            }
        }
        self
    }

    /// Appends a value to the list at `path`.
    pub fn append(&mut self, path: &[&str], value: &(impl Serialize + ?Sized)) -> &mut Self {
        let mut list = match self.get(path) {
            Some(Value::Array(list)) => list.clone(),
            _ => Vec::new(),
        };
        match serde_json::to_value(value) {
            Ok(value) => list.push(value),
            Err(error) => {
                self.error.get_or_insert_with(|| {
                    format!("a value cannot be serialized as JSON: {error}")
                });
            }
        }
        self.set(path, &list)
    }

    /// The value at `path`.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        let (name, rest) = path.split_first()?;
        rest.iter().try_fold(self.fields.get(*name)?, |value, name| value.get(*name))
    }

    fn object(&mut self, path: &[&str]) -> Option<&mut Map<String, Value>> {
        path.iter().try_fold(&mut self.fields, |fields, name| {
            let value = fields.entry(*name).or_insert(Value::Null);
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            value.as_object_mut()
        })
    }
}

impl Serialize for JsonFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(error) = &self.error {
            return Err(S::Error::custom(error));
        }
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Shows names only. Values may contain addresses.
impl fmt::Debug for JsonFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}

/// Defines a params type that is sent as a JSON object, with chained setters.
///
/// It is the counterpart of [`params!`](crate::params) for [`Call::json`](crate::Call::json) and
/// for listings with a JSON body. Write the typed setters as methods that call
/// `self.set(&["field"], ..)`, or `self.append(&["field"], ..)` for a list.
///
/// ```
/// mailgun::resource::json_params! {
///     /// Which tags to list.
///     pub struct ListTags;
/// }
///
/// impl ListTags {
///     /// Page size.
///     pub fn limit(self, limit: u32) -> Self {
///         self.set(&["pagination", "limit"], &limit)
///     }
/// }
///
/// let params = ListTags::new().limit(10).extra("new-option", &true);
/// let json = serde_json::to_string(&params)?;
/// assert_eq!(json, r#"{"new-option":true,"pagination":{"limit":10}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! json_params {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        #[must_use]
        $visibility struct $name($crate::JsonFields);

        impl $name {
            /// Creates empty parameters. The server's defaults apply.
            pub fn new() -> Self {
                Self::default()
            }

            /// Sets a parameter by its API name, for parameters without a method.
            pub fn extra(
                self,
                name: &str,
                value: &(impl $crate::__private::serde::Serialize + ?Sized),
            ) -> Self {
                self.set(&[name], value)
            }

            fn set(
                mut self,
                path: &[&str],
                value: &(impl $crate::__private::serde::Serialize + ?Sized),
            ) -> Self {
                self.0.set(path, value);
                self
            }

            #[allow(dead_code, reason = "not every params type has a list")]
            fn append(
                mut self,
                path: &[&str],
                value: &(impl $crate::__private::serde::Serialize + ?Sized),
            ) -> Self {
                self.0.append(path, value);
                self
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serde::Serialize::serialize(&self.0, serializer)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn fields_are_set_at_their_path() {
        let mut fields = JsonFields::default();
        fields
            .set(&["pagination", "skip"], &0)
            .set(&["pagination", "sort"], "")
            .set(&["a"], &false);
        fields.append(&["events"], "opened").append(&["events"], "clicked");
        let json = r#"{"a":false,"events":["opened","clicked"],"pagination":{"skip":0,"sort":""}}"#;
        assert_eq!(serde_json::to_string(&fields).unwrap(), json);
        assert_eq!(fields.get(&["pagination", "skip"]), Some(&Value::from(0)));
    }

    #[test]
    fn the_error_names_the_field_that_cannot_be_serialized() {
        let mut fields = JsonFields::default();
        fields.set(&["filter"], &BTreeMap::from([(vec![1], 2)]));
        let error = serde_json::to_value(&fields).unwrap_err().to_string();
        assert!(error.contains("`filter` cannot be serialized"), "{error}");
    }
}
