//! Repairs invalid details in JSON that serde_json would reject.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The maximum depth. serde_json's own limit is 127.
const DEPTH: usize = 100;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Decodes JSON leniently, so that one invalid value does not make the rest unreadable.
///
/// * Bytes that are not UTF-8, and unpaired surrogates (`"\udce9"`), become U+FFFD.
/// * Control characters in strings are kept. Invalid escapes are kept as written.
/// * Numbers outside the range of `f64`, invalid numbers (`NaN`, `007`) and values nested more than
///   100 levels deep become `null`.
/// * A byte order mark is skipped.
///
/// # Errors
///
/// Returns an error if the text is otherwise not JSON, or does not have the type.
///
/// ```
/// use mailgun::resource::de;
///
/// let names: Vec<String> = de::from_slice(b"\xef\xbb\xbf[\"Andr\\udce9\", \"J\xe9r\xf4me\", \"Ann\"]")?;
/// assert_eq!(names, ["Andr\u{fffd}", "J\u{fffd}r\u{fffd}me", "Ann"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let read = match str::from_utf8(json) {
        // Checks the whole text at once, not each string in it.
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(json),
    };
    read.or_else(|error| match repaired(json) {
        Cow::Borrowed(_) => Err(error),
        Cow::Owned(json) => serde_json::from_slice(&json),
    })
}

/// Repairs JSON as described at [`from_slice`]. Borrowed if there is nothing to repair.
pub(crate) fn repaired(json: &[u8]) -> Cow<'_, [u8]> {
    let mut repair = Repair { json, copied: 0, out: Vec::new() };
    repair.run();
    if repair.copied == 0 {
        return Cow::Borrowed(json);
    }
    let Repair { copied, mut out, .. } = repair;
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

struct Repair<'a> {
    json: &'a [u8],
    /// How many bytes of `json` have been copied to `out`.
    copied: usize,
    out: Vec<u8>,
}

impl Repair<'_> {
    fn run(&mut self) {
        let json = self.json;
        let mut at = 0;
        if json.starts_with(BYTE_ORDER_MARK) {
            at = BYTE_ORDER_MARK.len();
            self.replace(0, at, b"");
        }
        let mut depth = 0_usize;
        // The start of a value that is nested too deep.
        let mut too_deep = None;
        while let Some(byte) = json.get(at) {
            let end = match byte {
                b'"' => end_of_text(json, at),
                b'{' | b'[' | b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => at + 1,
                _ => end_of_word(json, at),
            };
            match byte {
                b'{' | b'[' => {
                    depth += 1;
                    if depth > DEPTH {
                        too_deep.get_or_insert(at);
                    }
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == DEPTH
                        && let Some(start) = too_deep.take()
                    {
                        self.replace(start, end, b"null");
                    }
                }
                _ if too_deep.is_some() => {}
                b'"' => self.text(at + 1, end),
                b'N' | b'I' | b'-' | b'+' | b'.' | b'0'..=b'9' if depth > 0 => {
                    self.number(at, end);
                }
                _ => {}
            }
            at = end;
        }
    }

    /// Replaces the bytes from `start` to `end` with `by`.
    fn replace(&mut self, start: usize, end: usize, by: &[u8]) {
        self.out.extend_from_slice(&self.json[self.copied..start]);
        self.out.extend_from_slice(by);
        self.copied = end;
    }

    fn number(&mut self, start: usize, end: usize) {
        let word = &self.json[start..end];
        let digits = word.strip_prefix(b"-").or(word.strip_prefix(b"+")).unwrap_or(word);
        let is_number = matches!(digits, b"NaN" | b"Infinity")
            || digits
                .iter()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        if is_number && serde_json::from_slice::<Value>(word).is_err() {
            self.replace(start, end, b"null");
        }
    }

    fn text(&mut self, start: usize, end: usize) {
        let json = self.json;
        let mut at = start;
        while at < end {
            match json[at] {
                b'\\' => at = self.escape(at, end),
                control @ 0..0x20 => {
                    self.replace(at, at + 1, format!("\\u{control:04x}").as_bytes());
                    at += 1;
                }
                0..0x80 => at += 1,
                _ => {
                    let run = json[at..end].iter().take_while(|byte| !byte.is_ascii()).count();
                    for chunk in json[at..at + run].utf8_chunks() {
                        at += chunk.valid().len();
                        let invalid = chunk.invalid().len();
                        if invalid > 0 {
                            self.replace(at, at + invalid, REPLACEMENT);
                        }
                        at += invalid;
                    }
                }
            }
        }
    }

    /// Returns the end of the escape at `at`.
    fn escape(&mut self, at: usize, end: usize) -> usize {
        let json = &self.json[..end];
        if matches!(
            json.get(at + 1),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') | None
        ) {
            return at + 2;
        }
        match code_unit(json, at) {
            Some(0xd800..=0xdbff) if matches!(code_unit(json, at + 6), Some(0xdc00..=0xdfff)) => {
                at + 12
            }
            Some(0xd800..=0xdfff) => {
                self.replace(at, at + 6, REPLACEMENT);
                at + 6
            }
            Some(_) => at + 6,
            None => {
                self.replace(at, at + 1, br"\\");
                at + 1
            }
        }
    }
}

/// The UTF-16 code unit of the escape at `at`: `\u` and four digits.
fn code_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(br"\u")?;
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// The position after the closing quote of the string at `at`.
fn end_of_text(json: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

fn end_of_word(json: &[u8], at: usize) -> usize {
    let is_end = |byte: &u8| {
        matches!(
            byte,
            b'"' | b'{' | b'[' | b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n'
        )
    };
    json[at..].iter().position(is_end).map_or(json.len(), |length| at + length)
}
