//! One-click unsubscribing, from the header of a mail to the suppressions.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::stream;
use http_body_util::{Full, StreamBody};
use mailgun::{Mailgun, messages::Message, suppressions::NewUnsubscribe};
use mailgun_core::{
    BoxError, ErrorKind,
    bytes::Bytes,
    http::{Request, Response, StatusCode, header},
};
use mailgun_mock::MockMailgun;
use mailgun_webhooks::unsubscribe::{
    CONFIRMATION_PAGE, Unsubscribe, UnsubscribeError, UnsubscribeLinks, UnsubscribeService,
};
use tower::{Service, ServiceExt as _};

use crate::support::Clock;

const URL: &str = "https://example.com/unsubscribe";
const SECRET: &str = "a secret of 32 random characters";
const FORM: &str = "application/x-www-form-urlencoded";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

fn links() -> UnsubscribeLinks {
    UnsubscribeLinks::new(URL, SECRET).unwrap()
}

fn token(link: &str) -> &str {
    link.strip_prefix(URL).unwrap().strip_prefix("?token=").unwrap()
}

type Seen = Arc<Mutex<Vec<Unsubscribe>>>;

/// A service that notes who unsubscribes.
fn service() -> (
    Seen,
    impl Service<
        Request<Full<Bytes>>,
        Response = Response<String>,
        Error = Infallible,
        Future = impl Send,
    > + Clone,
) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let service = UnsubscribeService::new(links(), move |unsubscribe| {
        noted.lock().unwrap().push(unsubscribe);
        async { Ok::<_, Infallible>(()) }
    });
    (seen, service)
}

fn post(link: &str, content_type: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(link).header(header::CONTENT_TYPE, content_type);
    request.body(Full::new(body.into())).unwrap()
}

