//! Objects that several kinds of events have.

use mailgun_core::{
    Timestamp,
    de::{self, MapOrText},
    open_enum,
};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::read::{Read, object, words};

open_enum! {
    /// The severity of an event for a log.
    pub enum LogLevel {
        /// Normal operation.
        Info = "info",
        /// A rejection, a complaint or a temporary failure.
        Warn = "warn",
        /// A permanent failure.
        Error = "error",
    }
}

open_enum! {
    /// How Mailgun received a message, or delivered it.
    pub enum Transport {
        /// HTTP.
        Http = "http",
        /// SMTP.
        Smtp = "smtp",
    }
}

open_enum! {
    /// The kind of program that opened a message or followed a link.
    pub enum ClientType {
        /// A browser.
        Browser = "browser",
        /// A browser on a phone.
        MobileBrowser = "mobile browser",
        /// A mail program.
        EmailClient = "email client",
        /// A library for programs.
        Library = "library",
        /// A bot.
        Robot = "robot",
        /// A feed reader.
        FeedReader = "feed reader",
        /// Another kind: Mailgun reports `other`.
        OtherClient = "other",
        /// Mailgun does not know the kind.
        Unknown = "unknown",
    }
}

open_enum! {
    /// The kind of device that opened a message or followed a link.
    pub enum DeviceType {
        /// A computer.
        Desktop = "desktop",
        /// A phone.
        Mobile = "mobile",
        /// A tablet.
        Tablet = "tablet",
        /// Another kind: Mailgun reports `other`.
        OtherDevice = "other",
        /// Mailgun does not know the kind.
        Unknown = "unknown",
    }
}

open_enum! {
    /// The bot that opened a message or followed a link.
    pub enum Bot {
        /// Apple's mail privacy protection.
        Apple = "apple",
        /// Gmail's image proxy.
        Gmail = "gmail",
        /// Another bot.
        Generic = "generic",
    }
}

words!(LogLevel, Transport, ClientType, DeviceType, Bot);

object! {
    /// The message of an event. Some events, such as `clicked`, have only its id.
    pub struct EventMessage {
        /// Some of its headers.
        pub headers: MessageHeaders = "headers",
        /// Its attachments, without their content.
        pub attachments: Vec<AttachmentInfo> = "attachments",
        /// All recipients, if the event has them.
        pub recipients: Vec<String> = "recipients",
        /// The size of the whole message in bytes.
        pub size: Option<u64> = "size",
        /// The scheduled time of delivery.
        pub scheduled_for: Option<Timestamp> = "scheduled-for",
    }
}

object! {
    /// Some headers of a message.
    pub struct MessageHeaders {
        /// The id, usually without the angle brackets that the response to a send has.
        pub message_id: String = "message-id",
        /// The From header.
        pub from: String = "from",
        /// The To header.
        pub to: String = "to",
        /// The subject.
        pub subject: String = "subject",
    }
}

object! {
    /// An attachment of a message.
    pub struct AttachmentInfo {
        /// Its name.
        pub filename: String = "filename",
        /// Its content type.
        pub content_type: String = "content-type",
        /// Its size in bytes.
        pub size: Option<u64> = "size",
    }
}

object! {
    /// Properties of a message.
    pub struct EventFlags {
        /// Whether an authenticated sender sent it; `false` for incoming mail.
        pub is_authenticated: Option<bool> = "is-authenticated",
        /// Whether a route forwarded it.
        pub is_routed: Option<bool> = "is-routed",
        /// Whether it has an AMP part.
        pub is_amp: Option<bool> = "is-amp",
        /// Whether it is stored encrypted.
        pub is_encrypted: Option<bool> = "is-encrypted",
        /// Whether it was sent in test mode: reported as delivered, but not delivered.
        pub is_test_mode: Option<bool> = "is-test-mode",
        /// Whether it is large.
        pub is_big: Option<bool> = "is-big",
        /// Whether it is one of Mailgun's own tests.
        pub is_system_test: Option<bool> = "is-system-test",
        /// Whether the recipient's server accepted it and bounced it later.
        pub is_delayed_bounce: Option<bool> = "is-delayed-bounce",
        /// Whether the event is about a request to the URL of a route or a webhook.
        pub is_callback: Option<bool> = "is-callback",
        /// Whether the event is about a request to a webhook.
        pub is_webhook: Option<bool> = "is-webhook",
    }
}

object! {
    /// The envelope of a message.
    pub struct Envelope {
        /// The sender.
        pub sender: String = "sender",
        /// The sender in the SMTP session with the recipient's server.
        pub mail_from: String = "mail-from",
        /// The recipient.
        pub targets: String = "targets",
        /// How the message was transported.
        pub transport: Option<Transport> = "transport",
        /// Mailgun's IP address from which the message was sent.
        pub sending_ip: String = "sending-ip",
        /// The name of the host from which the message was sent.
        pub sending_host: String = "sending-host",
        /// The IP pool from which the message was sent.
        pub ip_pool_id: String = "i-ip-pool-id",
    }
}

object! {
    /// Where Mailgun stores the message for the domain's retention time.
    pub struct Storage {
        /// The key of the message.
        pub key: String = "key",
        /// The URLs of the message. Events have one, logs can have several.
        pub urls: Vec<String> = "url",
        /// The region of the host.
        pub region: String = "region",
        /// The environment, for example `production`.
        pub env: String = "env",
    }
}

