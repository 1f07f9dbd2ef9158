//! Validations: of one address at once, of files by bulk jobs, and previews of bulk jobs.
//!
//! A job or a preview advances one step each time a client gets it by its id, so that tests are
//! deterministic. The mock itself serves the results of a job, as the CSV and JSON files that
//! Mailgun's storage packs into a ZIP archive.

mod list;
mod verdict;

use http::{HeaderValue, StatusCode};
use serde_json::json;

use self::{list::List, verdict::Verdict};
use super::{Answer, listing};
use crate::{
    account::Account,
    http::{
        request::Request,
        response::{Refusal, Response},
    },
};

const MAX_ADDRESS: usize = 512;
/// The maximum number of unfinished jobs, and of unfinished previews.
const MAX_UNDER_WAY: usize = 10;
const MAX_FILE: usize = 25 * 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Newest first, which is the order of their pivots.
    jobs: Vec<List>,
    /// Newest first.
    previews: Vec<List>,
}

pub(crate) fn route(
    account: &mut Account,
    request: &Request,
    method: &str,
    segments: &[&str],
) -> Option<Answer> {
    let ["v4", "address", rest @ ..] = segments else {
        return None;
    };
    match (method, rest) {
        ("GET" | "POST", ["validate"]) => Some(validate(request)),
        ("GET", ["parse"]) => Some(parse(request)),
        ("GET", ["validate", "bulk"]) => Some(list_jobs(account, request)),
        ("POST", ["validate", "bulk", id]) => Some(create_job(account, request, id)),
        ("GET", ["validate", "bulk", id]) => Some(job(account, id)),
        ("DELETE", ["validate", "bulk", id]) => Some(cancel(account, id)),
        ("GET", ["validate", "bulk", id, "results", format]) => Some(results(account, id, format)),
        ("GET", ["validate", "preview"]) => Some(list_previews(account)),
        ("POST", ["validate", "preview", id]) => Some(create_preview(account, request, id)),
        ("GET", ["validate", "preview", id]) => Some(preview(account, id)),
        ("DELETE", ["validate", "preview", id]) => Some(delete_preview(account, id)),
        ("PUT", ["validate", "preview", id]) => Some(promote(account, id)),
        _ => None,
    }
}

fn validate(request: &Request) -> Answer {
    let address = request.value("address").unwrap_or_default();
    if address.is_empty() {
        return Err(Refusal::bad_request("'address' parameter is required"));
    }
    if address.chars().count() > MAX_ADDRESS {
        return Err(Refusal::bad_request("'address' exceeds maximum length of 512"));
    }
    let may_ask = match request.parameter("provider_lookup") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(Refusal::bad_request("'provider_lookup' must be a boolean")),
    };
    Ok(Response::ok(&Verdict::new(address, may_ask).json()))
}

/// The response of the real service is not documented.
fn parse(request: &Request) -> Answer {
    let addresses = request.parameter("addresses").unwrap_or_default().split(',').map(str::trim);
    let (parsed, unparseable): (Vec<_>, Vec<_>) =
        addresses.partition(|address| crate::address::bare(address).is_some());
    Ok(Response::ok(&json!({ "parsed": parsed, "unparseable": unparseable })))
}

fn list_jobs(account: &Account, request: &Request) -> Answer {
    let jobs = &account.groups.validations.jobs;
    let (page, mut paging) =
        listing::by_pivot(&account.base_url, request, jobs, |job| &job.pivot, "pivot", 100)?;
    paging["prev"] = paging["previous"].take();
    if let Some(links) = paging.as_object_mut() {
        links.remove("previous");
    }
    let shown: Vec<_> = page.iter().map(|job| job.as_job(&account.base_url)).collect();
    Ok(Response::ok(&json!({ "jobs": shown, "paging": paging, "total": jobs.len() })))
}

fn create_job(account: &mut Account, request: &Request, id: &str) -> Answer {
    let list = read(account, request, id, |state| &state.jobs)?;
    account.groups.validations.jobs.insert(0, list);
    Ok(started(id, "The validation job was submitted."))
}

fn job(account: &mut Account, id: &str) -> Answer {
    let base_url = account.base_url.clone();
    let job = find(&mut account.groups.validations.jobs, id)?;
    let response = Response::ok(&job.as_job(&base_url));
    job.advance();
    Ok(response)
}

