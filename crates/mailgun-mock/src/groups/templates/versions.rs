//! Versions of a template, one of which is active.

use std::{sync::Arc, time::SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Answer, Owner, Template, find, listing, required, uuid};
use crate::{
    account::Account,
    date,
    http::{
        form::Form,
        request::Request,
        response::{Refusal, Response},
    },
    state,
};

const MAX_VERSIONS: usize = 40;
const MAX_CONTENT: usize = 100 * 1024;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Version {
    tag: String,
    /// Shared with the messages that use it.
    #[serde(with = "state::shared")]
    pub(super) content: Arc<str>,
    pub(super) engine: String,
    created_at: String,
    comment: String,
    pub(super) active: bool,
    id: String,
    pub(super) headers: Map<String, Value>,
}

pub(super) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    owner: &Owner,
    name: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", []) => Some(list(account, request, owner, name)),
        ("POST", []) => Some(create(account, request, owner, name)),
        ("GET", [tag]) => Some(get(account, owner, name, tag)),
        ("PUT", [tag]) => Some(update(account, request, owner, name, tag)),
        ("DELETE", [tag]) => Some(delete(account, owner, name, tag)),
        ("PUT", [tag, "copy", new_tag]) => {
            Some(copy(account, request, owner, name, [tag, new_tag]))
        }
        _ => None,
    }
}

fn list(account: &mut Account, request: &Request, owner: &Owner, name: &str) -> Answer {
    let base_url = account.base_url.clone();
    let template = find(account, owner, name)?;
    let all: Vec<_> = template.versions.values().collect();
    let (found, paging) =
        listing::by_pivot(&base_url, request, &all, |version| &version.tag, "p", 100)?;
    let mut json = template.json();
    json["versions"] = found.iter().map(|version| version.json_in_list()).collect();
    Ok(Response::ok(&json!({ "template": json, "paging": paging })))
}

fn create(account: &mut Account, request: &Request, owner: &Owner, name: &str) -> Answer {
    let form = request.form()?;
    required(form.field("template"), "template")?;
    let mut version = Version::new(account, required(form.field("tag"), "tag")?);
    version.set(form)?;
    let template = find(account, owner, name)?;
    if template.versions.contains_key(&version.tag) {
        return Err(Refusal::bad_request("a version with this tag exists already"));
    }
    let mut json = template.json();
    json["version"] = template.put(version, is_activated(form))?;
    let message = "new version of the template has been stored";
    Ok(Response::ok(&json!({ "message": message, "template": json })))
}

fn get(account: &mut Account, owner: &Owner, name: &str, tag: &str) -> Answer {
    let template = find(account, owner, name)?;
    let mut json = template.json();
    json["version"] = template.version(tag)?.json();
    Ok(Response::ok(&json!({ "template": json })))
}

fn update(
    account: &mut Account,
    request: &Request,
    owner: &Owner,
    name: &str,
    tag: &str,
) -> Answer {
    let form = request.form()?;
    let template = find(account, owner, name)?;
    let mut version = template.version(tag)?.clone();
    version.set(form)?;
    template.put(version, is_activated(form))?;
    template.changed("version has been updated", tag)
}

fn delete(account: &mut Account, owner: &Owner, name: &str, tag: &str) -> Answer {
    let template = find(account, owner, name)?;
    let tag = template.version(tag)?.tag.clone();
    template.versions.remove(&tag);
    template.changed("version has been deleted", &tag)
}

fn copy(
    account: &mut Account,
    request: &Request,
    owner: &Owner,
    name: &str,
    [tag, new_tag]: [&str; 2],
) -> Answer {
    let new = Version::new(account, new_tag);
    let template = find(account, owner, name)?;
    let source = template.version(tag)?.clone();
    let active = template.version(new_tag).is_ok_and(|overwritten| overwritten.active);
    let comment = request.parameter("comment").unwrap_or(&source.comment).to_owned();
    let (tag, created_at, id) = (new.tag, new.created_at, new.id);
    let copy = Version { tag, created_at, id, comment, active, ..source };
    let copy = template.put(copy, false)?;
    let message = "version has been copied";
    Ok(Response::ok(&json!({ "message": message, "version": copy, "template": copy })))
}

fn is_activated(form: &Form) -> bool {
    form.field("active") == Some("yes")
}

impl Template {
    fn version(&self, tag: &str) -> Result<&Version, Refusal> {
        let found = self.versions.get(&tag.to_lowercase());
        found.ok_or_else(|| Refusal::not_found("version not found"))
    }

    /// Adds a version, or replaces the one with the same tag, and returns its JSON. The first
    /// version is active at once.
    pub(super) fn put(&mut self, mut version: Version, activate: bool) -> Result<Value, Refusal> {
        if self.versions.len() >= MAX_VERSIONS && !self.versions.contains_key(&version.tag) {
            return Err(Refusal::bad_request(format!("more than {MAX_VERSIONS} versions")));
        }
        if activate || self.versions.is_empty() {
            self.versions.values_mut().for_each(|other| other.active = false);
            version.active = true;
        }
        let json = version.json();
        self.versions.insert(version.tag.clone(), version);
        Ok(json)
    }

    fn changed(&self, message: &str, tag: &str) -> Answer {
        let version = json!({ "tag": tag.to_lowercase() });
        let template = json!({ "name": self.name, "version": version });
        Ok(Response::ok(&json!({ "message": message, "template": template })))
    }
}

impl Version {
    pub(super) fn new(account: &mut Account, tag: &str) -> Self {
        Self {
            tag: tag.to_lowercase(),
            content: "".into(),
            engine: "handlebars".to_owned(),
            created_at: date::rfc2822(SystemTime::now(), "UTC"),
            comment: String::new(),
            active: false,
            id: uuid(account),
            headers: Map::new(),
        }
    }

    pub(super) fn set(&mut self, form: &Form) -> Result<(), Refusal> {
        if let Some(content) = form.field("template") {
            if content.len() > MAX_CONTENT {
                return Err(Refusal::bad_request("template is over 100 KB"));
            }
            self.content = content.into();
        }
        if let Some(engine) = form.field("engine") {
            if !matches!(engine, "handlebars" | "go") {
                let message = format!("Invalid parameter: engine {engine} is not supported");
                return Err(Refusal::bad_request(message));
            }
            self.engine = engine.to_owned();
        }
        if let Some(comment) = form.field("comment") {
            self.comment = comment.to_owned();
        }
        if let Some(headers) = form.field("headers") {
            self.headers = read_headers(headers)
                .ok_or_else(|| Refusal::bad_request("Invalid parameter: headers"))?;
        }
        Ok(())
    }

    /// Without content and headers.
    fn json_in_list(&self) -> Value {
        json!({
            "tag": self.tag,
            "engine": self.engine,
            "mjml": "",
            "createdAt": self.created_at,
            "comment": self.comment,
            "active": self.active,
            "id": self.id,
        })
    }

    pub(super) fn json(&self) -> Value {
        let mut json = self.json_in_list();
        json["template"] = json!(&*self.content);
        json["headers"] = json!(self.headers);
        json
    }
}

/// An object of strings with the three names that Mailgun accepts.
fn read_headers(json: &str) -> Option<Map<String, Value>> {
    let headers: Map<String, Value> = serde_json::from_str(json).ok()?;
    let is_known = |name: &str| matches!(name, "From" | "Subject" | "Reply-To");
    headers.iter().all(|(name, value)| is_known(name) && value.is_string()).then_some(headers)
}
