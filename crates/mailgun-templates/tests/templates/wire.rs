use mailgun_core::ErrorKind;
use mailgun_templates::{
    Content, CopyVersion, CreateTemplate, Engine, GetTemplate, ListTemplates, ListVersions,
    PageDirection, TemplateHeaders, Templates, VersionSettings,
};
use mailgun_testing::client;
use mockito::{Matcher, Mock, Request, Server};

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

/// Both levels, with the path that each has.
fn levels(server: &Server) -> [(Templates, &'static str); 2] {
    let client = client(server.url());
    [
        (Templates::of_domain(&client, "MG.example.com"), "/v3/mg.example.com/templates"),
        (Templates::of_account(&client), "/v4/templates"),
    ]
}

/// A call with a multipart body that is exactly this, part by part.
async fn form(
    server: &mut Server,
    method: &str,
    path: &str,
    parts: &'static [(&'static str, &'static str)],
) -> Mock {
    let is_golden = move |request: &Request| {
        let content_type = request.header("content-type")[0].to_str().unwrap().to_owned();
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let part = |(name, text)| {
            let head = format!("Content-Disposition: form-data; name=\"{name}\"");
            format!("--{boundary}\r\n{head}\r\n\r\n{text}\r\n")
        };
        let expected: String = parts.iter().copied().map(part).collect();
        let expected = format!("{expected}--{boundary}--\r\n");
        request.utf8_lossy_body().unwrap() == expected
    };
    let mock = server.mock(method, path).match_request(is_golden).with_body("{}");
    mock.expect(1).create_async().await
}

#[tokio::test]
async fn a_template_is_created_with_its_first_version_or_without() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let parts = &[
            ("description", "Résumé"),
            ("createdBy", "me"),
            ("template", "<p>{{#if a}}ü{{/if}}</p>\r\n"),
            ("tag", "v1"),
            ("engine", "handlebars"),
            ("comment", ""),
            ("headers", r#"{"From":"Bob <bob@a.b>","Subject":"\"{{s}}\" é","Reply-To":""}"#),
            ("name", "Wélcome 1"),
        ];
        let whole = form(&mut server, "POST", path, parts).await;
        let headers =
            TemplateHeaders::new().from("Bob <bob@a.b>").subject("\"{{s}}\" é").reply_to("");
        let settings = CreateTemplate::new()
            .description("Résumé")
            .created_by("me")
            .content("<p>{{#if a}}ü{{/if}}</p>\r\n")
            .tag("v1")
            .engine(Engine::Handlebars)
            .comment("")
            .headers(headers);
        templates.create("Wélcome 1", settings).await.unwrap();
        whole.assert_async().await;

        let bare = form(&mut server, "POST", path, &[("name", "bare")]).await;
        templates.create("bare", CreateTemplate::new()).await.unwrap();
        bare.assert_async().await;
    }
}

#[tokio::test]
async fn a_template_is_changed_by_its_description() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let path = format!("{path}/{ENCODED}");
        for parts in [&[("description", "new")], &[("description", "")]] {
            let changed = form(&mut server, "PUT", &path, parts).await;
            templates.update(AWKWARD, parts[0].1).await.unwrap();
            changed.assert_async().await;
        }
    }
}

#[tokio::test]
async fn a_version_is_created_with_its_tag_and_content() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let path = format!("{path}/{ENCODED}/versions");
        let parts = &[
            ("active", "yes"),
            ("engine", "go"),
            ("comment", "second"),
            ("headers", r#"{"Subject":"s"}"#),
            ("tag", "V2"),
            ("template", "<p>2</p>"),
        ];
        let whole = form(&mut server, "POST", &path, parts).await;
        let settings = VersionSettings::new()
            .active(true)
            .engine(Engine::Go)
            .comment("second")
            .headers(TemplateHeaders::new().subject("s"));
        templates.versions(AWKWARD).create("V2", "<p>2</p>", settings).await.unwrap();
        whole.assert_async().await;

        let bare = form(&mut server, "POST", &path, &[("tag", "v3"), ("template", "3")]).await;
        let versions = templates.versions(AWKWARD);
        versions.create("v3", "3", VersionSettings::new()).await.unwrap();
        bare.assert_async().await;
    }
}

#[tokio::test]
async fn the_content_of_a_version_is_changed_and_nothing_else() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let versions = templates.versions(AWKWARD);
        let path = format!("{path}/{ENCODED}/versions/{ENCODED}");
        let content = form(&mut server, "PUT", &path, &[("template", "<p>new</p>")]).await;
        let settings = VersionSettings::new().content("<p>new</p>");
        versions.update(AWKWARD, settings).await.unwrap();
        content.assert_async().await;

        let parts = &[("active", "no"), ("comment", ""), ("headers", "{}"), ("engine", "go")];
        let rest = form(&mut server, "PUT", &path, parts).await;
        let settings = VersionSettings::new()
            .active(false)
            .comment("")
            .headers(TemplateHeaders::new())
            .engine(Engine::Go);
        versions.update(AWKWARD, settings).await.unwrap();
        rest.assert_async().await;
    }
}