fn cancel(account: &mut Account, id: &str) -> Answer {
    find(&mut account.groups.validations.jobs, id)?.delete();
    Ok(Response::message(StatusCode::OK, "Validation job canceled."))
}

fn results(account: &mut Account, id: &str, format: &str) -> Answer {
    let job = find(&mut account.groups.validations.jobs, id)?;
    let verdicts = job.results().ok_or_else(not_found)?;
    match format {
        "csv" => {
            let mut csv = String::from(verdict::CSV_HEAD);
            csv.extend(verdicts.iter().map(Verdict::csv_row));
            Ok(Response::new(StatusCode::OK, HeaderValue::from_static("text/csv"), csv))
        }
        "json" => Ok(Response::ok(&verdicts.iter().map(Verdict::json).collect())),
        _ => Err(not_found()),
    }
}

fn list_previews(account: &Account) -> Answer {
    let previews = account.groups.validations.previews.iter();
    let previews: Vec<_> = previews.map(List::as_preview).collect();
    Ok(Response::ok(&json!({ "previews": previews })))
}

fn create_preview(account: &mut Account, request: &Request, id: &str) -> Answer {
    let list = read(account, request, id, |state| &state.previews)?;
    account.groups.validations.previews.insert(0, list);
    Ok(started(id, "The bulk preview was submitted."))
}

fn preview(account: &mut Account, id: &str) -> Answer {
    let preview = find(&mut account.groups.validations.previews, id)?;
    let response = Response::ok(&json!({ "preview": preview.as_preview() }));
    preview.advance();
    Ok(response)
}

fn delete_preview(account: &mut Account, id: &str) -> Answer {
    take_preview(account, id)?;
    Ok(Response::new(StatusCode::NO_CONTENT, HeaderValue::from_static("application/json"), ""))
}

fn promote(account: &mut Account, id: &str) -> Answer {
    check_new(&account.groups.validations.jobs, id)?;
    let preview = take_preview(account, id)?;
    let job = List::new(account, preview.id, preview.addresses);
    account.groups.validations.jobs.insert(0, job);
    Ok(Response::message(StatusCode::OK, "Validation preview promoted."))
}

/// Reads the list in a form, unless too many other lists are unfinished.
fn read(
    account: &mut Account,
    request: &Request,
    id: &str,
    others: fn(&State) -> &[List],
) -> Result<List, Refusal> {
    if id.contains('@') {
        return Err(Refusal::bad_request("list id must not contain '@'"));
    }
    check_new(others(&account.groups.validations), id)?;
    let Some(file) = request.form()?.files("file").pop() else {
        return Err(Refusal::bad_request("'file' parameter is required"));
    };
    if file.bytes.len() > MAX_FILE {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "file exceeds 25MB"));
    }
    let addresses = list::addresses(&file.bytes).ok_or_else(|| {
        Refusal::bad_request("file must have a column named 'email' or 'email_address'")
    })?;
    Ok(List::new(account, id.to_owned(), addresses))
}

fn check_new(others: &[List], id: &str) -> Result<(), Refusal> {
    if others.iter().any(|other| other.id == id) {
        return Err(Refusal::bad_request(format!("list id {id} is in use")));
    }
    if others.iter().filter(|other| other.is_under_way()).count() >= MAX_UNDER_WAY {
        return Err(Refusal::bad_request("too many validation jobs in progress"));
    }
    Ok(())
}

fn started(id: &str, message: &str) -> Response {
    Response::json(StatusCode::ACCEPTED, &json!({ "id": id, "message": message }))
}

fn find<'a>(lists: &'a mut [List], id: &str) -> Result<&'a mut List, Refusal> {
    lists.iter_mut().find(|list| list.id == id).ok_or_else(not_found)
}

fn take_preview(account: &mut Account, id: &str) -> Result<List, Refusal> {
    let previews = &mut account.groups.validations.previews;
    let index = previews.iter().position(|preview| preview.id == id).ok_or_else(not_found)?;
    Ok(previews.remove(index))
}

fn not_found() -> Refusal {
    Refusal::not_found("list not found")
}
