use mailgun_core::{Confirmation, ErrorKind, LinkPage, PageResponse as _};
use mailgun_templates::{
    CopyVersion, Engine, GetTemplate, Template, TemplateChanged, TemplateResponse, Templates,
    Version, VersionResponse,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{Exchange, called_whole, read_whole, recorded, tolerates},
};
use serde_json::{Value, json};

fn version() -> Value {
    json!({
        "tag": "v1",
        "template": "<html>template content</html>",
        "engine": "handlebars",
        "mjml": "<mjml></mjml>",
        "createdAt": "Sat, 12 Nov 1955 06:38:00 UTC",
        "comment": "Version comment",
        "active": true,
        "id": "3efd2b85-0f41-4a1d-9898-05d7e7459c4a",
        "headers": {
            "From": "from@header.tld",
            "Reply-To": "reply-to@header.tld",
            "Subject": "Subject Value"
        }
    })
}

fn template() -> Value {
    json!({
        "name": "template_name",
        "description": "This is the description of the template",
        "createdAt": "Sat, 12 Nov 1955 06:38:00 UTC",
        "createdBy": "user-supplied-value",
        "id": "46565d87-68b6-4edb-8b3c-34554af4bb77",
        "version": version(),
        "versions": [version()]
    })
}

#[track_caller]
fn check_version(version: &Version) {
    assert_eq!(version.tag, "v1");
    assert_eq!(version.content.as_deref(), Some("<html>template content</html>"));
    assert_eq!(version.engine, Some(Engine::Handlebars));
    assert_eq!(version.mjml, "<mjml></mjml>");
    assert_eq!(version.created_at.unwrap().to_rfc3339(), "1955-11-12T06:38:00Z");
    assert_eq!(version.comment, "Version comment");
    assert!(version.active);
    assert_eq!(version.id, "3efd2b85-0f41-4a1d-9898-05d7e7459c4a");
    assert_eq!(version.headers.from.as_deref(), Some("from@header.tld"));
    assert_eq!(version.headers.subject.as_deref(), Some("Subject Value"));
    assert_eq!(version.headers.reply_to.as_deref(), Some("reply-to@header.tld"));
}

#[track_caller]
fn check(template: &Template) {
    assert_eq!(template.name, "template_name");
    assert_eq!(template.description, "This is the description of the template");
    assert_eq!(template.created_at.unwrap().to_rfc3339(), "1955-11-12T06:38:00Z");
    assert_eq!(template.created_by, "user-supplied-value");
    assert_eq!(template.id, "46565d87-68b6-4edb-8b3c-34554af4bb77");
    check_version(template.version.as_ref().unwrap());
    check_version(&template.versions[0]);
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    tolerates::<LinkPage<Template>>(&json!({"items": [template()], "paging": {"next": ""}}), &[]);

    let stored = json!({"message": "template has been stored", "template": template()});
    tolerates::<TemplateResponse>(&stored, &[]);
    let stored: TemplateResponse = serde_json::from_value(stored).unwrap();
    assert_eq!(stored.message, "template has been stored");
    check(&stored.template);

    let mut shape = json!({"message": "version has been updated"});
    shape["template"] = json!({"name": "template_name", "version": {"tag": "v1"}});
    tolerates::<TemplateChanged>(&shape, &[]);
    let changed: TemplateChanged = serde_json::from_value(shape).unwrap();
    assert_eq!(changed.message, "version has been updated");
    assert_eq!((&*changed.name, changed.tag.as_deref()), ("template_name", Some("v1")));

    // `template` is the old name of `version`.
    for copied in [
        json!({"message": "version has been copied", "version": version()}),
        json!({"message": "version has been copied", "template": version()}),
        json!({"message": "version has been copied", "version": version(), "template": version()}),
    ] {
        tolerates::<VersionResponse>(&copied, &[]);
        let response: VersionResponse = serde_json::from_value(copied).unwrap();
        assert_eq!(response.message, "version has been copied");
        check_version(&response.version);
    }
}

#[test]
fn a_version_of_a_documented_listing_is_read() {
    let listed: Version = serde_json::from_value(json!({
        "tag": "v0", "template": "", "engine": "brand-new", "mjml": "",
        "createdAt": "Sat, 12 Nov 1955 06:38:00 UTC", "comment": "version comment",
        "active": false, "id": "71bd07b8-fe81-4199-8fcf-67c956ccdc34", "headers": {},
        "parsedhandlebar": null,
    }))
    .unwrap();
    assert_eq!(listed.content.as_deref(), Some(""));
    assert_eq!(listed.engine, Some(Engine::Other("brand-new".into())));
}

#[tokio::test]
async fn a_template_is_unwrapped() {
    let service = Scripted::new(|_| Answer::json(&json!({"template": template()})));
    let templates = Templates::of_domain(&service.client(), "mg.example.com");
    check(&templates.get("template_name", GetTemplate::new()).await.unwrap());
    check(&templates.versions("template_name").get("v1").await.unwrap());
}

