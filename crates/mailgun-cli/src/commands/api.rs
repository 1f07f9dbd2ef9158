use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mailgun::{
    Call, Client, Operation, Pager,
    bytes::Bytes,
    resource::{Fields, Form, LinkPage, Upload},
};
use serde_json::Value;

use crate::{
    args::{self, Pair},
    context::Context,
    exit::{Failure, Result},
    output::lines,
};

/// Call any operation of the API
///
/// Writes the response. `{domain}` in the path stands for the domain. Fields go into the query of a GET
/// or DELETE, and else into a form.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun api GET /v3/{domain}/tags
  mailgun api GET /v3/{domain}/bounces --paginate -f limit=1000
  mailgun api POST /v3/lists -f address=news@mg.example.com -f name=News
  mailgun api POST /v1/analytics/metrics --json-body query.json")]
pub(crate) struct Api {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_enum, ignore_case = true, hide_possible_values = true)]
    method: Method,
    /// Path, such as /v3/{domain}/tags
    path: String,
    /// Field; may be repeated
    #[arg(short, long, value_name = "NAME=VALUE")]
    field: Vec<Pair>,
    /// File of a form; may be repeated
    #[arg(short = 'F', long, value_name = "NAME=FILE", conflicts_with = "json_body")]
    file: Vec<Pair>,
    /// File with a JSON body; `-` is standard input
    #[arg(long, value_name = "FILE")]
    json_body: Option<PathBuf>,
    /// Header of the request; may be repeated
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = args::header)]
    header: Vec<Pair>,
    /// Read all pages, and write their items as one list: by links, by skip or by page number
    #[arg(long, value_name = "STYLE", num_args = 0..=1, default_missing_value = "links", hide_possible_values = true, conflicts_with_all = ["header", "json_body", "file"])]
    paginate: Option<Paging>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    #[value(name = "GET")]
    Get,
    #[value(name = "POST")]
    Post,
    #[value(name = "PUT")]
    Put,
    #[value(name = "PATCH")]
    Patch,
    #[value(name = "DELETE")]
    Delete,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Paging {
    Links,
    Skip,
    Page,
}

impl Api {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let client = context.mailgun().await?.client().clone();
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        if !path.starts_with('/') {
            return Err(Failure::usage("the path must begin with `/`, such as /v4/domains"));
        }
        // Operations live as long as the program, and so does this one.
        let template: &'static str = Box::leak(path.to_owned().into_boxed_str());
        let operation = match self.method {
            Method::Get => Operation::get(template),
            Method::Post => Operation::post(template),
            Method::Put => Operation::put(template),
            Method::Patch => Operation::patch(template),
            Method::Delete => Operation::delete(template),
        };
        let domain = if path.contains("{domain}") { Some(context.domain()?) } else { None };
        let segments: Vec<_> = domain.iter().map(String::as_str).collect();
        let mut in_query = Fields::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            in_query.append(name.into_owned(), value.into_owned());
        }
        if let Some(paging) = self.paginate {
            if self.method != Method::Get {
                return Err(Failure::usage("--paginate is for GET"));
            }
            in_query.extend(fields(self.field));
            return all(&client, operation, &segments, in_query, paging, context).await;
        }
        if !self.file.is_empty() && matches!(self.method, Method::Get | Method::Delete) {
            return Err(Failure::usage("--file is for POST, PUT and PATCH"));
        }
        let call = client.call_bytes(operation, &segments).query(in_query);
        let call = self.header.iter().fold(call, |call, it| call.header(&it.name, &it.value));
        let call = match (&self.json_body, self.method) {
            (Some(path), _) => call.json(&context.json_file(path).await?).query(fields(self.field)),
            (None, Method::Get | Method::Delete) => call.query(fields(self.field)),
            (None, _) if self.file.is_empty() => call.form(fields(self.field)),
            (None, _) => multipart(call, self.field, self.file).await?,
        };
        let body = match self.method {
            Method::Get => Some(call.await?),
            Method::Delete => {
                context.confirm(&format!("DELETE {path}"))?;
                context.change(call).await?
            }
            _ => context.change(call).await?,
        };
        match body {
            Some(body) => write(&body, context),
            None => Ok(()),
        }
    }
}

fn fields(pairs: Vec<Pair>) -> Fields {
    let mut fields = Fields::new();
    for Pair { name, value } in pairs {
        fields.append(name, value);
    }
    fields
}

async fn multipart(call: Call<Bytes>, pairs: Vec<Pair>, files: Vec<Pair>) -> Result<Call<Bytes>> {
    let mut form = Form::new();
    form.fields(fields(pairs));
    for Pair { name, value } in files {
        form.file(name, Upload::from_path(Path::new(&value)).await?);
    }
    Ok(call.multipart(form))
}

async fn all(
    client: &Client,
    operation: Operation,
    segments: &[&str],
    query: Fields,
    paging: Paging,
    context: &Context,
) -> Result<()> {
    let call = client.call::<LinkPage<Value>>(operation, segments).query(query);
    let pager = match paging {
        Paging::Links => Pager::links(call),
        Paging::Skip => Pager::skip(call),
        Paging::Page => Pager::page_number(call),
    };
    context.out.json(&pager.collect().await?)
}

/// Writes JSON so that people can read it, and everything else without control characters.
fn write(body: &Bytes, context: &Context) -> Result<()> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => context.out.json(&value),
        Err(_) => match std::str::from_utf8(body) {
            Ok(text) => context.out.line(lines(text).trim_end()),
            Err(_) => context.out.raw(body),
        },
    }
}
