use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use mailgun::ApiKey;
use serde_json::json;

use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{cell, optional},
    profile::{Profile, Profiles},
};

/// Named settings for accounts, in a file that only you can read
#[derive(Subcommand, Debug)]
pub(crate) enum ProfileCommand {
    Add(Add),
    /// List the profiles, without their keys
    List,
    /// Use a profile if none is named
    Use {
        name: String,
    },
    /// Remove a profile and its key
    Remove {
        name: String,
    },
}

/// Add a profile, or replace one
///
/// Reads the key from --api-key-file or --api-key-stdin, or asks for it. The options --region, --domain
/// and --subaccount become settings of the profile. The first profile becomes the default.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun profile add shop --region eu --domain mg.example.com
  mailgun profile add shop --api-key-command 'secret-tool lookup service mailgun'")]
pub(crate) struct Add {
    /// Name of the profile
    name: String,
    /// Command that writes the key, such as that of a keyring; it runs for each use
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["api_key_file", "api_key_stdin", "api_key", "keep_in_file"])]
    api_key_command: Option<String>,
    /// Read the key from this file for each use, and do not copy it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["api_key_file", "api_key_stdin", "api_key"])]
    keep_in_file: Option<PathBuf>,
    /// URL in place of that of a region
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl ProfileCommand {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let path = context.profiles_path()?;
        let mut profiles = Profiles::read(&path)?;
        let out = context.out;
        match self {
            Self::List => {
                let default = profiles.default.as_deref();
                let rows = profiles.profiles.iter().map(|(name, it)| {
                    json!({
                        "name": name,
                        "default": Some(&**name) == default,
                        "region": it.region,
                        "base_url": it.base_url,
                        "domain": it.domain,
                        "subaccount": it.subaccount,
                        "key": it.key_source(),
                    })
                });
                let rows: Vec<_> = rows.collect();
                out.list(&rows, ["NAME", "DEFAULT", "REGION", "DOMAIN", "KEY"], |it| {
                    [
                        optional(it["name"].as_str()),
                        cell(if it["default"] == true { "*" } else { "" }),
                        optional(it["region"].as_str().or(it["base_url"].as_str())),
                        optional(it["domain"].as_str()),
                        optional(it["key"].as_str()),
                    ]
                })
            }
            Self::Add(add) => {
                let name = add.name.clone();
                let profile = add.profile(context).await?;
                profiles.default.get_or_insert_with(|| name.clone());
                profiles.profiles.insert(name.clone(), profile);
                save(&profiles, context, &name, "Added the profile")
            }
            Self::Use { name } => {
                find(&profiles, &name)?;
                profiles.default = Some(name.clone());
                save(&profiles, context, &name, "The default is now the profile")
            }
            Self::Remove { name } => {
                find(&profiles, &name)?;
                context.confirm(&format!("Remove the profile {name} and its key"))?;
                profiles.profiles.remove(&name);
                profiles.default.take_if(|default| *default == name);
                save(&profiles, context, &name, "Removed the profile")
            }
        }
    }
}

impl Add {
    async fn profile(self, context: &Context) -> Result<Profile> {
        // The profile is used from other directories too.
        let keep_in_file = self.keep_in_file.map(std::path::absolute).transpose()?;
        let mut profile = Profile {
            region: context.globals.region.map(|region| region.to_string()),
            base_url: self.base_url,
            domain: context.globals.domain.clone(),
            subaccount: context.globals.subaccount.clone(),
            api_key_command: self.api_key_command,
            api_key_file: keep_in_file,
            api_key: None,
        };
        if profile.api_key_command.is_none() && profile.api_key_file.is_none() {
            let key = match context.key_option().await? {
                Some(key) => key,
                None => ask()?,
            };
            // A key with quotes or a line end is noticed now.
            ApiKey::new(&key)?;
            profile.api_key = Some(key.trim().to_owned());
        }
        Ok(profile)
    }
}

/// Asks for the key without showing it.
fn ask() -> Result<String> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(
            "no key: use --api-key-stdin, --api-key-file or --api-key-command",
        ));
    }
    let terminal = console::Term::stderr();
    terminal.write_str("API key: ")?;
    Ok(terminal.read_secure_line()?)
}

fn find(profiles: &Profiles, name: &str) -> Result<()> {
    if profiles.profiles.contains_key(name) {
        return Ok(());
    }
    Err(Failure::not_found(format!("there is no profile `{name}`"))
        .advice("See: mailgun profile list"))
}

fn save(profiles: &Profiles, context: &Context, name: &str, done: &str) -> Result<()> {
    if context.globals.dry_run {
        context.out.note("Dry run: nothing was written.");
        return Ok(());
    }
    profiles.write(&context.profiles_path()?)?;
    context
        .out
        .done(&json!({ "name": name, "default": profiles.default }), format!("{done} {name}"))
}
