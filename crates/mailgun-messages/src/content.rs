//! What messages and batches share: the fields, their checks, the files.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use bytes::Bytes;
use mailgun_core::{
    __private::{is_control, unfold},
    Error, FieldValue, Fields, Form, Mailbox, Upload, by_content_id, mime,
};
use serde::{Serialize, de::IgnoredAny};

use crate::{
    addresses::{Addresses, Mailboxes},
    list_unsubscribe,
};

/// Mailgun's limits for a message and for its options.
pub(crate) const MAX_MESSAGE: u64 = 25 * 1024 * 1024;
pub(crate) const MAX_OPTIONS: usize = 16 * 1024;

/// Headers of the MIME message that Mailgun builds. Receivers reject a mail that has one twice.
const BUILT_BY_MAILGUN: [&str; 3] = ["Mime-Version", "Content-Type", "Content-Transfer-Encoding"];

/// The fields in the order in which they were set, the files, and the limits for both.
#[doc(hidden)]
#[derive(Default)]
pub struct Content {
    /// All fields but the files.
    pub fields: Fields,
    files: Vec<(&'static str, Upload)>,
    max_size: Option<u64>,
    max_options: Option<usize>,
}

impl Content {
    /// Sets a field that must not hold line ends, because its value ends up in a header.
    pub fn line(&mut self, name: impl Into<Cow<'static, str>>, value: impl FieldValue) {
        self.checked(name, value, |fields, name, value| {
            fields.set(name, value);
        });
    }

    /// Adds a field as [`line`](Self::line) does, without replacing others of the name.
    pub fn append_line(&mut self, name: impl Into<Cow<'static, str>>, value: impl FieldValue) {
        self.checked(name, value, |fields, name, value| {
            fields.append(name, value);
        });
    }

    /// Adds a field by its name on the wire, with the checks that the name calls for.
    pub fn extra(&mut self, name: Cow<'static, str>, value: impl FieldValue) {
        if name.is_empty() || name.contains(is_control) {
            let reason = "is not a parameter name: it is empty or has control characters";
            self.fields.record_error(Error::invalid(name.escape_debug(), reason));
        } else if let Some(header) = name.strip_prefix("h:") {
            self.header(header, value);
        } else if matches!(&*name, "from" | "subject") {
            self.line(name, unfolded(value));
        } else if matches!(&*name, "to" | "cc" | "bcc") {
            self.append_line(name, unfolded(value));
        } else if name.starts_with("o:") {
            self.append_line(name, value);
        } else {
            self.fields.append(name, value);
        }
    }

    fn checked(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl FieldValue,
        put: impl FnOnce(&mut Fields, Cow<'static, str>, Bytes),
    ) {
        let (name, value) = (name.into(), value.into_value());
        let has_control = value.iter().any(u8::is_ascii_control)
            || str::from_utf8(&value)
                .is_ok_and(|text| !text.is_ascii() && text.contains(is_control));
        if has_control {
            let reason = "must not hold control characters or line separators";
            self.fields.record_error(Error::invalid(name, reason));
        } else {
            put(&mut self.fields, name, value);
        }
    }

    /// Sets a body. An empty one is not sent: it would compete with a template.
    pub fn body(&mut self, name: &'static str, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            self.fields.remove(name);
        } else {
            self.fields.set(name, text);
        }
    }

    /// Sets the subject. An empty one is not sent: it would replace a template's.
    pub fn subject(&mut self, subject: String) {
        let subject = unfolded(subject);
        if subject.is_empty() {
            self.fields.remove("subject");
        } else {
            self.line("subject", subject);
        }
    }

    /// Sets the sender.
    pub fn from(&mut self, from: impl Addresses) {
        let checked = from.into_mailboxes().and_then(Mailboxes::one).and_then(|one| {
            if one.is_ascii_local() {
                Ok(one)
            } else {
                Err(Error::invalid("mailbox", "must have an ASCII local part to be a sender"))
            }
        });
        match checked {
            Ok(mailbox) => {
                self.fields.set("from", mailbox);
            }
            Err(error) => {
                self.fields.record_error(error.in_parameter("from"));
            }
        }
    }

