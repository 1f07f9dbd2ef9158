use std::collections::BTreeMap;

use mailgun_core::de;
use serde::{Deserialize, Deserializer, Serialize};

mailgun_core::open_enum! {
    /// The kind of a client.
    pub enum ClientCategory {
        /// A website.
        Web = "Web",
        /// A desktop application.
        Application = "Application",
        /// An application on a phone or tablet.
        Mobile = "Mobile",
    }
}

/// An email client that can render a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreviewClient {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name of the client, such as `Outlook 2016`.
    #[serde(deserialize_with = "de::null_default")]
    pub client: String,
    /// The operating system.
    #[serde(deserialize_with = "de::null_default")]
    pub os: String,
    /// The kind of client.
    pub category: Option<ClientCategory>,
    /// The browser. `None` if the client is not a website.
    pub browser: Option<String>,
    /// Whether its pictures can be rotated.
    #[serde(deserialize_with = "de::bool_like")]
    pub rotate: Option<bool>,
    /// Whether it can block pictures.
    #[serde(deserialize_with = "de::bool_like")]
    pub image_blocking: Option<bool>,
    /// Whether it is free.
    #[serde(deserialize_with = "de::bool_like")]
    pub free: Option<bool>,
    /// Whether it is one of the default clients.
    #[serde(deserialize_with = "de::bool_like")]
    pub default: Option<bool>,
}

/// The clients by their ids, alone or below the name `clients`.
pub(crate) struct Clients(BTreeMap<String, Option<PreviewClient>>);

impl Clients {
    pub(crate) fn into_inner(self) -> BTreeMap<String, PreviewClient> {
        self.0.into_iter().filter_map(|(id, client)| Some((id, client?))).collect()
    }
}

impl<'de> Deserialize<'de> for Clients {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::named(deserializer, &["clients"]).map(|(_message, clients)| Self(clients))
    }
}
