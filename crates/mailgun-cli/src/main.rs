//! The command line of Mailgun.

fn main() {}
