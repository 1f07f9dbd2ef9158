use clap::Subcommand;
use mailgun::webhooks::WebhookType;
use serde_json::json;

use crate::{context::Context, exit::Result, output::cell};

/// The URLs that Mailgun posts events of a domain to
///
/// Types: accepted, delivered, opened, clicked, unsubscribed, complained, permanent_fail,
/// temporary_fail. To receive them on this machine, see `mailgun listen`.
#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  mailgun webhooks set delivered https://example.com/webhooks/mailgun")]
pub(crate) enum Webhooks {
    /// List the webhooks of the domain
    List,
    /// Set the URLs of a type, in place of those it has
    Set {
        /// Type of the events, such as delivered
        #[arg(value_name = "TYPE")]
        kind: String,
        /// Up to three URLs
        #[arg(value_name = "URL", required = true, num_args = 1..=3)]
        urls: Vec<String>,
    },
    /// Delete all URLs of a type
    Delete {
        /// Type of the events, such as delivered
        #[arg(value_name = "TYPE")]
        kind: String,
    },
}

impl Webhooks {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let domain = context.domain()?;
        let webhooks = context.mailgun().await?.webhooks(&domain);
        let out = context.out;
        match self {
            Self::List => {
                let all = webhooks.list().await?;
                let mut all: Vec<_> = all
                    .into_iter()
                    .map(|(kind, webhook)| (kind.to_string(), webhook.urls))
                    .filter(|(_, urls)| !urls.is_empty())
                    .collect();
                all.sort();
                if out.is_json {
                    let map: serde_json::Map<_, _> =
                        all.into_iter().map(|(kind, urls)| (kind, json!(urls))).collect();
                    return out.json(&map);
                }
                out.list(&all, ["TYPE", "URLS"], |(kind, urls)| [cell(kind), cell(urls.join(" "))])
            }
            Self::Set { kind, urls } => {
                let kind = WebhookType::from(kind);
                let has_urls = webhooks.get(kind.clone()).optional().await?;
                let call = match has_urls.filter(|webhook| !webhook.urls.is_empty()) {
                    Some(_) => webhooks.update(kind.clone(), &urls),
                    None => webhooks.create(kind.clone(), &urls),
                };
                let Some(response) = context.change(call).await? else { return Ok(()) };
                out.done(&response, format!("Mailgun posts {kind} to {}", urls.join(" ")))
            }
            Self::Delete { kind } => {
                context.confirm(&format!("Delete the webhook {kind} of {domain}"))?;
                let Some(response) = context.change(webhooks.delete(kind.as_str())).await? else {
                    return Ok(());
                };
                out.done(&response, format!("Deleted the webhook {kind}"))
            }
        }
    }
}
