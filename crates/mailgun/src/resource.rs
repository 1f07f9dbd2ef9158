//! What a resource is made of, for those who write one or call an operation that has no method yet.
//!
//! A resource describes calls and reads responses; it does no I/O of its own. An [`Operation`] names
//! a method and a path, [`Client::call`](crate::Client::call) makes a [`Call`](crate::Call) of it, and
//! a [`Pager`](crate::Pager) follows a listing.
//!
//! ```no_run
//! use mailgun::{
//!     Call, Client, Confirmation, Error, Pager,
//!     resource::{LinkPage, Operation, open_enum, params},
//! };
//! use serde::Deserialize;
//!
//! const LIST: Operation = Operation::get("/v9/{domain}/things");
//! const DELETE: Operation = Operation::delete("/v9/{domain}/things/{name}").idempotent();
//!
//! params! {
//!     /// Which things to list.
//!     pub struct ListThings;
//! }
//!
//! impl ListThings {
//!     /// Page size, 1 to 1000; default 100.
//!     pub fn limit(self, limit: u32) -> Self {
//!         self.set("limit", limit)
//!     }
//! }
//!
//! open_enum! {
//!     /// The state of a thing. A state that Mailgun adds later is kept as its text.
//!     pub enum State {
//!         /// In use.
//!         Active = "active",
//!         /// Turned off.
//!         Disabled = "disabled",
//!     }
//! }
//!
//! /// A thing.
//! #[derive(Debug, Deserialize)]
//! pub struct Thing {
//!     /// Its name.
//!     pub name: String,
//!     /// Its state.
//!     pub state: State,
//! }
//!
//! /// The things of a domain.
//! pub struct Things {
//!     client: Client,
//!     domain: String,
//! }
//!
//! impl Things {
//!     /// Lists the things.
//!     pub fn list(&self, params: ListThings) -> Pager<Thing> {
//!         let call = self.client.call::<LinkPage<Thing>>(LIST, &[&self.domain]);
//!         Pager::links(call.query(params))
//!     }
//!
//!     /// Deletes a thing.
//!     pub fn delete(&self, name: &str) -> Call<Confirmation> {
//!         let call = self.client.call(DELETE, &[&self.domain, name]);
//!         match name {
//!             "default" => call.with_error(Error::invalid("name", "is the default thing")),
//!             _ => call,
//!         }
//!     }
//! }
//! ```
//!
//! # Errors of arguments
//!
//! An argument that cannot be sent becomes an error that names the parameter and the reason, but not
//! the value. The error travels inside the call, and awaiting the call returns it.
//!
//! | | |
//! |---|---|
//! | `Error::invalid(parameter, reason)` | the argument cannot be sent |
//! | `Error::too_large(parameter, reason)` | the argument is over a size limit |
//! | `Error::config(setting, reason)` | a setting cannot work |
//! | `Error::outcome_unknown(reason)` | nothing is sent, because the outcome of an earlier call is unknown |
//! | `error.in_parameter(parameter)` | puts the name of an outer parameter first |
//! | `error.in_operation(operation)` | names the operation, if none is named yet |
//! | `call.with_error(error)` | the call returns the error instead of sending |

pub use mailgun_core::{
    FieldValue, Fields, Form, JsonFields, LinkPage, Operation, PageLinks, PageParts, PageResponse,
    Upload, by_content_id, de, json_params, open_enum, params, read_text, true_false, yes_no,
};
