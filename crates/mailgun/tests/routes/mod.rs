//! The operations of all crates.

use mailgun::Operation;

/// The name of each crate, and its operations.
pub(crate) const ALL: &[(&str, &[Operation])] = &[
    ("mailgun-account", mailgun::account::OPERATIONS),
    ("mailgun-alerts", mailgun::alerts::OPERATIONS),
    ("mailgun-analytics", mailgun::analytics::OPERATIONS),
    ("mailgun-dkim", mailgun::dkim::OPERATIONS),
    ("mailgun-domains", mailgun::domains::OPERATIONS),
    ("mailgun-events", mailgun::events::OPERATIONS),
    ("mailgun-inbox-placement", mailgun::inbox_placement::OPERATIONS),
    ("mailgun-inspect", mailgun::inspect::OPERATIONS),
    ("mailgun-ips", mailgun::ips::OPERATIONS),
    ("mailgun-mailing-lists", mailgun::mailing_lists::OPERATIONS),
    ("mailgun-messages", mailgun::messages::OPERATIONS),
    ("mailgun-optimize", mailgun::optimize::OPERATIONS),
    ("mailgun-routes", mailgun::routes::OPERATIONS),
    ("mailgun-subaccounts", mailgun::subaccounts::OPERATIONS),
    ("mailgun-suppressions", mailgun::suppressions::OPERATIONS),
    ("mailgun-tags", mailgun::tags::OPERATIONS),
    ("mailgun-templates", mailgun::templates::OPERATIONS),
    ("mailgun-validations", mailgun::validations::OPERATIONS),
    ("mailgun-webhooks", mailgun::webhooks::OPERATIONS),
];
