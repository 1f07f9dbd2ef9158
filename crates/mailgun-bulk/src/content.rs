//! The content and the settings of a campaign as bytes, so that any process can send it.

use bytes::{Bytes, BytesMut};
use mailgun_core::{BoxError, Error, Fields, Upload, mime::Mime};
use mailgun_messages::__private::Content;
use serde::{Deserialize, Serialize};

use crate::pace::Pace;

/// The version of the format below.
const VERSION: u32 = 1;

/// What a worker needs besides the content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) isolates_refused: bool,
    pub(crate) pace: Pace,
}

/// The first part of the bytes, as JSON. The values of the fields and the files follow, in order.
#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    settings: Settings,
    fields: Vec<(String, usize)>,
    files: Vec<File>,
}

#[derive(Serialize, Deserialize)]
struct File {
    is_inline: bool,
    filename: String,
    content_type: String,
    length: usize,
}

/// Writes content and settings as bytes.
pub(crate) async fn freeze(content: Content, settings: Settings) -> Result<Bytes, Error> {
    let (fields, uploads) = content.into_parts();
    let mut body = BytesMut::new();
    let mut head = Head { version: VERSION, settings, fields: Vec::new(), files: Vec::new() };
    for (name, value) in fields.iter() {
        head.fields.push((name.to_owned(), value.len()));
        body.extend_from_slice(value);
    }
    for (field, upload) in uploads {
        let filename = upload.filename().to_owned();
        let content_type = upload.content_type().to_string();
        let bytes = upload.read(u64::MAX).await?;
        let length = bytes.len();
        head.files.push(File { is_inline: field == "inline", filename, content_type, length });
        body.extend_from_slice(&bytes);
    }
    let head = serde_json::to_vec(&head)
        .map_err(|error| Error::invalid("content", "cannot be stored").with_source(error))?;
    let mut frozen = BytesMut::with_capacity(8 + head.len() + body.len());
    frozen.extend_from_slice(&(head.len() as u64).to_be_bytes());
    frozen.extend_from_slice(&head);
    frozen.extend_from_slice(&body);
    Ok(frozen.freeze())
}

/// The content of a campaign that was stored.
pub(crate) struct Thawed {
    fields: Fields,
    files: Vec<(&'static str, String, Mime, Bytes)>,
}

impl Thawed {
    /// A copy, which shares the bytes.
    pub(crate) fn content(&self) -> Content {
        let files = self.files.iter().map(|(field, name, content_type, bytes)| {
            let file = Upload::from_bytes(name, bytes.clone());
            (*field, file.with_content_type(content_type.clone()))
        });
        Content::from_parts(self.fields.clone(), files.collect())
    }
}

/// Reads what [`freeze`] wrote.
pub(crate) fn thaw(mut frozen: Bytes) -> Result<(Thawed, Settings), BoxError> {
    let length = take(&mut frozen, 8)?;
    let length = <[u8; 8]>::try_from(&*length).map_or(0, u64::from_be_bytes);
    let head = take(&mut frozen, usize::try_from(length)?)?;
    let version = serde_json::from_slice::<Version>(&head)?.version;
    if version != VERSION {
        return Err(format!("the campaign has the format {version}, not {VERSION}").into());
    }
    let head: Head = serde_json::from_slice(&head)?;
    let mut thawed = Thawed { fields: Fields::new(), files: Vec::new() };
    for (name, length) in head.fields {
        thawed.fields.append(name, take(&mut frozen, length)?);
    }
    for File { is_inline, filename, content_type, length } in head.files {
        let field = if is_inline { "inline" } else { "attachment" };
        let bytes = take(&mut frozen, length)?;
        thawed.files.push((field, filename, content_type.parse()?, bytes));
    }
    Ok((thawed, head.settings))
}

/// The part of the head that all versions have.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, BoxError> {
    if length > bytes.len() {
        return Err("the content of the campaign is cut off".into());
    }
    Ok(bytes.split_to(length))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Per;

    fn content() -> Content {
        let mut content = Content::default();
        content.fields.append("subject", "Grüße").append("o:tag", "a").append("o:tag", "b");
        content.fields.append("v:raw", Bytes::from_static(b"\xff\x00"));
        content.file("attachment", Upload::from_bytes("a.pdf", &b"%PDF\x00"[..]));
        content.inline("logo".to_owned(), Upload::from_bytes("logo.png", &b"\x89PNG"[..]));
        content
    }

    fn settings() -> Settings {
        let pace = Pace {
            quotas: vec![(Per::Hour, 100)],
            spread_over: Some(Duration::from_secs(90)),
            warm_up: vec![(1, 50)],
        };
        Settings { isolates_refused: true, pace }
    }

    #[tokio::test]
    async fn frozen_content_thaws_byte_for_byte() {
        let frozen = freeze(content(), settings()).await.unwrap();
        let (thawed, read) = thaw(frozen.clone()).unwrap();
        assert_eq!(read, settings());
        let (fields, files) = thawed.content().into_parts();
        let (expected, expected_files) = content().into_parts();
        assert!(fields.iter().eq(expected.iter()));
        assert_eq!(files.len(), 2);
        for ((field, file), (expected_field, expected)) in files.into_iter().zip(expected_files) {
            assert_eq!(field, expected_field);
            assert_eq!(file.filename(), expected.filename());
            assert_eq!(file.content_type(), expected.content_type());
            assert_eq!(file.read(100).await.unwrap(), expected.read(100).await.unwrap());
        }
        assert_eq!(freeze(content(), settings()).await.unwrap(), frozen, "it is reproducible");
    }

    #[tokio::test]
    async fn content_that_is_cut_off_or_of_another_version_is_an_error() {
        let frozen = freeze(content(), settings()).await.unwrap();
        for length in 0..frozen.len() {
            assert!(thaw(frozen.slice(..length)).is_err(), "{length}");
        }
        let head = br#"{"version":2}"#;
        let newer = [&(head.len() as u64).to_be_bytes(), &head[..]].concat();
        let error = thaw(newer.into()).err().unwrap().to_string();
        assert_eq!(error, "the campaign has the format 2, not 1");
    }
}
