//! Enumerations that accept values which Mailgun adds later.

/// Declares an enumeration of strings that also accepts unknown strings.
///
/// The macro adds the variant `Other(Box<str>)` and `#[non_exhaustive]`, so that values which
/// Mailgun adds later can be decoded and do not break programs. It implements `as_str`, `Display`,
/// `From<&str>`, `From<String>`, `FromStr`, [`FieldValue`](crate::FieldValue), `Serialize`,
/// `Deserialize`, `Clone`, `Debug`, `PartialEq`, `Eq` and `Hash`.
///
/// Known strings match in any ASCII case and are written as declared. Unknown strings are kept
/// unchanged. Numbers and booleans are read as their text. Create values with `From`, not with
/// `Other`: `Other("active".into())` is not equal to the variant.
///
/// ```
/// mailgun::resource::open_enum! {
///     /// State of a domain.
///     pub enum DomainState {
///         /// May send.
///         Active = "active",
///         /// DNS records not verified yet.
///         Unverified = "unverified",
///     }
/// }
///
/// assert_eq!(DomainState::from("ACTIVE"), DomainState::Active);
/// assert_eq!(DomainState::Active.as_str(), "active");
/// assert_eq!(DomainState::from("Paused"), DomainState::Other("Paused".into()));
/// assert_eq!(DomainState::from("Paused").to_string(), "Paused");
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $(
                $(#[$variant_attribute:meta])*
                $variant:ident = $text:literal
            ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $visibility enum $name {
            $(
                $(#[$variant_attribute])*
                $variant,
            )+
            /// A value that this version does not know, unchanged.
            Other(::std::boxed::Box<str>),
        }

        impl $name {
            /// The value as it is written in requests and responses.
            $visibility fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            fn from_known(text: &str) -> ::std::option::Option<Self> {
                $(
                    if text.eq_ignore_ascii_case($text) {
                        return ::std::option::Option::Some(Self::$variant);
                    }
                )+
                ::std::option::Option::None
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from_known(text).unwrap_or_else(|| Self::Other(text.into()))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from_known(&text).unwrap_or_else(|| Self::Other(text.into_boxed_str()))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok(Self::from(text))
            }
        }

        impl $crate::FieldValue for $name {
            fn into_value(self) -> $crate::bytes::Bytes {
                $crate::FieldValue::into_value(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::de::text(deserializer)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    crate::open_enum! {
        /// For the tests.
        pub(crate) enum Validity {
            /// One.
            Valid = "valid",
            /// Two.
            NotYet = "not-yet",
        }
    }

    crate::open_enum! {
        enum Single { Only = "only" }
    }

    #[test]
    fn known_values_match_in_any_case() {
        for text in ["valid", "VALID", "Valid"] {
            assert_eq!(Validity::from(text), Validity::Valid);
            assert_eq!(Validity::from(text.to_owned()), Validity::Valid);
            assert_eq!(text.parse(), Ok(Validity::Valid));
        }
        assert_eq!(Single::from("ONLY").as_str(), "only");
    }

    #[test]
    fn every_string_makes_a_round_trip() {
        for text in ["valid", "not-yet", "not_yet", "Brand New", "", " valid", "ſ", "名"] {
            let value: Validity = serde_json::from_value(text.into()).unwrap();
            assert_eq!(value.to_string(), text);
            assert_eq!(serde_json::to_value(&value).unwrap(), text);
            assert_eq!(Validity::from(text.to_owned()), value);
        }
        assert_eq!(format!("{:>6}|", Single::Only), "  only|");
    }

    #[test]
    fn numbers_and_booleans_are_read_as_text() {
        assert_eq!(serde_json::from_str::<Validity>("5").unwrap().as_str(), "5");
        assert_eq!(serde_json::from_str::<Validity>("true").unwrap().as_str(), "true");
        assert_eq!(serde_json::from_str::<Option<Validity>>("null").unwrap(), None);
        for json in ["null", "[]", "{}"] {
            assert!(serde_json::from_str::<Validity>(json).is_err(), "{json}");
        }
        let keys: HashMap<Validity, u8> = serde_json::from_str(r#"{"VALID": 1}"#).unwrap();
        assert_eq!(keys[&Validity::Valid], 1);
    }
}
