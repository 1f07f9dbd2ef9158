//! Mails a receipt for an order from an actix-web service.
//!
//! ```sh
//! MAILGUN_API_KEY=key-... MAILGUN_REGION=us MAILGUN_DOMAIN=mg.example.com cargo run -p example-actix-receipts
//! curl localhost:8080/orders -H 'Content-Type: application/json' \
//!     -d '{"number": 4711, "email": "bob@example.com"}'
//! ```

use std::error::Error;

use actix_web::{App, HttpResponse, HttpServer, ResponseError, http::StatusCode, web};
use mailgun::{
    Mailgun,
    messages::{MemoryLedger, Message, Messages},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    number: u64,
    email: String,
}

/// The error of the SDK as a response. It names no address and no key.
#[derive(Debug)]
struct MailError(mailgun::Error);

impl std::fmt::Display for MailError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for MailError {
    fn status_code(&self) -> StatusCode {
        match self.0.kind() {
            mailgun::ErrorKind::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

async fn order(
    order: web::Json<Order>,
    messages: web::Data<Messages>,
    ledger: web::Data<MemoryLedger>,
) -> Result<HttpResponse, MailError> {
    let mail = Message::new()
        .from("Example Shop <shop@mg.example.com>")
        .to(&order.email)
        .subject(format!("Your order {}", order.number))
        .text("Thank you for your order.");
    // One receipt for an order, however often the shop posts it.
    let key = format!("order-{}", order.number);
    let receipt = messages.send_once(&**ledger, &key, mail).await.map_err(MailError)?;
    Ok(HttpResponse::Accepted().body(receipt.id.to_string()))
}

fn configure(messages: Messages, ledger: web::Data<MemoryLedger>, app: &mut web::ServiceConfig) {
    app.app_data(web::Data::new(messages)).app_data(ledger).route("/orders", web::post().to(order));
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // One client for all workers: clones share its connections.
    let messages = Mailgun::from_env()?.messages(std::env::var("MAILGUN_DOMAIN")?);
    let ledger = web::Data::new(MemoryLedger::new());
    let app = move || App::new().configure(|app| configure(messages.clone(), ledger.clone(), app));
    HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test;
    use mailgun_mock::MockMailgun;

    use super::*;

    #[actix_web::test]
    async fn an_order_that_is_posted_twice_gets_one_receipt() {
        let mock = MockMailgun::start().await;
        let mailgun: Mailgun = mock.client().into();
        let messages = mailgun.messages("mg.example.com");
        let ledger = web::Data::new(MemoryLedger::new());
        let app = App::new().configure(|app| configure(messages, ledger, app));
        let app = test::init_service(app).await;

        for (email, status) in
            [("bob@example.com", 202), ("bob@example.com", 202), ("bob at example", 422)]
        {
            let number = if status == 202 { 4711 } else { 4712 };
            let json = format!(r#"{{"number": {number}, "email": "{email}"}}"#);
            let request = test::TestRequest::post().uri("/orders");
            let request = request.insert_header(("content-type", "application/json"));
            let response = test::call_service(&app, request.set_payload(json).to_request()).await;
            assert_eq!(response.status().as_u16(), status);
        }
        assert_eq!(mock.sent().len(), 1);
        assert_eq!(mock.sent()[0].subject(), Some("Your order 4711"));
    }
}
