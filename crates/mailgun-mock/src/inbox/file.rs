//! The files of a mail: downloads, and images that the page shows.

use http::{
    StatusCode,
    header::{self, HeaderValue},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Query, messages};
use crate::{
    groups::Answer,
    http::response::{Refusal, Response},
    sent::SentFile,
    server::State,
};

/// What RFC 8187 lets stand unencoded, without the rare ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The longest name of a download, in characters.
const LONGEST_NAME: usize = 100;

/// A file to be saved. Its type is never that of a page, whatever the mail says.
pub(super) fn download(state: &State, key: &str, index: &str, query: &Query) -> Answer {
    let file = file(state, key, index, query)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let disposition = HeaderValue::try_from(disposition(&file.filename))
        .unwrap_or(HeaderValue::from_static("attachment"));
    Ok(Response::new(StatusCode::OK, kind, file.bytes)
        .with(header::CONTENT_DISPOSITION, disposition))
}

/// An image to be shown. SVG is not shown, because it can hold scripts.
pub(super) fn image(state: &State, key: &str, index: &str, query: &Query) -> Answer {
    let file = file(state, key, index, query)?;
    let kind = image_type(&file).ok_or_else(|| Refusal::not_found("Not an image to be shown"))?;
    Ok(Response::new(StatusCode::OK, HeaderValue::from_static(kind), file.bytes))
}

/// The type to show a file as, if it is an image that cannot hold scripts.
pub(super) fn image_type(file: &SentFile) -> Option<&'static str> {
    let kind = file.content_type.split(';').next().unwrap_or_default().trim();
    let known = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
    known.into_iter().find(|known| known.eq_ignore_ascii_case(kind))
}

fn file(state: &State, key: &str, index: &str, query: &Query) -> Result<SentFile, Refusal> {
    let seen = messages::rendered(state, key, query)?;
    let index: Option<usize> = index.parse().ok();
    let file = index.and_then(|index| seen.attachments.into_iter().chain(seen.inline).nth(index));
    file.ok_or_else(|| Refusal::not_found("File not found"))
}

fn disposition(name: &str) -> String {
    let name = safe_name(name);
    let ascii: String =
        name.chars().map(|c| if c.is_ascii() && c != '"' && c != '\\' { c } else { '_' }).collect();
    let encoded = utf8_percent_encode(&name, ENCODED);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

/// The last part of a path, without characters that hide what a file is or where it goes.
fn safe_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_shown = |c: &char| !c.is_control() && !is_invisible(*c) && !r#"<>:"|?*"#.contains(*c);
    let name: String = name.chars().filter(is_shown).take(LONGEST_NAME).collect();
    match name.trim_matches(['.', ' ']) {
        "" => "attachment".to_owned(),
        name => name.to_owned(),
    }
}

/// Marks that change the direction of text, so that `exe.jpg` can be `gpj.exe`, or that have no
/// width.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' |
        '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filename_cannot_leave_its_folder_or_lie_about_its_type() {
        for (name, safe) in [
            ("terms.pdf", "terms.pdf"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            (r"C:\windows\evil.exe", "evil.exe"),
            (".bashrc", "bashrc"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("a\r\nSet-Cookie: b", "aSet-Cookie b"),
            ("\"><img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
            ("größe.txt", "größe.txt"),
            ("..", "attachment"),
            ("", "attachment"),
        ] {
            assert_eq!(safe_name(name), safe);
        }
        assert_eq!(safe_name(&"x".repeat(5000)).len(), 100);
    }

    #[test]
    fn names_beyond_ascii_are_encoded_as_in_rfc_8187() {
        assert_eq!(
            disposition("größe 1.txt"),
            "attachment; filename=\"gr__e 1.txt\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%201.txt",
        );
    }
}