    /// Adds recipients, all in one field.
    pub fn recipients(&mut self, field: &'static str, addresses: impl Addresses) {
        match addresses.into_mailboxes() {
            Ok(list) if list.is_empty() => {}
            Ok(list) => {
                self.fields.append(field, list.joined());
            }
            Err(error) => {
                let number = self.fields.iter().filter(|(name, _)| *name == field).count() + 1;
                self.fields.record_error(error.in_parameter(format_args!("{field} #{number}")));
            }
        }
    }

    /// Sets a header of the mail. It replaces a header whose name differs only in case.
    pub fn header(&mut self, name: &str, value: impl FieldValue) {
        let is_token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        if !is_token {
            let reason = "is not a header name: printable ASCII without spaces or colons";
            self.fields.record_error(Error::invalid(name.escape_debug(), reason));
            return;
        }
        let field = format!("h:{name}");
        if BUILT_BY_MAILGUN.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let reason = "is a header that Mailgun writes itself";
            self.fields.record_error(Error::invalid(field, reason));
            return;
        }
        if name.eq_ignore_ascii_case("Bcc") {
            let reason = "is a header that all recipients would see: use `bcc`";
            self.fields.record_error(Error::invalid(field, reason));
            return;
        }
        let spelling = self.fields.iter().map(|(other, _)| other);
        let spelling =
            spelling.filter(|other| other.eq_ignore_ascii_case(&field)).map(str::to_owned);
        if let Some(other) = spelling.last() {
            self.fields.remove(&other);
        }
        self.line(field, unfolded(value));
    }

