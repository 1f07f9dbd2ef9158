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
    /// A dynamic pool, which is also the band of a reputation.
    pub enum DynamicPoolName {
        /// For domains of good reputation.
        Good = "dynamic_good",
        /// For domains of poor reputation.
        Poor = "dynamic_poor",
        /// For domains that have not sent enough to be judged.
        New = "dynamic_new",
    }
}

/// The IPs of the dynamic pools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolList {
    /// Those for domains of good reputation.
    #[serde(deserialize_with = "de::readable")]
    pub good_reputation: Vec<IpAddr>,
    /// Those for domains of poor reputation.
    #[serde(deserialize_with = "de::readable")]
    pub poor_reputation: Vec<IpAddr>,
    /// Those for domains that have not sent enough to be judged.
    #[serde(deserialize_with = "de::readable")]
    pub new_senders: Vec<IpAddr>,
    /// The pools; the response to setting their IPs leaves them out.
    #[serde(deserialize_with = "de::items")]
    pub pools: Vec<DynamicPool>,
}

/// A pool that Mailgun puts domains into by their reputation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPool {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account that it belongs to.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// Its name.
    pub name: Option<DynamicPoolName>,
    /// Whether it is in use.
    #[serde(deserialize_with = "de::bool_like")]
    pub enabled: Option<bool>,
    /// Its IPs.
    #[serde(deserialize_with = "de::readable")]
    pub ips: Vec<IpAddr>,
}

/// A domain that can be enrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AssignableDomain {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account that it belongs to.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
}

/// A domain that is enrolled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolDomain {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account that it belongs to.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name of that account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_name: String,
    /// Its name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// When it was enrolled.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub registered_at: Option<Timestamp>,
    /// The pool that it is in.
    pub pool: Option<DynamicPoolName>,
    /// Whether it was put there by hand, and stays.
    #[serde(rename = "override", deserialize_with = "de::bool_like")]
    pub is_overridden: Option<bool>,
    /// The share of its mail that bounced: 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub bounce_rate: Option<f64>,
    /// The share of its mail that was complained about: 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub complaint_rate: Option<f64>,
    /// How many messages the rates are of.
    #[serde(deserialize_with = "de::number_or_string")]
    pub processed_count: Option<u64>,
}

/// The pool that a domain would be put into.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolPreview {
    /// The pool.
    pub pool: Option<DynamicPoolName>,
    /// Why: what was measured, such as `bounce_rate`, `complaint_rate` or `processed_count`.
    #[serde(deserialize_with = "de::null_default")]
    pub results: BTreeMap<String, Option<PreviewedMetric>>,
}

/// One of the numbers that a domain is judged by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreviewedMetric {
    /// The number.
    #[serde(deserialize_with = "de::number_or_string")]
    pub value: Option<f64>,
    /// The pool that this number alone speaks for.
    pub band: Option<DynamicPoolName>,
}

/// The move of a domain from one pool to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DynamicPoolMove {
    /// Its id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The account that has the pools.
    #[serde(deserialize_with = "de::null_default")]
    pub owning_account_id: String,
    /// The account that has the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub account_id: String,
    /// The name of that account.
    #[serde(deserialize_with = "de::null_default")]
    pub account_name: String,
    /// The id of the domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain_id: String,
    /// The domain.
    #[serde(deserialize_with = "de::null_default")]
    pub domain_name: String,
    /// The pool that it was moved to.
    pub new_band: Option<DynamicPoolName>,
    /// The pool that it was moved from.
    pub prev_band: Option<DynamicPoolName>,
    /// Why, in Mailgun's words.
    #[serde(deserialize_with = "de::null_default")]
    pub reason: String,
    /// The share of its mail that had bounced: 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub bounce_rate: Option<f64>,
    /// The share of its mail that had been complained about: 0.01 is one percent.
    #[serde(deserialize_with = "de::number_or_string")]
    pub complaint_rate: Option<f64>,
    /// How many messages the rates are of.
    #[serde(deserialize_with = "de::number_or_string")]
    pub processed_count: Option<u64>,
    /// Who moved it, `system` for Mailgun.
    pub initiated_by: Option<String>,
    /// When it was moved.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub timestamp: Option<Timestamp>,
}

/// The history of a domain: the description has one move, its words speak of many.
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
