//! Requests that `--dry-run` shows instead of sending them.

use futures_util::TryStreamExt as _;
use http_body_util::BodyExt as _;
use mailgun::{
    Body,
    http::{Request, header},
};
use multer::Multipart;
use serde_json::{Value, json};

use crate::{
    exit::{Failure, Result},
    output::{Output, clean, json_text, lines},
};

/// Writes what the request would send.
pub(crate) async fn show(request: Request<Body>, out: Output) -> Result<()> {
    let request = described(request).await?;
    if out.is_json {
        return out.json(&request);
    }
    out.line(format!("{} {}", json_text(&request["method"]), clean(&json_text(&request["url"]))))?;
    if !request["json"].is_null() {
        out.json(&request["json"])?;
    }
    for field in request["fields"].as_array().into_iter().flatten() {
        let name = clean(&json_text(&field["name"]));
        match field["filename"].as_str() {
            Some(filename) => out.line(format!(
                "{name}: {} ({}, {} bytes)",
                clean(filename),
                clean(&json_text(&field["content_type"])),
                field["bytes"]
            ))?,
            None => {
                let value = lines(&json_text(&field["value"]));
                out.line(format!("{name}: {}", value.trim_end().replace('\n', "\n    ")))?;
            }
        }
    }
    out.note("Dry run: nothing was sent.");
    Ok(())
}

async fn described(request: Request<Body>) -> Result<Value> {
    let (parts, body) = request.into_parts();
    let mut described = json!({
        "dry_run": true,
        "method": parts.method.as_str(),
        "url": parts.uri.to_string(),
    });
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    if let Ok(boundary) = multer::parse_boundary(content_type) {
        described["fields"] = multipart(body, boundary).await.map_err(unreadable)?;
        return Ok(described);
    }
    let bytes = body.collect().await?.to_bytes();
    if content_type == "application/json" {
        described["json"] = serde_json::from_slice(&bytes).map_err(unreadable)?;
    } else if !bytes.is_empty() {
        let fields = form_urlencoded::parse(&bytes);
        let fields = fields.map(|(name, value)| json!({ "name": name, "value": value }));
        described["fields"] = fields.collect();
    }
    Ok(described)
}

async fn multipart(body: Body, boundary: String) -> Result<Value, multer::Error> {
    let mut parts = Multipart::new(body.into_data_stream(), boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(ToString::to_string);
        fields.push(match file {
            Some(filename) => {
                let size = part.try_fold(0, |size, chunk| async move { Ok(size + chunk.len()) });
                let bytes = size.await?;
                json!({ "name": name, "filename": filename, "content_type": content_type, "bytes": bytes })
            }
            None => json!({ "name": name, "value": part.text().await? }),
        });
    }
    Ok(fields.into())
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::error(format!("the request cannot be shown: {error}"))
}
