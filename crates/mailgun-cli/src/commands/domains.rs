use clap::{Args, Subcommand};
use mailgun::domains::{
    DnsRecord, DnsRecordState, Domain, DomainResponse, DomainState, GetDomain, ListDomains,
};

use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{Tone, cell, optional, toned, yes_no},
    progress,
};

/// List, inspect and verify domains
#[derive(Subcommand, Debug)]
pub(crate) enum Domains {
    /// List the domains of the account
    List(ListArgs),
    /// Show a domain
    Get(Name),
    /// Have Mailgun check the DNS records of a domain; the status is 7 if it stays unverified
    Verify(Name),
    /// Show the DNS records of a domain: what Mailgun expects and what it finds
    Dns(Name),
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Only domains whose name contains this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only domains in this state: active, unverified or disabled
    #[arg(long)]
    state: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Name {
    /// The domain [default: --domain]
    name: Option<String>,
}

impl Name {
    fn of(self, context: &Context) -> Result<String> {
        self.name.map_or_else(|| context.domain(), Ok)
    }
}

impl Domains {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let domains = context.mailgun().await?.domains();
        let out = context.out;
        match self {
            Self::List(ListArgs { search, state }) => {
                let mut params = ListDomains::new().limit(1000);
                if let Some(text) = search {
                    params = params.search(text);
                }
                if let Some(state) = state {
                    params = params.state(state);
                }
                let found = progress::collect(domains.list(params), "domains", out).await?;
                out.list(&found, ["DOMAIN", "STATE", "TYPE", "CREATED"], |domain| {
                    [
                        cell(&domain.name),
                        state_cell(domain),
                        optional(domain.domain_type.as_ref()),
                        optional(domain.created_at),
                    ]
                })
            }
            Self::Get(name) => {
                let response = domains.get(&name.of(context)?, GetDomain::new()).await?;
                let domain = &response.domain;
                let disabled = domain.disabled.as_ref().map(|disabled| disabled.reason.clone());
                let records = records(&response).count();
                let valid = records_in(&response, true).count();
                out.fields(
                    &response,
                    [
                        ("domain", cell(&domain.name)),
                        ("state", state_cell(domain)),
                        ("disabled", optional(disabled)),
                        ("type", optional(domain.domain_type.as_ref())),
                        ("created", optional(domain.created_at)),
                        ("SMTP login", cell(&domain.smtp_login)),
                        ("requires TLS", yes_no(domain.require_tls)),
                        ("spam", optional(domain.spam_action.as_ref())),
                        ("wildcard", yes_no(domain.wildcard)),
                        ("tracking", optional(domain.tracking_host.as_ref())),
                        ("DNS records", cell(format!("{valid} of {records} valid"))),
                    ],
                )
            }
            Self::Verify(name) => {
                let name = name.of(context)?;
                let Some(response) = context.change(domains.verify(&name)).await? else {
                    return Ok(());
                };
                show_records(&response, context)?;
                if response.domain.state != Some(DomainState::Active) {
                    return Err(Failure::negative(format!("{name} is not verified"))
                        .advice("DNS changes can take up to 48 hours. Then verify again."));
                }
                Ok(())
            }
            Self::Dns(name) => {
                let response = domains.get(&name.of(context)?, GetDomain::new()).await?;
                show_records(&response, context)
            }
        }
    }
}

fn state_cell(domain: &Domain) -> comfy_table::Cell {
    let tone = match &domain.state {
        _ if domain.is_disabled => Tone::Bad,
        Some(DomainState::Active) => Tone::Good,
        Some(DomainState::Unverified) => Tone::Warning,
        _ => Tone::Bad,
    };
    let state = domain.state.as_ref().map_or("unknown", |state| state.as_str());
    toned(if domain.is_disabled { "disabled" } else { state }, tone)
}

/// The records of a domain: first those for sending.
pub(crate) fn records(response: &DomainResponse) -> impl Iterator<Item = &DnsRecord> {
    response.sending_dns_records.iter().chain(&response.receiving_dns_records)
}

/// The records that Mailgun found as expected, or the others.
pub(crate) fn records_in(
    response: &DomainResponse,
    is_valid: bool,
) -> impl Iterator<Item = &DnsRecord> {
    records(response).filter(move |it| (it.valid == Some(DnsRecordState::Valid)) == is_valid)
}

fn show_records(response: &DomainResponse, context: &Context) -> Result<()> {
    let all: Vec<_> = records(response).collect();
    context.out.list(&all, ["TYPE", "NAME", "STATE", "EXPECTED", "FOUND"], |record| {
        let (state, tone) = match &record.valid {
            Some(DnsRecordState::Valid) => ("valid", Tone::Good),
            Some(DnsRecordState::Invalid) => ("wrong", Tone::Bad),
            _ if record.cached.is_empty() => ("missing", Tone::Bad),
            _ => ("unknown", Tone::Warning),
        };
        let priority = record.priority.map(|it| format!("{it} ")).unwrap_or_default();
        let name = record.name.as_deref().filter(|name| !name.is_empty());
        [
            optional(record.record_type.as_ref()),
            cell(name.unwrap_or(&response.domain.name)),
            toned(state, tone),
            cell(format!("{priority}{}", record.value)),
            cell(record.cached.join(", ")),
        ]
    })
}
