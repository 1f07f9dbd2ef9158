//! The clients.

pub mod ours;
pub mod raw;
pub mod reqwest;

use crate::Result;

/// A client that performs one unit of work. Each task has a clone.
pub trait Peer: Clone + Send + 'static {
    /// Performs the work once.
    ///
    /// # Errors
    ///
    /// Returns an error if the work failed, for example because a message was not accepted.
    fn once(&self) -> impl Future<Output = Result<()>> + Send;
}
