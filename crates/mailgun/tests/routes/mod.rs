//! The operations of all crates.

use mailgun::Route;

/// The name of each crate, and its operations.
pub(crate) const ALL: &[(&str, &[Route])] = &[
    ("mailgun-account", mailgun::account::ROUTES),
    ("mailgun-analytics", mailgun::analytics::ROUTES),
    ("mailgun-dkim", mailgun::dkim::ROUTES),
    ("mailgun-domains", mailgun::domains::ROUTES),
    ("mailgun-events", mailgun::events::ROUTES),
    ("mailgun-inbox-placement", mailgun::inbox_placement::ROUTES),
    ("mailgun-ips", mailgun::ips::ROUTES),
    ("mailgun-mailing-lists", mailgun::mailing_lists::ROUTES),
    ("mailgun-messages", mailgun::messages::ROUTES),
    ("mailgun-routes", mailgun::routes::ROUTES),
    ("mailgun-subaccounts", mailgun::subaccounts::ROUTES),
    ("mailgun-suppressions", mailgun::suppressions::ROUTES),
    ("mailgun-tags", mailgun::tags::ROUTES),
    ("mailgun-templates", mailgun::templates::ROUTES),
    ("mailgun-validations", mailgun::validations::ROUTES),
    ("mailgun-webhooks", mailgun::webhooks::ROUTES),
];
