//! Domain names, which are checked before they become part of a path.

use std::{fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A domain that sends or receives mail. It is part of the path of most operations.
///
/// It is converted to lower case. Labels of letters, digits, hyphens and underscores may have up to
/// 63 characters, the whole name up to 253. A single label such as `localhost` is valid. Write an
/// international domain in its A-label form, `xn--…`.
///
/// The check prevents wrong paths: if a stray slash or scheme changes the path, Mailgun may respond
/// with `200 OK` and do nothing.
///
/// ```
/// use mailgun::DomainName;
///
/// let domain = DomainName::new("MG.Example.com")?;
/// assert_eq!(domain.as_str(), "mg.example.com");
/// assert!(DomainName::new("https://mg.example.com").is_err());
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct DomainName(Box<str>);

impl DomainName {
    /// Checks a domain name and converts it to lower case. White space is not trimmed.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) with the reason and the
    /// start of the text. Text with an `@` is not shown, because it may be an address or contain a
    /// password.
    pub fn new(domain: impl Into<String>) -> Result<Self, Error> {
        let mut domain = domain.into();
        Self::check(&domain)?;
        domain.make_ascii_lowercase();
        Ok(Self(domain.into_boxed_str()))
    }

    /// Checks a domain name without copying it.
    pub(crate) fn check(domain: &str) -> Result<(), Error> {
        match problem(domain) {
            None => Ok(()),
            Some(problem) => {
                Err(Error::invalid("domain", format_args!("{problem}{}", Shown(domain))))
            }
        }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a domain name. The reason follows the name of the parameter.
pub(super) fn problem(domain: &str) -> Option<&'static str> {
    // Valid names need one pass. The rest finds the reason for invalid ones.
    if is_sound(domain.as_bytes()) {
        return None;
    }
    if domain.is_empty() {
        return Some("must not be empty");
    }
    if domain.contains("://") {
        return Some("must be a bare domain name, without a scheme");
    }
    for character in domain.chars() {
        return Some(match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => continue,
            '/' | '\\' => "must be a bare domain name, without a path or slash",
            '%' => "must not be percent-encoded",
            '@' => "must be a domain name, not an address",
            ':' => "must be a bare domain name, without a port",
            _ if character.is_whitespace() || character.is_control() => {
                "must not contain whitespace or control characters"
            }
            _ if !character.is_ascii() => {
                "must be ASCII: write an international domain in its A-label form (`xn--…`)"
            }
            _ => "contains a character that is not allowed in a domain name",
        });
    }
    if domain.len() > 253 {
        return Some("must not be longer than 253 characters");
    }
    domain.split('.').find_map(|label| {
        if label.is_empty() {
            Some("must not start or end with a dot or contain two dots in a row")
        } else if label.starts_with('-') || label.ends_with('-') {
            Some("must not have a label that starts or ends with a hyphen")
        } else if label.len() > 63 {
            Some("must not have a label longer than 63 characters")
        } else {
            None
        }
    })
}

/// Whether the text consists of labels of 1 to 63 characters, and at most 253 characters in total.
fn is_sound(domain: &[u8]) -> bool {
    let mut label = 0_usize;
    let mut last = b'.';
    for &byte in domain {
        let is_in_label = byte.is_ascii_alphanumeric() || byte == b'_';
        if is_in_label || (byte == b'-' && last != b'.') {
            label += 1;
        } else if byte == b'.' && label > 0 && label < 64 && last != b'-' {
            label = 0;
        } else {
            return false;
        }
        last = byte;
    }
    (1..64).contains(&label) && last != b'-' && domain.len() <= 253
}

/// The part of an invalid name that an error may show.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        if self.0.is_empty() || self.0.contains('@') {
            return Ok(());
        }
        let start = self.0.char_indices().nth(MOST).map(|(end, _)| &self.0[..end]);
        let more = if start.is_some() { "…" } else { "" };
        write!(f, ", but is {:?}{more}", start.unwrap_or(self.0))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DomainName").field(&self.0).finish()
    }
}

/// Lets a reference to it stand wherever a function takes a domain as text.
impl Deref for DomainName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = Error;

    fn from_str(domain: &str) -> Result<Self, Error> {
        Self::new(domain)
    }
}

