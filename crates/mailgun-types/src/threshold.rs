use mailgun_core::de;
use serde::{Deserialize, Serialize};

mailgun_core::open_enum! {
    /// A comparison.
    pub enum ThresholdComparator {
        /// Equal to.
        Equal = "=",
        /// Not equal to.
        NotEqual = "!=",
        /// Less than.
        Less = "<",
        /// Less than or equal to.
        LessOrEqual = "<=",
        /// Greater than.
        Greater = ">",
        /// Greater than or equal to.
        GreaterOrEqual = ">=",
        /// Contains the text. For filters only.
        Contains = "contains",
        /// Does not contain the text. For filters only.
        NotContains = "not contains",
    }
}

mailgun_core::open_enum! {
    /// The dimension that is measured separately.
    pub enum ThresholdDimension {
        /// The sending domain.
        Domain = "domain",
        /// The sending IP address.
        Ip = "ip",
        /// The IP pool.
        IpPool = "ip_pool",
        /// The recipients' mail provider, such as Gmail.
        RecipientProvider = "recipient_provider",
        /// The subaccount.
        Subaccount = "subaccount",
    }
}

/// A filter on the values of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ThresholdFilter {
    /// The dimension.
    pub dimension: Option<ThresholdDimension>,
    /// The comparison.
    pub comparator: Option<ThresholdComparator>,
    /// The values to compare with.
    #[serde(deserialize_with = "de::readable")]
    pub values: Vec<String>,
}

impl ThresholdFilter {
    /// Matches values of `dimension` for which the comparison with any of `values` holds.
    pub fn new(
        dimension: ThresholdDimension,
        comparator: ThresholdComparator,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { dimension: Some(dimension), comparator: Some(comparator), values }
    }
}
