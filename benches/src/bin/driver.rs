//! Runs one case and prints what it took, as a line of JSON.

#![allow(clippy::print_stdout, reason = "the figures go to whoever started it")]

use mailgun_benches::{Result, drive::Order};

fn main() -> Result<()> {
    let outcome = Order::from_args()?.run(&mut ())?;
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}
