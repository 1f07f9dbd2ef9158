//! Mailgun subaccounts: accounts below your own, such as one for each tenant.
//!
//! A subaccount has its own domains, mail and statistics. The API key of the parent account works
//! for all its subaccounts: [`Client::for_subaccount`](mailgun_core::Client::for_subaccount)
//! returns a client that acts for one, and [`Call::subaccount`](mailgun_core::Call::subaccount)
//! makes a single call act for one.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! let tenant = mailgun.subaccounts().create("Acme").await?;
//! let client_of_tenant = mailgun.for_subaccount(&tenant.id)?;
//! # let _ = client_of_tenant;
//! # Ok(()) }
//! ```

mod params;
mod subaccount;
mod subaccounts;

pub use mailgun_types::{SendingLimit, Success};

pub use self::{
    params::{DisableSubaccount, ListSubaccounts, SortOrder, UpdateFeatures},
    subaccount::{Subaccount, SubaccountFeatures, SubaccountStatus},
    subaccounts::{OPERATIONS, Subaccounts},
};
