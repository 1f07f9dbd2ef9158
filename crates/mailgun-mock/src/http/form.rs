//! Form bodies, read as Mailgun reads them.

use std::fmt;

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http_body_util::{BodyDataStream, Full};
use multer::{Field, Multipart};

use crate::sent::SentFile;

/// The fields and files of a form, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<(String, SentFile)>,
}

impl Form {
    pub(crate) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Self, String> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let fields = form_urlencoded::parse(&body).into_owned().collect();
            Ok(Self { fields, files: Vec::new() })
        } else if essence.eq_ignore_ascii_case("multipart/form-data") {
            let malformed = |error: &dyn fmt::Display| format!("malformed multipart: {error}");
            let boundary = multer::parse_boundary(content_type).map_err(|e| malformed(&e))?;
            Self::read_multipart(body, boundary).await.map_err(|e| malformed(&e))
        } else {
            Ok(Self::default())
        }
    }

    async fn read_multipart(body: Bytes, boundary: String) -> multer::Result<Self> {
        let mut form = Self::default();
        let mut parts = Multipart::new(BodyDataStream::new(Full::new(body)), boundary);
        while let Some(part) = parts.next_field().await? {
            let Some(name) = part.name().map(str::to_owned) else {
                continue;
            };
            let filename = part.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
            let dropped =
                has_extended_filename(&part) || (filename.is_none() && is_file_field(&name));
            let content_type = part.headers().get(header::CONTENT_TYPE);
            let content_type = content_type
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_else(|| "application/octet-stream".to_owned());
            let bytes = part.bytes().await?;
            match filename {
                _ if dropped => {}
                Some(filename) => {
                    form.files.push((name, SentFile { filename, content_type, bytes }));
                }
                None => form.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(form)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn files(&self, name: &str) -> Vec<SentFile> {
        let named = self.files.iter().filter(|(key, _)| key == name);
        named.map(|(_, file)| file.clone()).collect()
    }
}

fn is_file_field(name: &str) -> bool {
    matches!(name, "attachment" | "inline")
}

fn has_extended_filename(part: &Field<'_>) -> bool {
    let disposition = part.headers().get(header::CONTENT_DISPOSITION);
    disposition.is_some_and(|value| {
        // Outside quotes only: a file may well be called `filename*=`.
        let outside = value.as_bytes().split(|byte| *byte == b'"').step_by(2);
        outside
            .flat_map(<[u8]>::to_ascii_lowercase)
            .collect::<Vec<_>>()
            .windows(10)
            .any(|w| w == b"filename*=")
    })
}
