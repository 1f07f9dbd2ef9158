//! Sends mail where there are no sockets: in a serverless worker whose runtime offers a `fetch`
//! function.
//!
//! Without the feature `transport`, the SDK needs neither hyper nor TLS. The runtime's `fetch` is a
//! [`tower::Service`], and all rules of the SDK apply to it: retries, timeouts, outcomes.

use http_body_util::{BodyExt as _, Full};
use mailgun::{
    Body, Error, Mailgun, Region,
    bytes::Bytes,
    http::{Request, Response},
    messages::{Message, Receipt},
};

/// The runtime's `fetch`: takes a whole request and gives a whole response.
pub trait Fetch: Clone + Send + Sync + 'static {
    /// Sends the request.
    fn fetch(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, mailgun::BoxError>> + Send;
}

/// A client over the runtime's `fetch`.
pub fn mailgun(api_key: &str, fetch: impl Fetch) -> Result<Mailgun, Error> {
    let transport = tower::service_fn(move |request: Request<Body>| {
        let fetch = fetch.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let response = fetch.fetch(Request::from_parts(parts, body)).await?;
            Ok::<_, mailgun::BoxError>(response.map(Full::new))
        }
    });
    Mailgun::builder(api_key).region(Region::Us).build_with_transport(transport)
}

/// What the worker does with a request from outside.
pub async fn contact_form(mailgun: &Mailgun, text: String) -> Result<Receipt, Error> {
    let mail = Message::new()
        .from("Contact form <web@mg.example.com>")
        .to("office@example.com")
        .subject("Contact form")
        .text(text);
    mailgun.messages("mg.example.com").send(mail).await
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A runtime that responds as Mailgun does, and keeps the requests.
    #[derive(Clone, Default)]
    struct Runtime(Arc<Mutex<Vec<Request<Bytes>>>>);

    impl Fetch for Runtime {
        async fn fetch(
            &self,
            request: Request<Bytes>,
        ) -> Result<Response<Bytes>, mailgun::BoxError> {
            self.0.lock().unwrap().push(request);
            let json = r#"{"id": "<1@mg.example.com>", "message": "Queued. Thank you."}"#;
            Ok(Response::builder().header("content-type", "application/json").body(json.into())?)
        }
    }

    #[tokio::test]
    async fn a_message_goes_through_fetch_with_key_and_body() {
        let runtime = Runtime::default();
        let mailgun = mailgun("key-0123456789", runtime.clone()).unwrap();
        let receipt = contact_form(&mailgun, "Please call me.".to_owned()).await.unwrap();
        assert_eq!(receipt.id.to_string(), "1@mg.example.com");

        let requests = runtime.0.lock().unwrap();
        let [request] = &requests[..] else { panic!("one request, not {}", requests.len()) };
        assert_eq!(request.uri(), "https://api.mailgun.net/v3/mg.example.com/messages");
        assert!(request.headers()["authorization"].is_sensitive());
        let body = String::from_utf8_lossy(request.body());
        assert!(body.contains("Please call me."), "{body}");
    }
}
