//! What several modules need.

use std::net::{IpAddr, Ipv4Addr};

/// An IP of the block for documentation.
pub(crate) fn ip(last: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, last).into()
}

pub(crate) const DOMAIN: &str = "mg.example.com";
pub(crate) const POOL: &str = "60140bc1fee3e84dec5abeeb";
