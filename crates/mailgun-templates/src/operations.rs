//! The operations, each there for a domain's templates and for the account's.

use mailgun_core::{Call, Client, Route};
use serde::de::DeserializeOwned;

/// One operation on both levels.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    of_domain: Route,
    of_account: Route,
}

macro_rules! operation {
    ($method:ident $path:literal $(, $harmless:ident)?) => {
        Operation {
            of_domain: Route::$method(concat!("/v3/{domain}/templates", $path))$(.$harmless())?,
            of_account: Route::$method(concat!("/v4/templates", $path))$(.$harmless())?,
        }
    };
}

pub(crate) const LIST: Operation = operation!(get "");
pub(crate) const GET: Operation = operation!(get "/{name}");
pub(crate) const CREATE: Operation = operation!(post "");
pub(crate) const UPDATE: Operation = operation!(put "/{name}", harmless);
pub(crate) const DELETE: Operation = operation!(delete "/{name}", harmless);
// A repeat would delete what was added since.
pub(crate) const DELETE_ALL: Operation = operation!(delete "");
pub(crate) const LIST_VERSIONS: Operation = operation!(get "/{name}/versions");
pub(crate) const GET_VERSION: Operation = operation!(get "/{name}/versions/{tag}");
pub(crate) const CREATE_VERSION: Operation = operation!(post "/{name}/versions");
pub(crate) const UPDATE_VERSION: Operation = operation!(put "/{name}/versions/{tag}", harmless);
pub(crate) const DELETE_VERSION: Operation = operation!(delete "/{name}/versions/{tag}", harmless);
// The target is overwritten.
pub(crate) const COPY_VERSION: Operation =
    operation!(put "/{name}/versions/{tag}/copy/{new_tag}", harmless);

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const ROUTES: &[Route] = &[
    LIST.of_domain,
    GET.of_domain,
    CREATE.of_domain,
    UPDATE.of_domain,
    DELETE.of_domain,
    DELETE_ALL.of_domain,
    LIST_VERSIONS.of_domain,
    GET_VERSION.of_domain,
    CREATE_VERSION.of_domain,
    UPDATE_VERSION.of_domain,
    DELETE_VERSION.of_domain,
    COPY_VERSION.of_domain,
    LIST.of_account,
    GET.of_account,
    CREATE.of_account,
    UPDATE.of_account,
    DELETE.of_account,
    DELETE_ALL.of_account,
    LIST_VERSIONS.of_account,
    GET_VERSION.of_account,
    CREATE_VERSION.of_account,
    UPDATE_VERSION.of_account,
    DELETE_VERSION.of_account,
    COPY_VERSION.of_account,
];

/// Whose templates they are.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) client: Client,
    /// `None` for the account.
    pub(crate) domain: Option<String>,
}

impl Owner {
    pub(crate) fn call<T>(&self, operation: Operation, segments: &[&str]) -> Call<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        match &self.domain {
            Some(domain) => {
                self.client.call(operation.of_domain, &[&[&**domain], segments].concat())
            }
            None => self.client.call(operation.of_account, segments),
        }
    }
}
