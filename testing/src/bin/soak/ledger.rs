use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::fault::Fault;

/// What the client was told of each mail, and what the server did with it.
pub(crate) struct Ledger(Vec<Mutex<Mail>>);

#[derive(Default)]
struct Mail {
    /// Every request whose head came, in order, and whether it was read whole.
    requests: Vec<(Fault, bool)>,
    told: Option<Told>,
}

/// What a call says of its mail.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    Accepted,
    Unknown,
    /// Not sent, or refused, in the words of the error.
    NotAccepted(Box<str>),
    /// The call was dropped.
    Nothing,
}

impl Ledger {
    pub(crate) fn new(mails: usize) -> Self {
        Self((0..mails).map(|_| Mutex::default()).collect())
    }

    fn mail(&self, id: usize) -> Option<MutexGuard<'_, Mail>> {
        self.0.get(id).map(|mail| mail.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request of a mail has begun, for which the server chooses a fault by the number of those
    /// before. Gives its number.
    pub(crate) fn begin(&self, id: usize, choose: impl FnOnce(u64) -> Fault) -> (usize, Fault) {
        let Some(mut mail) = self.mail(id) else { return (0, Fault::None) };
        let number = mail.requests.len();
        let fault = choose(number as u64);
        mail.requests.push((fault, false));
        (number, fault)
    }

    /// A request was read whole.
    pub(crate) fn complete(&self, id: usize, number: usize) {
        if let Some(mut mail) = self.mail(id)
            && let Some(request) = mail.requests.get_mut(number)
        {
            request.1 = true;
        }
    }

    pub(crate) fn told(&self, id: usize, told: Told) {
        if let Some(mut mail) = self.mail(id) {
            mail.told = Some(told);
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for id in 0..self.0.len() {
            let Some(mail) = self.mail(id) else { continue };
            let taken = mail.requests.iter().filter(|(fault, whole)| *whole && fault.takes_mail());
            let taken = taken.count();
            verdict.requests += mail.requests.len();
            verdict.taken += taken;
            let mut show = |what: &'static str| {
                let told = match &mail.told {
                    Some(Told::NotAccepted(error)) => error,
                    told => &*format!("{told:?}"),
                };
                let requests = &mail.requests;
                verdict
                    .cases
                    .push(format!("{what}: mail {id}, told {told}, requests {requests:?}"));
            };
            if taken > 1 {
                verdict.doubled += 1;
                show("doubled");
            }
            match &mail.told {
                Some(Told::Accepted) if taken == 0 => {
                    verdict.lost += 1;
                    show("lost");
                }
                Some(Told::NotAccepted(_)) if taken > 0 => {
                    verdict.wrongly_not_sent += 1;
                    show("wrongly not sent");
                }
                Some(Told::Accepted) => verdict.accepted += 1,
                Some(Told::NotAccepted(_)) => verdict.not_accepted += 1,
                Some(Told::Unknown) => verdict.unknown += 1,
                Some(Told::Nothing) | None => verdict.dropped += 1,
            }
        }
        verdict
    }
}

/// What client and server differ about.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Mails that the server took more than once.
    doubled: usize,
    /// Mails that the client was told are accepted, and the server has not.
    lost: usize,
    /// Mails that the client was told are not accepted, and the server has.
    wrongly_not_sent: usize,
    unknown: usize,
    pub(crate) accepted: usize,
    pub(crate) not_accepted: usize,
    pub(crate) dropped: usize,
    pub(crate) requests: usize,
    pub(crate) taken: usize,
    /// One line for each fault.
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
