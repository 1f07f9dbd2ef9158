use mailgun_core::{Timestamp, de};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Action, Expression};

/// What happens to incoming mail that an expression matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Route {
    /// What names it in calls: 24 hexadecimal digits.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// Smaller comes first.
    #[serde(deserialize_with = "de::number_or_string")]
    pub priority: Option<i64>,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// Which mail it is for.
    #[serde(deserialize_with = "de::null_default")]
    pub expression: Expression,
    /// What happens to that mail, in order.
    #[serde(deserialize_with = "de::items")]
    pub actions: Vec<Action>,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
}

/// The reply to the writing of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteResponse {
    /// Mailgun's words, `Route has been created` for example.
    pub message: String,
    /// The route as it is now.
    pub route: Route,
}

/// An update is answered with the fields of the route beside the message.
impl<'de> Deserialize<'de> for RouteResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, route) = de::named(deserializer, &["route"])?;
        Ok(Self { message: message.unwrap_or_default(), route })
    }
}

/// The reply to the deletion of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RouteDeleted {
    /// Mailgun's words, `Route has been deleted` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The id that the route had.
    #[serde(default, deserialize_with = "de::null_default")]
    pub id: String,
}
