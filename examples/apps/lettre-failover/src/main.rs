//! An application that sent with lettre over SMTP. Now it sends over Mailgun's HTTP API, and SMTP is
//! what it falls back to, if Mailgun certainly did not accept the mail.
//!
//! ```sh
//! MAILGUN_API_KEY=key-... MAILGUN_REGION=us cargo run -p example-lettre-failover -- bob@example.com
//! ```

use std::error::Error;

use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use mailgun::Mailgun;
use mailgun_lettre::{Failover, MailgunTransport};

/// What the application had before, unchanged.
async fn welcome<T>(mailer: &T, address: &str) -> Result<(), Box<dyn Error>>
where
    T: AsyncTransport<Error: Error + 'static> + Sync,
{
    let mail = Message::builder()
        .from("Example Shop <shop@mg.example.com>".parse()?)
        .to(address.parse()?)
        .subject("Welcome")
        .body("Hello and welcome.".to_owned())?;
    mailer.send(mail).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("name the recipient")?;
    // Before: `let mailer = AsyncSmtpTransport::<Tokio1Executor>::unencrypted_localhost();`
    let mailer = Failover::new(
        MailgunTransport::new(Mailgun::from_env()?.client()),
        AsyncSmtpTransport::<Tokio1Executor>::unencrypted_localhost(),
    );
    welcome(&mailer, &address).await
}

#[cfg(test)]
mod tests {
    use lettre::transport::stub::AsyncStubTransport;
    use mailgun_mock::{Fault, MockMailgun};

    use super::*;

    #[tokio::test]
    async fn the_fallback_is_tried_unless_mailgun_may_have_the_mail() {
        let mock = MockMailgun::start().await;
        let smtp = AsyncStubTransport::new_ok();
        let mailer = Failover::new(MailgunTransport::new(&mock.client()), smtp.clone());

        welcome(&mailer, "ann@example.com").await.unwrap();
        assert_eq!(mock.sent_to("ann@example.com").len(), 1);

        mock.inject(Fault::status(401));
        welcome(&mailer, "bob@example.com").await.unwrap();
        assert_eq!(smtp.messages().await.len(), 1);

        mock.inject(Fault::lose_response());
        let error = welcome(&mailer, "carol@example.com").await.unwrap_err();
        assert!(error.to_string().contains("may have sent the mail"), "{error}");
        assert_eq!(smtp.messages().await.len(), 1);
    }
}
