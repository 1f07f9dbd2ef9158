use std::time::Duration;

use clap::Args;
use mailgun::{
    Client, Error, Mailgun, Operation, Region, Response, Timestamp,
    domains::{DomainResponse, DomainState, GetDomain},
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::domains::{records, records_in};
use crate::{
    args::Pair,
    context::Context,
    exit::{Failure, Result},
    output::{Tone, clean},
};

/// A webhook is refused if the clock differs by more.
const MAX_SKEW: Duration = Duration::from_secs(5 * 60);
const SKEW: Duration = Duration::from_secs(30);

/// Find out what is wrong with the settings and the account
///
/// Checks the API key, the region, the domain and its DNS records, the webhook signing key, the clock of
/// this machine and the limits of the account. Each line says what to do. It changes nothing. The
/// status is 7 if a check fails.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun doctor
  mailgun doctor --domain mg.example.com --json")]
pub(crate) struct Doctor {
    /// URL to ask in place of a region's
    #[arg(long, hide = true, value_name = "REGION=URL")]
    region_url: Vec<Pair>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// The result of one check.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    finding: String,
    advice: Option<String>,
}

fn ok(name: &'static str, finding: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Ok, finding: finding.into(), advice: None }
}

fn warn(name: &'static str, finding: impl Into<String>, advice: impl Into<String>) -> Check {
    let advice = Some(advice.into());
    Check { name, verdict: Verdict::Warn, finding: finding.into(), advice }
}

fn fail(name: &'static str, finding: impl Into<String>, advice: impl Into<String>) -> Check {
    Check { verdict: Verdict::Fail, ..warn(name, finding, advice) }
}

impl Doctor {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let checks = self.checks(context).await;
        let failed = checks.iter().filter(|check| check.verdict == Verdict::Fail).count();
        if context.out.is_json {
            context.out.json(&json!({ "ok": failed == 0, "checks": checks }))?;
        } else {
            checks.iter().try_for_each(|check| show(check, context))?;
        }
        match failed {
            0 => Ok(()),
            1 => Err(Failure::negative("1 check failed")),
            _ => Err(Failure::negative(format!("{failed} checks failed"))),
        }
    }

    async fn checks(&self, context: &Context) -> Vec<Check> {
        let (mailgun, domain) = match settings(context).await {
            Ok(settings) => settings,
            Err(failure) => {
                let (finding, advice) = split(failure.message());
                return vec![fail("settings", finding, advice)];
            }
        };
        let mut checks = Vec::new();
        let Some(mailgun) =
            self.key_and_region(&mailgun, domain.as_deref(), context, &mut checks).await
        else {
            return checks;
        };
        let domain = domains(&mailgun, domain, &mut checks).await;
        if let Some(domain) = &domain {
            dns(domain, &mut checks);
        }
        checks.push(signing_key(&mailgun).await);
        checks.push(clock(&mailgun).await);
        checks.push(monthly_limit(&mailgun).await);
        if let Some(domain) = &domain {
            checks.push(queue(&mailgun, &domain.domain.name).await);
        }
        checks
    }

    /// Asks all regions. Returns the client for the one that has the domain.
    async fn key_and_region(
        &self,
        mailgun: &Mailgun,
        domain: Option<&str>,
        context: &Context,
        checks: &mut Vec<Check>,
    ) -> Option<Mailgun> {
        let set = mailgun.client().base_url();
        let urls: Vec<_> = Region::ALL.iter().map(|region| (*region, self.url(*region))).collect();
        let Some((set_region, _)) = urls.iter().find(|(_, url)| *url == set) else {
            let answer = probe(mailgun.client(), domain).await;
            let is_accepted = answer.is_ok();
            checks.push(key(&[(set.clone(), &answer)]));
            checks.push(ok("region", format!("{set}, set by hand: regions are not compared")));
            return is_accepted.then(|| mailgun.clone());
        };
        let mut answers = Vec::new();
        for (region, url) in &urls {
            let client = match context.at(mailgun, url) {
                Ok(client) => client,
                Err(failure) => {
                    checks.push(fail("region", failure.message(), "Check the settings."));
                    return None;
                }
            };
            let answer = probe(client.client(), domain).await;
            answers.push((*region, client, answer));
        }
        let named: Vec<_> =
            answers.iter().map(|(region, _, it)| (region.to_string(), it)).collect();
        checks.push(key(&named));
        let has_domain = answers.iter().find(|(.., answer)| matches!(answer, Ok(true)));
        let is_set = |it: &&(Region, Mailgun, _)| it.0 == *set_region;
        let accepts = |it: &&(Region, Mailgun, Result<bool, Error>)| it.2.is_ok();
        let accepting =
            answers.iter().filter(accepts).find(is_set).or(answers.iter().find(accepts));
        let (found, client, _) = has_domain.or(accepting)?;
        checks.push(if found == set_region {
            ok("region", format!("{found}, as set"))
        } else {
            let what = if has_domain.is_some() { "domain" } else { "key" };
            fail(
                "region",
                format!("the {what} is in {found}, but the settings say {set_region}"),
                format!("Set MAILGUN_REGION={found}, or the region of the profile."),
            )
        });
        Some(client.clone())
    }

    fn url(&self, region: Region) -> String {
        let given = self.region_url.iter().find(|pair| pair.name == region.to_string());
        given.map_or_else(|| region.base_url().to_owned(), |pair| pair.value.clone())
    }
}

