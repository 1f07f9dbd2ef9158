use futures_util::TryStreamExt as _;
use mailgun_mock::MockMailgun;
use mailgun_templates::{
    CopyVersion, CreateTemplate, Engine, GetTemplate, ListTemplates, ListVersions, PageDirection,
    TemplateHeaders, Templates, VersionSettings,
};

fn levels(mock: &MockMailgun) -> [Templates; 2] {
    let client = mock.client();
    [Templates::of_domain(&client, mock.domain()), Templates::of_account(&client)]
}

async fn names(templates: &Templates) -> Vec<String> {
    let listed = templates.list(ListTemplates::new().limit(2)).into_items();
    listed.map_ok(|template| template.name).try_collect().await.unwrap()
}

#[tokio::test]
async fn templates_are_created_listed_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    for templates in levels(&mock) {
        let headers = TemplateHeaders::new().subject("Hi {{name}}");
        let settings = CreateTemplate::new()
            .description("first")
            .created_by("me")
            .content("<p>{{name}}</p>")
            .headers(headers.clone());
        let created = templates.create("Welcome Mail", settings).await.unwrap().template;
        assert_eq!((&*created.name, &*created.created_by), ("welcome mail", "me"));
        let version = created.version.clone().unwrap();
        assert_eq!((&*version.tag, version.active), ("initial", true));
        assert_eq!(version.content.as_deref(), Some("<p>{{name}}</p>"));
        assert_eq!((&version.engine, &version.headers), (&Some(Engine::Handlebars), &headers));
        for name in ["D", "b", "ä", "c"] {
            let bare = templates.create(name, CreateTemplate::new()).await.unwrap().template;
            assert_eq!(bare.version, None);
        }
        let taken = templates.create("welcome MAIL", CreateTemplate::new()).await.unwrap_err();
        assert_eq!(taken.status().unwrap(), 400);

        assert_eq!(names(&templates).await, ["b", "c", "d", "welcome mail", "ä"]);
        let params =
            ListTemplates::new().active(true).page(PageDirection::Next).pivot("d").limit(1);
        let page = templates.list(params).next_page().await.unwrap().unwrap();
        assert_eq!(page.items[0].version, Some(version));

        templates.update("welcome mail", "changed").await.unwrap();
        let read = templates.get("welcome mail", GetTemplate::new()).await.unwrap();
        assert_eq!((&*read.description, &read.id, read.version), ("changed", &created.id, None));
        let active = GetTemplate::new().active(true);
        let read = templates.get("welcome mail", active).await.unwrap();
        assert_eq!(read.version.unwrap().tag, "initial");

        assert_eq!(templates.delete("d").await.unwrap().name, "d");
        let gone = templates.get("d", GetTemplate::new()).await.unwrap_err();
        assert_eq!(gone.status().unwrap(), 404);
        assert_eq!(names(&templates).await.len(), 4);
    }
    // Neither level touches the other.
    let [of_domain, of_account] = levels(&mock);
    of_domain.delete_all().await.unwrap();
    assert!(names(&of_domain).await.is_empty());
    assert_eq!(names(&of_account).await.len(), 4);
}

#[tokio::test]
async fn one_version_is_active_and_the_rest_are_not() {
    let mock = MockMailgun::start().await;
    for templates in levels(&mock) {
        templates.create("welcome", CreateTemplate::new()).await.unwrap();
        let versions = templates.versions("welcome");
        let states = async || -> Vec<(String, bool)> {
            let listed = versions.list(ListVersions::new().limit(1)).into_items();
            listed.map_ok(|version| (version.tag, version.active)).try_collect().await.unwrap()
        };
        let settings = VersionSettings::new;
        let first = versions.create("V1", "one", settings()).await.unwrap().template;
        assert!(first.version.unwrap().active);
        versions.create("v2", "two", settings().engine(Engine::Go)).await.unwrap();
        assert_eq!(states().await, [("v1".into(), true), ("v2".into(), false)]);
        versions.create("v3", "three", settings().active(true)).await.unwrap();
        let changed = versions.update("v2", settings().active(true).comment("x")).await.unwrap();
        assert_eq!((&*changed.name, changed.tag.as_deref()), ("welcome", Some("v2")));
        let expected = [("v1".into(), false), ("v2".into(), true), ("v3".into(), false)];
        assert_eq!(states().await, expected);

        let second = versions.get("v2").await.unwrap().version.unwrap();
        assert_eq!((second.content.as_deref(), &*second.comment), (Some("two"), "x"));
        assert_eq!(second.engine, Some(Engine::Go));
        versions.update("v2", settings().content("two again").active(false)).await.unwrap();
        assert_eq!(states().await, expected);

        let copy = versions.copy("v2", "V3", CopyVersion::new().comment("copy")).await.unwrap();
        assert_eq!((&*copy.version.tag, &*copy.version.comment), ("v3", "copy"));
        let third = versions.get("v3").await.unwrap().version.unwrap();
        assert_eq!(third.content.as_deref(), Some("two again"));
        assert_eq!(states().await, expected);

        assert_eq!(versions.delete("v1").await.unwrap().tag.as_deref(), Some("v1"));
        assert_eq!(versions.get("v1").await.unwrap_err().status().unwrap(), 404);
        assert_eq!(states().await, expected[1..]);
    }
}

#[tokio::test]
async fn invalid_templates_are_refused() {
    let mock = MockMailgun::start().await;
    let [templates, _] = levels(&mock);
    templates.create("welcome", CreateTemplate::new()).await.unwrap();
    let versions = templates.versions("welcome");
    for number in 0..40 {
        versions.create(format!("v{number}"), "text", VersionSettings::new()).await.unwrap();
    }
    let settings = VersionSettings::new;
    for refused in [
        versions.create("v40", "text", settings()).await.unwrap_err(),
        versions.create("V0", "text", settings()).await.unwrap_err(),
        versions.copy("v0", "v40", CopyVersion::new()).await.unwrap_err(),
        versions.update("v0", settings().content("x".repeat(102_401))).await.unwrap_err(),
        versions.update("v0", settings().engine(Engine::from("erb"))).await.unwrap_err(),
        versions.update("v0", settings().extra("headers", "no JSON")).await.unwrap_err(),
        versions.update("v0", settings().extra("headers", r#"{"X-A": ""}"#)).await.unwrap_err(),
        templates.create("", CreateTemplate::new()).await.unwrap_err(),
    ] {
        assert_eq!(refused.status().unwrap(), 400, "{refused}");
    }
    let elsewhere = Templates::of_domain(&mock.client(), "other.example.com");
    let unknown = elsewhere.list(ListTemplates::new()).next_page().await.unwrap_err();
    assert_eq!(unknown.api_message(), Some("domain not found"));
    let unknown = templates.versions("other").get("v0").await.unwrap_err();
    assert_eq!(unknown.api_message(), Some("template not found"));
}
