//! The objects that events of several kinds have.

use mailgun_core::{
    Timestamp,
    de::{self, MapOrText},
    open_enum,
};
use serde_json::Value;

use super::read::{Read, object, words};

open_enum! {
    /// How bad an event is.
    pub enum LogLevel {
        /// As it should be.
        Info = "info",
        /// Something is wrong: a rejection, a complaint, a failure that is tried again.
        Warn = "warn",
        /// A failure for good.
        Error = "error",
    }
}

open_enum! {
    /// How a message came to Mailgun, or went on from there.
    pub enum Transport {
        /// By the HTTP API.
        Http = "http",
        /// By SMTP.
        Smtp = "smtp",
    }
}

open_enum! {
    /// What kind of program opened a message or followed a link.
    pub enum ClientType {
        /// A browser.
        Browser = "browser",
        /// A browser of a telephone.
        MobileBrowser = "mobile browser",
        /// A mail program.
        EmailClient = "email client",
        /// A library for programs.
        Library = "library",
        /// A robot.
        Robot = "robot",
        /// A reader of feeds.
        FeedReader = "feed reader",
        /// Something that Mailgun knows, and that is none of these.
        OtherClient = "other",
        /// Something that Mailgun does not know.
        Unknown = "unknown",
    }
}

open_enum! {
    /// What kind of device opened a message or followed a link.
    pub enum DeviceType {
        /// A computer.
        Desktop = "desktop",
        /// A telephone.
        Mobile = "mobile",
        /// A tablet.
        Tablet = "tablet",
        /// Something that Mailgun knows, and that is none of these.
        OtherDevice = "other",
        /// Something that Mailgun does not know.
        Unknown = "unknown",
    }
}

open_enum! {
    /// Which machine opened a message or followed a link, where it was no person.
    pub enum Bot {
        /// Apple's mail privacy protection.
        Apple = "apple",
        /// Gmail's image proxy.
        Gmail = "gmail",
        /// Another one.
        Generic = "generic",
    }
}

words!(LogLevel, Transport, ClientType, DeviceType, Bot);

object! {
    /// The message that an event is about. Events of clicks, for example, have its id alone.
    pub struct EventMessage {
        /// Some of its headers.
        pub headers: MessageHeaders = "headers",
        /// Its files, without their content.
        pub attachments: Vec<AttachmentInfo> = "attachments",
        /// All recipients, where the event tells them.
        pub recipients: Vec<String> = "recipients",
        /// Bytes of the whole message.
        pub size: Option<u64> = "size",
        /// When it was to be delivered, where it was scheduled.
        pub scheduled_for: Option<Timestamp> = "scheduled-for",
    }
}