fn show(check: &Check, context: &Context) -> Result<()> {
    let (word, tone) = match check.verdict {
        Verdict::Ok => ("ok  ", Tone::Good),
        Verdict::Warn => ("warn", Tone::Warning),
        Verdict::Fail => ("fail", Tone::Bad),
    };
    let out = context.out;
    out.line(format!("{}  {:<12} {}", out.paint(word, tone), check.name, clean(&check.finding)))?;
    match &check.advice {
        Some(advice) => out.line(format!("{:19}{}", "", clean(advice))),
        None => Ok(()),
    }
}

/// The first line of a message, and the rest.
fn split(message: &str) -> (&str, &str) {
    message.split_once('\n').unwrap_or((message, "Check the settings."))
}

async fn settings(context: &Context) -> Result<(Mailgun, Option<String>)> {
    Ok((context.mailgun().await?, context.domain_if_set()?))
}

/// Whether the key is accepted, and whether the domain is there.
async fn probe(client: &Client, domain: Option<&str>) -> Result<bool, Error> {
    match domain {
        Some(domain) => client.has_domain(domain).await,
        None => date(client).await.map(|_| false),
    }
}

fn key(answers: &[(String, &Result<bool, Error>)]) -> Check {
    if answers.iter().any(|(_, answer)| answer.is_ok()) {
        return ok("key", "Mailgun accepts it");
    }
    let errors = answers.iter().filter_map(|(name, answer)| Some((name, answer.as_ref().err()?)));
    let is_refused = errors.clone().any(|(_, error)| {
        matches!(error.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    });
    let texts: Vec<_> = errors.map(|(name, error)| format!("{name}: {error}")).collect();
    let advice = if is_refused {
        "Copy the key again from https://app.mailgun.com/settings/api_security. A domain sending key can \
         only send."
    } else {
        "Check the connection, the proxy and MAILGUN_BASE_URL."
    };
    fail("key", texts.join("; "), advice)
}

async fn date(client: &Client) -> Result<Response<Value>, Error> {
    const DOMAINS: Operation = Operation::get("/v4/domains");
    let mut query = mailgun::resource::Fields::new();
    query.set("limit", 1_u32);
    client.call(DOMAINS, &[]).query(query).response().await
}

async fn domains(
    mailgun: &Mailgun,
    name: Option<String>,
    checks: &mut Vec<Check>,
) -> Option<DomainResponse> {
    let Some(name) = name else {
        checks.push(warn(
            "domain",
            "none is set",
            "Set MAILGUN_DOMAIN, or the domain of the profile.",
        ));
        return None;
    };
    let response = match mailgun.domains().get(&name, GetDomain::new()).optional().await {
        Ok(Some(response)) => response,
        Ok(None) => {
            let finding = format!("the account has no domain {name}");
            checks.push(fail("domain", finding, "See: mailgun domains list"));
            return None;
        }
        Err(error) => {
            checks.push(unchecked("domain", &error));
            return None;
        }
    };
    let domain = &response.domain;
    checks.push(match (&domain.state, &domain.disabled) {
        (_, Some(disabled)) if domain.is_disabled => fail(
            "domain",
            format!("{name} is disabled: {}", disabled.reason),
            "Ask Mailgun's support.",
        ),
        (Some(DomainState::Active), _) => ok("domain", format!("{name} is active")),
        (state, _) => fail(
            "domain",
            format!("{name} is {}", state.as_ref().map_or("unknown", |state| state.as_str())),
            format!("Set its DNS records, then run: mailgun domains verify {name}"),
        ),
    });
    Some(response)
}

fn dns(response: &DomainResponse, checks: &mut Vec<Check>) {
    let count = records(response).count();
    let wrong: Vec<_> = records_in(response, false).collect();
    if wrong.is_empty() {
        return checks.push(ok("DNS", format!("all {count} records are valid")));
    }
    for record in wrong {
        let kind = record.record_type.as_ref().map_or("", |kind| kind.as_str());
        let name = record.name.as_deref().filter(|it| !it.is_empty());
        let name = name.unwrap_or(&response.domain.name);
        let found = match record.cached.as_slice() {
            [] => "is missing".to_owned(),
            found => format!("is wrong: {}", found.join(", ")),
        };
        let priority = record.priority.map(|it| format!("{it} ")).unwrap_or_default();
        let advice = format!("Set it to: {priority}{}", record.value);
        checks.push(fail("DNS", format!("{kind} {name} {found}"), advice));
    }
}

async fn signing_key(mailgun: &Mailgun) -> Check {
    let own = std::env::var("MAILGUN_SIGNING_KEY").ok().filter(|key| !key.trim().is_empty());
    match (mailgun.account().webhook_signing_key().get().await, own) {
        (Ok(account), Some(own)) if account.http_signing_key.expose() != own.trim() => fail(
            "signing key",
            "MAILGUN_SIGNING_KEY is not the key of this account: all webhooks are refused",
            "Copy it from https://app.mailgun.com/settings/api_security.",
        ),
        (Ok(_), Some(_)) => ok("signing key", "MAILGUN_SIGNING_KEY is the key of this account"),
        (Ok(_), None) => ok("signing key", "the account has one"),
        (Err(error), _) => unchecked("signing key", &error),
    }
}

async fn clock(mailgun: &Mailgun) -> Check {
    let response = match date(mailgun.client()).await {
        Ok(response) => response,
        Err(error) => return unchecked("clock", &error),
    };
    let now = Timestamp::now();
    let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    let Some(date) = date.and_then(|date| date.parse::<Timestamp>().ok()) else {
        return warn("clock", "the response has no date", "Check the time of this machine.");
    };
    let (skew, word) = match now.duration_since(date) {
        Some(ahead) => (ahead, "ahead"),
        None => (date.duration_since(now).unwrap_or_default(), "behind"),
    };
    let advice = "Let NTP set the clock: signatures of webhooks have a time.";
    let finding = format!("this machine is {} s {word}", skew.as_secs());
    match skew {
        _ if skew > MAX_SKEW => fail("clock", finding, advice),
        _ if skew > SKEW => warn("clock", finding, advice),
        _ => ok("clock", "agrees with Mailgun's"),
    }
}

async fn monthly_limit(mailgun: &Mailgun) -> Check {
    let limit = match mailgun.account().custom_message_limit().get().optional().await {
        Ok(limit) => limit.and_then(|it| Some((it.current.unwrap_or_default(), it.limit?))),
        Err(error) => return unchecked("limit", &error),
    };
    let Some((sent, limit)) = limit else {
        return ok("limit", "no monthly limit of your own");
    };
    let finding = format!("{sent} of {limit} mails sent this month");
    let advice = "Raise it in the settings of the account: Mailgun refuses mail beyond it.";
    match sent {
        _ if sent >= limit => fail("limit", finding, advice),
        _ if sent >= limit - limit / 10 => warn("limit", finding, advice),
        _ => ok("limit", finding),
    }
}

async fn queue(mailgun: &Mailgun, domain: &str) -> Check {
    let status = match mailgun.messages(domain).queue_status().await {
        Ok(status) => status,
        Err(error) => return unchecked("queue", &error),
    };
    let queues = [("regular", &status.regular), ("scheduled", &status.scheduled)];
    let Some((name, queue)) = queues.into_iter().find(|(_, queue)| queue.is_disabled) else {
        return ok("queue", "takes mail");
    };
    let disabled = queue.disabled.clone().unwrap_or_default();
    let until = disabled.until.map(|time| format!(" until {time}")).unwrap_or_default();
    let reason = disabled.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let finding = format!("the {name} queue takes no mail{until}{reason}");
    fail("queue", finding, "Send less, or ask Mailgun's support.")
}

/// A check that could not be made.
fn unchecked(name: &'static str, error: &Error) -> Check {
    warn(name, format!("not checked: {error}"), "The key may not have the role for it.")
}
