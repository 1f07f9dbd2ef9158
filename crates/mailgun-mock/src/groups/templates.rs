//! Templates of domains and of the account, with their versions. A message may name a template that
//! does not exist.

mod versions;

use std::{collections::BTreeMap, time::SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::versions::Version;
use super::{Answer, listing};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
    render, state,
};

const MAX_TEMPLATES: usize = 100;

/// The domain that owns the templates; `None` for the account.
type Owner = Option<String>;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// By owner and name.
    #[serde(with = "state::pairs")]
    all: BTreeMap<Owner, BTreeMap<String, Template>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Template {
    name: String,
    description: String,
    created_at: String,
    created_by: String,
    id: String,
    /// By tag.
    versions: BTreeMap<String, Version>,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match segments {
        ["v3", domain, "templates", rest @ ..] => match account.domain(domain) {
            Ok(domain) => of_owner(account, request, method, &Some(domain), rest),
            Err(_) => Some(Err(Refusal::not_found("domain not found"))),
        },
        ["v4", "templates", rest @ ..] => of_owner(account, request, method, &None, rest),
        _ => None,
    }
}

fn of_owner(
    account: &mut Account,
    request: &Request,
    method: &str,
    owner: &Owner,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", []) => Some(list(account, request, owner)),
        ("POST", []) => Some(create(account, request, owner)),
        ("DELETE", []) => Some(delete_all(account, owner)),
        ("GET", [name]) => Some(get(account, request, owner, name)),
        ("PUT", [name]) => Some(update(account, request, owner, name)),
        ("DELETE", [name]) => Some(delete(account, owner, name)),
        (_, [name, "versions", rest @ ..]) => {
            versions::route(account, request, method, owner, name, rest)
        }
        _ => None,
    }
}

fn list(account: &Account, request: &Request, owner: &Owner) -> Answer {
    let all: Vec<_> =
        account.groups.templates.all.get(owner).into_iter().flat_map(BTreeMap::values).collect();
    let (found, paging) =
        listing::by_pivot(&account.base_url, request, &all, |template| &template.name, "p", 100)?;
    let items: Vec<_> = found.iter().map(|template| template.json_for(request)).collect();
    Ok(Response::ok(&json!({ "items": items, "paging": paging })))
}

fn create(account: &mut Account, request: &Request, owner: &Owner) -> Answer {
    let form = request.form()?;
    let text = |name| form.field(name).unwrap_or_default().to_owned();
    let mut template = Template {
        name: required(form.field("name"), "name")?.to_lowercase(),
        description: text("description"),
        created_at: date::rfc2822(SystemTime::now(), "UTC"),
        created_by: text("createdBy"),
        id: uuid(account),
        versions: BTreeMap::new(),
    };
    let mut response =
        json!({ "message": "template has been stored", "template": template.json() });
    if form.field("template").is_some() {
        let mut version = Version::new(account, form.field("tag").unwrap_or("initial"));
        version.set(form)?;
        response["template"]["version"] = template.put(version, true)?;
    }
    let all = account.groups.templates.all.entry(owner.clone()).or_default();
    if all.contains_key(&template.name) {
        return Err(Refusal::bad_request("a template with this name exists already"));
    }
    if all.len() >= MAX_TEMPLATES {
        return Err(Refusal::bad_request(format!("more than {MAX_TEMPLATES} templates")));
    }
    all.insert(template.name.clone(), template);
    Ok(Response::ok(&response))
}

fn get(account: &mut Account, request: &Request, owner: &Owner, name: &str) -> Answer {
    let template = find(account, owner, name)?;
    Ok(Response::ok(&json!({ "template": template.json_for(request) })))
}

fn update(account: &mut Account, request: &Request, owner: &Owner, name: &str) -> Answer {
    let template = find(account, owner, name)?;
    if let Some(description) = request.form()?.field("description") {
        template.description = description.to_owned();
    }
    let named = json!({ "name": template.name });
    Ok(Response::ok(&json!({ "message": "template has been updated", "template": named })))
}

fn delete(account: &mut Account, owner: &Owner, name: &str) -> Answer {
    let name = find(account, owner, name)?.name.clone();
    if let Some(all) = account.groups.templates.all.get_mut(owner) {
        all.remove(&name);
    }
    let named = json!({ "name": name });
    Ok(Response::ok(&json!({ "message": "template has been deleted", "template": named })))
}

fn delete_all(account: &mut Account, owner: &Owner) -> Answer {
    account.groups.templates.all.remove(owner);
    Ok(Response::ok(&json!({ "message": "templates have been deleted" })))
}

fn find<'a>(
    account: &'a mut Account,
    owner: &Owner,
    name: &str,
) -> Result<&'a mut Template, Refusal> {
    let all = account.groups.templates.all.get_mut(owner);
    let found = all.and_then(|all| all.get_mut(&name.to_lowercase()));
    found.ok_or_else(|| Refusal::not_found("template not found"))
}

/// The version of a template that a message uses: of its domain, or else of the account; the active
/// version unless the message names one.
pub(crate) fn stored(
    account: &Account,
    domain: &str,
    name: &str,
    tag: Option<&str>,
) -> Option<render::Template> {
    let all = &account.groups.templates.all;
    let owners = [Some(domain.to_owned()), None];
    let mut templates = owners.iter().filter_map(|owner| all.get(owner)).flat_map(BTreeMap::values);
    let name = name.to_lowercase();
    let template = templates.find(|template| template.name == name || template.id == name)?;
    let version = match tag.filter(|tag| !tag.is_empty()) {
        Some(tag) => template.versions.get(&tag.to_lowercase()),
        None => template.versions.values().find(|version| version.active),
    }?;
    let Version { engine, content, headers, .. } = version.clone();
    Some(render::Template { engine, content, headers })
}

fn required<'a>(value: Option<&'a str>, name: &str) -> Result<&'a str, Refusal> {
    let missing = || Refusal::bad_request(format!("Missing mandatory parameter: {name}"));
    value.filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn uuid(account: &mut Account) -> String {
    let digits = account.object_id() + &account.object_id();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|part| digits[part].to_owned()).join("-")
}

impl Template {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "createdAt": self.created_at,
            "createdBy": self.created_by,
            "id": self.id,
        })
    }

    /// The template with its active version if the request asks for it.
    fn json_for(&self, request: &Request) -> Value {
        let mut json = self.json();
        let active = self.versions.values().find(|version| version.active);
        if let Some(version) = active.filter(|_| request.parameter("active") == Some("yes")) {
            json["version"] = version.json();
        }
        json
    }
}
