//! Removes addresses and credentials from text of the peer.
//!
//! Gateways and proxies echo requests: the path with its addresses, the headers with the API key.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;

const ADDRESS: &str = "[address]";
const SECRET: &str = "[secret]";

/// Returns the text on one line, with addresses, credentials and the key of `authorization`
/// redacted.
///
/// The whole word is replaced, because the characters around a secret may be part of it.
pub(super) fn redacted(text: &str, authorization: Option<&HeaderValue>) -> String {
    let mut text = text.to_owned();
    for secret in authorization.map(forms_of_key).unwrap_or_default() {
        text = text.replace(&secret, SECRET);
    }
    let mut shown: Vec<&str> = Vec::new();
    let mut hidden = Hidden::Nothing;
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        if hidden == (Hidden::Header { has_value: true }) && is_header_name(&lower) {
            hidden = Hidden::Nothing;
        }
        let is_scheme = ends_in_scheme(&lower);
        let mut is_secret = match hidden {
            Hidden::Nothing => false,
            Hidden::Token => !is_prose(&lower),
            Hidden::Header { .. } => true,
        };
        hidden = match hidden {
            Hidden::Header { .. } => Hidden::Header { has_value: !is_scheme },
            _ if is_scheme => Hidden::Token,
            _ => Hidden::Nothing,
        };
        let is_assigned = words.peek().is_some_and(|next| next.starts_with([':', '=', '|']));
        if let Some(value) = header_value(&lower, is_assigned) {
            is_secret |= !value.is_empty();
            hidden = Hidden::Header { has_value: !value.is_empty() && !is_scheme };
        }
        let word = if is_secret || contains_secret(word, &lower) {
            SECRET
        } else if contains_address(&lower) {
            ADDRESS
        } else {
            word
        };
        if word != SECRET || shown.last() != Some(&SECRET) {
            shown.push(word);
        }
    }
    shown.join(" ")
}

/// Which of the next words are redacted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Nothing,
    /// The word after an authentication scheme.
    Token,
    /// At least one word, and all words up to the next header name.
    Header {
        has_value: bool,
    },
}

/// The key in plain text and in base64. Keys under 8 characters would match ordinary words.
fn forms_of_key(authorization: &HeaderValue) -> Vec<String> {
    let token = authorization.to_str().unwrap_or_default().trim_start_matches("Basic ");
    let login = STANDARD.decode(token).ok().and_then(|login| String::from_utf8(login).ok());
    let key = login.as_deref().and_then(|login| login.split_once(':')).map(|(_, key)| key);
    let forms = [Some(token.trim_end_matches('=')), key];
    forms.into_iter().flatten().filter(|form| form.len() >= 8).map(str::to_owned).collect()
}

/// The value that follows the name of a credentials header within one word.
fn header_value(lower: &str, is_assigned: bool) -> Option<&str> {
    const NAMES: [&str; 5] = ["authorization", "api-key", "api_key", "apikey", "cookie"];
    const QUOTES: [char; 6] = ['"', '\'', '`', '\\', ']', '*'];
    NAMES.iter().find_map(|name| {
        let (_, rest) = lower.split_once(name)?;
        let rest = rest.trim_start_matches(QUOTES);
        let value = [":", "=", "%3a", "%3d"].iter().find_map(|sign| rest.strip_prefix(sign));
        let value = value.or((rest.is_empty() && is_assigned).then_some(""))?;
        Some(value.trim_matches(QUOTES))
    })
}

/// `host:` or `"host":`.
fn is_header_name(lower: &str) -> bool {
    let name = lower.trim_start_matches(['"', '\'', '\\', '{', ',']).strip_suffix(':');
    let name = name.map(|name| name.trim_end_matches(['"', '\'', '\\'])).unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn ends_in_scheme(lower: &str) -> bool {
    let last = lower.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    matches!(last, Some("basic" | "bearer"))
}

/// Whether a word after `Basic` or `Bearer` is ordinary prose, not a token.
fn is_prose(lower: &str) -> bool {
    let word = lower.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    [
        "",
        "access",
        "account",
        "accounts",
        "and",
        "auth",
        "authentication",
        "authorization",
        "credentials",
        "header",
        "is",
        "or",
        "plan",
        "plans",
        "scheme",
        "tier",
        "token",
        "tokens",
    ]
    .contains(&word)
}

/// Whether a word contains what looks like an API key, a token with its scheme, or a password.
fn contains_secret(word: &str, lower: &str) -> bool {
    // `api:` in base64: the start of the Basic credentials.
    if word.contains("YXBpO") {
        return true;
    }
    if ["basic%20", "basic+", "bearer%20", "bearer+", "password="]
        .iter()
        .any(|start| lower.contains(start))
    {
        return true;
    }
    let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_random = |text: &str| {
        text.len() >= 16 || (text.len() >= 8 && text.bytes().any(|byte| byte.is_ascii_digit()))
    };
    lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|run| {
        let groups: Vec<_> = run.split('-').collect();
        // `key-…` and `pubkey-…`
        groups.windows(2).any(|pair| pair[0].ends_with("key") && is_random(pair[1]))
            || groups.windows(3).any(|group| {
                // The first group may be preceded by the end of an escape such as `%22`.
                let long = group[0].len().checked_sub(32).and_then(|at| group[0].get(at..));
                long.is_some_and(is_hex)
                    && group[1..].iter().all(|short| is_hex(short) && short.len() <= 12)
            })
    })
}

