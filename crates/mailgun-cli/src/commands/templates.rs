use std::path::PathBuf;

use clap::{Args, Subcommand};
use mailgun::{
    Mailgun, Timestamp,
    messages::Message,
    templates::{CreateTemplate, ListTemplates, Templates as Handle, VersionSettings},
};
use mailgun_mock::MockMailgun;
use serde_json::{Map, Value, json};
use similar::{ChangeTag, TextDiff};

use crate::{
    args::Pair,
    content,
    context::Context,
    exit::{Failure, Result},
    folder::{Document, Folder, stored},
    output::{Output, Tone, cell, lines, optional, toned},
    progress,
};

/// Stored templates, and a folder of files that they are made from
///
/// The folder has a file NAME.html for each template, and NAME.headers.json for its From, Subject and
/// Reply-To. Keep it in version control, and push it when it changes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mailgun templates pull templates/
  mailgun templates preview templates/ welcome --var name=Bob > welcome.html
  mailgun templates diff templates/
  mailgun templates push templates/")]
pub(crate) struct Templates {
    /// Work on the templates of the account, which all its domains share
    #[arg(long, global = true)]
    account: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List the templates
    List,
    /// Store the templates of a folder: a new version of each that differs
    Push {
        #[command(flatten)]
        folder: FolderArgs,
        /// Tag of the new versions [default: the time]
        #[arg(long)]
        tag: Option<String>,
        /// Comment of the new versions
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
    },
    /// Write the active versions of the stored templates to a folder
    Pull(FolderArgs),
    /// Show what a push would change; the status is 7 if anything differs
    Diff(FolderArgs),
    /// Render a template of a folder
    Preview {
        /// The folder
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// The template: the name of its file without .html
        name: String,
        /// Variable; may be repeated
        #[arg(long, value_name = "NAME=VALUE")]
        var: Vec<Pair>,
        /// File with a JSON object of variables; `-` is standard input
        #[arg(long, value_name = "FILE")]
        vars_file: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
struct FolderArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Only these templates
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

impl Templates {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        if let Action::Preview { directory, name, var, vars_file } = self.action {
            let variables = content::variables(var, vars_file, context).await?;
            return preview(Folder::new(directory), &name, &variables, context.out).await;
        }
        let mailgun = context.mailgun().await?;
        let templates = match self.account {
            true => mailgun.account_templates(),
            false => mailgun.templates(context.domain()?),
        };
        match self.action {
            Action::List => list(&templates, context).await,
            Action::Push { folder, tag, comment } => {
                push(&templates, folder, tag, comment, context).await
            }
            Action::Pull(folder) => pull(&templates, folder, context).await,
            Action::Diff(folder) => diff(&templates, folder, context).await,
            Action::Preview { .. } => Ok(()),
        }
    }
}

async fn list(templates: &Handle, context: &Context) -> Result<()> {
    let all = templates.list(ListTemplates::new().active(true).limit(100));
    let all = progress::collect(all, "templates", context.out).await?;
    context.out.list(&all, ["NAME", "VERSION", "CREATED", "DESCRIPTION"], |template| {
        [
            cell(&template.name),
            optional(template.version.as_ref().map(|version| &version.tag)),
            optional(template.created_at),
            cell(&template.description),
        ]
    })
}

async fn push(
    templates: &Handle,
    args: FolderArgs,
    tag: Option<String>,
    comment: Option<String>,
    context: &Context,
) -> Result<()> {
    let documents = Folder::new(args.directory).read(&args.names)?;
    let bar = progress::bar(documents.len() as u64, "pushing");
    let mut results = Vec::new();
    for (name, document) in documents {
        let tag = tag.clone().unwrap_or_else(time_tag);
        let status = match stored(templates, &name).await? {
            Some((stored, _)) if stored == document => "unchanged",
            Some((_, engine)) => {
                let mut settings = VersionSettings::new().active(true).headers(document.headers);
                // Without it, the new version would be Handlebars.
                if let Some(engine) = engine {
                    settings = settings.engine(engine);
                }
                if let Some(comment) = &comment {
                    settings = settings.comment(comment);
                }
                let versions = templates.versions(&name);
                context.change(versions.create(&tag, document.content, settings)).await?;
                "new version"
            }
            None => {
                let mut settings = CreateTemplate::new()
                    .tag(&tag)
                    .content(document.content)
                    .headers(document.headers);
                if let Some(comment) = &comment {
                    settings = settings.comment(comment);
                }
                context.change(templates.create(&name, settings)).await?;
                "created"
            }
        };
        let tag = (status != "unchanged").then_some(tag);
        results.push(json!({ "name": name, "status": status, "version": tag }));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if context.globals.dry_run {
        return Ok(());
    }
    context.out.list(&results, ["NAME", "STATUS", "VERSION"], |it| {
        let status = it["status"].as_str().unwrap_or_default();
        let status = if status == "unchanged" { cell(status) } else { toned(status, Tone::Good) };
        [optional(it["name"].as_str()), status, optional(it["version"].as_str())]
    })
}

/// The time as a tag: `20261127231502`.
fn time_tag() -> String {
    let time = Timestamp::now().to_string();
    let seconds = time.split('.').next().unwrap_or_default();
    seconds.chars().filter(char::is_ascii_digit).collect()
}

async fn pull(templates: &Handle, args: FolderArgs, context: &Context) -> Result<()> {
    let folder = Folder::new(args.directory);
    let names = if args.names.is_empty() {
        let all = templates.list(ListTemplates::new().limit(100));
        let all = progress::collect(all, "templates", context.out).await?;
        all.into_iter().map(|template| template.name).collect()
    } else {
        args.names
    };
    let mut changed = Vec::new();
    let mut overwritten = 0;
    for name in names {
        let stored = stored(templates, &name).await?;
        let (document, _) =
            stored.ok_or_else(|| Failure::not_found(format!("there is no template `{name}`")))?;
        if folder.document(&name)?.as_ref() != Some(&document) {
            overwritten += usize::from(folder.has(&name));
            changed.push((name, document));
        }
    }
    if overwritten > 0 {
        context.confirm(&format!("Overwrite {overwritten} files that differ"))?;
    }
    if !context.globals.dry_run {
        changed.iter().try_for_each(|(name, document)| folder.write(name, document))?;
    }
    let rows: Vec<_> = changed
        .iter()
        .map(|(name, _)| json!({ "name": name, "file": folder.path(name) }))
        .collect();
    if rows.is_empty() && !context.out.is_json {
        context.out.note("The folder is up to date.");
        return Ok(());
    }
    context.out.list(&rows, ["NAME", "FILE"], |it| {
        [optional(it["name"].as_str()), optional(it["file"].as_str())]
    })
}

async fn diff(templates: &Handle, args: FolderArgs, context: &Context) -> Result<()> {
    let folder = Folder::new(args.directory);
    let mut differing = Vec::new();
    for (name, document) in folder.read(&args.names)? {
        let (stored, _) = stored(templates, &name).await?.unwrap_or_default();
        if stored != document {
            if !context.out.is_json {
                let file = folder.path(&name).display().to_string();
                show(&stored, &document, (&format!("mailgun: {name}"), &file), context.out)?;
            }
            differing.push(name);
        }
    }
    if context.out.is_json {
        context.out.json(&json!({ "differing": differing }))?;
    }
    match differing.len() {
        0 => Ok(()),
        1 => Err(Failure::negative("1 template differs")),
        count => Err(Failure::negative(format!("{count} templates differ"))),
    }
}

/// Shows how one version becomes the other.
fn show(from: &Document, to: &Document, names: (&str, &str), out: Output) -> Result<()> {
    let [from, to] = [from, to].map(|document| {
        let headers = serde_json::to_value(&document.headers).unwrap_or_default();
        let headers = headers.as_object().cloned().unwrap_or_default();
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap_or_default()));
        lines(&(headers.collect::<String>() + &document.content))
    });
    let diff = TextDiff::from_lines(&from, &to);
    out.line(format!("--- {}\n+++ {}", lines(names.0), lines(names.1)))?;
    for hunk in diff.unified_diff().iter_hunks() {
        out.line(hunk.header().to_string())?;
        for change in hunk.iter_changes() {
            let line = format!("{}{}", change.tag(), change.value().trim_end_matches('\n'));
            out.line(match change.tag() {
                ChangeTag::Delete => out.paint(&line, Tone::Bad),
                ChangeTag::Insert => out.paint(&line, Tone::Good),
                ChangeTag::Equal => line,
            })?;
        }
    }
    Ok(())
}

