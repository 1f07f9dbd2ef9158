//! Parsing multipart forms (RFC 7578) in memory.
//!
//! The parser accepts forms as browsers, Go, Python and proxies write them, which is not always as the
//! RFCs say. It keeps every part, whatever its headers look like.

use std::collections::HashMap;

use mailgun_core::bytes::Bytes;
use memchr::{memchr, memmem};
use percent_encoding::percent_decode_str;

use super::{Limit, ReceiveError};

/// The maximum size of the headers of a part. Usually there are about a hundred.
const HEADER_BYTES: usize = 64 << 10;

/// A part of a form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Empty if the part has no name.
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: Bytes,
}

/// The parts of a form, in order. The last item is an error if the closing delimiter is missing.
pub(super) struct Parts {
    form: Bytes,
    finder: memmem::Finder<'static>,
    /// Where the next part begins; `None` after the closing delimiter or an error.
    next: Option<usize>,
    /// Whether lines end with a line feed only, as the first delimiter does.
    is_lf_only: bool,
}

impl Parts {
    pub(super) fn new(content_type: &str, form: Bytes) -> Result<Self, ReceiveError> {
        let boundary = parameters(content_type).remove("boundary").unwrap_or_default();
        if boundary.is_empty() {
            return Err(ReceiveError::Malformed("the multipart form has no boundary"));
        }
        let finder = memmem::Finder::new(&format!("--{boundary}")).into_owned();
        let mut parts = Self { form, finder, next: None, is_lf_only: false };
        // A preamble before the first delimiter is ignored.
        let first = parts
            .delimiter(0)
            .ok_or(ReceiveError::Malformed("the multipart form has no delimiter"))?;
        parts.is_lf_only = !parts.form[..first.end].ends_with(b"\r\n");
        parts.next = first.next();
        Ok(parts)
    }

    /// Finds the first delimiter from the start of this line on.
    fn delimiter(&self, line: usize) -> Option<Delimiter> {
        let form = &self.form[..];
        for at in self.finder.find_iter(&form[line..]).map(|at| line + at) {
            if at > line && form[at - 1] != b'\n' {
                continue;
            }
            let rest = &form[at + self.finder.needle().len()..];
            let (rest, is_closing) = match rest.strip_prefix(b"--") {
                Some(rest) => (rest, true),
                None => (rest, false),
            };
            let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let rest = &rest[padding..];
            let rest = match (rest.strip_prefix(b"\r\n"), rest.strip_prefix(b"\n")) {
                (Some(rest), _) | (None, Some(rest)) => rest,
                (None, None) if is_closing && rest.is_empty() => rest,
                // The line goes on, so it is content.
                (None, None) => continue,
            };
            // The line end before a delimiter belongs to the delimiter.
            let mut content = &form[line..at];
            content = content.strip_suffix(b"\n").unwrap_or(content);
            if !self.is_lf_only {
                content = content.strip_suffix(b"\r").unwrap_or(content);
            }
            let start = line + content.len();
            return Some(Delimiter { start, end: form.len() - rest.len(), is_closing });
        }
        None
    }

    fn part(&self, start: usize, end: usize) -> Result<Part, ReceiveError> {
        let (head, body) = split(&self.form[start..end]);
        if head > HEADER_BYTES {
            return Err(ReceiveError::TooLarge(Limit::PartBytes));
        }
        let head = String::from_utf8_lossy(&self.form[start..start + head]);
        let headers = headers(&head);
        let header = |name: &str| {
            headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, it)| it)
        };
        let disposition = header("Content-Disposition").map(|value| parameters(value));
        let parameter = |name| disposition.as_ref().and_then(|all| parameter(all, name));
        Ok(Part {
            name: parameter("name").unwrap_or_default(),
            filename: parameter("filename"),
            content_type: header("Content-Type").filter(|it| !it.is_empty()).cloned(),
            body: self.form.slice(start + body..end),
        })
    }
}

