use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::fault::Fault;

/// The result of the call and the server's requests for each message.
pub(crate) struct Ledger(Vec<Mutex<Mail>>);

#[derive(Default)]
struct Mail {
    /// All requests whose head was received, in order, and whether they were read completely.
    requests: Vec<(Fault, bool)>,
    result: Option<CallResult>,
}

/// The result of a call.
#[derive(Clone, Debug)]
pub(crate) enum CallResult {
    Accepted,
    Unknown,
    /// Not sent or rejected, with the text of the error.
    NotAccepted(Box<str>),
    /// The call was dropped.
    Dropped,
}

impl Ledger {
    pub(crate) fn new(mails: usize) -> Self {
        Self((0..mails).map(|_| Mutex::default()).collect())
    }

    fn mail(&self, id: usize) -> Option<MutexGuard<'_, Mail>> {
        self.0.get(id).map(|mail| mail.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records the start of a request. The server chooses a fault by the number of earlier
    /// requests. Returns that number and the fault.
    pub(crate) fn begin(&self, id: usize, choose: impl FnOnce(u64) -> Fault) -> (usize, Fault) {
        let Some(mut mail) = self.mail(id) else { return (0, Fault::None) };
        let number = mail.requests.len();
        let fault = choose(number as u64);
        mail.requests.push((fault, false));
        (number, fault)
    }

    /// Records that a request was read completely.
    pub(crate) fn complete(&self, id: usize, number: usize) {
        if let Some(mut mail) = self.mail(id)
            && let Some(request) = mail.requests.get_mut(number)
        {
            request.1 = true;
        }
    }

    pub(crate) fn record(&self, id: usize, result: CallResult) {
        if let Some(mut mail) = self.mail(id) {
            mail.result = Some(result);
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for id in 0..self.0.len() {
            let Some(mail) = self.mail(id) else { continue };
            let stored = mail.requests.iter().filter(|(fault, whole)| *whole && fault.accepts());
            let stored = stored.count();
            verdict.requests += mail.requests.len();
            verdict.stored += stored;
            let mut show = |what: &'static str| {
                let result = match &mail.result {
                    Some(CallResult::NotAccepted(error)) => error,
                    other => &*format!("{other:?}"),
                };
                let requests = &mail.requests;
                verdict
                    .cases
                    .push(format!("{what}: mail {id}, result {result}, requests {requests:?}"));
            };
            if stored > 1 {
                verdict.doubled += 1;
                show("doubled");
            }
            match &mail.result {
                Some(CallResult::Accepted) if stored == 0 => {
                    verdict.lost += 1;
                    show("lost");
                }
                Some(CallResult::NotAccepted(_)) if stored > 0 => {
                    verdict.wrongly_not_sent += 1;
                    show("wrongly not sent");
                }
                Some(CallResult::Accepted) => verdict.accepted += 1,
                Some(CallResult::NotAccepted(_)) => verdict.not_accepted += 1,
                Some(CallResult::Unknown) => verdict.unknown += 1,
                Some(CallResult::Dropped) | None => verdict.dropped += 1,
            }
        }
        verdict
    }
}

/// The differences between client and servers.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Messages that the server accepted more than once.
    doubled: usize,
    /// Messages whose call succeeded, but which the server did not accept.
    lost: usize,
    /// Messages whose call returned a failure with a known outcome, but which the server accepted.
    wrongly_not_sent: usize,
    unknown: usize,
    pub(crate) accepted: usize,
    pub(crate) not_accepted: usize,
    pub(crate) dropped: usize,
    pub(crate) requests: usize,
    pub(crate) stored: usize,
    /// One line for each difference.
    pub(crate) cases: Vec<String>,
}

impl Verdict {
    pub(crate) fn is_good(&self) -> bool {
        self.doubled == 0 && self.lost == 0 && self.wrongly_not_sent == 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { doubled, lost, wrongly_not_sent, unknown, .. } = self;
        write!(
            f,
            "doubled {doubled}, lost {lost}, wrongly not sent {wrongly_not_sent}, unknown {unknown}"
        )
    }
}
