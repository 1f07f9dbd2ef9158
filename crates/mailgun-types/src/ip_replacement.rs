use std::net::IpAddr;

use mailgun_core::Fields;

/// What domains send from after an IP or a dedicated IP pool is removed from them.
///
/// ```
/// use mailgun::{ips::IpReplacement, resource::Fields};
///
/// let query = Fields::from(IpReplacement::Pool("60140bc1fee3e84dec5abeeb".to_owned()));
/// assert_eq!(query.to_query(), "pool_id=60140bc1fee3e84dec5abeeb");
/// assert_eq!(Fields::from(IpReplacement::Shared).to_query(), "ip=shared");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IpReplacement {
    /// This IP of the account.
    Ip(IpAddr),
    /// A shared IP that Mailgun chooses. The account must be allowed to use shared IPs.
    Shared,
    /// The dedicated IP pool with this ID.
    Pool(String),
}

impl From<IpReplacement> for Fields {
    fn from(replacement: IpReplacement) -> Self {
        let mut fields = Self::new();
        match replacement {
            IpReplacement::Ip(ip) => fields.set("ip", ip),
            IpReplacement::Shared => fields.set("ip", "shared"),
            IpReplacement::Pool(id) => fields.set("pool_id", id),
        };
        fields
    }
}
