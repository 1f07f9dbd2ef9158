use std::time::Duration;

use mailgun_core::{ErrorKind, Upload};
use mailgun_dkim::{CreateDkimKey, DkimKeys, ListDkimKeys, RotationSettings};
use mailgun_testing::{Answer, Scripted, client};
use mockito::{Matcher, Server};

const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nMIICanary\n-----END RSA PRIVATE KEY-----\n";

fn keys(server: &Server) -> DkimKeys {
    DkimKeys::new(&client(server.url()))
}

#[tokio::test]
async fn relative_and_absolute_links_are_followed_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let page = |selector: &str, next: &str| {
        let item = format!(r#"{{"signing_domain": "a.b", "selector": "{selector}"}}"#);
        format!(
            r#"{{"items": [{item}], "paging": {{"first": "/v1/dkim/keys", "next": "{next}"}}}}"#
        )
    };
    let absolute = format!("{}/v1/dkim/keys?page=dG9rZW4%3D", server.url());
    let mut mocks = Vec::new();
    for (target, body) in [
        (
            "/v1/dkim/keys?limit=1&signing_domain=a.b&selector=a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x",
            page("s1", "/v1/dkim/keys?page=b25l"),
        ),
        ("/v1/dkim/keys?page=b25l", page("s2", &absolute)),
        ("/v1/dkim/keys?page=dG9rZW4%3D", r#"{"items": null}"#.to_owned()),
    ] {
        let mock = server.mock("GET", target).with_body(body).expect(1).create_async().await;
        mocks.push(mock);
    }
    let params = ListDkimKeys::new().limit(1).signing_domain("a.b").selector("a+b/c%d é?#@x");
    let mut pager = keys(&server).list(params);
    let mut selectors = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        selectors.extend(page.into_iter().map(|key| key.selector));
    }
    assert_eq!(selectors, ["s1", "s2"]);
    for mock in mocks {
        mock.assert_async().await;
    }
    let begun = keys(&server).list(ListDkimKeys::new().page("b25l")).into_request().unwrap();
    assert_eq!(begun.uri().query(), Some("page=b25l"));
}

#[tokio::test]
async fn a_key_is_made_or_imported_from_text_or_a_file() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let keys = DkimKeys::new(&service.client());
    keys.create("a.b", "s 1", CreateDkimKey::new().bits(2048).extra("x", "")).await.unwrap();
    let file = || Upload::from_bytes("key.pem", PEM);
    keys.create("a.b", "s2", CreateDkimKey::new().pem_file(file()).pem(PEM)).await.unwrap();
    keys.create("a.b", "s3", CreateDkimKey::new().pem(PEM).pem_file(file())).await.unwrap();

    let seen = service.seen();
    for (request, selector) in seen.iter().zip(["s 1", "s2", "s3"]) {
        assert_eq!((request.method.as_str(), request.uri.path()), ("POST", "/v1/dkim/keys"));
        assert_eq!(request.content_type(), "multipart/form-data");
        assert_eq!(request.values("signing_domain"), ["a.b"]);
        assert_eq!(request.values("selector"), [selector]);
    }
    assert_eq!((seen[0].values("bits"), seen[0].values("x")), (vec!["2048"], vec![""]));
    assert_eq!(seen[0].parts.len(), 4);
    for (request, filename) in [(&seen[1], None), (&seen[2], Some("key.pem"))] {
        let pem: Vec<_> = request.parts.iter().filter(|part| part.name == "pem").collect();
        assert_eq!(pem.len(), 1);
        assert_eq!((pem[0].text(), pem[0].filename.as_deref()), (PEM, filename));
    }
}