#[tokio::test]
async fn awkward_names_and_tags_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let versions = templates.versions(AWKWARD);
        let (template, version) =
            (format!("{path}/{ENCODED}"), format!("{path}/{ENCODED}/versions/{ENCODED}"));
        let mut mocks = Vec::new();
        for (method, path) in [
            ("GET", format!("{template}?active=yes")),
            ("DELETE", template.clone()),
            ("DELETE", path.to_owned()),
            ("GET", version.clone()),
            ("DELETE", version.clone()),
            ("PUT", format!("{version}/copy/{ENCODED}?comment=a%26b")),
        ] {
            let mock = server.mock(method, &*path).match_body("").with_body("{}");
            mocks.push(mock.expect(1).create_async().await);
        }
        templates.get(AWKWARD, GetTemplate::new().active(true)).await.unwrap();
        templates.delete(AWKWARD).await.unwrap();
        templates.delete_all().await.unwrap();
        versions.get(AWKWARD).await.unwrap();
        versions.delete(AWKWARD).await.unwrap();
        let settings = CopyVersion::new().comment("a&b");
        versions.copy(AWKWARD, AWKWARD, settings).await.unwrap();
        for mock in mocks {
            mock.assert_async().await;
        }
    }
}

#[tokio::test]
async fn names_and_tags_cannot_reach_another_path() {
    let mut server = Server::new_async().await;
    let mock = server.mock("DELETE", Matcher::Any).expect(0).create_async().await;
    for (templates, _) in levels(&server) {
        for name in ["", ".", ".."] {
            let error = templates.delete(name).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let error = templates.versions("welcome").delete(name).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let error = templates.versions(name).delete("v1").await.unwrap_err();
            assert!(error.to_string().contains("`name`"), "{error}");
        }
    }
    mock.assert_async().await;
}

#[tokio::test]
async fn listings_follow_the_links_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    for (templates, path) in levels(&server) {
        let paging = |path: &str, pivot: &str| {
            format!(r#"{{"next": "{}{path}?page=next&p={pivot}&limit=2"}}"#, server.url())
        };
        let versions = format!("{path}/welcome/versions");
        let pages = [
            (
                format!("{path}?active=no&limit=2&page=next&p=a%20b"),
                format!(r#"{{"items": [{{"name": "c"}}], "paging": {}}}"#, paging(path, "c")),
            ),
            (format!("{path}?page=next&p=c&limit=2"), r#"{"items": null}"#.to_owned()),
            (
                format!("{versions}?limit=2&page=previous&p=v9"),
                format!(
                    r#"{{"template": {{"versions": [{{"tag": "v1"}}]}}, "paging": {}}}"#,
                    paging(&versions, "v1")
                ),
            ),
            (format!("{versions}?page=next&p=v1&limit=2"), r#"{"template": null}"#.to_owned()),
        ];
        let mut mocks = Vec::new();
        for (path, body) in pages {
            let mock = server.mock("GET", &*path).with_body(body);
            mocks.push(mock.expect(1).create_async().await);
        }
        let params = ListTemplates::new().active(false).limit(2).page(PageDirection::Next);
        let mut pager = templates.list(params.pivot("a b"));
        assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].name, "c");
        assert_eq!(pager.next_page().await.unwrap(), None);

        let params = ListVersions::new().limit(2).page(PageDirection::Previous).pivot("v9");
        let mut pager = templates.versions("welcome").list(params);
        assert_eq!(pager.next_page().await.unwrap().unwrap().items[0].tag, "v1");
        assert_eq!(pager.next_page().await.unwrap(), None);
        for mock in mocks {
            mock.assert_async().await;
        }
    }
}

#[tokio::test]
async fn headers_with_line_breaks_are_refused_by_name_and_not_shown() {
    let mut server = Server::new_async().await;
    let mock = server.mock("POST", Matcher::Any).expect(0).create_async().await;
    let [(templates, _), _] = levels(&server);
    let evil = "bob@example.com\r\nBcc: eve@example.com";
    for (name, headers) in [
        ("From", TemplateHeaders::new().from(evil)),
        ("Subject", TemplateHeaders::new().from("fine").subject("a\nb")),
        ("Reply-To", TemplateHeaders::new().reply_to("a\u{0}")),
        ("Reply-To", TemplateHeaders::new().reply_to("a\u{2028}Bcc: eve@example.com")),
    ] {
        let new = templates.create("welcome", CreateTemplate::new().headers(headers.clone()));
        let settings = VersionSettings::new().headers(headers.clone());
        let version = templates.versions("welcome").create("v1", "text", settings);
        for error in [new.await.unwrap_err(), version.await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let text = error.to_string();
            assert!(text.contains(&format!("`headers`: `{name}` must not hold control")), "{text}");
            assert!(!text.contains("example.com"), "{text}");
        }
    }
    mock.assert_async().await;
}

#[tokio::test]
async fn content_is_read_from_a_file() {
    let path = std::env::temp_dir().join(format!("mailgun-content-{}.hbs", std::process::id()));
    std::fs::write(&path, "<p>Grüße, {{name}}</p>\n").unwrap();
    assert_eq!(Content::from_path(&path).await.unwrap().as_str(), "<p>Grüße, {{name}}</p>\n");
    std::fs::write(&path, "x".repeat(100 * 1024)).unwrap();
    assert_eq!(Content::from_path(&path).await.unwrap().as_str().len(), 102_400);
    std::fs::write(&path, "x".repeat(100 * 1024 + 1)).unwrap();
    assert_eq!(Content::from_path(&path).await.unwrap_err().kind(), ErrorKind::TooLarge);
    std::fs::remove_file(&path).unwrap();
    let missing = Content::from_path(&path).await.unwrap_err();
    assert!(missing.to_string().contains(path.to_str().unwrap()), "{missing}");
}
