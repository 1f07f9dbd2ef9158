use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use mailgun::{
    validations::{ValidateAddress, ValidationResult},
    webhooks::receive::{Signature, Unverified, Verifier},
};
use serde_json::json;

use super::listen::signing_key;
use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{Tone, cell, optional, toned, yes_no},
};

/// Verify the signature of a webhook, or an address
#[derive(Subcommand, Debug)]
pub(crate) enum Verify {
    Signature(VerifySignature),
    Address(VerifyAddress),
}

/// Verify that Mailgun signed a request
///
/// Takes the body of a webhook from a file or standard input, or the three values of its signature.
/// The status is 7 if the signature is wrong or too old.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun verify signature webhook.json
  mailgun verify signature --timestamp 1764288000 --token 5f3c... --signature 9a1e...")]
pub(crate) struct VerifySignature {
    /// File with the body of the request; `-` is standard input
    #[arg(required_unless_present = "timestamp")]
    file: Option<PathBuf>,
    /// Content type of the body
    #[arg(long, default_value = "application/json", value_name = "TYPE")]
    content_type: String,
    /// The value `timestamp`
    #[arg(long, requires_all = ["token", "signature"], conflicts_with = "file")]
    timestamp: Option<String>,
    /// The value `token`
    #[arg(long)]
    token: Option<String>,
    /// The value `signature`
    #[arg(long)]
    signature: Option<String>,
    /// Accept a signature of any age
    #[arg(long)]
    any_age: bool,
    /// File with the webhook signing key [default: MAILGUN_SIGNING_KEY, or ask Mailgun]
    #[arg(long, value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
}

/// Verify that mail to an address can arrive
///
/// Uses Mailgun's address validation, which may be charged. The status is 7 if the address is
/// undeliverable or should get no mail.
#[derive(Args, Debug)]
pub(crate) struct VerifyAddress {
    /// The address, without a name
    address: String,
    /// Do not ask the provider of the mailbox
    #[arg(long)]
    no_provider: bool,
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Signature(command) => command.run(context).await,
            Self::Address(command) => command.run(context).await,
        }
    }
}

impl VerifySignature {
    async fn run(self, context: &Context) -> Result<()> {
        let mut verifier = Verifier::builder(signing_key(self.signing_key_file, context).await?);
        if self.any_age {
            verifier = verifier.max_age(Duration::MAX);
        }
        let verifier = verifier.build();
        let signature = match self.file {
            Some(path) => {
                let body = context.bytes(&path).await?;
                let parsed = Unverified::parse(&self.content_type, body.into(), verifier.limits());
                parsed.map_err(|error| Failure::negative(error.to_string()))?.signature
            }
            None => {
                let fields = json!({
                    "timestamp": self.timestamp,
                    "token": self.token,
                    "signature": self.signature,
                });
                serde_json::from_value::<Signature>(fields)
                    .map_err(|error| Failure::usage(error.to_string()))?
            }
        };
        verifier.check(&signature).map_err(|error| Failure::negative(error.to_string()))?;
        let signed_at = signature.signed_at().map(|time| time.to_string());
        let sentence = format!("Mailgun signed it at {}", signed_at.as_deref().unwrap_or("?"));
        context.out.done(&json!({ "valid": true, "signed_at": signed_at }), sentence)
    }
}

impl VerifyAddress {
    async fn run(self, context: &Context) -> Result<()> {
        let params = ValidateAddress::new().provider_lookup(!self.no_provider);
        let validations = context.mailgun().await?.validations();
        let validation = validations.validate_post(&self.address, params).await?;
        let is_bad = matches!(
            validation.result,
            Some(ValidationResult::Undeliverable | ValidationResult::DoNotSend)
        );
        let tone = if is_bad { Tone::Bad } else { Tone::Good };
        let reasons: Vec<_> = validation.reason.iter().map(ToString::to_string).collect();
        context.out.fields(
            &validation,
            [
                ("address", cell(&validation.address)),
                (
                    "result",
                    toned(validation.result.as_ref().map_or("unknown", |it| it.as_str()), tone),
                ),
                ("risk", optional(validation.risk.as_ref())),
                ("reason", cell(reasons.join(", "))),
                ("did you mean", optional(validation.did_you_mean.as_ref())),
                ("disposable", yes_no(validation.is_disposable_address)),
                ("role", yes_no(validation.is_role_address)),
            ],
        )?;
        if is_bad {
            return Err(Failure::negative("mail to this address does not arrive"));
        }
        Ok(())
    }
}
