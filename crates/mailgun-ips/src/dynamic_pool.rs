use std::{collections::BTreeMap, fmt, net::IpAddr};

use mailgun_core::{
    Timestamp,
    de::{self, Beside},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        Error as _, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};

mailgun_core::open_enum! {
    /// A dynamic pool, which stands for a level of reputation.
    pub enum DynamicPoolName {
        /// For domains with a good reputation.
        Good = "dynamic_good",
        /// For domains with a poor reputation.
        Poor = "dynamic_poor",
        /// For domains that have not sent enough mail for a reputation.
        New = "dynamic_new",
    }
}

/// The IPs of the dynamic pools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolList {
    /// The pool for domains with a good reputation.
    #[serde(deserialize_with = "de::readable")]
    pub good_reputation: Vec<IpAddr>,
    /// The pool for domains with a poor reputation.
    #[serde(deserialize_with = "de::readable")]
    pub poor_reputation: Vec<IpAddr>,
    /// The pool for domains that have not sent enough mail for a reputation.
    #[serde(deserialize_with = "de::readable")]
    pub new_senders: Vec<IpAddr>,
    /// The pools. The response to setting their IPs has none.
    #[serde(deserialize_with = "de::items")]
    pub pools: Vec<DynamicPool>,
}

/// A pool that Mailgun moves domains into by their reputation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPool {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account that owns the pool.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name.
    pub name: Option<DynamicPoolName>,
    /// Whether the pool is in use.
    #[serde(deserialize_with = "de::bool_like")]
    pub enabled: Option<bool>,
    /// The IPs of the pool.
    #[serde(deserialize_with = "de::readable")]
    pub ips: Vec<IpAddr>,
}

/// A domain that can be enrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AssignableDomain {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account that owns the pool.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// An enrolled domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolDomain {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account that owns the pool.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_name: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When the domain was enrolled.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub registered_at: Option<Timestamp>,
    /// The pool of the domain.
    pub pool: Option<DynamicPoolName>,
    /// Whether the pool was set by hand and stays.
    #[serde(rename = "override", deserialize_with = "de::bool_like")]
    pub is_overridden: Option<bool>,
    /// The bounce rate of the domain; 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub bounce_rate: Option<f64>,
    /// The complaint rate of the domain; 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub complaint_rate: Option<f64>,
    /// The number of messages that the rates are based on.
    #[serde(deserialize_with = "de::number_or_string")]
    pub processed_count: Option<u64>,
}

/// The pool that a domain would be assigned to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolPreview {
    /// The pool.
    pub pool: Option<DynamicPoolName>,
    /// The measurements by name, such as `bounce_rate`, `complaint_rate` or `processed_count`.
    #[serde(deserialize_with = "de::null_default")]
    pub results: BTreeMap<String, Option<PreviewedMetric>>,
}

/// One measurement of a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreviewedMetric {
    /// The measured value.
    #[serde(deserialize_with = "de::number_or_string")]
    pub value: Option<f64>,
    /// The pool that this measurement alone suggests.
    pub band: Option<DynamicPoolName>,
}

/// A move of a domain between pools.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolMove {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The id of the account that owns the pools.
    #[serde(deserialize_with = "de::null_default")]
    pub owning_account_id: String,
    /// The id of the account that owns the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name of the account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_name: String,
    /// The id of the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain_id: String,
    /// The domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain_name: String,
    /// The new pool.
    pub new_band: Option<DynamicPoolName>,
    /// The previous pool.
    pub prev_band: Option<DynamicPoolName>,
    /// The reason, as Mailgun words it.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// The bounce rate at the time of the move; 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub bounce_rate: Option<f64>,
    /// The complaint rate at the time of the move; 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub complaint_rate: Option<f64>,
    /// The number of messages that the rates are based on.
    #[serde(deserialize_with = "de::number_or_string")]
    pub processed_count: Option<u64>,
    /// Who moved the domain; `system` for Mailgun.
    pub initiated_by: Option<String>,
    /// When the domain was moved.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub timestamp: Option<Timestamp>,
}

/// The history of a domain. The API description shows one move, but its text speaks of several.
pub(crate) struct DomainHistory(pub(crate) Vec<DynamicPoolMove>);

impl<'de> Deserialize<'de> for DomainHistory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moves;

        impl<'de> Visitor<'de> for Moves {
            type Value = Vec<DynamicPoolMove>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a move or a list of moves")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                let moves: Vec<Option<_>> = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(moves.into_iter().flatten().collect())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let mut page = Page { items: None, has_fields: false };
                let single = de::beside(MapAccessDeserializer::new(map), &mut page)?;
                match page.items {
                    Some(items) => Ok(items.into_iter().flatten().collect()),
                    None if single != DynamicPoolMove::default() => Ok(vec![single]),
                    None if !page.has_fields => Ok(Vec::new()),
                    None => Err(A::Error::custom("neither a move nor a list of moves")),
                }
            }
        }

        /// The response as an object.
        struct Page {
            items: Option<Vec<Option<DynamicPoolMove>>>,
            has_fields: bool,
        }

        impl<'de> Beside<'de> for Page {
            fn read<A: MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                self.has_fields = true;
                let is_items = name == "items";
                if is_items {
                    self.items = Some(map.next_value::<Option<_>>()?.unwrap_or_default());
                }
                Ok(is_items)
            }
        }

        deserializer.deserialize_any(Moves).map(Self)
    }
}
