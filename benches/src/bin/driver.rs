//! Runs one case and prints the measurements as a line of JSON.

#![allow(clippy::print_stdout, reason = "prints the measurements")]

use mailgun_benches::{Result, drive::Order};

fn main() -> Result<()> {
    let outcome = Order::from_args()?.run(&mut ())?;
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}