    /// Adds a target to List-Unsubscribe, and the header for a single click (RFC 8058).
    pub fn list_unsubscribe(&mut self, target: &str) {
        const FIELD: &str = "h:List-Unsubscribe";
        let earlier = self.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(FIELD));
        let earlier = earlier.and_then(|(_, value)| str::from_utf8(value).ok());
        let earlier = earlier.unwrap_or_default().to_owned();
        match list_unsubscribe::with_target(&earlier, target) {
            Ok((targets, kind)) => {
                self.header("List-Unsubscribe", targets);
                if kind == list_unsubscribe::Kind::Url {
                    self.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
                }
            }
            Err(reason) => {
                self.fields.record_error(Error::invalid(FIELD, reason));
            }
        }
    }

    /// Sets a custom variable: text as it is, any other value as JSON.
    pub fn variable(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if name.is_empty() || name.contains(is_control) {
            let reason = "is not a variable name: it is empty or has control characters";
            self.fields
                .record_error(Error::invalid(format_args!("v:{}", name.escape_debug()), reason));
        } else {
            self.fields.set_json(format!("v:{name}"), value);
        }
    }

    /// Sets a field to a JSON object. Mailgun ignores any other JSON.
    pub fn object(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        self.fields.set_json(name, value);
        let is_object = self.fields.get(name).is_none_or(|text| {
            // A string is sent as it is, so it may hold anything.
            text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
        });
        if !is_object {
            self.fields.record_error(Error::invalid(name, "is not a JSON object"));
        }
    }

    /// Sets the variables of recipients.
    pub fn recipient_variables(&mut self, variables: &(impl Serialize + ?Sized)) {
        const FIELD: &str = "recipient-variables";
        type Variables = BTreeMap<String, BTreeMap<String, IgnoredAny>>;
        self.object(FIELD, variables);
        let is_by_address = self.fields.get(FIELD).is_none_or(|text| {
            let all = serde_json::from_str::<Variables>(text);
            all.is_ok_and(|all| all.keys().all(|address| Mailbox::new(address).is_ok()))
        });
        if !is_by_address {
            let reason = "is not an object of objects by bare address";
            self.fields.record_error(Error::invalid(FIELD, reason));
        }
    }

    /// Adds a file.
    pub fn file(&mut self, field: &'static str, file: Upload) {
        self.files.push((field, file));
    }

    /// Adds a file under its content id.
    ///
    /// It keeps the type of its own name. The content id says nothing of the type, or something
    /// wrong: `logo@example.com` would be a DOS program.
    pub fn inline(&mut self, content_id: String, file: Upload) {
        let content_type = file.content_type();
        let mut file = file.with_filename(content_id);
        if content_type != mime::APPLICATION_OCTET_STREAM {
            file = file.with_content_type(content_type);
        }
        self.file("inline", file);
    }

    /// Whether there is an inline file for `cid:ID`.
    pub(crate) fn has_inline(&self, id: &str) -> bool {
        let inline = self.files.iter().filter(|(field, _)| *field == "inline");
        let names: BTreeMap<_, _> =
            inline.map(|(_, file)| (file.filename().to_owned(), ())).collect();
        by_content_id(&names, id).is_some()
    }

    /// Sets the limit of bodies and files.
    pub fn set_max_size(&mut self, bytes: u64) {
        self.max_size = Some(bytes);
    }

    /// Sets the limit of options.
    pub fn set_max_options(&mut self, bytes: usize) {
        self.max_options = Some(bytes);
    }

    /// The fields and the limit of options, without files.
    pub(crate) fn into_options(self) -> (Fields, Option<usize>) {
        (self.fields, self.max_options)
    }

    /// Adds the fields whose names are not there yet, and their error.
    pub(crate) fn fill(&mut self, mut defaults: Fields, max_options: Option<usize>) {
        if let Some(error) = defaults.take_error() {
            self.fields.record_error(error);
        }
        let own: Vec<_> = self.fields.iter().map(|(name, _)| name.to_owned()).collect();
        let is_own = |name: &str| {
            let is_header = name.starts_with("h:");
            own.iter().any(|it| it == name || is_header && it.eq_ignore_ascii_case(name))
        };
        // It belongs to the URL of the List-Unsubscribe that it was set with.
        let is_foreign = |name: &str| {
            name.eq_ignore_ascii_case("h:List-Unsubscribe-Post") && is_own("h:List-Unsubscribe")
        };
        for (name, value) in defaults.iter().filter(|(name, _)| !is_own(name) && !is_foreign(name))
        {
            self.fields.append(name.to_owned(), value.clone());
        }
        self.max_options = self.max_options.or(max_options);
    }

    /// Whether one of these fields is set.
    pub fn has(&self, names: &[&str]) -> bool {
        self.fields.iter().any(|(name, _)| names.contains(&name))
    }

    /// Checks that there is a sender and a body.
    pub fn check_complete(&self) -> Result<(), Error> {
        if !self.has(&["text", "html", "amp-html", "template"]) {
            return Err(Error::invalid(
                "text",
                "is missing: a message needs text, html, amp-html or a template",
            ));
        }
        // A template may bring its own From header.
        if !self.has(&["from", "template"]) {
            return Err(Error::invalid("from", "is missing"));
        }
        Ok(())
    }

    /// Checks Mailgun's limits of size before a connection is made.
    pub fn check_sizes(&self) -> Result<(), Error> {
        self.check_options()?;
        let bodies = ["text", "html", "amp-html"];
        let bodies = self.fields.iter().filter(|(name, _)| bodies.contains(name));
        let bodies = bodies.map(|(_, value)| value.len() as u64);
        let files = self.files.iter().filter_map(|(_, file)| file.size());
        let limit = self.max_size.unwrap_or(MAX_MESSAGE);
        // The declared length of a stream may be any number.
        let size = bodies.chain(files).fold(0, u64::saturating_add);
        if size > limit {
            let largest = self.files.iter().max_by_key(|(_, file)| file.size());
            let largest = largest.map_or("text", |(_, file)| file.filename());
            return Err(Error::too_large(
                "attachment",
                format_args!(
                    "and bodies have {size} bytes, over the limit of {limit}; the largest is `{largest}`"
                ),
            ));
        }
        Ok(())
    }

    fn check_options(&self) -> Result<(), Error> {
        let is_option =
            |name: &str| matches!(name.as_bytes(), [b'o' | b'h' | b'v' | b't', b':', ..]);
        let options = || self.fields.iter().filter(|(name, _)| is_option(name));
        let sizes = || options().map(|(name, value)| (name.len() + value.len(), name));
        let size: usize = sizes().map(|(size, _)| size).sum();
        let limit = self.max_options.unwrap_or(MAX_OPTIONS);
        if size <= limit {
            return Ok(());
        }
        let mut options: Vec<_> = sizes().collect();
        options.sort_unstable_by(|a, b| b.cmp(a));
        let largest: Vec<_> =
            options.iter().take(3).map(|(size, name)| format!("`{name}` with {size}")).collect();
        Err(Error::too_large(
            "options",
            format_args!(
                "(o:, h:, v: and t: parameters) have {size} bytes, over the limit of {limit}; the \
                 largest are {}",
                largest.join(", ")
            ),
        ))
    }

    /// The form of the fields and the files.
    pub fn into_form(self) -> Form {
        let mut form = Form::new();
        form.fields(self.fields);
        for (field, file) in self.files {
            form.file(field, file);
        }
        form
    }

    /// Copies the content; the name of the file if one can be read only once.
    pub fn try_clone(&self) -> Result<Self, &str> {
        let files = self.files.iter().map(|(field, file)| match file.try_clone() {
            Some(copy) => Ok((*field, copy)),
            None => Err(file.filename()),
        });
        Ok(Self {
            fields: self.fields.clone(),
            files: files.collect::<Result<_, _>>()?,
            max_size: self.max_size,
            max_options: self.max_options,
        })
    }

    /// Reads all files into memory.
    pub async fn load_files(&mut self) -> Result<(), Error> {
        let limit = self.max_size.unwrap_or(MAX_MESSAGE);
        for (field, file) in std::mem::take(&mut self.files) {
            let (filename, content_type) = (file.filename().to_owned(), file.content_type());
            let loaded = Upload::from_bytes(filename, file.read(limit).await?);
            self.files.push((field, loaded.with_content_type(content_type)));
        }
        Ok(())
    }

    /// The fields and the files.
    pub fn into_parts(self) -> (Fields, Vec<(&'static str, Upload)>) {
        (self.fields, self.files)
    }

    /// The content of these fields and files.
    pub fn from_parts(fields: Fields, files: Vec<(&'static str, Upload)>) -> Self {
        Self { fields, files, max_size: None, max_options: None }
    }
}

/// Unfolds the value of a header, which may have been copied from a mail.
fn unfolded(value: impl FieldValue) -> Bytes {
    let value = value.into_value();
    match str::from_utf8(&value).map(unfold) {
        Ok(Cow::Owned(text)) => text.into(),
        _ => value,
    }
}

/// Shows names and sizes only.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("fields", &self.fields).field("files", &self.files).finish()
    }
}