impl Storage {
    /// Returns the URL of the message.
    ///
    /// Pass it to `Messages::stored_at` of `mailgun-messages` as it is. It names the host that has the
    /// message. Mailgun rejects a URL that is built from the key.
    pub fn url(&self) -> Option<&str> {
        self.urls.iter().map(String::as_str).find(|url| !url.is_empty())
    }
}

object! {
    /// The result of a delivery attempt.
    pub struct DeliveryStatus {
        /// The code of the recipient's server, or one of Mailgun's own. For example, 605 means that the
        /// address bounced before.
        pub code: SmtpCode = "code",
        /// The number of the attempt, from 1.
        pub attempt_no: Option<u64> = "attempt-no",
        /// The message of the recipient's server. Old events have an object, which is JSON here.
        pub message: String = "message",
        /// Mailgun's description.
        pub description: String = "description",
        /// The duration of the SMTP session in seconds.
        pub session_seconds: Option<f64> = "session-seconds",
        /// Seconds until the next attempt.
        pub retry_seconds: Option<f64> = "retry-seconds",
        /// The enhanced code, for example `5.1.1`.
        pub enhanced_code: String = "enhanced-code",
        /// The server that accepted or rejected the message.
        pub mx_host: String = "mx-host" | "mxhost",
        /// Whether the server's certificate is valid.
        pub certificate_verified: Option<bool> = "certificate-verified",
        /// Whether the session was encrypted.
        pub tls: Option<bool> = "tls",
        /// Whether the server supports UTF-8.
        pub utf8: Option<bool> = "utf8",
        /// `hard` or `soft`, if it is a bounce.
        pub bounce_type: String = "bounce-type",
        /// Seconds between the acceptance of the message and the first attempt.
        pub first_delivery_attempt_seconds: Option<f64> = "first-delivery-attempt-seconds",
        /// The code of the last attempt, if Mailgun gave up because of the message's age.
        pub last_code: SmtpCode = "last-code",
        /// The server's message at the last attempt.
        pub last_message: String = "last-message",
    }
}

/// The code of a delivery, such as `550` or `5.1.1`. Mailgun sends a number or text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SmtpCode(String);

impl SmtpCode {
    /// Returns the code as text; empty if there is none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the code as a number; `None` if it is not a number, such as `5.1.1`.
    pub fn as_u16(&self) -> Option<u16> {
        self.0.trim().parse().ok()
    }
}

impl std::fmt::Display for SmtpCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl Read for SmtpCode {
    fn read<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let code = de::string_or_number(Value::deserialize(json)?);
        Ok(Self(code.ok().flatten().unwrap_or_default()))
    }
}

object! {
    /// The program that opened a message or followed a link.
    pub struct ClientInfo {
        /// The kind of program.
        pub client_type: Option<ClientType> = "client-type",
        /// The operating system.
        pub client_os: String = "client-os",
        /// The name of the program.
        pub client_name: String = "client-name",
        /// The kind of device.
        pub device_type: Option<DeviceType> = "device-type",
        /// The User-Agent header.
        pub user_agent: String = "user-agent",
        /// The Accept-Language header.
        pub accept_language: String = "accept-language",
        /// The IP address of the device.
        pub ip: String = "ip",
        /// The bot, if it was one.
        pub bot: Option<Bot> = "bot",
    }
}

object! {
    /// The place of a device, derived from its IP address.
    pub struct Geolocation {
        /// The country code, two letters.
        pub country: String = "country",
        /// The region.
        pub region: String = "region",
        /// The city.
        pub city: String = "city",
        /// The time zone.
        pub timezone: String = "timezone",
    }
}

object! {
    /// The mailing list to which a message was sent.
    pub struct EventMailingList {
        /// The list's address.
        pub address: String = "address",
        /// The list's id.
        pub list_id: String = "list-id",
        /// The id of the mailing.
        pub sid: String = "sid",
    }
}

object! {
    /// A member of a mailing list.
    pub struct EventMember {
        /// The member's address.
        pub address: String = "address",
        /// The member's name.
        pub name: String = "name",
        /// Whether the member is subscribed.
        pub subscribed: Option<bool> = "subscribed",
        /// The member's variables.
        pub vars: MapOrText = "vars",
    }
}

object! {
    /// The template of a message.
    pub struct EventTemplate {
        /// Its name.
        pub name: String = "name",
        /// The tag of its version.
        pub version: String = "version",
        /// Whether Mailgun made a plain-text body from it too.
        pub is_text: Option<bool> = "is-text",
    }
}

object! {
    /// A route that an incoming message matched.
    pub struct MatchedRoute {
        /// The route's id.
        pub id: String = "id",
        /// The route's expression.
        pub expression: String = "expression",
        /// The route's actions.
        pub actions: Vec<String> = "actions",
        /// The route's description.
        pub description: String = "description",
        /// The route's priority.
        pub priority: Option<i64> = "priority",
        /// The part of the message that matched.
        pub matched: RouteMatch = "match",
    }
}

object! {
    /// The part of a message that matched a route.
    pub struct RouteMatch {
        /// The recipient.
        pub recipient: String = "recipient",
    }
}

object! {
    /// A campaign. Only older accounts have campaigns.
    pub struct Campaign {
        /// The campaign's id.
        pub id: String = "id",
        /// The campaign's name.
        pub name: String = "name",
    }
}

object! {
    /// The account of an event. Only in the logs.
    pub struct EventAccount {
        /// The account's id.
        pub id: String = "id",
        /// The id of the parent account, if it is a subaccount.
        pub parent_id: String = "parent-id",
    }
}
