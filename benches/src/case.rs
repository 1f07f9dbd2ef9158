//! The cases, one for each row of the table.

use std::{fmt, str::FromStr};

use crate::{Result, fixtures::Load};

/// Where a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A message is encoded as a request. Nothing is sent.
    Encode,
    /// The stack of layers over a service in memory.
    Memory,
    /// Over TCP to a server in another process.
    Loopback,
    /// A response is decoded.
    Response,
    /// Requests arrive over TCP from another process.
    Receive,
}

/// What is sent, decoded or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// Text, html, a tag, tracking.
    Simple,
    /// 1,000 recipients with variables.
    Batch,
    /// 10,000 recipients with variables, in ten calls.
    Batch10k,
    /// An attachment of 10 MiB in memory.
    Attachment,
    /// An attachment of 24 MiB on disk.
    File,
    /// A page of 300 events.
    Events,
    /// A webhook: an event of 1 kB.
    Webhook,
    /// An inbound mail: a form with an attachment of 5 MiB.
    Inbound,
}

/// The client, the layers around the service, or the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// This SDK with its defaults, without a tracing subscriber.
    Ours,
    /// The baseline: hyper-util's client with a pre-encoded body, or axum reading the body.
    Raw,
    /// reqwest and its multipart form.
    Reqwest,
    /// This SDK's calls without its layers.
    Bare,
    /// The default stack and three layers of the application.
    Layers,
    /// The default stack and a subscriber that ignores the SDK's spans.
    TracingOff,
    /// The default stack and a subscriber that formats the SDK's spans and discards them.
    TracingOn,
    /// The response as a tree of JSON values.
    Value,
    /// The response as a page of typed items.
    Typed,
}

/// One row of the table, for example `loopback/simple/ours/64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where the workload runs.
    pub group: Group,
    /// What is sent or decoded.
    pub workload: Workload,
    /// The client or the layers.
    pub who: Who,
    /// The number of concurrent tasks.
    pub tasks: usize,
}

/// How many messages of a case are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Messages before the first measurement.
    pub warm: usize,
    /// The number of measurements.
    pub rounds: usize,
    /// Messages for each measurement.
    pub messages: usize,
}

impl Effort {
    /// The number of measured messages.
    pub fn counted(self) -> usize {
        self.rounds * self.messages
    }
}

const GROUPS: [(Group, &str); 5] = [
    (Group::Encode, "encode"),
    (Group::Memory, "memory"),
    (Group::Loopback, "loopback"),
    (Group::Response, "response"),
    (Group::Receive, "receive"),
];

const WORKLOADS: [(Workload, &str); 8] = [
    (Workload::Simple, "simple"),
    (Workload::Batch, "batch"),
    (Workload::Batch10k, "batch-10k"),
    (Workload::Attachment, "10mib"),
    (Workload::File, "24mib-file"),
    (Workload::Events, "events"),
    (Workload::Webhook, "webhook"),
    (Workload::Inbound, "5mib-mail"),
];

const WHO: [(Who, &str); 9] = [
    (Who::Ours, "ours"),
    (Who::Raw, "raw"),
    (Who::Reqwest, "reqwest"),
    (Who::Bare, "bare"),
    (Who::Layers, "layers"),
    (Who::TracingOff, "tracing-off"),
    (Who::TracingOn, "tracing-on"),
    (Who::Value, "value"),
    (Who::Typed, "typed"),
];

impl Workload {
    /// The content of the message. An attached file is read from `file`.
    ///
    /// # Errors
    ///
    /// Returns an error if the workload needs a path and there is none, or if it is not a message.
    pub fn load(self, file: Option<&str>) -> Result<Load> {
        Ok(match self {
            Self::Simple => Load::Simple,
            Self::Batch => Load::batch(1_000),
            Self::Batch10k => Load::batch(10_000),
            Self::Attachment => Load::attachment(),
            Self::File => {
                let path = file.ok_or("this workload needs the path of a file")?;
                Load::File(std::path::PathBuf::from(path).into())
            }
            Self::Events | Self::Webhook | Self::Inbound => return Err("is not sent".into()),
        })
    }
}

