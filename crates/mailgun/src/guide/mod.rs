//! How to do the usual things, with programs to copy.

#[doc = include_str!("retries.md")]
#[doc(alias = "idempotency")]
pub mod retries {}

#[doc = include_str!("batches.md")]
pub mod batches {}

#[doc = include_str!("bulk.md")]
#[doc(alias("campaign", "newsletter"))]
pub mod bulk {}

#[doc = include_str!("testing.md")]
#[doc(alias = "mock")]
pub mod testing {}

#[doc = include_str!("staging.md")]
#[doc(alias = "sandbox")]
pub mod staging {}

#[doc = include_str!("tracing.md")]
pub mod tracing {}

#[doc = include_str!("webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("unsubscribing.md")]
#[doc(alias = "unsubscribe")]
pub mod unsubscribing {}

#[doc = include_str!("blocking.md")]
#[doc(alias = "sync")]
pub mod blocking {}

#[doc = include_str!("lettre.md")]
pub mod lettre {}
