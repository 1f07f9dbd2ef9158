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
    /// Which subaccounts to list.
    pub struct ListSubaccounts;
}

impl ListSubaccounts {
    /// Sorts them by name.
    pub fn sort(self, order: SortOrder) -> Self {
        self.set("sort", order)
    }

    /// Those of this name only.
    pub fn filter(self, name: impl Into<String>) -> Self {
        self.set("filter", name.into())
    }

    /// At most so many a page: 1 to 1000; 10 when not set.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// Leaves out so many at the beginning; 0 when not set.
    pub fn skip(self, skip: u64) -> Self {
        self.set("skip", skip)
    }

    /// Those that are enabled (`true`) or disabled (`false`); either when not set.
    pub fn enabled(self, enabled: bool) -> Self {
        self.set("enabled", true_false(enabled))
    }

    /// With closed ones (`true`) or without them (`false`); either when not set.
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

    /// A note that stays with the subaccount.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.set("note", note.into())
    }
}

mailgun_core::params! {
    /// Which features of a subaccount to switch on and off; those not set stay as they are.
    pub struct UpdateFeatures;
}

#[derive(Serialize)]
struct Feature {
    enabled: bool,
}

impl UpdateFeatures {
    /// Previews of mails in many mail programs.
    pub fn email_preview(self, enabled: bool) -> Self {
        self.json("email_preview", &Feature { enabled })
    }

    /// Tests of where mails arrive.
    pub fn inbox_placement(self, enabled: bool) -> Self {
        self.json("inbox_placement", &Feature { enabled })
    }

    /// Sending.
    pub fn sending(self, enabled: bool) -> Self {
        self.json("sending", &Feature { enabled })
    }

    /// Validation of single addresses.
    pub fn validations(self, enabled: bool) -> Self {
        self.json("validations", &Feature { enabled })
    }

    /// Validation of lists of addresses.
    pub fn validations_bulk(self, enabled: bool) -> Self {
        self.json("validations_bulk", &Feature { enabled })
    }
}