object! {
    /// Headers of a message.
    pub struct MessageHeaders {
        /// The id, as a rule without the angle brackets that the response to a send has.
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
    /// A file of a message.
    pub struct AttachmentInfo {
        /// Its name.
        pub filename: String = "filename",
        /// Its content type.
        pub content_type: String = "content-type",
        /// Its bytes.
        pub size: Option<u64> = "size",
    }
}

object! {
    /// What is true of a message.
    pub struct EventFlags {
        /// Outgoing, from one who may send for the domain; incoming ones have `false`.
        pub is_authenticated: Option<bool> = "is-authenticated",
        /// Sent on by a route.
        pub is_routed: Option<bool> = "is-routed",
        /// With an AMP part.
        pub is_amp: Option<bool> = "is-amp",
        /// Stored encrypted.
        pub is_encrypted: Option<bool> = "is-encrypted",
        /// Sent in test mode: marked as delivered, and not delivered.
        pub is_test_mode: Option<bool> = "is-test-mode",
        /// A large one.
        pub is_big: Option<bool> = "is-big",
        /// A test of Mailgun's own.
        pub is_system_test: Option<bool> = "is-system-test",
        /// Accepted by the recipient's server, and returned later.
        pub is_delayed_bounce: Option<bool> = "is-delayed-bounce",
        /// The posting to a URL of a route or a webhook.
        pub is_callback: Option<bool> = "is-callback",
        /// The posting to a webhook.
        pub is_webhook: Option<bool> = "is-webhook",
    }
}

object! {
    /// The envelope of a message.
    pub struct Envelope {
        /// The sender.
        pub sender: String = "sender",
        /// The sender as the recipient's server was told it.
        pub mail_from: String = "mail-from",
        /// The recipient.
        pub targets: String = "targets",
        /// How the message went.
        pub transport: Option<Transport> = "transport",
        /// The address of Mailgun's that it was sent from.
        pub sending_ip: String = "sending-ip",
        /// The name of the host that it was sent from.
        pub sending_host: String = "sending-host",
        /// The IP pool that it was sent from.
        pub ip_pool_id: String = "i-ip-pool-id",
    }
}

object! {
    /// Where Mailgun keeps the message, for the domain's retention time.
    pub struct Storage {
        /// The key of the message.
        pub key: String = "key",
        /// The URLs of the message; events have one, logs may have several.
        pub urls: Vec<String> = "url",
        /// The region of the host that keeps it.
        pub region: String = "region",
        /// The environment, `production` for example.
        pub env: String = "env",
    }
}

impl Storage {
    /// The URL of the message, to be given to `Messages::stored_at` of `mailgun-messages` as it is:
    /// it names the host that keeps the message, and Mailgun refuses one that is put together from
    /// the key.
    pub fn url(&self) -> Option<&str> {
        self.urls.iter().map(String::as_str).find(|url| !url.is_empty())
    }
}

object! {
    /// How a delivery went, or why it failed.
    pub struct DeliveryStatus {
        /// The code that the recipient's server gave, or one of Mailgun's own: 605 for example
        /// says that the address bounced before.
        pub code: SmtpCode = "code",
        /// Which attempt it was, from 1.
        pub attempt_no: Option<u64> = "attempt-no",
        /// What the recipient's server said. Old events have an object, which is then JSON here.
        pub message: String = "message",
        /// What Mailgun says.
        pub description: String = "description",
        /// How long the SMTP session took, in seconds.
        pub session_seconds: Option<f64> = "session-seconds",
        /// After how many seconds the next attempt is made.
        pub retry_seconds: Option<f64> = "retry-seconds",
        /// The enhanced code, `5.1.1` for example.
        pub enhanced_code: String = "enhanced-code",
        /// The server that took the message or refused it.
        pub mx_host: String = "mx-host" | "mxhost",
        /// Whether the server's certificate was found valid.
        pub certificate_verified: Option<bool> = "certificate-verified",
        /// Whether the session was encrypted.
        pub tls: Option<bool> = "tls",
        /// Whether the server could take UTF-8.
        pub utf8: Option<bool> = "utf8",
        /// `hard` or `soft`, where it is a bounce.
        pub bounce_type: String = "bounce-type",
        /// How many seconds there were between accepting the message and the first attempt.
        pub first_delivery_attempt_seconds: Option<f64> = "first-delivery-attempt-seconds",
        /// The code of the last attempt, when Mailgun gave up because of the message's age.
        pub last_code: SmtpCode = "last-code",
        /// What the server said at the last attempt.
        pub last_message: String = "last-message",
    }
}

/// A code of a delivery: `550`, `5.1.1`, whether it came as a number or as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SmtpCode(String);

impl SmtpCode {
    /// The code as text; empty where there was none.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code as a number, where it is one: `5.1.1` is none.
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
    fn read(value: &Value) -> Self {
        Self(de::string_or_number(value).ok().flatten().unwrap_or_default())
    }
}

object! {
    /// The program that opened a message or followed a link.
    pub struct ClientInfo {
        /// What kind of program it is.
        pub client_type: Option<ClientType> = "client-type",
        /// The operating system.
        pub client_os: String = "client-os",
        /// The name of the program.
        pub client_name: String = "client-name",
        /// What kind of device it ran on.
        pub device_type: Option<DeviceType> = "device-type",
        /// How the program called itself.
        pub user_agent: String = "user-agent",
        /// The languages that it asked for.
        pub accept_language: String = "accept-language",
        /// The address of the device.
        pub ip: String = "ip",
        /// Which machine it was, where it was no person.
        pub bot: Option<Bot> = "bot",
    }
}

object! {
    /// Where a device seems to be, judged by its address.
    pub struct Geolocation {
        /// The country, as two letters.
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
    /// The mailing list that a message went to.
    pub struct EventMailingList {
        /// The list's address.
        pub address: String = "address",
        /// The list's id.
        pub list_id: String = "list-id",
        /// The id of the sending to the list.
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
        /// Whether the list's mail goes to the member.
        pub subscribed: Option<bool> = "subscribed",
        /// The member's variables.
        pub vars: MapOrText = "vars",
    }
}

object! {
    /// The template that a message was made from.
    pub struct EventTemplate {
        /// Its name.
        pub name: String = "name",
        /// The tag of its version.
        pub version: String = "version",
        /// Whether a text was made from it too.
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
        /// What of the message matched.
        pub matched: RouteMatch = "match",
    }
}

object! {
    /// What of a message matched a route.
    pub struct RouteMatch {
        /// The recipient.
        pub recipient: String = "recipient",
    }
}

object! {
    /// A campaign, which groups messages in accounts that still have campaigns.
    pub struct Campaign {
        /// The campaign's id.
        pub id: String = "id",
        /// The campaign's name.
        pub name: String = "name",
    }
}

object! {
    /// The account that an event belongs to; the logs tell it.
    pub struct EventAccount {
        /// The account's id.
        pub id: String = "id",
        /// The id of the account above it, if it is a subaccount.
        pub parent_id: String = "parent-id",
    }
}
