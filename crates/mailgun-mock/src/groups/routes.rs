//! Routes for inbound mail.

mod filter;

use std::time::SystemTime;

use serde_json::{Value, json};

pub(crate) use self::filter::Action;
use super::{Answer, listing};
use crate::{
    account::Account,
    date,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

#[derive(Debug, Default)]
pub(crate) struct State {
    /// In order of creation.
    all: Vec<Route>,
}

#[derive(Clone, Debug)]
struct Route {
    id: String,
    priority: i64,
    description: String,
    expression: String,
    actions: Vec<String>,
    created_at: String,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    match (method, segments) {
        ("GET", ["v3", "routes"]) => Some(list(account, request)),
        ("POST", ["v3", "routes"]) => Some(create(account, request)),
        ("GET", ["v3", "routes", "match"]) => Some(match_address(account, request)),
        ("GET", ["v3", "routes", id]) => Some(get(account, id)),
        ("PUT", ["v3", "routes", id]) => Some(update(account, request, id)),
        ("DELETE", ["v3", "routes", id]) => Some(delete(account, id)),
        _ => None,
    }
}

fn list(account: &Account, request: &Request) -> Answer {
    let all = &account.groups.routes.all;
    let items: Vec<_> = listing::by_skip(request, all, 100)?.iter().map(Route::json).collect();
    Ok(Response::ok(&json!({ "items": items, "total_count": all.len() })))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let mut route = Route {
        id: account.object_id(),
        priority: 0,
        description: String::new(),
        expression: String::new(),
        actions: Vec::new(),
        created_at: date::rfc2822(SystemTime::now(), "GMT"),
    };
    route.set(request)?;
    if route.expression.is_empty() {
        return Err(Refusal::bad_request("expression parameter is missing"));
    }
    let response = json!({ "message": "Route has been created", "route": route.json() });
    account.groups.routes.all.push(route);
    Ok(Response::ok(&response))
}

fn get(account: &mut Account, id: &str) -> Answer {
    Ok(Response::ok(&json!({ "route": find(account, id)?.json() })))
}

fn update(account: &mut Account, request: &Request, id: &str) -> Answer {
    let route = find(account, id)?;
    route.set(request)?;
    let mut response = route.json();
    response["message"] = json!("Route has been updated");
    Ok(Response::ok(&response))
}

fn delete(account: &mut Account, id: &str) -> Answer {
    find(account, id)?;
    account.groups.routes.all.retain(|route| route.id != id);
    Ok(Response::ok(&json!({ "id": id, "message": "Route has been deleted" })))
}

fn match_address(account: &Account, request: &Request) -> Answer {
    let address = request.parameter("address").unwrap_or_default();
    let mut routes = account.groups.routes.by_priority().into_iter();
    let found = routes.find(|route| filter::matches(&route.expression, address, None).is_some());
    let route = found.ok_or_else(|| Refusal::not_found("Route not found"))?;
    Ok(Response::ok(&json!({ "route": route.json() })))
}

/// A route that a mail matches.
pub(crate) struct Matched {
    pub(crate) id: String,
    pub(crate) json: Value,
    pub(crate) actions: Vec<Action>,
}

/// The routes that a mail matches, in order of priority.
pub(crate) fn matching(
    account: &Account,
    recipient: &str,
    headers: &[(String, String)],
) -> Vec<Matched> {
    let routes = account.groups.routes.by_priority().into_iter();
    let matched = routes.filter_map(|route| {
        let groups = filter::matches(&route.expression, recipient, Some(headers))?;
        let actions = route.actions.iter().flat_map(|action| filter::actions(action, &groups));
        Some(Matched { id: route.id.clone(), json: route.json(), actions: actions.collect() })
    });
    matched.collect()
}

impl State {
    fn by_priority(&self) -> Vec<&Route> {
        let mut routes: Vec<_> = self.all.iter().collect();
        routes.sort_by_key(|route| route.priority);
        routes
    }
}

fn find<'a>(account: &'a mut Account, id: &str) -> Result<&'a mut Route, Refusal> {
    let found = account.groups.routes.all.iter_mut().find(|route| route.id == id);
    found.ok_or_else(|| Refusal::not_found("Route not found"))
}

impl Route {
    fn set(&mut self, request: &Request) -> Result<(), Refusal> {
        let form = request.form()?;
        if let Some(priority) = form.field("priority") {
            self.priority = priority
                .parse()
                .map_err(|_| Refusal::bad_request("priority should be an integer"))?;
        }
        if let Some(description) = form.field("description") {
            self.description = description.to_owned();
        }
        if let Some(expression) = form.field("expression") {
            self.expression = expression.to_owned();
        }
        let actions: Vec<_> = form.all("action").map(str::to_owned).collect();
        if !actions.is_empty() {
            self.actions = actions;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "priority": self.priority,
            "description": self.description,
            "expression": self.expression,
            "actions": self.actions,
            "created_at": self.created_at,
        })
    }
}
