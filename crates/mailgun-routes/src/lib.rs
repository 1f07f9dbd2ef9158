//! Routes of Mailgun: what happens to incoming mail.
//!
//! A route belongs to the account. Its expression says which mail it is for, its actions what
//! happens to that mail; of several routes the one with the smallest priority comes first.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_routes::{Action, Expression, RouteSettings, Routes};
//!
//! let settings = RouteSettings::new()
//!     .description("Support tickets")
//!     .action(Action::forward("https://example.com/inbound"))
//!     .action(Action::stop());
//! let created = Routes::new(&client)
//!     .create(Expression::match_recipient("support@mg.example.com"), settings)
//!     .await?;
//! println!("{}: {}", created.route.id, created.message);
//! # Ok(()) }
//! ```

mod route;
mod routes;
mod syntax;

pub use self::{
    route::{Route, RouteDeleted, RouteResponse},
    routes::{ListRoutes, OPERATIONS, RouteSettings, Routes},
    syntax::{Action, Expression},
};
