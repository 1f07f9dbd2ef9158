//! Sends the text of its standard input, without async code.
//!
//! ```sh
//! export MAILGUN_API_KEY=key-... MAILGUN_REGION=us MAILGUN_DOMAIN=mg.example.com
//! df -h | cargo run -p example-mail -- ops@example.com "Disk usage"
//! ```
//!
//! The exit code is 0 if Mailgun accepted the mail, 1 if it did not, and 2 if that is unknown.

use std::{
    env,
    error::Error,
    io::{self, Read as _},
    process::ExitCode,
};

use mailgun::{Mailgun, Outcome, blocking::Blocking as _, messages::Message};

fn main() -> ExitCode {
    match send() {
        Ok(id) => {
            println!("accepted as {id}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("mail: {error}");
            let error = error.downcast_ref::<mailgun::Error>();
            let is_unknown = error.is_some_and(|error| error.outcome() == Outcome::Unknown);
            ExitCode::from(if is_unknown { 2 } else { 1 })
        }
    }
}

fn send() -> Result<String, Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let to = arguments.next().ok_or("usage: mail RECIPIENT SUBJECT < TEXT")?;
    let subject = arguments.next().ok_or("usage: mail RECIPIENT SUBJECT < TEXT")?;
    let domain = env::var("MAILGUN_DOMAIN").map_err(|_| "MAILGUN_DOMAIN is not set")?;
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;

    let mail = Message::new().from(format!("mail@{domain}")).to(to).subject(subject).text(text);
    let receipt = Mailgun::from_env()?.messages(domain).send(mail).wait()?;
    Ok(receipt.id.to_string())
}
