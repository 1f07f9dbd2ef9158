use clap::{Args, Subcommand};
use mailgun::routes::{ListRoutes, Route, RouteSettings};

use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{cell, optional},
    progress,
};

/// What happens to incoming mail
#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  mailgun routes create 'match_recipient(\"support@mg.example.com\")' \\
      --action 'forward(\"https://example.com/inbound\")' --action 'stop()'")]
pub(crate) enum Routes {
    /// List the routes of the account
    List,
    /// Show a route
    Get {
        /// Id of the route, as `list` shows it
        id: String,
    },
    /// Show the route that mail to an address takes; the status is 5 if there is none
    Match {
        /// Address of a recipient
        address: String,
    },
    /// Create a route
    Create {
        /// Which mail: match_recipient(..), match_header(..) or catch_all()
        expression: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Change a route
    Update {
        /// Id of the route, as `list` shows it
        id: String,
        /// Which mail
        #[arg(long)]
        expression: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete a route
    Delete {
        /// Id of the route, as `list` shows it
        id: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Settings {
    /// What to do: forward(..), store(..) or stop(); may be repeated
    #[arg(long)]
    action: Vec<String>,
    /// Routes with a lower number come first [default: 0]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    priority: Option<i64>,
    /// Text that helps people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl From<Settings> for RouteSettings {
    fn from(settings: Settings) -> Self {
        let mut params = Self::new();
        params = settings.action.into_iter().fold(params, Self::action);
        if let Some(priority) = settings.priority {
            params = params.priority(priority);
        }
        if let Some(description) = settings.description {
            params = params.description(description);
        }
        params
    }
}

impl Routes {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let routes = context.mailgun().await?.routes();
        let out = context.out;
        match self {
            Self::List => {
                let all = routes.list(ListRoutes::new().limit(1000));
                let all = progress::collect(all, "routes", out).await?;
                out.list(
                    &all,
                    ["ID", "PRIORITY", "EXPRESSION", "ACTIONS", "DESCRIPTION"],
                    |route| {
                        [
                            cell(&route.id),
                            optional(route.priority),
                            cell(&route.expression),
                            cell(actions(route)),
                            cell(&route.description),
                        ]
                    },
                )
            }
            Self::Get { id } => show(&routes.get(&id).await?, context),
            Self::Match { address } => match routes.match_address(&address).optional().await? {
                Some(route) => show(&route, context),
                None => Err(Failure::not_found("no route matches this address")),
            },
            Self::Create { expression, settings } => {
                let call = routes.create(expression, settings.into());
                let Some(response) = context.change(call).await? else { return Ok(()) };
                out.done(&response.route, format!("Created the route {}", response.route.id))
            }
            Self::Update { id, expression, settings } => {
                let mut settings = RouteSettings::from(settings);
                if let Some(expression) = expression {
                    settings = settings.expression(expression);
                }
                let Some(response) = context.change(routes.update(&id, settings)).await? else {
                    return Ok(());
                };
                out.done(&response.route, format!("Changed the route {id}"))
            }
            Self::Delete { id } => {
                context.confirm(&format!("Delete the route {id}"))?;
                let Some(deleted) = context.change(routes.delete(&id)).await? else {
                    return Ok(());
                };
                out.done(&deleted, format!("Deleted the route {id}"))
            }
        }
    }
}

fn actions(route: &Route) -> String {
    route.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn show(route: &Route, context: &Context) -> Result<()> {
    context.out.fields(
        route,
        [
            ("id", cell(&route.id)),
            ("priority", optional(route.priority)),
            ("expression", cell(&route.expression)),
            ("actions", cell(actions(route))),
            ("description", cell(&route.description)),
            ("created", optional(route.created_at)),
        ],
    )
}
