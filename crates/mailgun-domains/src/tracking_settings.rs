use mailgun_core::{de, open_enum};
use serde::{Deserialize, Serialize};

use crate::WebScheme;

open_enum! {
    /// Whether clicks are tracked.
    pub enum ClickTracking {
        /// Clicks are tracked.
        Yes = "true",
        /// Clicks are not tracked.
        No = "false",
        /// Only clicks on links in the HTML body are tracked.
        HtmlOnly = "htmlonly",
    }
}

impl From<bool> for ClickTracking {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// The tracking settings of a domain. Options of a message take precedence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TrackingSettings {
    /// Opens.
    #[serde(deserialize_with = "de::null_default")]
    pub open: OpenTracking,
    /// Clicks.
    #[serde(deserialize_with = "de::null_default")]
    pub click: ClickTrackingState,
    /// Unsubscribes.
    #[serde(deserialize_with = "de::null_default")]
    pub unsubscribe: UnsubscribeTracking,
    /// The scheme of links that Mailgun rewrites or adds.
    pub web_scheme: Option<WebScheme>,
}

/// Whether a domain tracks opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OpenTracking {
    /// Whether tracking is on.
    #[serde(deserialize_with = "de::bool_like")]
    pub active: Option<bool>,
    /// Whether the tracking pixel is at the top of the body.
    #[serde(deserialize_with = "de::bool_like")]
    pub place_at_the_top: Option<bool>,
}

/// Whether a domain tracks clicks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClickTrackingState {
    /// Whether tracking is on.
    pub active: Option<ClickTracking>,
}

/// Whether Mailgun adds unsubscribe links to the mail of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UnsubscribeTracking {
    /// Whether tracking is on.
    #[serde(deserialize_with = "de::bool_like")]
    pub active: Option<bool>,
    /// The text to append to the HTML body. `%unsubscribe_url%` stands for the link.
    #[serde(deserialize_with = "de::null_default")]
    pub html_footer: String,
    /// The text to append to the text body. `%unsubscribe_url%` stands for the link.
    #[serde(deserialize_with = "de::null_default")]
    pub text_footer: String,
}

macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $settings:ident })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// The message from Mailgun, such as `Domain tracking settings have been updated`.
            #[serde(default, deserialize_with = "de::null_default")]
            pub message: String,
            /// The settings after the change.
            #[serde(default, deserialize_with = "de::null_default")]
            pub $field: $settings,
        }
    )*};
}
responses! {
    /// The response to changing the tracking of opens.
    OpenTrackingResponse { open: OpenTracking }
    /// The response to changing the tracking of clicks.
    ClickTrackingResponse { click: ClickTrackingState }
    /// The response to changing the tracking of unsubscribes.
    UnsubscribeTrackingResponse { unsubscribe: UnsubscribeTracking }
}

open_enum! {
    /// The status of a certificate.
    pub enum CertificateStatus {
        /// Mailgun is generating it.
        Processing = "processing",
        /// It is in use.
        Active = "active",
        /// It has expired and can be regenerated.
        Expired = "expired",
        /// Mailgun could not generate it.
        Error = "error",
    }
}

/// The TLS certificate of a tracking host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TrackingCertificate {
    /// The status of the certificate.
    pub status: Option<CertificateStatus>,
    /// The error, or what Mailgun is waiting for.
    pub error: Option<String>,
    /// The certificate in PEM format; `None` until it has been generated.
    pub certificate: Option<String>,
}

/// The response to requesting a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CertificateJob {
    /// The message from Mailgun, such as `Initiated x509 key pair generation`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The path of the status, which [`certificate`](crate::DomainTracking::certificate) also
    /// returns.
    #[serde(default, deserialize_with = "de::null_default")]
    pub location: String,
}