/// The setters of subject, bodies and files, for the types that hold a `Content`.
#[doc(hidden)]
#[macro_export]
macro_rules! content_setters {
    ($type:ident) => {
        impl $type {
            /// Sets the subject. An empty one is not sent, so that a template's subject applies.
            ///
            /// A folded subject, as copied from another mail, is unfolded. Line ends at its end are
            /// dropped.
            pub fn subject(mut self, subject: impl Into<String>) -> Self {
                self.content.subject(subject.into());
                self
            }

            /// Sets the plain-text body. An empty one is not sent.
            pub fn text(mut self, text: impl Into<String>) -> Self {
                self.content.body("text", text);
                self
            }

            /// Sets the HTML body. An empty one is not sent.
            pub fn html(mut self, html: impl Into<String>) -> Self {
                self.content.body("html", html);
                self
            }

            /// Adds an attachment.
            pub fn attachment(mut self, file: mailgun_core::Upload) -> Self {
                self.content.file("attachment", file);
                self
            }

            /// Adds an inline file, such as an image that the HTML body shows as
            /// `<img src="cid:NAME">`.
            ///
            /// `content_id` is that `NAME`. Mailgun takes it from the filename, so it is sent as the
            /// filename. The file keeps the content type of its own name.
            pub fn inline(
                mut self,
                content_id: impl Into<String>,
                file: mailgun_core::Upload,
            ) -> Self {
                self.content.inline(content_id.into(), file);
                self
            }

            /// Sets the AMP body. An empty one is not sent.
            pub fn amp_html(mut self, html: impl Into<String>) -> Self {
                self.content.body("amp-html", html);
                self
            }

            /// Limits the bytes of bodies and files together. Default: 25 MiB, which is Mailgun's
            /// limit.
            ///
            /// A larger message is an error before it is sent. A stream without a declared length is
            /// not counted.
            pub fn max_size(mut self, bytes: u64) -> Self {
                self.content.set_max_size(bytes);
                self
            }
        }
    };
}
