//! The stack of layers over a service in memory.

use std::{convert::Infallible, io};

use bytes::Bytes;
use http_body_util::Full;
use mailgun::{
    Body, Client, Mailgun,
    http::{HeaderValue, Request, Response, header},
};
use tower::{service_fn, util::MapRequestLayer};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    Result,
    case::Who,
    fixtures::{DOMAIN, KEY, RECEIPT},
    peers::ours::{Sender, drain},
};

/// A sender with the stack and the tracing subscriber of `who`.
///
/// # Errors
///
/// Returns an error if `who` is not a stack, or a subscriber is already installed.
pub fn sender(who: Who) -> Result<Sender> {
    let transport = service_fn(accept);
    let stack = || Mailgun::builder(KEY);
    let mailgun: Mailgun = match who {
        Who::Bare => Client::from_service("https://api.mailgun.net", transport)?.into(),
        Who::Ours => stack().build_with_transport(transport)?,
        Who::Layers => stack()
            .layer(MapRequestLayer::new(unchanged))
            .layer(MapRequestLayer::new(unchanged))
            .attempt_layer(MapRequestLayer::new(unchanged))
            .build_with_transport(transport)?,
        Who::TracingOff => {
            // As in an application that logs only its own events.
            let targets = Targets::new()
                .with_default(LevelFilter::INFO)
                .with_target("mailgun_core", LevelFilter::OFF)
                .with_target("mailgun_messages", LevelFilter::OFF);
            let output = fmt::layer().with_writer(io::sink).with_filter(targets);
            tracing_subscriber::registry().with(output).try_init()?;
            stack().build_with_transport(transport)?
        }
        Who::TracingOn => {
            let output = fmt::layer().with_writer(io::sink).with_filter(LevelFilter::INFO);
            tracing_subscriber::registry().with(output).try_init()?;
            stack().build_with_transport(transport)?
        }
        _ => return Err("is not a stack over memory".into()),
    };
    Ok(Sender::new(mailgun.messages(DOMAIN)))
}

fn unchanged(request: Request<Body>) -> Request<Body> {
    request
}

/// Reads a message and accepts it.
async fn accept(request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
    let status = match drain(request.into_body()).await {
        Ok(()) => 200,
        Err(_) => 400,
    };
    // Waits once, like a network. Otherwise tasks would never overlap.
    tokio::task::yield_now().await;
    let mut response = Response::new(Full::new(Bytes::from_static(RECEIPT.as_bytes())));
    *response.status_mut() = status.try_into().unwrap_or_default();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
