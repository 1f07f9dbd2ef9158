use mailgun_core::true_false;
use serde::Serialize;

mailgun_core::open_enum! {
    /// The order of a listing, by name.
    pub enum SortOrder {
        /// From A to Z.
        Ascending = "asc",
        /// From Z to A.
        Descending = "desc",
    }
}

mailgun_core::params! {
    /// Filters for listing subaccounts.
    pub struct ListSubaccounts;
}

impl ListSubaccounts {
    /// Sorts by name, in this order.
    pub fn sort(self, order: SortOrder) -> Self {
        self.set("sort", order)
    }

    /// Lists only subaccounts of this name.
    pub fn filter(self, name: impl Into<String>) -> Self {
        self.set("filter", name.into())
    }

    /// Page size, 1 to 1000; default 10.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Number of items to skip; default 0.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// Lists only enabled (`true`) or disabled (`false`) subaccounts. Default: both.
    pub fn enabled(self, enabled: bool) -> Self {
        self.set("enabled", true_false(enabled))
    }

    /// Includes (`true`) or excludes (`false`) closed subaccounts. Default: the service decides.
    pub fn closed(self, closed: bool) -> Self {
        self.set("closed", true_false(closed))
    }
}

mailgun_core::params! {
    /// Why a subaccount is disabled.
    pub struct DisableSubaccount;
}

impl DisableSubaccount {
    /// The reason.
    pub fn reason(self, reason: impl Into<String>) -> Self {
        self.set("reason", reason.into())
    }

    /// A note that is stored with the subaccount.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.set("note", note.into())
    }
}

mailgun_core::params! {
    /// Features of a subaccount to turn on or off. Features that are not set stay as they are.
    pub struct UpdateFeatures;
}

#[derive(Serialize)]
struct Feature {
    enabled: bool,
}

impl UpdateFeatures {
    /// Email previews.
    pub fn email_preview(self, enabled: bool) -> Self {
        self.json("email_preview", &Feature { enabled })
    }

    /// Inbox placement tests.
    pub fn inbox_placement(self, enabled: bool) -> Self {
        self.json("inbox_placement", &Feature { enabled })
    }

    /// Sending messages.
    pub fn sending(self, enabled: bool) -> Self {
        self.json("sending", &Feature { enabled })
    }

    /// Validation of single addresses.
    pub fn validations(self, enabled: bool) -> Self {
        self.json("validations", &Feature { enabled })
    }

    /// Bulk validation of lists.
    pub fn validations_bulk(self, enabled: bool) -> Self {
        self.json("validations_bulk", &Feature { enabled })
    }
}
