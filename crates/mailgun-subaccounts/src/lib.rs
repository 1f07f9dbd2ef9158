//! Subaccounts of Mailgun: an account below yours for each tenant.
//!
//! A subaccount has its own domains, mail and statistics. The parent's key is good for all of them:
//! [`Client::for_subaccount`](mailgun_core::Client::for_subaccount) gives a client that acts for
//! one, and so does [`Call::subaccount`](mailgun_core::Call::subaccount) for one call.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_subaccounts::Subaccounts;
//!
//! let tenant = Subaccounts::new(&client).create("Acme").await?;
//! let client_of_tenant = client.for_subaccount(&tenant.id)?;
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