impl Case {
    /// All rows of the table.
    pub fn all() -> Vec<Self> {
        use self::{Group::*, Who::*, Workload::*};
        let mut cases = Vec::new();
        let mut add = |group, workload, who: &[Who], tasks: &[usize]| {
            for &tasks in tasks {
                for &who in who {
                    cases.push(Self { group, workload, who, tasks });
                }
            }
        };
        for workload in [Simple, Batch, Batch10k, Attachment, File] {
            add(Encode, workload, &[Ours], &[1]);
        }
        add(Memory, Simple, &[Bare, Ours, Layers, TracingOff, TracingOn], &[1, 64]);
        for workload in [Simple, Batch, Attachment] {
            add(Loopback, workload, &[Raw, Ours, Reqwest], &[1, 64]);
        }
        add(Loopback, Batch10k, &[Ours], &[1]);
        add(Loopback, File, &[Ours], &[1]);
        add(Response, Events, &[Value, Typed], &[1]);
        add(Receive, Webhook, &[Raw, Ours], &[1, 64]);
        add(Receive, Inbound, &[Raw, Ours], &[1]);
        cases
    }

    /// The same workload with another client.
    pub fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    /// The number of API calls for one message of the workload.
    pub fn calls(self) -> usize {
        if self.workload == Workload::Batch10k { 10 } else { 1 }
    }

    /// Enough messages for a stable median in about a second.
    pub fn effort(self) -> Effort {
        let (warm, rounds, messages) = match (self.workload, self.tasks) {
            (Workload::Simple, 1) => (200, 2_000, 1),
            // Each task sends enough messages that the cost of its connection is negligible.
            (Workload::Simple, tasks) => (4 * tasks, 10, 50 * tasks),
            (Workload::Attachment, 1) if self.group == Group::Encode => (20, 500, 1),
            (Workload::Batch10k, _) => (1, 5, 1),
            // The poster takes the time, so a round has many requests.
            (Workload::Webhook, tasks) => (4 * tasks, 10, 640.max(50 * tasks)),
            (Workload::Inbound, _) => (2, 10, 4),
            (_, 1) => (2, 40, 1),
            (_, tasks) => (tasks, 1, tasks),
        };
        Effort { warm, rounds, messages }
    }

    /// The numbers of messages for two runs that count instructions or allocations. The difference
    /// of the counts is the cost of a message. `None` if the case with one task measures the same.
    pub fn traced(self) -> Option<[usize; 2]> {
        match (self.workload, self.tasks) {
            (Workload::Simple, 1) => Some([20, 220]),
            (Workload::Webhook, 1) => Some([100, 600]),
            (Workload::Simple | Workload::Webhook, tasks) => Some([2 * tasks, 8 * tasks]),
            (Workload::Attachment, 1) if self.group == Group::Encode => Some([2, 42]),
            (_, 1) => Some([1, 4]),
            _ => None,
        }
    }
}

fn name<T: PartialEq>(names: &[(T, &'static str)], value: &T) -> &'static str {
    names.iter().find(|(other, _)| other == value).map_or("?", |(_, name)| name)
}

fn value<T: Copy>(names: &[(T, &str)], name: Option<&str>) -> Option<T> {
    names.iter().find(|(_, other)| Some(*other) == name).map(|(value, _)| *value)
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, workload) = (name(&GROUPS, &self.group), name(&WORKLOADS, &self.workload));
        write!(f, "{group}/{workload}/{}/{}", name(&WHO, &self.who), self.tasks)
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let case = (|| {
            Some(Self {
                group: value(&GROUPS, parts.next())?,
                workload: value(&WORKLOADS, parts.next())?,
                who: value(&WHO, parts.next())?,
                tasks: parts.next()?.parse().ok()?,
            })
        })();
        // Other combinations are not defined.
        case.filter(|case| Self::all().contains(case)).ok_or_else(|| {
            format!("`{text}` is not a case; an example is `loopback/simple/ours/1`")
        })
    }
}
