use mailgun_core::{params, yes_no};
use mailgun_types::PageDirection;

use crate::{Content, Engine, TemplateHeaders};

params! {
    /// Which templates to list.
    pub struct ListTemplates;
}

impl ListTemplates {
    /// Whether each template comes with its active version; it does not when not set.
    pub fn active(self, active: bool) -> Self {
        self.set("active", yes_no(active))
    }
}

params! {
    /// Which versions to list.
    pub struct ListVersions;
}

macro_rules! listing {
    ($($name:ident),*) => {$(
        impl $name {
            /// At most so many a page: 1 to 100; 100 when not set.
            pub fn limit(self, limit: u32) -> Self {
                self.set("limit", limit)
            }

            /// The page to begin with; the first when not set.
            pub fn page(self, page: PageDirection) -> Self {
                self.set("page", page)
            }

            /// The name, or the tag, that [`page`](Self::page) is counted from.
            pub fn pivot(self, pivot: impl Into<String>) -> Self {
                self.set("p", pivot.into())
            }
        }
    )*};
}
listing!(ListTemplates, ListVersions);

params! {
    /// What of a template to get.
    pub struct GetTemplate;
}

impl GetTemplate {
    /// Whether the template comes with its active version; it does not when not set.
    pub fn active(self, active: bool) -> Self {
        self.set("active", yes_no(active))
    }
}

params! {
    /// What a new template is to be.
    ///
    /// With a [`content`](Self::content) it gets a first version, which is its active one; tag,
    /// engine, comment and headers are of that version, and mean nothing without it.
    pub struct CreateTemplate;
}

impl CreateTemplate {
    /// Free text.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.set("description", description.into())
    }

    /// Who created it: free text.
    pub fn created_by(self, created_by: impl Into<String>) -> Self {
        self.set("createdBy", created_by.into())
    }

    /// The tag of the first version, which Mailgun lower-cases; `initial` when not set.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.set("tag", tag.into())
    }

    pub(crate) fn name(self, name: String) -> Self {
        self.set("name", name)
    }
}

params! {
    /// What a version is to be.
    pub struct VersionSettings;
}

impl VersionSettings {
    /// Makes it the active version, in place of the one that is; `false` changes nothing.
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
            /// The content of the version, at most 100 KB.
            pub fn content(self, content: impl Into<Content>) -> Self {
                self.set("template", content.into())
            }

            /// The language of the content; [`Engine::Handlebars`] when not set.
            pub fn engine(self, engine: Engine) -> Self {
                self.set("engine", engine)
            }

            /// Free text about the version.
            pub fn comment(self, comment: impl Into<String>) -> Self {
                self.set("comment", comment.into())
            }

            /// Headers for the mails that are made from the version.
            ///
            /// One with a control character, such as a line break, is reported by the call.
            pub fn headers(mut self, headers: TemplateHeaders) -> Self {
                headers.put(&mut self.0);
                self
            }
        }
    )*};
}
version!(CreateTemplate, VersionSettings);

params! {
    /// What a copy of a version is to be.
    pub struct CopyVersion;
}

impl CopyVersion {
    /// Free text about the copy.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.set("comment", comment.into())
    }
}
