use mailgun_core::{de, open_enum};
use serde::{Deserialize, Serialize};

use crate::WebScheme;

open_enum! {
    /// Whether clicks are tracked.
    pub enum ClickTracking {
        /// They are.
        Yes = "true",
        /// They are not.
        No = "false",
        /// Those on links in the HTML body only.
        HtmlOnly = "htmlonly",
    }
}

impl From<bool> for ClickTracking {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What a domain tracks. Options of a message come before it.
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
    /// How links that Mailgun rewrites or adds begin.
    pub web_scheme: Option<WebScheme>,
}

/// Whether a domain tracks opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OpenTracking {
    /// Whether it does.
    #[serde(deserialize_with = "de::bool_like")]
    pub active: Option<bool>,
    /// Whether the tracking pixel is at the top of the mail.
    #[serde(deserialize_with = "de::bool_like")]
    pub place_at_the_top: Option<bool>,
}

/// Whether a domain tracks clicks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClickTrackingState {
    /// Whether it does.
    pub active: Option<ClickTracking>,
}

/// Whether a domain adds links to unsubscribe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UnsubscribeTracking {
    /// Whether it does.
    #[serde(deserialize_with = "de::bool_like")]
    pub active: Option<bool>,
    /// What is added to the HTML body, with `%unsubscribe_url%` in the place of the link.
    #[serde(deserialize_with = "de::null_default")]
    pub html_footer: String,
    /// What is added to the text body, with `%unsubscribe_url%` in the place of the link.
    #[serde(deserialize_with = "de::null_default")]
    pub text_footer: String,
}

macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $settings:ident })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// Mailgun's words, `Domain tracking settings have been updated` for example.
            #[serde(default, deserialize_with = "de::null_default")]
            pub message: String,
            /// The settings as they are now.
            #[serde(default, deserialize_with = "de::null_default")]
            pub $field: $settings,
        }
    )*};
}
responses! {
    /// The reply to a change of the tracking of opens.
    OpenTrackingResponse { open: OpenTracking }
    /// The reply to a change of the tracking of clicks.
    ClickTrackingResponse { click: ClickTrackingState }
    /// The reply to a change of the tracking of unsubscribes.
    UnsubscribeTrackingResponse { unsubscribe: UnsubscribeTracking }
}

open_enum! {
    /// What has become of a certificate.
    pub enum CertificateStatus {
        /// It is being made.
        Processing = "processing",
        /// It is in use.
        Active = "active",
        /// It is too old; it can be regenerated.
        Expired = "expired",
        /// It could not be made.
        Error = "error",
    }
}

/// The TLS certificate of a tracking host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TrackingCertificate {
    /// What has become of it.
    pub status: Option<CertificateStatus>,
    /// What is wrong or still to come.
    pub error: Option<String>,
    /// The certificate in PEM format; none while it is being made.
    pub certificate: Option<String>,
}

/// A certificate that Mailgun has begun to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CertificateJob {
    /// Mailgun's words, `Initiated x509 key pair generation` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The path that tells what becomes of it; so does
    /// [`certificate`](crate::DomainTracking::certificate).
    #[serde(default, deserialize_with = "de::null_default")]
    pub location: String,
}
