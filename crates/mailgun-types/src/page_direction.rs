mailgun_core::open_enum! {
    /// A page of a listing, as seen from one of its items.
    pub enum PageDirection {
        /// The first page, whatever the item.
        First = "first",
        /// The page that begins after the item.
        Next = "next",
        /// The page that ends before the item.
        Previous = "previous",
        /// The last page, whatever the item.
        Last = "last",
    }
}

impl PageDirection {
    /// With `prev` for [`Previous`](Self::Previous), as some services want it.
    #[must_use]
    pub fn abbreviated(self) -> Self {
        match self {
            Self::Previous => Self::Other("prev".into()),
            other => other,
        }
    }
}
