//! The operations, each for the templates of a domain and of the account.

use mailgun_core::{Call, Client, Operation};
use serde::de::DeserializeOwned;

/// One operation at both levels.
#[derive(Clone, Copy)]
pub(crate) struct TwoLevelOperation {
    of_domain: Operation,
    of_account: Operation,
}

macro_rules! operation {
    ($method:ident $path:literal $(, $idempotent:ident)?) => {
        TwoLevelOperation {
            of_domain: Operation::$method(concat!("/v3/{domain}/templates", $path))$(.$idempotent())?,
            of_account: Operation::$method(concat!("/v4/templates", $path))$(.$idempotent())?,
        }
    };
}

pub(crate) const LIST: TwoLevelOperation = operation!(get "");
pub(crate) const GET: TwoLevelOperation = operation!(get "/{name}");
pub(crate) const CREATE: TwoLevelOperation = operation!(post "");
pub(crate) const UPDATE: TwoLevelOperation = operation!(put "/{name}", idempotent);
pub(crate) const DELETE: TwoLevelOperation = operation!(delete "/{name}", idempotent);
// A retry would delete what was added meanwhile.
pub(crate) const DELETE_ALL: TwoLevelOperation = operation!(delete "");
pub(crate) const LIST_VERSIONS: TwoLevelOperation = operation!(get "/{name}/versions");
pub(crate) const GET_VERSION: TwoLevelOperation = operation!(get "/{name}/versions/{tag}");
pub(crate) const CREATE_VERSION: TwoLevelOperation = operation!(post "/{name}/versions");
pub(crate) const UPDATE_VERSION: TwoLevelOperation =
    operation!(put "/{name}/versions/{tag}", idempotent);
pub(crate) const DELETE_VERSION: TwoLevelOperation =
    operation!(delete "/{name}/versions/{tag}", idempotent);
// The call overwrites the target.
pub(crate) const COPY_VERSION: TwoLevelOperation =
    operation!(put "/{name}/versions/{tag}/copy/{new_tag}", idempotent);

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
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

/// The domain or account that the templates belong to.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) client: Client,
    /// `None` for the account.
    pub(crate) domain: Option<String>,
}

impl Owner {
    pub(crate) fn call<T>(&self, operation: TwoLevelOperation, segments: &[&str]) -> Call<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let (operation, segments) = self.resolve(operation, segments);
        self.client.call(operation, &segments)
    }

    /// As [`Client::call_field`].
    pub(crate) fn call_field<T>(
        &self,
        operation: TwoLevelOperation,
        segments: &[&str],
        field: &'static str,
    ) -> Call<T>
    where
        T: DeserializeOwned + Default + 'static,
    {
        let (operation, segments) = self.resolve(operation, segments);
        self.client.call_field(operation, &segments, field)
    }

    fn resolve<'a>(
        &'a self,
        operation: TwoLevelOperation,
        segments: &[&'a str],
    ) -> (Operation, Vec<&'a str>) {
        match &self.domain {
            Some(domain) => (operation.of_domain, [&[&**domain], segments].concat()),
            None => (operation.of_account, segments.to_vec()),
        }
    }
}
