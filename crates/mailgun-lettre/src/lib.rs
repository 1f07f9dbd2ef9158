//! lettre's transports over the Mailgun HTTP API.
