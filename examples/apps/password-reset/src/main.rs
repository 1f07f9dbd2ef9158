//! A service that mails password-reset links.
//!
//! ```sh
//! MAILGUN_API_KEY=key-... MAILGUN_REGION=us MAILGUN_DOMAIN=mg.example.com cargo run -p example-password-reset
//! curl localhost:3000/password-resets -H 'Idempotency-Key: 7f3a' -H 'Content-Type: application/json' \
//!     -d '{"email": "bob@example.com"}'
//! ```
//!
//! The client chooses the `Idempotency-Key` and repeats it when it tries again: each address is mailed
//! once for a key. The ledger is in memory here; `mailgun-store` keeps it in a database.

use std::{error::Error, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::post,
};
use mailgun::{
    Mailgun, Outcome,
    messages::{Ledger, MemoryLedger, Message, Messages},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// What the handler needs.
#[derive(Clone)]
struct App {
    messages: Messages,
    ledger: Arc<dyn Ledger>,
    sender: String,
}

#[derive(Deserialize)]
struct PasswordReset {
    email: String,
}

async fn request_reset(
    State(app): State<App>,
    headers: HeaderMap,
    Json(reset): Json<PasswordReset>,
) -> Response {
    let Some(key) = headers.get("idempotency-key").filter(|key| !key.is_empty()) else {
        return (StatusCode::BAD_REQUEST, "send an Idempotency-Key header").into_response();
    };
    let key = ledger_key(key.as_bytes(), &reset.email);
    let mail = Message::new()
        .from(app.sender)
        .to(reset.email)
        .subject("Reset your password")
        .text(format!("Choose a new password: https://example.com/reset/{}", token(&key)))
        // A link that works once must not be opened by a tracking redirect.
        .tracking_clicks(false);
    match app.messages.send_once(&*app.ledger, &key, mail).await {
        Ok(_) => StatusCode::ACCEPTED.into_response(),
        Err(error) => refuse(&error),
    }
}

/// One for each key and address: two clients may choose the same key.
fn ledger_key(key: &[u8], email: &str) -> String {
    // A header holds no line break, so that keeps the key and the address apart.
    let hash = Sha256::new().chain_update(key).chain_update("\n").chain_update(email).finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// 422 if the address is invalid. Everything else is 503 with `Retry-After`.
fn refuse(error: &mailgun::Error) -> Response {
    eprintln!("password reset: {error}");
    if error.kind() == mailgun::ErrorKind::InvalidInput {
        return (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response();
    }
    let wait = match error.outcome() {
        Outcome::NotSent | Outcome::Rejected => Duration::from_secs(10),
        // The next request with this key looks for the mail in the events, which can be late.
        _ => Duration::from_secs(60),
    };
    let wait = error.retry_after().unwrap_or(wait).as_millis().div_ceil(1000).to_string();
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, wait)]).into_response()
}

/// Stands for a token that your database ties to the request.
fn token(key: &str) -> String {
    format!("token-of-{key}")
}

fn router(mailgun: &Mailgun, domain: &str, ledger: impl Ledger + 'static) -> Router {
    let app = App {
        messages: mailgun.messages(domain),
        ledger: Arc::new(ledger),
        sender: format!("Example <no-reply@{domain}>"),
    };
    Router::new().route("/password-resets", post(request_reset)).with_state(app)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Nobody waits 180 s for a form, so a call ends after 8 s, retries included.
    let mailgun = Mailgun::builder_from_env()?.total_timeout(Duration::from_secs(8)).build()?;
    let domain = std::env::var("MAILGUN_DOMAIN")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, router(&mailgun, &domain, MemoryLedger::new())).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
