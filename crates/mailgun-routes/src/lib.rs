//! Mailgun routes: rules for incoming messages.
//!
//! Routes belong to the account. The expression of a route selects messages; its actions forward,
//! store or drop them. Mailgun evaluates routes in order of priority, smallest number first.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::routes::{Action, Expression, RouteSettings};
//!
//! let settings = RouteSettings::new()
//!     .description("Support tickets")
//!     .action(Action::forward("https://example.com/inbound"))
//!     .action(Action::stop());
//! let created = mailgun
//!     .routes()
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
