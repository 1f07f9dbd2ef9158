use mailgun_core::{params, yes_no};
use mailgun_types::PageDirection;

use crate::{Content, Engine, TemplateHeaders};

params! {
    /// Options for listing templates.
    pub struct ListTemplates;
}

impl ListTemplates {
    /// Whether to include the active version of each template; default false.
    pub fn active(self, active: bool) -> Self {
        self.set("active", yes_no(active))
    }
}

params! {
    /// Options for listing versions.
    pub struct ListVersions;
}

macro_rules! listing {
    ($($name:ident),*) => {$(
        impl $name {
            /// Page size, 1 to 100; default 100.
            pub fn limit(self, limit: u32) -> Self {
                self.set("limit", limit)
            }

            /// The page to start with; default the first.
            pub fn page(self, page: PageDirection) -> Self {
                self.set("page", page)
            }

            /// The name or tag that [`page`](Self::page) is relative to.
            pub fn pivot(self, pivot: impl Into<String>) -> Self {
                self.set("p", pivot.into())
            }
        }
    )*};
}
listing!(ListTemplates, ListVersions);

params! {
    /// Options for getting a template.
    pub struct GetTemplate;
}

impl GetTemplate {
    /// Whether to include the active version; default false.
    pub fn active(self, active: bool) -> Self {
        self.set("active", yes_no(active))
    }
}

params! {
    /// Settings of a new template.
    ///
    /// With a [`content`](Self::content), the template gets a first version, which is active. Tag,
    /// engine, comment and headers belong to that version and have no effect without a content.
    pub struct CreateTemplate;
}

impl CreateTemplate {
    /// A description, in any words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Who created the template, in any words.
    pub fn created_by(self, created_by: impl Into<String>) -> Self {
        self.set("createdBy", created_by.into())
    }

    /// The tag of the first version, in lowercase; default `initial`.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.set("tag", tag.into())
    }

    pub(crate) fn name(self, name: String) -> Self {
        self.set("name", name)
    }
}

params! {
    /// Settings of a version.
    pub struct VersionSettings;
}

impl VersionSettings {
    /// Makes the version the active one. `false` changes nothing.
    pub fn active(self, active: bool) -> Self {
        self.set("active", yes_no(active))
    }

    pub(crate) fn tag(self, tag: String) -> Self {
        self.set("tag", tag)
    }
}

macro_rules! version {
    ($($name:ident),*) => {$(
        impl $name {
            /// The content of the version, up to 100 KB.
            pub fn content(self, content: impl Into<Content>) -> Self {
                self.set("template", content.into())
            }

            /// The template language; default [`Engine::Handlebars`].
            pub fn engine(self, engine: Engine) -> Self {
                self.set("engine", engine)
            }

            /// A comment on the version, in any words.
            pub fn comment(self, comment: impl Into<String>) -> Self {
                self.set("comment", comment.into())
            }

            /// Headers of the messages that use the version.
            ///
            /// If a header contains a control character, such as a line break, the call returns an
            /// error.
            pub fn headers(mut self, headers: TemplateHeaders) -> Self {
                headers.put(&mut self.0);
                self
            }
        }
    )*};
}
version!(CreateTemplate, VersionSettings);

params! {
    /// Settings of a copy of a version.
    pub struct CopyVersion;
}

impl CopyVersion {
    /// A comment on the copy, in any words.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.set("comment", comment.into())
    }
}
