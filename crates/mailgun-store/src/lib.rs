//! Durable state in SQLite and Postgres.