impl Iterator for Parts {
    type Item = Result<Part, ReceiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let Some(delimiter) = self.delimiter(start) else {
            return Some(Err(ReceiveError::Malformed(
                "the multipart form has no closing delimiter",
            )));
        };
        self.next = delimiter.next();
        Some(self.part(start, delimiter.start))
    }
}

/// A delimiter line, with the line end before it.
struct Delimiter {
    start: usize,
    end: usize,
    is_closing: bool,
}

impl Delimiter {
    /// Where the next part begins; `None` after the closing delimiter.
    fn next(&self) -> Option<usize> {
        (!self.is_closing).then_some(self.end)
    }
}

/// Returns where the headers of a part end, and where its body begins: at the first empty line.
fn split(part: &[u8]) -> (usize, usize) {
    let mut at = 0;
    while let Some(length) = memchr(b'\n', &part[at..]) {
        if matches!(&part[at..at + length], b"" | b"\r") {
            return (at, at + length + 1);
        }
        at += length + 1;
    }
    (part.len(), part.len())
}

/// Parses the headers of a part into trimmed and unfolded names and values.
fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", "\t");
    let pairs = unfolded.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Parses the parameters of a header, by their names in lower case. If a name occurs twice, the first
/// counts.
fn parameters(value: &str) -> HashMap<String, String> {
    let mut parameters = HashMap::new();
    let mut rest = value;
    while let Some(at) = rest.find([';', '=']) {
        let (name, value) = (rest[..at].trim().to_ascii_lowercase(), &rest[at + 1..]);
        if rest[at..].starts_with(';') {
            rest = value;
            continue;
        }
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted_string(quoted),
            None => {
                let (value, after) = value.split_at(value.find(';').unwrap_or(value.len()));
                (value.trim_end().to_owned(), after)
            }
        };
        parameters.entry(name).or_insert(value);
        rest = after;
    }
    parameters
}

/// Splits a quoted string, after its opening quote, into its value and the rest.
///
/// In `"a\"`, the backslash escapes the quote for Go and Python. For browsers, which write a quote as
/// `%22`, it is an ordinary character. It is taken for an escape if the string then ends where a
/// parameter may end.
fn quoted_string(text: &str) -> (String, &str) {
    escaped_string(text).unwrap_or_else(|| literal_string(text))
}

fn escaped_string(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, end_of_parameter(&text[at + 1..])?)),
            // The backslashes of a Windows path escape nothing.
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push(char),
            },
            _ => value.push(char),
        }
    }
    None
}

fn literal_string(text: &str) -> (String, &str) {
    let mut quotes = text.match_indices('"').map(|(at, _)| text.split_at(at));
    let end = quotes.find_map(|(value, rest)| Some((value, end_of_parameter(&rest[1..])?)));
    let (value, rest) = end.unwrap_or((text.trim_end(), ""));
    (value.to_owned(), rest)
}

/// The rest of a header, if a parameter may end here.
fn end_of_parameter(text: &str) -> Option<&str> {
    let rest = text.trim_start();
    (rest.is_empty() || rest.starts_with(';')).then_some(rest)
}

/// Decodes a parameter: from `name*` (RFC 8187), from `name*0` and so on (RFC 2231), or as browsers
/// write it.
fn parameter(parameters: &HashMap<String, String>, name: &str) -> Option<String> {
    if let Some(value) = parameters.get(&format!("{name}*")) {
        let (charset, text) = extended(value);
        return Some(decoded(charset, percent_decode_str(text).collect()));
    }
    if let Some(value) = sections(parameters, name) {
        return Some(value);
    }
    // https://html.spec.whatwg.org/#multipart-form-data
    let plain = parameters.get(name)?;
    Some(plain.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
}

/// Joins a parameter from its sections. A section is percent-encoded if its name ends with `*`.
fn sections(parameters: &HashMap<String, String>, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut charset = "";
    for number in 0.. {
        if let Some(plain) = parameters.get(&format!("{name}*{number}")) {
            bytes.extend_from_slice(plain.as_bytes());
        } else if let Some(mut text) = parameters.get(&format!("{name}*{number}*")).map(|it| &**it)
        {
            if number == 0 {
                (charset, text) = extended(text);
            }
            bytes.extend(percent_decode_str(text));
        } else if number == 0 {
            return None;
        } else {
            break;
        }
    }
    Some(decoded(charset, bytes))
}

/// Splits `utf-8'en'text` into charset and text.
fn extended(value: &str) -> (&str, &str) {
    let mut pieces = value.splitn(3, '\'');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(charset), Some(_), Some(text)) => (charset, text),
        _ => ("", value),
    }
}