#[tokio::test]
async fn a_private_key_is_in_no_debug_output() {
    let service = Scripted::new(|_| Answer::new(400, r#"{"message": "no"}"#));
    for key in [
        CreateDkimKey::new().pem(PEM),
        CreateDkimKey::new().pem_file(Upload::from_bytes("key.pem", PEM)),
    ] {
        let mut shown = format!("{key:?}");
        let call = DkimKeys::new(&service.client()).create("a.b", "s1", key);
        shown += &format!("{call:?}");
        let error = call.await.unwrap_err();
        shown += &format!("{error} {error:?}");
        assert!(!shown.contains("Canary") && !shown.contains("BEGIN"), "{shown}");
    }
}

#[tokio::test]
async fn a_key_is_deleted_by_the_query_alone() {
    let mut server = Server::new_async().await;
    let query = "signing_domain=a.b&selector=a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";
    let deleted = server
        .mock("DELETE", format!("/v1/dkim/keys?{query}").as_str())
        .match_header("content-type", Matcher::Missing)
        .match_body("")
        .with_body(r#"{"message": "success"}"#)
        .create_async()
        .await;
    let done = keys(&server).delete("a.b", "a+b/c%d é?#@x").await.unwrap();
    assert_eq!(done.message, "success");
    deleted.assert_async().await;
}

#[tokio::test]
async fn paths_hold_checked_domains_and_awkward_selectors() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, target) in [
        ("GET", "/v4/domains/mg.example.com/keys"),
        ("PUT", "/v4/domains/mg.example.com/keys/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x/activate"),
        ("PUT", "/v4/domains/mg.example.com/keys/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x/deactivate"),
        ("POST", "/v1/dkim_management/domains/mg.example.com/rotate"),
    ] {
        let mock = server
            .mock(method, target)
            .match_header("content-type", Matcher::Missing)
            .match_body("")
            .with_body("{}");
        mocks.push(mock.expect(1).create_async().await);
    }
    let keys = keys(&server);
    let awkward = "a+b/c%d é?#@x";
    assert!(keys.list_of_domain("MG.example.com").await.unwrap().is_empty());
    keys.activate("mg.example.com", awkward).await.unwrap();
    keys.deactivate("mg.example.com", awkward).await.unwrap();
    keys.rotate_now("mg.example.com").await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    for error in [
        keys.list_of_domain(awkward).await.unwrap_err(),
        keys.activate("mg.example.com", "..").await.unwrap_err(),
        keys.update_authority("a/b", true).await.unwrap_err(),
        keys.update_selector("", "s1").await.unwrap_err(),
        keys.update_rotation("a b", true, RotationSettings::new()).await.unwrap_err(),
        keys.rotate_now("https://a.b").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
}

#[tokio::test]
async fn rotation_is_switched_by_a_form() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let keys = DkimKeys::new(&service.client());
    let days = RotationSettings::new().interval(Duration::from_secs(5 * 86_400));
    keys.update_rotation("mg.example.com", true, days).await.unwrap();
    let hours = RotationSettings::new().interval(Duration::from_secs(150 * 3600 + 61));
    keys.update_rotation("mg.example.com", true, hours).await.unwrap();
    keys.update_rotation("mg.example.com", false, RotationSettings::new()).await.unwrap();
    let seen = service.seen();
    let expected = [("true", vec!["5d"]), ("true", vec!["150h1m1s"]), ("false", vec![])];
    for (request, (enabled, interval)) in seen.iter().zip(expected) {
        assert_eq!(request.method, "PUT");
        assert_eq!(request.uri.path(), "/v1/dkim_management/domains/mg.example.com/rotation");
        assert_eq!(request.content_type(), "multipart/form-data");
        assert_eq!(request.values("rotation_enabled"), [enabled]);
        assert_eq!(request.values("rotation_interval"), interval);
    }
}

#[tokio::test]
async fn authority_and_selector_are_sent_as_a_form() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let keys = DkimKeys::new(&service.client());
    keys.update_authority("mg.example.com", false).await.unwrap();
    keys.update_selector("a.b", "a+b/c%d é?#@x").await.unwrap();
    let [authority, selector] = &service.seen()[..] else { panic!("two requests") };
    assert_eq!(authority.uri.path(), "/v3/domains/mg.example.com/dkim_authority");
    assert_eq!(selector.uri.path(), "/v3/domains/a.b/dkim_selector");
    for (seen, name, value) in
        [(authority, "self", "false"), (selector, "dkim_selector", "a+b/c%d é?#@x")]
    {
        assert_eq!(seen.content_type(), "multipart/form-data");
        assert_eq!(seen.fields(), [(name.to_owned(), value.to_owned())]);
        assert_eq!(seen.uri.query(), None);
    }
}
