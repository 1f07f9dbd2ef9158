//! Testing code that sends mail, without an account: `cargo test --example testing`, or
//! `cargo run --example testing` for the code itself.

use mailgun::{
    Error, Mailgun,
    messages::{Message, Receipt},
};

/// The code under test: a part of some application.
struct Registration {
    mailgun: Mailgun,
    domain: String,
}

impl Registration {
    async fn welcome(&self, address: &str) -> Result<Receipt, Error> {
        let message = Message::new()
            .from(format!("hello@{}", self.domain))
            .to(address)
            .subject("Welcome")
            .text("Welcome aboard.")
            .tracking(false);
        self.mailgun.messages(&self.domain).send(message).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = mailgun_examples::target().await?;
    let registration = Registration { mailgun: target.mailgun, domain: target.domain };
    println!("accepted as {}", registration.welcome(&target.to).await?.id);
    Ok(())
}

#[cfg(test)]
mod tests {
    use mailgun::Outcome;
    use mailgun_mock::{Fault, MockMailgun};

    use super::*;

    fn registration(mock: &MockMailgun) -> Registration {
        Registration { mailgun: mock.client().into(), domain: mock.domain() }
    }

    #[tokio::test]
    async fn the_new_user_is_welcomed() {
        let mock = MockMailgun::start().await;
        registration(&mock).welcome("ann@example.com").await.unwrap();

        let sent = mock.sent_to("ann@example.com");
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].subject(), Some("Welcome"));
        assert_eq!(sent[0].field("o:tracking"), Some("no"));
    }

    #[tokio::test]
    async fn nobody_is_welcomed_twice_when_the_response_is_lost() {
        let mock = MockMailgun::start().await;
        mock.inject(Fault::lose_response());

        let error = registration(&mock).welcome("ann@example.com").await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(mock.sent_to("ann@example.com").len(), 1);
    }
}
