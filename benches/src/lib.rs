//! The send path, measured beside its peers in the same run.
//!
//! * [`fixtures`]: the workloads, the same for every peer.
//! * [`case`]: what is measured, one name for each row of the table.
//! * [`peers`]: who does the work: this SDK, hyper's pooled client alone, reqwest.
//! * [`stack`], [`responses`]: the cases that need no server.
//! * [`drive`]: runs one case in a process of its own; [`probe`] reads the clocks around it, and
//!   [`seen`] is what the server says of it.
//!
//! `report` is the command that runs all of them.

pub mod case;
pub mod drive;
pub mod fixtures;
pub mod peers;
pub mod probe;
pub mod responses;
pub mod seen;
pub mod stack;

/// Whatever went wrong; a bench that fails has no figures.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