#[tokio::test]
async fn the_header_of_a_mail_leads_to_the_suppressions() {
    let mock = MockMailgun::start().await;
    let mailgun: Mailgun = mock.client().into();
    let domain = mock.domain();
    let message = || {
        let link = links().link("bob@example.com", None).unwrap();
        Message::new()
            .from(format!("news@{domain}"))
            .to("Bob <bob@example.com>")
            .subject("News")
            .text("News.")
            .list_unsubscribe(link)
    };
    mailgun.messages(&domain).send(message()).await.unwrap();

    // As a mailbox provider does (RFC 8058, 3.2).
    let sent = mock.sent_to("bob@example.com").remove(0);
    assert_eq!(sent.field("h:List-Unsubscribe-Post"), Some(ONE_CLICK));
    let header = sent.field("h:List-Unsubscribe").unwrap().to_owned();
    let link = header.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
    let unsubscribes = mailgun.suppressions(&domain).unsubscribes();
    let list = unsubscribes.clone();
    let handler = move |unsubscribe: Unsubscribe| {
        let unsubscribes = list.clone();
        async move { unsubscribes.create(NewUnsubscribe::new(unsubscribe.address)).await }
    };
    let service = UnsubscribeService::new(links(), handler);
    assert!(unsubscribes.get("bob@example.com").optional().await.unwrap().is_none());
    let response = service.oneshot(post(link, FORM, ONE_CLICK)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let entry = unsubscribes.get("bob@example.com").await.unwrap();
    assert_eq!(entry.tags, ["*"]);
}

#[tokio::test]
async fn both_forms_of_the_body_unsubscribe_and_any_other_does_not() {
    let link = links().link("bob@example.com", "news letter").unwrap();
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                     One-Click\r\n--b--\r\n";
    for (content_type, body, expected) in [
        (FORM, ONE_CLICK, StatusCode::OK),
        ("application/x-www-form-urlencoded; charset=utf-8", ONE_CLICK, StatusCode::OK),
        (FORM, "List-Unsubscribe=One-Click\r\n", StatusCode::OK),
        ("multipart/form-data; boundary=b", multipart, StatusCode::OK),
        ("Multipart/Form-Data; boundary=\"b\"", multipart, StatusCode::OK),
        ("text/plain", ONE_CLICK, StatusCode::OK),
        (FORM, "", StatusCode::OK),
        ("text/plain", "\r\n", StatusCode::OK),
        (FORM, "List-Unsubscribe=Yes", StatusCode::BAD_REQUEST),
        ("application/json", "{}", StatusCode::BAD_REQUEST),
        ("multipart/form-data", multipart, StatusCode::BAD_REQUEST),
    ] {
        let (seen, service) = service();
        let response = service.oneshot(post(&link, content_type, body)).await.unwrap();
        assert_eq!(response.status(), expected, "{content_type} {body}");
        let seen = seen.lock().unwrap();
        assert_eq!(seen.len(), usize::from(expected == StatusCode::OK), "{content_type} {body}");
        for unsubscribe in &*seen {
            assert_eq!(unsubscribe.address, "bob@example.com");
            assert_eq!(unsubscribe.tag.as_deref(), Some("news letter"));
        }
    }
}

#[tokio::test]
async fn following_the_link_does_not_unsubscribe_but_asks() {
    let link = links().link("bob@example.com", None).unwrap();
    let (seen, service) = service();
    for method in ["GET", "HEAD"] {
        let request = Request::builder().method(method).uri(&link).body(Full::default()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(response.body(), CONFIRMATION_PAGE);
    }
    let request = Request::delete(&link).body(Full::default()).unwrap();
    let response = service.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "GET, HEAD, POST");
    assert!(seen.lock().unwrap().is_empty());

    // What a browser sends when the button of the page is pressed.
    assert!(CONFIRMATION_PAGE.contains(r#"<form method="post">"#));
    assert!(CONFIRMATION_PAGE.contains(r#"name="List-Unsubscribe" value="One-Click""#));
    assert!(service.oneshot(post(&link, FORM, ONE_CLICK)).await.unwrap().status().is_success());
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_of_the_application_and_an_error_of_its_handler() {
    let link = links().link("bob@example.com", "weekly").unwrap();
    let service = UnsubscribeService::new(links(), |_| async { Err::<(), _>("the store is down") })
        .page(|unsubscribe| format!("<p>{:?}</p>", unsubscribe.tag));
    let request = Request::get(&link).body(Full::<Bytes>::default()).unwrap();
    let response = service.clone().oneshot(request).await.unwrap();
    assert_eq!(response.body(), r#"<p>Some("weekly")</p>"#);
    let response = service.oneshot(post(&link, FORM, ONE_CLICK)).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.body().contains("store"), "{}", response.body());
}

#[tokio::test]
async fn a_link_without_a_valid_token_is_refused() {
    let link = links().link("bob@example.com", None).unwrap();
    let (seen, service) = service();
    let mut changed = link.clone().into_bytes();
    let last = changed.last_mut().unwrap();
    *last = if *last == b'A' { b'Q' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for link in [URL.to_owned(), format!("{URL}?token="), format!("{URL}?t=1"), changed] {
        let response = service.clone().oneshot(post(&link, FORM, ONE_CLICK)).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{link}");
        let request = Request::get(&link).body(Full::default()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{link}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_large_or_slow_body_is_refused() {
    let link = links().link("bob@example.com", None).unwrap();
    let (seen, service) = service();
    let large = format!("{ONE_CLICK}&x={}", "x".repeat(16 * 1024));
    let response = service.oneshot(post(&link, FORM, large)).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);

    let slow = stream::pending::<Result<http_body::Frame<Bytes>, BoxError>>();
    let request = Request::post(&link).body(StreamBody::new(slow)).unwrap();
    let service = UnsubscribeService::new(links(), |_| async { Ok::<_, Infallible>(()) });
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert!(seen.lock().unwrap().is_empty());
}

#[test]
fn a_link_names_its_recipient_and_shows_nothing() {
    let links = links();
    for (address, tag, bare) in [
        ("bob@example.com", None, "bob@example.com"),
        ("Bob <Bob@Example.com>", Some("a&b=c ü"), "Bob@Example.com"),
        (r#""a b"@example.com"#, Some("x"), r#""a b"@example.com"#),
    ] {
        let link = links.link(address, tag).unwrap();
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(token(&link).bytes().all(is_safe), "{link}");
        assert_eq!(link, links.link(address, tag).unwrap(), "the same each time");
        let read = links.read(token(&link)).unwrap();
        assert_eq!((&*read.address, read.tag.as_deref()), (bare, tag));
        assert!(!format!("{read:?}{links:?}").to_lowercase().contains("example.com"));
    }
    for (address, tag) in [
        ("bob", None),
        ("a@x.test, b@x.test", None),
        ("a@x.test", Some("")),
        ("a@x.test", Some("\0")),
    ] {
        let error = links.link(address, tag).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!error.to_string().contains("x.test"), "{error}");
    }
}

#[test]
fn links_of_earlier_secrets_are_read_until_the_secret_is_dropped() {
    let old = links().link("bob@example.com", None).unwrap();
    let new = || UnsubscribeLinks::new(URL, "another secret of 32 characters!").unwrap();
    assert!(matches!(new().read(token(&old)), Err(UnsubscribeError::BadToken)));
    let both = new().previous_secret(SECRET).unwrap();
    assert_eq!(both.read(token(&old)).unwrap().address, "bob@example.com");
    let link = both.link("bob@example.com", None).unwrap();
    assert_eq!(new().read(token(&link)).unwrap().address, "bob@example.com");
}

#[test]
fn a_link_expires_if_that_is_set() {
    let clock = Clock::at(1_000_000);
    let day = Duration::from_secs(24 * 3600);
    let links = |valid_for| links().clock(clock.reader()).valid_for(valid_for);
    let link = links(30 * day).link("bob@example.com", None).unwrap();
    let forever = links(Duration::MAX).link("bob@example.com", None).unwrap();
    clock.set(1_000_000 + 30 * 24 * 3600);
    assert!(links(day).read(token(&link)).is_ok());
    clock.set(1_000_000 + 30 * 24 * 3600 + 1);
    assert!(matches!(links(day).read(token(&link)), Err(UnsubscribeError::Expired)));
    assert!(links(day).read(token(&forever)).is_ok());
    assert_eq!(UnsubscribeError::Expired.status(), StatusCode::GONE);
}

#[test]
fn a_base_url_is_https_and_a_secret_is_long() {
    for url in
        ["", "http://a.test", "https://", "https:///u", "/u", "https://a.test/#x", "https://a b"]
    {
        let error = UnsubscribeLinks::new(url, SECRET).unwrap_err();
        assert!(error.to_string().contains("base_url"), "{url}: {error}");
    }
    let error = UnsubscribeLinks::new(URL, "fifteen letters").unwrap_err();
    assert!(error.to_string().contains("secret"), "{error}");
    assert!(links().previous_secret("").is_err());

    let with_query = UnsubscribeLinks::new("https://example.com/u?l=en", SECRET).unwrap();
    assert!(
        with_query.link("a@x.test", None).unwrap().starts_with("https://example.com/u?l=en&token=")
    );
    assert_eq!(with_query.batch_link("t"), "https://example.com/u?l=en&token=%recipient.t%");
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn the_axum_extractor_takes_one_click_posts_only() {
    use axum::{Router, body::Body, routing::any};

    let app: Router = Router::new()
        .route("/unsubscribe", any(|it: Unsubscribe| async move { it.address }))
        .with_state(links());
    let link = links().link("bob@example.com", None).unwrap();
    let path = link.strip_prefix("https://example.com").unwrap();
    let answer = async |request: Request<Body>| {
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let request = |method: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(path);
        request.header(header::CONTENT_TYPE, FORM).body(Body::from(body)).unwrap()
    };
    let (status, body) = answer(request("POST", ONE_CLICK)).await;
    assert_eq!((status, &*body), (StatusCode::OK, "bob@example.com"));
    assert_eq!(answer(request("GET", "")).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer(request("POST", "a=b")).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(answer(request("POST", "")).await.0, StatusCode::OK);
}