/// RFC 8187 requires UTF-8, but some programs write Latin-1.
fn decoded(charset: &str, bytes: Vec<u8>) -> String {
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        bytes.into_iter().map(char::from).collect()
    } else {
        super::form::text(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, form: impl Into<Bytes>) -> Result<Vec<Part>, ReceiveError> {
        Parts::new(content_type, form.into())?.collect()
    }

    fn parts(form: &str) -> Vec<Part> {
        read("multipart/form-data; boundary=x", form.to_owned()).unwrap()
    }

    /// Name and filename by a `Content-Disposition` header.
    fn names(disposition: &str) -> (String, Option<String>) {
        let form = format!("--x\r\nContent-Disposition: {disposition}\r\n\r\n\r\n--x--\r\n");
        let part = parts(&form).remove(0);
        (part.name, part.filename)
    }

    #[test]
    fn names_are_read_as_browsers_go_and_python_write_them() {
        for (disposition, name, filename) in [
            (r#"form-data; name="a"; filename="b.txt""#, "a", Some("b.txt")),
            (r#"form-data; filename="b.txt"; name="a""#, "a", Some("b.txt")),
            (r"form-data;name=a;filename=b.txt", "a", Some("b.txt")),
            (r#"FORM-DATA; NAME="a"; FileName="b.txt""#, "a", Some("b.txt")),
            (r#"form-data ; name = "a" ; filename = "b.txt" "#, "a", Some("b.txt")),
            (r#"name="a"; filename="b.txt""#, "a", Some("b.txt")),
            (r"form-data; name=a; filename=my file.txt; size=7", "a", Some("my file.txt")),
            (r#"form-data; name="a"; filename="""#, "a", Some("")),
            (r"form-data; name=a; filename=", "a", Some("")),
            (r#"form-data; name="a"; name="b""#, "a", None),
            // Names of headers, which come from the sender of a mail.
            (r#"form-data; name="a;filename=b""#, "a;filename=b", None),
            (r#"form-data; name=";filename=b""#, ";filename=b", None),
            (r#"form-data; name="a; filename=\"b\"""#, r#"a; filename="b""#, None),
            (r#"form-data; name="a%22; filename=%22b""#, r#"a"; filename="b"#, None),
            (r#"form-data; name="a\\\"; filename=\"b""#, r#"a\"; filename="b"#, None),
            (r#"form-data; name="filename=b""#, "filename=b", None),
            (r#"form-data; name="a%0D%0Ab""#, "a\r\nb", None),
            (r#"form-data; name="a\""#, r"a\", None),
            (r#"form-data; name="a\"; filename="b.txt""#, r"a\", Some("b.txt")),
            // Quotes and backslashes.
            (r#"form-data; name="a"; filename="b\""#, "a", Some(r"b\")),
            (r#"form-data; name="a"; filename="b\\""#, "a", Some(r"b\")),
            (r#"form-data; name="a"; filename="C:\new\b.txt""#, "a", Some(r"C:\new\b.txt")),
            (r#"form-data; name="a"; filename="C:\new\""#, "a", Some(r"C:\new\")),
            (r#"form-data; name="a"; filename="\"b\".txt""#, "a", Some(r#""b".txt"#)),
            (r#"form-data; name="a"; filename="%22b%22 100%.txt""#, "a", Some(r#""b" 100%.txt"#)),
            (r#"form-data; name="a"; filename="b"c".txt""#, "a", Some(r#"b"c".txt"#)),
            (r#"form-data; name="a"; filename="b; c=d.txt""#, "a", Some("b; c=d.txt")),
            (r#"form-data; name="a"; filename="b.txt"#, "a", Some("b.txt")),
            (r#"form-data; name="a"; filename="Zoë.txt""#, "a", Some("Zoë.txt")),
            // RFC 8187.
            ("form-data; name=a; filename*=UTF-8''%e2%82%ac%3b%22.txt", "a", Some("€;\".txt")),
            (r#"form-data; name="a"; filename="_"; filename*=utf-8'de'%C3%A4"#, "a", Some("ä")),
            (r#"form-data; name="a"; filename*=utf-8''%C3%A4; filename="_""#, "a", Some("ä")),
            (r#"form-data; name="a"; filename="b\"; filename*=utf-8''c%5C"#, "a", Some(r"c\")),
            (r#"form-data; name="a"; filename*="UTF-8''%C3%A4.txt""#, "a", Some("ä.txt")),
            ("form-data; name=a; filename*=iso-8859-1''%E4%2b", "a", Some("ä+")),
            ("form-data; name=a; filename*=utf-8''%FF%", "a", Some("\u{fffd}%")),
            ("form-data; name=a; filename*=b%20c.txt", "a", Some("b c.txt")),
            ("form-data; name*=utf-8''%C3%A4", "ä", None),
            // RFC 2231.
            (r#"form-data; name=a; filename*0="b "; filename*1="c.txt""#, "a", Some("b c.txt")),
            (
                "form-data; name=a; filename*1=%41; filename*2*=%C3%A4; filename*0*=utf-8''%C3%A4",
                "a",
                Some("ä%41ä"),
            ),
            // Without a name.
            ("", "", None),
            ("form-data", "", None),
            (";;=;=\";\"==;'", "", None),
            ("form-data; filename=b", "", Some("b")),
        ] {
            let expected = (name.to_owned(), filename.map(str::to_owned));
            assert_eq!(names(disposition), expected, "{disposition}");
        }
    }

    #[test]
    fn headers_are_read_in_any_case_and_folded() {
        for head in [
            "Content-Disposition: form-data; name=\"a\"; filename=\"b\"\r\nContent-Type: text/x; y=z",
            "content-type:text/x; y=z\r\nCONTENT-DISPOSITION:form-data;name=a;filename=b",
            "Content-Disposition: form-data;\r\n name=\"a\";\r\n\tfilename=\"b\"\r\n\
             Content-Type:\r\n text/x; y=z",
            "Content-Disposition : form-data; name=a; filename=b\r\nContent-Type\t:  text/x; y=z ",
            "X-Other: Content-Type: no\r\nno header\r\n: \r\nContent-Type: text/x; y=z\r\n\
             Content-Disposition: form-data; name=a; filename=b\r\nContent-Type: text/other",
        ] {
            let form = format!("--x\r\n{head}\r\n\r\nbody\r\n--x--\r\n");
            for form in [form.clone(), form.replace("\r\n", "\n")] {
                let part = Part {
                    name: "a".to_owned(),
                    filename: Some("b".to_owned()),
                    content_type: Some("text/x; y=z".to_owned()),
                    body: "body".into(),
                };
                assert_eq!(parts(&form), [part], "{form}");
            }
        }
        let bytes = b"--x\r\nContent-Disposition: form-data; name=\"\xe9\"\r\n\r\n\xff\r\n--x--";
        let part = read("multipart/form-data; boundary=x", &bytes[..]).unwrap().remove(0);
        assert_eq!((&*part.name, &part.body[..]), ("\u{fffd}", &b"\xff"[..]));
    }

    #[test]
    fn every_part_is_kept_and_every_byte_of_it() {
        let bodies = |form: &str| -> Vec<String> {
            let parts = parts(form).into_iter();
            parts.map(|part| String::from_utf8(part.body.to_vec()).unwrap()).collect()
        };
        for (form, expected) in [
            ("--x\r\nA: b\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--\r\n", &["one", "two"][..]),
            ("--x\nA: b\n\none\n--x\n\ntwo\n--x--\n", &["one", "two"]),
            // A preamble, padding, an epilogue, no line end after it all.
            ("hi --x\r\n--xy\r\n--x \t\r\n\r\none\r\n--x-- \r\n--x\r\n\r\n", &["one"]),
            ("--x\r\n\r\none\r\n--x--", &["one"]),
            ("\r\n--x\r\n\r\none\r\n--x--", &["one"]),
            // Empty ones.
            ("--x\r\nA: b\r\n\r\n\r\n--x--", &[""]),
            ("--x\r\nA: b\r\n\r\n--x--", &[""]),
            ("--x\r\nA: b\r\n--x--", &[""]),
            ("--x\r\n\r\n--x\r\n--x--", &["", ""]),
            ("--x--\r\n", &[]),
            // What looks like a delimiter.
            (
                "--x\r\n\r\na --x\r\n --x\r\n--xy\r\n--x-\r\n--x--y\r\n--\r\n--x--",
                &["a --x\r\n --x\r\n--xy\r\n--x-\r\n--x--y\r\n--"],
            ),
            // Line ends of the content.
            ("--x\r\n\r\n\r\n\na\r\r\n\r\n--x--", &["\r\n\na\r\r\n"]),
            ("--x\n\n\n\na\r\n--x--", &["\n\na\r"]),
            ("--x\r\n\r\na\n--x\r\n\r\nb\r\n--x--", &["a", "b"]),
        ] {
            assert_eq!(bodies(form), expected, "{form:?}");
        }
        let binary: Vec<u8> = (0..=255).collect();
        let form = [b"--x\r\n\r\n", &binary[..], b"\r\n--x--"].concat();
        assert_eq!(read("a; boundary=x", form).unwrap()[0].body, binary);
    }

    #[test]
    fn a_truncated_form_is_an_error() {
        let form =
            "--x\r\nContent-Disposition: form-data; name=a\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--";
        for end in 0..form.len() {
            let error = read("a; boundary=x", form[..end].to_owned()).unwrap_err();
            assert!(matches!(error, ReceiveError::Malformed(_)), "{end}: {error}");
        }
        assert_eq!(parts(form).len(), 2);
    }

    #[test]
    fn boundaries_are_read_as_parameters() {
        for (parameter, boundary) in [
            ("boundary=x", "x"),
            ("boundary=\"x\"", "x"),
            ("charset=utf-8; BOUNDARY = x ; y=z", "x"),
            ("boundary=\"a b:c/d=e;f\"", "a b:c/d=e;f"),
            ("boundary=----WebKitFormBoundary7MA4YWxk", "----WebKitFormBoundary7MA4YWxk"),
            ("boundary=a=b'(c)+_,-./:?", "a=b'(c)+_,-./:?"),
            ("boundary=--", "--"),
        ] {
            let content_type = format!("multipart/form-data; {parameter}");
            let form = format!("--{boundary}\r\n\r\none\r\n--{boundary}--\r\n");
            assert_eq!(read(&content_type, form).unwrap()[0].body, "one", "{parameter}");
        }
        for parameter in ["", "boundary", "boundary=", "boundary=\"\"", "x=\"boundary=y\""] {
            let error =
                read(&format!("multipart/form-data; {parameter}"), "--\r\n\r\n--").unwrap_err();
            assert!(matches!(error, ReceiveError::Malformed(_)), "{parameter}: {error}");
        }
    }

    #[test]
    fn headers_over_the_limit_are_an_error() {
        let head = ";filename*0=;\"\\".repeat(HEADER_BYTES / 10);
        for (end, is_cut) in [(HEADER_BYTES / 2, false), (head.len(), true)] {
            let form = format!("--x\r\nContent-Disposition: {}\r\n\r\n\r\n--x--", &head[..end]);
            let result = read("a; boundary=x", form);
            assert_eq!(matches!(result, Err(ReceiveError::TooLarge(Limit::PartBytes))), is_cut);
        }
    }
}
