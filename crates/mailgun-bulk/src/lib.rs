//! Bulk campaigns that survive a crash.