fn successes(method: &str, path: &str) -> Vec<Exchange> {
    let mut found = recorded(method, "/templates");
    found.retain(|exchange| exchange.status == 200 && exchange.path.ends_with(path));
    assert!(!found.is_empty(), "no success was recorded for {method} {path}");
    found
}

#[track_caller]
fn check_recorded(template: &Template, json: &Value) {
    assert_eq!(template.name, json["name"]);
    assert_eq!(template.description, json["description"]);
    assert_eq!(template.created_by, json["createdBy"]);
    assert_eq!(template.id, json["id"]);
    let utc = |time: mailgun_core::Timestamp| time.to_rfc2822().replace("+0000", "UTC");
    assert_eq!(utc(template.created_at.unwrap()), json["createdAt"]);
    assert_eq!(template.version.is_some(), json["version"].is_object());
    if let Some(version) = &template.version {
        let json = &json["version"];
        assert_eq!(version.tag, json["tag"]);
        assert_eq!(json!(version.content), json["template"]);
        assert_eq!(json!(version.engine), json["engine"]);
        assert_eq!(version.mjml, json["mjml"]);
        assert_eq!(version.comment, json["comment"]);
        assert_eq!(version.active, json["active"]);
        assert_eq!(version.id, json["id"]);
        assert_eq!(json!(version.headers), json["headers"]);
        assert_eq!(utc(version.created_at.unwrap()), json["createdAt"]);
    }
}

#[test]
fn recorded_responses_lose_nothing() {
    for exchange in successes("GET", "/templates") {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let page = read_whole::<LinkPage<Template>>(&exchange.body).into_parts();
        assert_eq!(page.items.len(), 4);
        for (template, json) in page.items.iter().zip(json["items"].as_array().unwrap()) {
            check_recorded(template, json);
        }
        assert_eq!(page.links.next.unwrap(), json["paging"]["next"]);
    }
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Wrapped {
        template: Template,
    }
    for path in ["/templates/test.template", "/versions/v2"] {
        for exchange in successes("GET", path) {
            let json: Value = serde_json::from_str(&exchange.body).unwrap();
            check_recorded(&read_whole::<Wrapped>(&exchange.body).template, &json["template"]);
        }
    }
    for exchange in successes("POST", "") {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: TemplateResponse = read_whole(&exchange.body);
        assert_eq!(response.message, json["message"]);
        check_recorded(&response.template, &json["template"]);
    }
    let changes = [successes("PUT", ""), successes("DELETE", "/templates/test.template")].concat();
    for exchange in changes {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let response: TemplateChanged = read_whole(&exchange.body);
        assert_eq!(response.message, json["message"]);
        assert_eq!(response.name, json["template"]["name"]);
        assert_eq!(json!(response.tag), json["template"]["version"]["tag"]);
    }
    for exchange in successes("DELETE", "/templates") {
        let response: Confirmation = read_whole(&exchange.body);
        assert_eq!(response.message, "templates have been deleted");
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    let recorded = recorded("PUT", "/versions/v2").into_iter().filter(|one| one.status == 404);
    let mut refusals: Vec<_> = recorded.map(|one| (one.status, one.body)).collect();
    assert_eq!(refusals, [(404, "{\"message\":\"domain not found\"}\n".to_owned())]);
    refusals.push((400, r#"{"message": "template is too long"}"#.to_owned()));
    refusals.push((401, "Forbidden".to_owned()));
    for (status, body) in refusals {
        let answer = body.clone();
        let service = Scripted::new(move |_| Answer::new(status, &*answer));
        for (templates, operation) in [
            (
                Templates::of_domain(&service.client(), "mg.example.com"),
                "PUT /v3/{domain}/templates/{name}/versions/{tag}/copy/{new_tag}",
            ),
            (
                Templates::of_account(&service.client()),
                "PUT /v4/templates/{name}/versions/{tag}/copy/{new_tag}",
            ),
        ] {
            let call = templates.versions("welcome").copy("v1", "v2", CopyVersion::new());
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Api);
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert!(body.contains(error.api_message().unwrap()), "{error}");
            assert_eq!(error.operation().unwrap().to_string(), operation);
        }
    }
}

#[tokio::test]
async fn a_page_of_versions_has_the_template_too() {
    let mut whole = template();
    whole.as_object_mut().unwrap().remove("version");
    whole["versions"].as_array_mut().unwrap().push(Value::Null);
    let response = json!({"template": whole, "paging": {"next": "https://api.mailgun.net/next"}});
    let page = called_whole(&response, |client| {
        let templates = Templates::of_account(client);
        templates.versions("template_name").page(mailgun_templates::ListVersions::new())
    });
    let page = page.await;
    assert_eq!(page.template.description, "This is the description of the template");
    assert_eq!(page.template.versions.len(), 1);
}
