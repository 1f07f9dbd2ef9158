use mailgun_core::Timestamp;

use super::{
    Attachment, FormFields,
    form::{Form, Headers},
};

mailgun_core::open_enum! {
    /// The kind of a [`LegacyEvent`].
    pub enum LegacyEventKind {
        /// The recipient's server accepted the message.
        Delivered = "delivered",
        /// Mailgun gave up delivering the message.
        Dropped = "dropped",
        /// The recipient's server rejected the message.
        Bounced = "bounced",
        /// The recipient reported the message as spam.
        Complained = "complained",
        /// The recipient unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient clicked a link in the message.
        Clicked = "clicked",
        /// The recipient opened the message.
        Opened = "opened",
    }
}

/// An event in the form encoding that Mailgun used before 2018.
///
/// The variables of the message are in [`fields`](Self::fields), like any other field. `Debug` shows
/// names only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyEvent {
    /// What happened.
    pub kind: LegacyEventKind,
    /// The files, for example the bounce.
    pub attachments: Vec<Attachment>,
    fields: FormFields,
    headers: Headers,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $method:ident = $($name:literal)|+;)*) => {$(
        $(#[$doc])*
        pub fn $method(&self) -> Option<&str> {
            None$(.or_else(|| self.fields.get($name)))+
        }
    )*};
}

impl LegacyEvent {
    pub(super) fn new(form: Form) -> Self {
        let Form { fields, files, headers, .. } = form;
        let kind = LegacyEventKind::from(fields.get("event").unwrap_or_default());
        Self { kind, attachments: files, fields, headers }
    }

    /// Returns when it happened.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.fields.get("timestamp")?.parse().ok()
    }

    texts! {
        /// The recipient.
        recipient = "recipient";
        /// The domain.
        domain = "domain";
        /// The id of the message.
        message_id = "Message-Id" | "message-id";
        /// The mailing list to which the message was sent.
        mailing_list = "mailing-list";
        /// The id of the campaign.
        campaign_id = "campaign-id";
        /// The name of the campaign.
        campaign_name = "campaign-name";
        /// The IP address of the device that opened the message or followed a link.
        ip = "ip";
        /// The country of the IP address.
        country = "country";
        /// The region of the IP address.
        region = "region";
        /// The city of the IP address.
        city = "city";
        /// The program's User-Agent header.
        user_agent = "user-agent";
        /// The kind of device: `desktop`, `mobile`, `tablet`.
        device_type = "device-type";
        /// The kind of program: `browser`, `email client`.
        client_type = "client-type";
        /// The name of the program.
        client_name = "client-name";
        /// The operating system.
        client_os = "client-os";
        /// The URL of the link that was clicked.
        url = "url";
        /// The code of a failure.
        code = "code";
        /// The text of a failure.
        error = "error";
        /// More text of the recipient's server.
        notification = "notification";
        /// The reason of a failure, such as `hardfail` or `old`.
        reason = "reason";
        /// The description of a failure.
        description = "description";
    }

    /// Returns the tags of the message.
    pub fn tags(&self) -> Vec<&str> {
        self.fields.all("tag").chain(self.fields.all("X-Mailgun-Tag")).collect()
    }

    /// Returns all headers of the message in order, as name and value.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers.0
    }

    /// Returns all fields of the form.
    pub fn fields(&self) -> &FormFields {
        &self.fields
    }
}