impl TryFrom<&str> for DomainName {
    type Error = Error;

    fn try_from(domain: &str) -> Result<Self, Error> {
        Self::new(domain)
    }
}

impl TryFrom<&String> for DomainName {
    type Error = Error;

    fn try_from(domain: &String) -> Result<Self, Error> {
        Self::new(domain)
    }
}

impl TryFrom<String> for DomainName {
    type Error = Error;

    fn try_from(domain: String) -> Result<Self, Error> {
        Self::new(domain)
    }
}

impl From<DomainName> for String {
    fn from(domain: DomainName) -> Self {
        domain.0.into_string()
    }
}

impl From<&DomainName> for String {
    fn from(domain: &DomainName) -> Self {
        domain.as_str().to_owned()
    }
}

impl From<&Self> for DomainName {
    fn from(domain: &Self) -> Self {
        domain.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_domains_are_converted_to_lower_case() {
        let longest_label = "a".repeat(63);
        let longest = format!("{longest_label}.{longest_label}.{longest_label}.{}", "b".repeat(61));
        assert_eq!(longest.len(), 253);
        for (given, kept) in [
            ("mg.example.com", "mg.example.com"),
            ("MG.Example.COM", "mg.example.com"),
            ("localhost", "localhost"),
            ("sandbox1a2b.mailgun.org", "sandbox1a2b.mailgun.org"),
            ("under_score.example.com", "under_score.example.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("1.example", "1.example"),
            (&longest, &longest),
        ] {
            assert_eq!(DomainName::new(given).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn invalid_domains_are_rejected_with_the_reason() {
        let long_label = format!("{}.com", "a".repeat(64));
        let too_long = "ab.".repeat(84) + "ab";
        for (domain, reason) in [
            ("", "empty"),
            ("https://mg.example.com", "scheme"),
            ("mg.example.com/", "slash"),
            ("v3/mg.example.com", "slash"),
            ("mg\\example.com", "slash"),
            ("..", "dot"),
            (".", "dot"),
            ("mg%2fexample.com", "percent"),
            ("bob@example.com", "address"),
            ("localhost:8080", "port"),
            ("[::1]", "not allowed"),
            ("*.example.com", "not allowed"),
            ("mg.example.com?x", "not allowed"),
            ("mg.example.com#x", "not allowed"),
            (" mg.example.com", "whitespace"),
            ("mg.example.com\r\n", "whitespace"),
            ("mg\0.example.com", "whitespace"),
            ("mg\u{a0}.example.com", "whitespace"),
            ("mg..example.com", "dot"),
            (".example.com", "dot"),
            ("example.com.", "dot"),
            ("-mg.example.com", "hyphen"),
            ("mg-.example.com", "hyphen"),
            ("bücher.example", "xn--"),
            (&long_label, "63"),
            (&too_long, "253"),
        ] {
            let error = DomainName::new(domain).unwrap_err().to_string();
            assert!(error.contains(reason), "{domain:?} gave {error}");
        }
    }

    #[test]
    fn an_error_shows_the_start_of_a_domain_but_no_address() {
        let error = DomainName::new("ü".repeat(500)).unwrap_err().to_string();
        assert!(error.ends_with("ü\"…"), "{error}");
        assert_eq!(error.matches('ü').count(), 60);
        for private in ["bob@example.com", "https://api:secret@api.mailgun.net"] {
            let error = DomainName::new(private).unwrap_err().to_string();
            assert!(!error.contains("bob") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_name_goes_where_text_is_taken() {
        fn length(domain: &str) -> usize {
            domain.len()
        }
        let name = DomainName::new("MG.example.com").unwrap();
        assert_eq!(length(&name), 14);
        assert_eq!([String::from(&name), name.into()], ["mg.example.com", "mg.example.com"]);
    }

    #[test]
    fn serde_writes_the_name_and_checks_what_it_reads() {
        let domain: DomainName = serde_json::from_str(r#""MG.example.com""#).unwrap();
        assert_eq!(serde_json::to_string(&domain).unwrap(), r#""mg.example.com""#);
        assert_eq!(
            format!("{domain:?} {domain}"),
            r#"DomainName("mg.example.com") mg.example.com"#
        );
        assert!(serde_json::from_str::<DomainName>(r#""a/b""#).is_err());
    }
}
