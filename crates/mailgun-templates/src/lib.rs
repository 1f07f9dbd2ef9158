//! Templates of Mailgun: stored mails with variables, in versions.
//!
//! A template is a name with versions below it, one of which is active: that is the one a message
//! with this template is made from, unless it names another. Messages are sent, and their variables
//! filled in, by `mailgun-messages`.
//!
//! Mailgun lower-cases the names of templates and the tags of versions.
//!
//! ```no_run
//! # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
//! use mailgun_templates::{CreateTemplate, TemplateHeaders, Templates, VersionSettings};
//!
//! let templates = Templates::of_domain(&client, "mg.example.com");
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
//! Mailgun does not document an account's own templates ([`Templates::of_account`]): their routes
//! are known, and they are assumed to take and to answer what a domain's templates do.

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
