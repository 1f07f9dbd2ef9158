//! Stored templates, in the Handlebars dialect that Mailgun documents: variables, `if`, `unless`,
//! `each`, `with` and `equal`.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason,
    Renderable as _, no_escape,
};
use regex_lite::Regex;
use serde_json::{Map, Value};

use super::{Template, html::regex};
use crate::sent::SentMessage;

/// Helpers of the library that the service does not have.
const FOREIGN: [&str; 11] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "raw"];

/// How deep blocks and parentheses may be nested. Much deeper, the library overflows the stack, which ends
/// the process.
const DEEPEST: usize = 100;

/// The start of an expression: of a partial or a decorator, of a block, of its parts, or of its end.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\{\{~?\s*(?:#?\s*([>*])|(#)|(\^|else\b)|(/))?([^}]*)"));

pub(super) struct Filled {
    pub(super) html: String,
    pub(super) headers: Vec<(String, String)>,
    /// Variables that are not set.
    pub(super) missing: Vec<String>,
}

pub(super) fn render(template: &Template, message: &SentMessage) -> Result<Filled, String> {
    if template.engine != "handlebars" {
        return Err(format!("templates of the engine {} are not rendered", template.engine));
    }
    let headers = template.headers.iter().filter_map(|(_, value)| value.as_str());
    if let Some(problem) = headers.chain([&*template.content]).find_map(problem) {
        return Err(problem.to_owned());
    }
    let variables = Value::Object(variables(message));
    let missing = Arc::new(Mutex::new(Vec::new()));
    let mut engine = engine(Arc::clone(&missing));
    let html = engine.render_template(&template.content, &variables);
    let html = html.map_err(|error| error.to_string())?;
    engine.register_escape_fn(no_escape);
    let headers = template.headers.iter().filter_map(|(name, value)| {
        let value = engine.render_template(value.as_str()?, &variables);
        Some(value.map(|value| (name.clone(), value)).map_err(|error| error.to_string()))
    });
    let headers = headers.collect::<Result<_, _>>()?;
    let missing = std::mem::take(&mut *missing.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Filled { html, headers, missing })
}

/// Why the library must not see a template.
fn problem(source: &str) -> Option<&'static str> {
    // For each open block, how many parts it has. Each part is nested in the one before.
    let mut blocks: Vec<usize> = Vec::new();
    for tag in TAG.captures_iter(source) {
        let [partial, block, part, end] = [1, 2, 3, 4].map(|group| tag.get(group).is_some());
        if partial {
            // They could include themselves without end.
            return Some("the service has no partials and no decorators");
        } else if block {
            blocks.push(1);
        } else if part {
            if let Some(parts) = blocks.last_mut() {
                *parts += 1;
            }
        } else if end {
            blocks.pop();
        }
        let parentheses = tag[5].matches('(').count();
        if blocks.iter().sum::<usize>() + parentheses > DEEPEST {
            return Some("its blocks or parentheses are nested too deeply");
        }
    }
    None
}

/// The variables of a message. Later sources override earlier ones.
fn variables(message: &SentMessage) -> Map<String, Value> {
    let header = |name: &str| {
        let headers = message.headers();
        let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or(Map::new(), |(_, json)| object(json))
    };
    let mut variables = header("X-Mailgun-Variables");
    variables.extend(message.variables().into_iter().map(|(name, text)| {
        let json = serde_json::from_str(text).ok();
        let json = json.filter(|json: &Value| json.is_object() || json.is_array());
        (name.to_owned(), json.unwrap_or_else(|| text.into()))
    }));
    variables.extend(header("X-Mailgun-Template-Variables"));
    variables.extend(message.field("t:variables").map_or(Map::new(), object));
    variables
}

fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}

fn engine(missing: Arc<Mutex<Vec<String>>>) -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    for name in FOREIGN {
        engine.unregister_helper(name);
    }
    engine.register_helper("equal", Box::new(equal));
    engine.register_escape_fn(escape);
    let note_missing = move |helper: &Helper<'_>,
                             _: &Handlebars<'_>,
                             _: &Context,
                             _: &mut RenderContext<'_, '_>,
                             _: &mut dyn Output|
          -> HelperResult {
        if !helper.params().is_empty() {
            return Err(RenderErrorReason::HelperNotFound(helper.name().to_owned()).into());
        }
        let name = format!("{{{{{}}}}}", helper.name());
        let mut missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
        if !missing.contains(&name) {
            missing.push(name);
        }
        Ok(())
    };
    engine.register_helper("helperMissing", Box::new(note_missing));
    engine
}

/// The library would also escape the equals signs of URLs, which the service does not.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}

/// `{{#equal a b}}same{{else}}different{{/equal}}` compares the texts of two values.
fn equal<'reg, 'rc>(
    helper: &Helper<'rc>,
    engine: &'reg Handlebars<'reg>,
    context: &'rc Context,
    render: &mut RenderContext<'reg, 'rc>,
    output: &mut dyn Output,
) -> HelperResult {
    let text = |index| {
        let value = helper.param(index).map(|param| param.value());
        let value = value.ok_or(RenderErrorReason::ParamNotFoundForIndex("equal", index))?;
        Ok::<_, RenderErrorReason>(match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let branch = if text(0)? == text(1)? { helper.template() } else { helper.inverse() };
    branch.map_or(Ok(()), |branch| branch.render(engine, context, render, output))
}
