mailgun_core::open_enum! {
    /// A page of a listing, relative to an item.
    pub enum PageDirection {
        /// The first page. The item is ignored.
        First = "first",
        /// The page that starts after the item.
        Next = "next",
        /// The page that ends before the item.
        Previous = "previous",
        /// The last page. The item is ignored.
        Last = "last",
    }
}

impl PageDirection {
    /// The value for services that write `prev` for [`Previous`](Self::Previous).
    #[must_use]
    pub fn abbreviated(self) -> Self {
        match self {
            Self::Previous => Self::Other("prev".into()),
            other => other,
        }
    }
}
