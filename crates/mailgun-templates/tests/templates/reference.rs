use mailgun_core::Client;
use mailgun_templates::{
    CreateTemplate, Engine, GetTemplate, ListTemplates, TemplateHeaders, Templates, VersionSettings,
};
use mailgun_testing::wire::{self, Case};
use serde_json::Value;

#[tokio::test]
async fn requests_match_the_reference_client() {
    let mut cases = wire::cases("domains.");
    cases.retain(|case| case.js_call.starts_with("mg.domains.domainTemplates."));
    assert_eq!(cases.len(), 11);
    wire::compare(&cases, &[], call).await;
}

async fn call(case: &Case, client: &Client) {
    let templates = Templates::of_domain(client, case.text(0));
    let versions = |index| templates.versions(case.text(index));
    match case.js_call.trim_start_matches("mg.domains.domainTemplates.") {
        "list" => drop(templates.list(listing(case.arg(1))).next_page().await),
        "get" => drop(templates.get(case.text(1), getting(case.arg(2))).await),
        "create" => {
            let name = case.arg(1)["name"].as_str().unwrap();
            drop(templates.create(name, new_template(case.arg(1))).await);
        }
        "destroy" => drop(templates.delete(case.text(1)).await),
        "destroyAll" => drop(templates.delete_all().await),
        "getVersion" => drop(versions(1).get(case.text(2)).await),
        "createVersion" => {
            let [tag, content] = ["tag", "template"].map(|name| case.arg(2)[name].as_str());
            let settings = settings(case.arg(2));
            drop(versions(1).create(tag.unwrap(), content.unwrap(), settings).await);
        }
        "destroyVersion" => drop(versions(1).delete(case.text(2)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn listing(query: &Value) -> ListTemplates {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListTemplates::new(), |params, (name, value)| match &**name {
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn getting(query: &Value) -> GetTemplate {
    let query = query.as_object().into_iter().flatten();
    query.fold(GetTemplate::new(), |params, (name, value)| match &**name {
        "active" => params.active(value == "yes"),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn new_template(data: &Value) -> CreateTemplate {
    let data = data.as_object().unwrap().iter();
    data.fold(CreateTemplate::new(), |template, (name, value)| {
        let text = value.as_str().unwrap();
        match &**name {
            "name" => template,
            "description" => template.description(text),
            "createdBy" => template.created_by(text),
            "template" => template.content(text),
            "tag" => template.tag(text),
            "engine" => template.engine(Engine::from(text)),
            "comment" => template.comment(text),
            "headers" => template.headers(headers(text)),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}

fn settings(data: &Value) -> VersionSettings {
    let data = data.as_object().unwrap().iter();
    data.fold(VersionSettings::new(), |settings, (name, value)| {
        let text = value.as_str().unwrap();
        match &**name {
            "tag" | "template" => settings,
            "engine" => settings.engine(Engine::from(text)),
            "comment" => settings.comment(text),
            "active" => settings.active(text == "yes"),
            "headers" => settings.headers(headers(text)),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}

fn headers(json: &str) -> TemplateHeaders {
    let headers: Value = serde_json::from_str(json).unwrap();
    let headers = headers.as_object().unwrap().iter();
    headers.fold(TemplateHeaders::new(), |headers, (name, value)| {
        let value = value.as_str().unwrap();
        match &**name {
            "From" => headers.from(value),
            "Subject" => headers.subject(value),
            "Reply-To" => headers.reply_to(value),
            other => panic!("no setter is mapped to {other}"),
        }
    })
}
