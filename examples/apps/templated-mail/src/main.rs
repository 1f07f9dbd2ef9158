//! Sends a receipt whose HTML comes from a minijinja template and whose text is made from the HTML.
//! It runs without an account, against a Mailgun inside this process:
//!
//! ```sh
//! cargo run -p example-templated-mail
//! ```

use std::error::Error;

use mailgun::{Mailgun, messages::Message};
use mailgun_mock::MockMailgun;
use minijinja::{Environment, value::Serde};
use serde::Serialize;

#[derive(Serialize)]
struct Receipt {
    customer: String,
    number: u32,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    name: String,
    price: String,
}

/// The width of the text body, as RFC 5322 recommends.
const WIDTH: usize = 78;

/// Fills in the template. minijinja escapes values in files that end with `.html`.
fn mail(templates: &Environment<'_>, receipt: &Receipt) -> Result<Message, Box<dyn Error>> {
    let html = templates.get_template("receipt.html")?.render(Serde(receipt))?;
    let text = html2text::from_read(html.as_bytes(), WIDTH)?;
    let subject = format!("Your order {}", receipt.number);
    Ok(Message::new().subject(subject).html(html).text(text))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut templates = Environment::new();
    templates.add_template("receipt.html", include_str!("templates/receipt.html"))?;

    let receipt = Receipt {
        customer: "Bob".to_owned(),
        number: 4711,
        items: vec![Item { name: "Tea".to_owned(), price: "4.20 EUR".to_owned() }],
    };
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let mail = mail(&templates, &receipt)?.from("shop@mg.example.com").to("bob@example.com");
    mailgun.messages(mock.domain()).send(mail).await?;
    println!("{}", mock.sent()[0].text().unwrap_or_default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn html_is_escaped_and_the_text_has_the_link() {
        let mut templates = Environment::new();
        templates.add_template("receipt.html", include_str!("templates/receipt.html")).unwrap();
        let item = Item { name: "<b>Tea</b>".to_owned(), price: "4.20 EUR".to_owned() };
        let receipt = Receipt { customer: "Bob & Ann".to_owned(), number: 7, items: vec![item] };

        let mock = MockMailgun::start().await;
        let mailgun: Mailgun = mock.client().into();
        let mail = mail(&templates, &receipt).unwrap();
        let mail = mail.from("shop@mg.example.com").to("bob@example.com");
        mailgun.messages(mock.domain()).send(mail).await.unwrap();

        let sent = mock.sent();
        let (html, text) = (sent[0].html().unwrap(), sent[0].text().unwrap());
        assert!(html.contains("Thank you, Bob &amp; Ann"), "{html}");
        assert!(html.contains("<td>&lt;b&gt;Tea&lt;&#x2f;b&gt;</td>"), "{html}");
        assert!(text.contains("Thank you, Bob & Ann") && text.contains("<b>Tea</b>"), "{text}");
        assert!(text.contains("https://example.com/orders/7"), "{text}");
    }
}
