//! Benchmarks of sending and receiving, compared with their peers in the same run.
//!
//! * [`fixtures`]: the workloads, which are the same for all clients.
//! * [`case`]: the cases, one for each row of the table.
//! * [`peers`]: the clients: this SDK, hyper-util's pooled client, reqwest.
//! * [`stack`], [`responses`]: the cases that need no server.
//! * [`receive`]: the cases that are a server.
//! * [`drive`]: runs one case in a separate process. [`probe`] reads its resource usage. [`seen`]
//!   is what the server has received. [`programs`] starts the other programs.
//!
//! The program `report` runs all cases; `campaign` sends to a million recipients.

pub mod case;
pub mod drive;
pub mod fixtures;
pub mod peers;
pub mod probe;
pub mod programs;
pub mod receive;
pub mod responses;
pub mod seen;
pub mod stack;

/// Any error. A benchmark that fails reports no figures.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
