use mailgun_core::{Call, Client, Confirmation, LinkPage, Operation, Pager, Secret, de};
use serde::{Deserialize, Serialize};

use crate::AlertEventType;

pub(crate) const UPDATE: Operation = Operation::put("/v1/alerts/settings/slack").idempotent();
// Both delete all alert settings with the channel Slack.
pub(crate) const DELETE: Operation = Operation::delete("/v1/alerts/settings/slack");
pub(crate) const REVOKE: Operation = Operation::delete("/v1/alerts/slack/oauth");
pub(crate) const TEST: Operation = Operation::post("/v1/alerts/slack/test");
pub(crate) const CHANNELS: Operation = Operation::get("/v1/alerts/slack/channels");
pub(crate) const CHANNEL: Operation = Operation::get("/v1/alerts/slack/channels/{id}");

/// The Slack workspace that receives alerts.
#[derive(Clone, Debug)]
pub struct Slack {
    pub(crate) client: Client,
}

impl Slack {
    /// Connects a Slack workspace with its token.
    ///
    /// `PUT /v1/alerts/settings/slack`
    ///
    /// # Errors
    ///
    /// Returns 400 if the settings are invalid.
    ///
    /// ```no_run
    /// # async fn example(
    /// #     slack: mailgun_alerts::Slack,
    /// #     token: mailgun_core::Secret,
    /// # ) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::UpdateSlack;
    ///
    /// let params = UpdateSlack::new().team_id("T01234567").team_name("Example");
    /// slack.update(token, params).await?;
    /// # Ok(()) }
    /// ```
    pub fn update(&self, token: impl Into<Secret>, params: UpdateSlack) -> Call<()> {
        self.client.call(UPDATE, &[]).json(&params.token(&token.into()))
    }

    /// Disconnects the workspace and deletes all alert settings for Slack. The token stays valid.
    ///
    /// `DELETE /v1/alerts/settings/slack`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(slack: mailgun_alerts::Slack) -> Result<(), mailgun_core::Error> {
    /// slack.delete().await?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.client.call(DELETE, &[])
    }

    /// Revokes the token, disconnects the workspace and deletes all alert settings for Slack.
    ///
    /// `DELETE /v1/alerts/slack/oauth`. All Mailgun accounts that are connected to the workspace
    /// share the token, so this disconnects them too. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(slack: mailgun_alerts::Slack) -> Result<(), mailgun_core::Error> {
    /// slack.revoke().await?;
    /// # Ok(()) }
    /// ```
    pub fn revoke(&self) -> Call<()> {
        self.client.call(REVOKE, &[])
    }

    /// Sends a test alert with sample data to Slack channels.
    ///
    /// `POST /v1/alerts/slack/test`. It is not retried if its outcome is unknown.
    ///
    /// # Errors
    ///
    /// Returns 400 if the event type or a channel is invalid.
    ///
    /// ```no_run
    /// # async fn example(slack: mailgun_alerts::Slack) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::{AlertEventType, TestSlack};
    ///
    /// slack.test(AlertEventType::IpListed, TestSlack::new().channel_ids(["C0123"])).await?;
    /// # Ok(()) }
    /// ```
    pub fn test(
        &self,
        event_type: impl Into<AlertEventType>,
        params: TestSlack,
    ) -> Call<Confirmation> {
        self.client.call(TEST, &[]).json(&params.event_type(event_type.into()))
    }

    /// Lists the channels of the workspace.
    ///
    /// `GET /v1/alerts/slack/channels`
    ///
    /// # Errors
    ///
    /// Returns 401 if the API key is invalid.
    ///
    /// ```no_run
    /// # async fn example(slack: mailgun_alerts::Slack) -> Result<(), mailgun_core::Error> {
    /// use mailgun_alerts::ListSlackChannels;
    ///
    /// let mut pager = slack.channels(ListSlackChannels::new().limit(100));
    /// while let Some(page) = pager.next_page().await? {
    ///     for channel in page {
    ///         println!("{} {}", channel.id, channel.name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn channels(&self, params: ListSlackChannels) -> Pager<SlackChannel> {
        Pager::links(self.client.call::<LinkPage<SlackChannel>>(CHANNELS, &[]).query(params))
    }

    /// Gets a channel by its id.
    ///
    /// `GET /v1/alerts/slack/channels/{id}`
    ///
    /// # Errors
    ///
    /// Returns 404 if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(slack: mailgun_alerts::Slack) -> Result<(), mailgun_core::Error> {
    /// println!("{}", slack.channel("C0123").await?.name);
    /// # Ok(()) }
    /// ```
    pub fn channel(&self, id: &str) -> Call<SlackChannel> {
        self.client.call(CHANNEL, &[id])
    }
}

mailgun_core::json_params! {
    /// Settings of a Slack workspace.
    pub struct UpdateSlack;
}

impl UpdateSlack {
    /// The id of the workspace, such as `T01234567`.
    pub fn team_id(self, id: impl Into<String>) -> Self {
        self.set(&["team_id"], &id.into())
    }

    /// The name of the workspace.
    pub fn team_name(self, name: impl Into<String>) -> Self {
        self.set(&["team_name"], &name.into())
    }

    /// The scope of the token, such as `channels:read`.
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.set(&["scope"], &scope.into())
    }

    fn token(self, token: &Secret) -> Self {
        self.set(&["token"], token.expose())
    }
}

mailgun_core::json_params! {
    /// Options of a test alert in Slack.
    pub struct TestSlack;
}

impl TestSlack {
    /// The ids of the channels. Default: the channels in the settings of the event type.
    pub fn channel_ids(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        self.set(&["channel_ids"], &ids)
    }

    fn event_type(self, event_type: AlertEventType) -> Self {
        self.set(&["event_type"], &event_type)
    }
}

mailgun_core::params! {
    /// Options of a listing of channels.
    pub struct ListSlackChannels;
}

impl ListSlackChannels {
    /// The page size.
    pub fn limit(self, limit: u32) -> Self {
        self.set("limit", limit)
    }

    /// The page to start with: the token of a link to it.
    pub fn page(self, token: impl Into<String>) -> Self {
        self.set("page", token.into())
    }
}

/// The Slack workspace that receives alerts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SlackSettings {
    /// The token.
    #[serde(skip_serializing)]
    pub token: Option<Secret>,
    /// The id of the workspace.
    pub team_id: Option<String>,
    /// The name of the workspace.
    pub team_name: Option<String>,
    /// The scope of the token.
    pub scope: Option<String>,
}

/// A channel of a Slack workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SlackChannel {
    /// The id.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The name.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Whether it is archived.
    #[serde(deserialize_with = "de::bool_like")]
    pub is_archived: Option<bool>,
}
