//! The state that the handle and the connections share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, StatusCode, request};
use tokio::sync::watch;

use crate::{
    account::Account,
    actions,
    fault::{self, Effect, Fault},
    groups,
    http::{request::Request, response::Response},
    inbox::Inbox,
    log::LoggedRequest,
};

#[derive(Debug)]
pub(crate) struct Server {
    state: Mutex<State>,
    pub(crate) inbox: Inbox,
    /// The number of accepted messages, for [`MockMailgun::wait_for_sent`].
    ///
    /// [`MockMailgun::wait_for_sent`]: crate::MockMailgun::wait_for_sent
    pub(crate) sent: watch::Sender<usize>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) faults: Vec<Fault>,
    /// The number of requests that may have changed the state.
    pub(crate) changes: usize,
    /// The number of faults that were ever injected.
    injected: u64,
    log: Vec<LoggedRequest>,
    /// The number of requests that were answered.
    pub(crate) answered: usize,
    /// The number of cleared entries, because clearing does not change the numbers of later ones.
    pub(crate) cleared: usize,
}

/// The number of a request in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry(usize);

impl Server {
    pub(crate) fn new(account: Account, inbox: Inbox) -> Self {
        let (faults, log) = (Vec::new(), Vec::new());
        let state =
            State { account, faults, changes: 0, injected: 0, log, answered: 0, cleared: 0 };
        Self { state: Mutex::new(state), inbox, sent: watch::Sender::new(0) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a request by its head and returns what goes wrong with it.
    pub(crate) fn arrived(&self, head: &request::Parts) -> (Entry, Option<Effect>) {
        let mut state = self.state();
        state.log.push(LoggedRequest::new(head));
        let entry = Entry(state.cleared + state.log.len() - 1);
        (entry, fault::take(&mut state.faults, &head.method, head.uri.path(), None))
    }

    /// What goes wrong with a request because of its recipients.
    pub(crate) fn effect_for(&self, request: &Request) -> Option<Effect> {
        let faults = &mut self.state().faults;
        if faults.is_empty() {
            return None;
        }
        fault::take(faults, &request.method, &request.path, Some(&request.recipients()))
    }

    pub(crate) fn read(&self, entry: Entry, body: Bytes) {
        self.state().update(entry, |logged| logged.body = body);
    }

    /// Whether the key of a request allows it.
    pub(crate) fn authorizes(&self, request: &Request) -> bool {
        groups::keys::authorizes(&self.state().account, request)
    }

    pub(crate) fn answered(&self, entry: Entry, status: StatusCode) {
        let mut state = self.state();
        state.answered += 1;
        state.update(entry, |logged| logged.status = Some(status.as_u16()));
    }

    pub(crate) fn process(&self, request: &Request) -> Response {
        let mut state = self.state();
        state.changes += usize::from(request.method != Method::GET || actions::is_link(request));
        let response = groups::answer(&mut state.account, request);
        self.sent.send_replace(state.account.groups.messages.sent.len());
        response
    }

    /// The sending domain in a path, or else the first of the account.
    pub(crate) fn domain_in(&self, path: &str) -> String {
        let account = &self.state().account;
        let named = path.split('/').find_map(|part| account.groups.domains.find(part));
        let named = named.map(|domain| &domain.name);
        named.or(account.domains.first()).cloned().unwrap_or_default()
    }

    pub(crate) fn clear(&self) {
        self.state().clear();
        self.sent.send_replace(0);
    }
}

impl State {
    /// Adds a fault to the queue and returns its id.
    pub(crate) fn inject(&mut self, mut fault: Fault) -> u64 {
        self.injected += 1;
        fault.id = self.injected;
        self.faults.push(fault);
        self.injected
    }

    pub(crate) fn log(&self) -> &[LoggedRequest] {
        &self.log
    }

    pub(crate) fn clear(&mut self) {
        self.cleared += self.log.len();
        self.log.clear();
        self.account.clear();
    }

    fn update(&mut self, entry: Entry, change: impl FnOnce(&mut LoggedRequest)) {
        let index = entry.0.checked_sub(self.cleared);
        if let Some(logged) = index.and_then(|index| self.log.get_mut(index)) {
            change(logged);
        }
    }
}
