//! Mailgun templates: stored messages with variables, in versions.
//!
//! A template has a name and versions. One version is active: messages that use the template use
//! that version, unless they name another. To send messages and fill in their variables, see
//! `mailgun-messages`.
//!
//! Mailgun converts the names of templates and the tags of versions to lowercase.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::templates::{CreateTemplate, TemplateHeaders, VersionSettings};
//!
//! let templates = mailgun.templates("mg.example.com");
//! let welcome = CreateTemplate::new()
//!     .content("<p>Hello {{name}}</p>")
//!     .tag("v1")
//!     .headers(TemplateHeaders::new().subject("Welcome, {{name}}"));
//! templates.create("welcome", welcome).await?;
//!
//! let activated = VersionSettings::new().active(true);
//! templates.versions("welcome").create("v2", "<p>Hi {{name}}</p>", activated).await?;
//! # Ok(()) }
//! ```
//!
//! Mailgun does not document the templates of an account ([`Templates::of_account`]). Their paths
//! are known; their parameters and responses are assumed to be those of a domain's templates.

mod content;
mod headers;
mod operations;
mod params;
mod template;
mod templates;
mod versions;

pub use mailgun_types::PageDirection;

pub use self::{
    content::Content,
    headers::TemplateHeaders,
    operations::OPERATIONS,
    params::{
        CopyVersion, CreateTemplate, GetTemplate, ListTemplates, ListVersions, VersionSettings,
    },
    template::{
        Engine, Template, TemplateChanged, TemplateResponse, Version, VersionResponse,
        VersionsResponse,
    },
    templates::Templates,
    versions::Versions,
};
