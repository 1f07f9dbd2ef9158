use std::borrow::Cow;

use mailgun_core::{FieldValue, Fields, Form, Secret, Upload, de};
use mailgun_types::DnsRecord;
use serde::{Deserialize, Serialize};

/// A DKIM key of a domain. Its private half never leaves Mailgun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DkimKey {
    /// The domain that it signs for.
    #[serde(deserialize_with = "de::null_default")]
    pub signing_domain: String,
    /// What tells it from the domain's other keys.
    #[serde(deserialize_with = "de::null_default")]
    pub selector: String,
    /// Where its public half belongs in the DNS; whether the key is in use is
    /// [`is_active`](DnsRecord::is_active).
    pub dns_record: Option<DnsRecord>,
}

/// How a new key comes to be: made by Mailgun, or imported.
///
/// `Debug` does not show the private key.
///
/// ```
/// use mailgun_core::Upload;
/// use mailgun_dkim::CreateDkimKey;
///
/// let made = CreateDkimKey::new().bits(2048);
/// let imported = CreateDkimKey::new().pem("-----BEGIN RSA PRIVATE KEY-----\n…");
/// let from_file = CreateDkimKey::new().pem_file(Upload::from_bytes("s1.pem", "…"));
/// assert!(!format!("{imported:?}").contains("PRIVATE"));
/// # let _ = (made, from_file);
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct CreateDkimKey {
    fields: Fields,
    file: Option<Upload>,
}

impl CreateDkimKey {
    /// A key that Mailgun makes, of the size that it likes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The size of a key that Mailgun makes: 1024 or 2048.
    pub fn bits(mut self, bits: u32) -> Self {
        self.fields.set("bits", bits);
        self
    }

    /// Imports this private RSA key: PKCS #1 in PEM.
    pub fn pem(mut self, pem: impl Into<Secret>) -> Self {
        self.fields.set("pem", pem.into().expose());
        self.file = None;
        self
    }

    /// Imports the private RSA key of a file: PKCS #1 in PEM.
    pub fn pem_file(mut self, file: Upload) -> Self {
        self.fields.remove("pem");
        self.file = Some(file);
        self
    }

    /// Sets a parameter by its name on the wire, for those that have no method here yet.
    pub fn extra(mut self, name: impl Into<Cow<'static, str>>, value: impl FieldValue) -> Self {
        self.fields.append(name, value);
        self
    }

    pub(crate) fn into_form(self, signing_domain: &str, selector: &str) -> Form {
        let mut form = Form::new();
        form.text("signing_domain", signing_domain).text("selector", selector).fields(self.fields);
        if let Some(file) = self.file {
            form.file("pem", file);
        }
        form
    }
}

/// The reply to the activation or deactivation of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DkimActivation {
    /// Mailgun's words, `domain key activated` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// The authority whose key it is.
    pub authority: Option<String>,
    /// The selector of the key.
    pub selector: Option<String>,
    /// Whether the key signs now.
    #[serde(deserialize_with = "de::bool_like")]
    pub active: Option<bool>,
}

/// The reply to a change of the authority of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DkimAuthority {
    /// Mailgun's words, `Domain DKIM authority has been changed` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub message: String,
    /// Whether it was another one before.
    #[serde(deserialize_with = "de::bool_like")]
    pub changed: Option<bool>,
    /// What Mailgun wants to find in the DNS now.
    #[serde(deserialize_with = "de::items")]
    pub sending_dns_records: Vec<DnsRecord>,
}
