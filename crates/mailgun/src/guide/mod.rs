//! How to do the usual things, with programs to copy.

#[doc = include_str!("retries.md")]
pub mod retries {}

#[doc = include_str!("batches.md")]
pub mod batches {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("tracing.md")]
pub mod tracing {}

#[doc = include_str!("webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("unsubscribing.md")]
pub mod unsubscribing {}

#[doc = include_str!("blocking.md")]
pub mod blocking {}

#[doc = include_str!("lettre.md")]
pub mod lettre {}
