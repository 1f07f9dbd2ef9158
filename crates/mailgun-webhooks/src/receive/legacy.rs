use mailgun_core::Timestamp;

use super::{
    Attachment, FormFields,
    form::{Form, Headers},
};

mailgun_core::open_enum! {
    /// What happened, as forms tell it.
    pub enum LegacyEventKind {
        /// The recipient's server has taken the message.
        Delivered = "delivered",
        /// Mailgun has given up on it.
        Dropped = "dropped",
        /// The recipient's server has refused it.
        Bounced = "bounced",
        /// The recipient has called it spam.
        Complained = "complained",
        /// The recipient has unsubscribed.
        Unsubscribed = "unsubscribed",
        /// The recipient has followed a link in it.
        Clicked = "clicked",
        /// The recipient has opened it.
        Opened = "opened",
    }
}

/// An event as a form, as Mailgun posted it before 2018.
///
/// Variables of the message are fields like any other, and so in [`fields`](Self::fields) only.
/// `Debug` shows names only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyEvent {
    /// What happened.
    pub kind: LegacyEventKind,
    /// The files that came: the bounce, for example.
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

    /// When it happened.
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
        /// The mailing list that it went to.
        mailing_list = "mailing-list";
        /// The id of its campaign.
        campaign_id = "campaign-id";
        /// The name of its campaign.
        campaign_name = "campaign-name";
        /// The address from which it was opened, or its link followed.
        ip = "ip";
        /// The country of that address.
        country = "country";
        /// The region of that address.
        region = "region";
        /// The city of that address.
        city = "city";
        /// What the program that did so calls itself.
        user_agent = "user-agent";
        /// The kind of device: `desktop`, `mobile`, `tablet`.
        device_type = "device-type";
        /// The kind of program: `browser`, `email client`.
        client_type = "client-type";
        /// The name of the program.
        client_name = "client-name";
        /// Its operating system.
        client_os = "client-os";
        /// The link that was followed.
        url = "url";
        /// The code of a failure.
        code = "code";
        /// Its text.
        error = "error";
        /// What else the recipient's server said.
        notification = "notification";
        /// Its reason: `hardfail`, `old`.
        reason = "reason";
        /// Its description.
        description = "description";
    }

    /// The tags of the message.
    pub fn tags(&self) -> Vec<&str> {
        self.fields.all("tag").chain(self.fields.all("X-Mailgun-Tag")).collect()
    }

    /// All headers of the message in order, as name and value.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers.0
    }

    /// Everything that came as a field.
    pub fn fields(&self) -> &FormFields {
        &self.fields
    }
}
