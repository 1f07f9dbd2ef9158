//! What a client and its calls share: the stack, and what they must know to use it.

mod base_url;
mod service;
mod trust;

use std::{sync::Arc, time::Duration};

use http::HeaderValue;

pub(crate) use self::{
    base_url::BaseUrl,
    service::{BoxLayer, box_layer, box_service},
    trust::TrustedHosts,
};
pub use self::{base_url::Region, service::HttpService};
use crate::{Credentials, guard::Guard, layers::TimeLimit, metrics::SharedRecorder};

/// The inside of a client; calls and pagers hold it too.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) stack: HttpService,
    /// For hosts that must not see the key. `None` if the application made the whole stack, because
    /// any of its layers may add a key.
    pub(crate) keyless: Option<HttpService>,
    pub(crate) base: BaseUrl,
    pub(crate) trusted: TrustedHosts,
    pub(crate) limits: Limits,
    pub(crate) recorder: SharedRecorder,
    pub(crate) credentials: Option<Credentials>,
    /// Who may get mail; `None` if anybody may.
    pub(crate) guard: Option<Arc<Guard>>,
    /// The subaccount of the calls that name none themselves.
    pub(crate) subaccount: Option<HeaderValue>,
}

/// The limits of every call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) total: TimeLimit,
    pub(crate) idle: Option<Duration>,
    pub(crate) response: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: TimeLimit::Default(Duration::from_secs(180)),
            idle: Some(Duration::from_secs(30)),
            response: 64 * 1024 * 1024,
        }
    }
}