/// Renders a template as a mock of Mailgun does, which has its dialect of Handlebars.
async fn preview(
    folder: Folder,
    name: &str,
    variables: &Map<String, Value>,
    out: Output,
) -> Result<()> {
    const RECIPIENT: &str = "recipient@example.com";
    let missing = || Failure::usage(format!("{} does not exist", folder.path(name).display()));
    let document = folder.document(name)?.ok_or_else(missing)?;
    let mock = MockMailgun::builder().start().await?;
    let mailgun = mock.client_builder::<Mailgun>().build()?;
    let template =
        CreateTemplate::new().content(document.content).headers(document.headers).tag("v1");
    mailgun.templates(mock.domain()).create(name, template).await?;
    let message = Message::new()
        .from("sender@example.com")
        .to(RECIPIENT)
        .template(name)
        .template_variables(variables)
        .tracking(false);
    mailgun.messages(mock.domain()).send(message).await?;
    let rendered = mock.sent().first().and_then(|sent| sent.rendered_for(RECIPIENT));
    let rendered = rendered.ok_or_else(|| Failure::error("the mail was not rendered"))?;
    if let Some(error) = rendered.template_error {
        return Err(Failure::error(format!("{}: {error}", folder.path(name).display())));
    }
    let html = rendered.html.unwrap_or_default();
    if out.is_json {
        return out.json(&json!({
            "subject": rendered.subject,
            "html": html,
            "missing": rendered.unreplaced,
        }));
    }
    if !rendered.subject.is_empty() {
        out.note(format!("Subject: {}", rendered.subject));
    }
    if !rendered.unreplaced.is_empty() {
        out.note(format!("Without a value: {}", rendered.unreplaced.join(", ")));
    }
    out.line(html.trim_end_matches('\n'))
}
