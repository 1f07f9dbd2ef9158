//! What limits on usage and alerts on sending have in common.

use mailgun_core::de;
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// How a value is compared.
    pub enum ThresholdComparator {
        /// Equal.
        Equal = "=",
        /// Not equal.
        NotEqual = "!=",
        /// Less.
        Less = "<",
        /// Less or equal.
        LessOrEqual = "<=",
        /// Greater.
        Greater = ">",
        /// Greater or equal.
        GreaterOrEqual = ">=",
        /// The text is in it; for filters only.
        Contains = "contains",
        /// The text is not in it; for filters only.
        NotContains = "not contains",
    }
}

mailgun_core::open_enum! {
    /// What is counted apart.
    pub enum ThresholdDimension {
        /// Each sending domain.
        Domain = "domain",
        /// Each sending IP address.
        Ip = "ip",
        /// Each IP pool.
        IpPool = "ip_pool",
        /// Each provider of recipients, such as Gmail.
        RecipientProvider = "recipient_provider",
        /// Each subaccount.
        Subaccount = "subaccount",
    }
}

/// Which values of a dimension count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ThresholdFilter {
    /// The dimension.
    pub dimension: Option<ThresholdDimension>,
    /// How its values are compared.
    pub comparator: Option<ThresholdComparator>,
    /// What they are compared with.
    #[serde(deserialize_with = "de::readable")]
    pub values: Vec<String>,
}

impl ThresholdFilter {
    /// Values of `dimension` that compare so with any of `values`.
    pub fn new(
        dimension: ThresholdDimension,
        comparator: ThresholdComparator,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { dimension: Some(dimension), comparator: Some(comparator), values }
    }
}
