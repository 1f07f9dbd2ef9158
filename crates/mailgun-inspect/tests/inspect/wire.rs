use mailgun_core::{Client, ErrorKind, Timestamp};
use mailgun_inspect::{CreatePreview, Inspect, ListPreviews, PreviewSource, TransferEncoding};
use mailgun_testing::{Answer, Scripted};
use mockito::Server;
use serde_json::json;

use crate::html;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

#[tokio::test]
async fn awkward_ids_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, path) in [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/results"),
        ("PUT", "/results/reprocess"),
        ("GET", "/content"),
        ("GET", "/content/inlinecss"),
        ("GET", "/content/textonly"),
    ] {
        let path = format!("/v1/preview/tests/{ENCODED}{path}");
        mocks.push(server.mock(method, &*path).with_body("{}").expect(1).create_async().await);
    }
    let client = Client::builder("key-test").base_url(server.url()).build().unwrap();
    let previews = Inspect::new(&client).previews();
    previews.get(AWKWARD).await.unwrap();
    previews.delete(AWKWARD).await.unwrap();
    assert!(previews.results(AWKWARD).await.unwrap().is_empty());
    assert!(previews.reprocess(AWKWARD, ["outlook16"]).await.unwrap().is_empty());
    assert_eq!(previews.content(AWKWARD).await.unwrap(), "");
    assert_eq!(previews.content_inline_css(AWKWARD).await.unwrap(), "");
    assert_eq!(previews.content_text_only(AWKWARD).await.unwrap(), "");
    for mock in mocks {
        mock.assert_async().await;
    }
    for odd in ["", "..", "."] {
        assert_eq!(previews.delete(odd).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(previews.get(odd).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_preview_is_json_and_only_what_was_set() {
    let service = Scripted::new(|_| Answer::json(&json!({})));
    let previews = Inspect::new(&service.client()).previews();
    previews.create("Grüße", html(), CreatePreview::new()).await.unwrap();
    let source = PreviewSource::Url("https://example.com/mail.html".into());
    let params = CreatePreview::new()
        .clients(["outlook16", "iphone6p_9"])
        .reference_id("123ABC")
        .charset("utf-8")
        .transfer_encoding(TransferEncoding::QuotedPrintable)
        .extra("image_blocking", &true);
    previews.create("Sale", source, params).await.unwrap();
    previews.reprocess("x", ["outlook16"]).await.unwrap();
    let bodies: Vec<_> = service.seen().iter().map(mailgun_testing::Seen::json).collect();
    assert_eq!(
        bodies,
        [
            json!({"subject": "Grüße", "html": "<h1>Spring <b>sale</b></h1>"}),
            json!({
                "subject": "Sale",
                "url": "https://example.com/mail.html",
                "clients": ["outlook16", "iphone6p_9"],
                "reference_id": "123ABC",
                "charset": "utf-8",
                "transfer_encoding": "quoted-printable",
                "image_blocking": true,
            }),
            json!({"clients": ["outlook16"]}),
        ]
    );
}

#[tokio::test]
async fn a_listing_is_asked_for_page_by_page_until_a_page_is_empty() {
    let service = Scripted::new(|seen| {
        let page = seen.query().into_iter().find(|(name, _)| name == "page");
        Answer::json(&match page.as_ref().map(|(_, page)| &**page) {
            None => json!([{"id": "a"}, {"id": "b"}]),
            Some("2") => json!([{"id": "c"}]),
            _ => json!([]),
        })
    });
    let params = ListPreviews::new()
        .from("2026-01-01".parse::<Timestamp>().unwrap())
        .to("2026-01-02T00:00:00.9Z".parse::<Timestamp>().unwrap())
        .subject("Spring & sale")
        .results(2);
    let all = Inspect::new(&service.client()).previews().list(params).collect().await.unwrap();
    let ids: Vec<_> = all.iter().map(|preview| &*preview.id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let sent: Vec<_> = service.seen().iter().map(|seen| seen.uri.to_string()).collect();
    let first = "https://api.mailgun.net/v1/preview/tests?from=1767225600&to=1767312000&\
        subject=Spring%20%26%20sale&results=2";
    let first = first.to_owned();
    assert_eq!(sent, [first.clone(), format!("{first}&page=2"), format!("{first}&page=3")]);
}

#[tokio::test]
async fn a_picture_is_downloaded_and_only_mailgun_sees_the_key() {
    let mut server = Server::new_async().await;
    let picture =
        server.mock("GET", "/picture.png").match_header("authorization", "Basic YXBpOmtleS10ZXN0");
    let picture = picture.with_body(b"\x89PNG").expect(2).create_async().await;
    let client = Client::builder("key-test").base_url(server.url()).build().unwrap();
    let previews = Inspect::new(&client).previews();
    let url = format!("{}/picture.png", server.url());
    assert_eq!(previews.download(&url).await.unwrap(), &b"\x89PNG"[..]);
    let mut written = Vec::new();
    previews.download(&url).stream().await.unwrap().write_to(&mut written).await.unwrap();
    assert_eq!(written, b"\x89PNG");
    picture.assert_async().await;
    let elsewhere = previews.download("http://pictures.example.com/a.png").await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::UntrustedHost);
}
