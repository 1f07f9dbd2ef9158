//! Receives webhooks on several replicas behind a load balancer. Mailgun posts an event until it is
//! answered with 200. The replicas share the tokens in Postgres, so each event is handled once.
//!
//! ```sh
//! MAILGUN_SIGNING_KEY=... DATABASE_URL=postgres://... cargo run -p example-webhook-receiver -- 0.0.0.0:3000
//! ```

use std::{convert::Infallible, error::Error, io};

use axum::Router;
use mailgun::{
    BoxError,
    events::Event,
    http::{Request, Response, StatusCode},
    webhooks::receive::{SigningKey, Verifier, VerifyLayer},
};
use mailgun_store::SqlStore;
use tower::{Layer as _, service_fn};

/// The routes of one replica. If `handle` fails, Mailgun posts the event again.
fn router<F, R>(key: SigningKey, store: &SqlStore, handle: F) -> Router
where
    F: Fn(Event) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let service = service_fn(move |request: Request<Event>| {
        let handled = handle(request.into_body());
        async move {
            let mut response = Response::new(String::new());
            if let Err(error) = handled.await {
                eprintln!("an event was not handled: {error}");
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let verifier = Verifier::builder(key).tokens(store.tokens()).build();
    Router::new().route_service("/mailgun", VerifyLayer::new(verifier).layer(service))
}

async fn print(event: Event) -> Result<(), BoxError> {
    println!("{} {}", event.name(), event.message_id());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = SigningKey::new(std::env::var("MAILGUN_SIGNING_KEY")?)?;
    let store = SqlStore::postgres(&std::env::var("DATABASE_URL")?).await?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    // Requests that are being handled end before the process does.
    let stop = async { drop(stopped().await) };
    axum::serve(listener, router(key, &store, print)).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// Waits for Ctrl-C, or for the signal that ends services and containers.
async fn stopped() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests;
