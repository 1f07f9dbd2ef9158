//! The commands and their help.

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        api, bulk, completions, doctor, domains, events, listen, man, metrics, mock, profile,
        routes, send, suppressions, tail, templates, verify, webhooks,
    },
    context::{Context, Globals},
    exit::{self, Result},
};

/// Mailgun from the command line
#[derive(Parser, Debug)]
#[command(name = "mailgun", version, max_term_width = 100, after_help = exit::TABLE)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
#[command(subcommand_help_heading = "Commands", disable_help_subcommand = true)]
pub(crate) enum Command {
    Send(Box<send::Send>),
    Bulk(Box<bulk::Bulk>),
    Events(events::Events),
    Tail(tail::Tail),
    Listen(listen::Listen),
    #[command(subcommand)]
    Verify(verify::Verify),
    #[command(subcommand)]
    Domains(domains::Domains),
    #[command(subcommand)]
    Suppressions(suppressions::Suppressions),
    Templates(templates::Templates),
    #[command(subcommand)]
    Routes(routes::Routes),
    #[command(subcommand)]
    Webhooks(webhooks::Webhooks),
    Metrics(metrics::Metrics),
    Doctor(doctor::Doctor),
    Mock(mock::Mock),
    Api(api::Api),
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Send(command) => command.run(context).await,
            Self::Bulk(command) => command.run(context).await,
            Self::Events(command) => command.run(context).await,
            Self::Tail(command) => command.run(context).await,
            Self::Listen(command) => command.run(context).await,
            Self::Verify(command) => command.run(context).await,
            Self::Domains(command) => command.run(context).await,
            Self::Suppressions(command) => command.run(context).await,
            Self::Templates(command) => command.run(context).await,
            Self::Routes(command) => command.run(context).await,
            Self::Webhooks(command) => command.run(context).await,
            Self::Metrics(command) => command.run(context).await,
            Self::Doctor(command) => command.run(context).await,
            Self::Mock(command) => command.run(context).await,
            Self::Api(command) => command.run(context).await,
            Self::Profile(command) => command.run(context).await,
            Self::Completions(command) => command.run(context),
            Self::Man(command) => command.run(context),
        }
    }
}
