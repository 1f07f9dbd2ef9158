//! Who does the work.

pub mod ours;
pub mod raw;
pub mod reqwest;

use crate::Result;

/// Does one piece of work, as often as it is asked; a clone for each task.
pub trait Peer: Clone + Send + 'static {
    /// Does it once.
    ///
    /// # Errors
    ///
    /// If it was not done: a message that is not accepted has no figures.
    fn once(&self) -> impl Future<Output = Result<()>> + Send;
}
