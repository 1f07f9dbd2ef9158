use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Action, Expression};

/// A rule for incoming messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Route {
    /// The id: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The priority. Smaller numbers are evaluated first.
    #[serde(deserialize_with = "de::number_or_string")]
    pub priority: Option<i64>,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// The expression that selects messages.
    #[serde(deserialize_with = "de::null_default")]
    pub expression: Expression,
    /// The actions, in order.
    #[serde(deserialize_with = "de::items")]
    pub actions: Vec<Action>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// The response to creating or changing a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteResponse {
    /// The message from Mailgun, such as `Route has been created`.
    pub message: String,
    /// The route after the change.
    pub route: Route,
}

/// The response to an update has the fields of the route beside the message.
impl<'de> Deserialize<'de> for RouteResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, route) = de::named(deserializer, &["route"])?;
        Ok(Self { message: message.unwrap_or_default(), route })
    }
}

/// The response to deleting a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RouteDeleted {
    /// The message from Mailgun, such as `Route has been deleted`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The id of the deleted route.
    #[serde(default, deserialize_with = "de::null_default")]
    pub id: String,
}