/// Whether a word contains an `@`, plain or encoded for URLs, HTML or JSON.
fn contains_address(lower: &str) -> bool {
    const ENCODINGS: [&str; 7] =
        ["@", "\u{ff20}", "\u{fe6b}", "&#64;", "&#x40;", "&commat;", "\\u0040"];
    // `%40`, or encoded again as `%2540`.
    let is_encoded =
        |(at, _): (usize, &str)| lower[at + 1..].trim_start_matches("25").starts_with("40");
    ENCODINGS.iter().any(|encoding| lower.contains(encoding))
        || lower.match_indices('%').any(is_encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echoed_request_is_shown_without_addresses_and_credentials() {
        for (text, expected) in [
            (
                "No such page: GET /v3/lists/list%40example.com/members authorization: Basic \
                 YXBpOmNhbmFyeQ== host: api.test",
                "No such page: GET [address] authorization: [secret] host: api.test",
            ),
            ("to 'canary@example.com' is bad", "to [address] is bad"),
            ("/v3/x/canary%40example.com", "[address]"),
            ("/v3/x/canary%2540example.com", "[address]"),
            ("/v3/x/canary%252540example.com?a=b", "[address]"),
            ("canary&#64;example.com canary\\u0040example.com", "[address] [address]"),
            ("Authorization: Bearer canary", "Authorization: [secret]"),
            ("authorization: canary", "authorization: [secret]"),
            ("authorization: canary: host: x", "authorization: [secret] host: x"),
            ("authorization:canary accept: */*", "[secret] accept: */*"),
            ("Authorization : Basic canary host: x", "Authorization [secret] host: x"),
            ("Proxy-Authorization: Basic canary host: x", "Proxy-Authorization: [secret] host: x"),
            ("HTTP_AUTHORIZATION=Basic canary", "[secret]"),
            ("[HTTP_AUTHORIZATION] => Basic canary [HOST] => x", "[HTTP_AUTHORIZATION] [secret]"),
            (
                r#"{"authorization": "Basic canary", "host": "x"}"#,
                r#"{"authorization": [secret] "host": "x"}"#,
            ),
            (r#"{"authorization":"Basic canary","host":"x"}"#, "[secret]"),
            (r#"{"req":"{\"authorization\":\"Basic canary\"}"}"#, "[secret]"),
            (
                r#"Authorization: Digest username="canary", nonce="canary", uri="/canary" Host: x"#,
                "Authorization: [secret] Host: x",
            ),
            ("x-api-key: canary host: x", "x-api-key: [secret] host: x"),
            ("?api_key=canary", "[secret]"),
            ("Cookie: a=canary; b=canary host: x", "Cookie: [secret] host: x"),
            ("sent Basic canary to x", "sent Basic [secret] to x"),
            ("sent 'Bearer canary' to x", "sent 'Bearer [secret] to x"),
            ("a=Basic%20canary", "[secret]"),
            ("(YXBpOmNhbmFyeQ)", "[secret]"),
            ("key key-3ax6xnjp29jd6fds4gc373sgvjxteol0.", "key [secret]"),
            ("pubkey-5ogiflzbnjrljiky49qxsiozqef5jxp7", "[secret]"),
            ("x=0123456789abcdef0123456789ABCDEF-01234567-89abcdef", "[secret]"),
            ("%220123456789abcdef0123456789abcdef-01234567-89abcdef%22", "[secret]"),
            ("%22key-3ax6xnjp29jd6fds4gc373sgvjxteol0%22", "[secret]"),
            ("curl -u api:key-3ax6xnjp29jd6fds4gc373sgvjxteol0", "curl -u [secret]"),
            ("https://user:canary@proxy.test/ fails", "[address] fails"),
            ("password=canary", "[secret]"),
        ] {
            assert_eq!(redacted(text, None), expected);
        }
    }

    #[test]
    fn mailguns_own_messages_are_shown_unchanged() {
        for text in [
            "Invalid private key",
            "Domain not found: mg.example.com",
            "authorized recipients only",
            "Authorization required",
            "Basic authentication is required",
            "not on the Basic plan",
            "Bearer token expired",
            "api-key-rotation is off",
            "message 20260101.0123456789abcdef0123456789abcdef.1 not found",
            "01234567-89ab-cdef-0123-456789abcdef is no id",
            "100% of 40 recipients",
        ] {
            assert_eq!(redacted(text, None), text);
        }
    }

    #[test]
    fn the_key_of_the_request_is_redacted_in_every_encoding() {
        let authorization = HeaderValue::from_static("Basic YXBpOm15LW9kZC1jYW5hcnk=");
        for text in ["my-odd-canary", "<my-odd-canary>", "xYXBpOm15LW9kZC1jYW5hcnkx"] {
            let shown = redacted(text, Some(&authorization));
            assert!(!shown.contains("canary") && !shown.contains("jYW5hcnk"), "{shown}");
        }
        // The base64 of `api:old`. A key this short is not searched for.
        let short = HeaderValue::from_static("Basic YXBpOm9sZA==");
        assert_eq!(redacted("an older one", Some(&short)), "an older one");
    }
}
