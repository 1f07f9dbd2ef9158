//! The allocations of a simple message by cause, for this SDK and for the baseline.

use std::{collections::BTreeMap, fs, path::Path};

use mailgun_benches::{
    Result,
    case::{Case, Effort, Group, Who, Workload},
    drive::Order,
};
use serde::Deserialize;

use mailgun_benches::programs::{Programs, Scratch, Server, output};

/// The parts of a dhat profile that are needed here.
#[derive(Deserialize)]
struct Profile {
    #[serde(rename = "pps")]
    points: Vec<Point>,
    #[serde(rename = "ftbl")]
    frames: Vec<String>,
}

/// An allocation site with its call stack, innermost first.
#[derive(Deserialize)]
struct Point {
    #[serde(rename = "tb")]
    bytes: u64,
    #[serde(rename = "tbk")]
    blocks: u64,
    #[serde(rename = "fs")]
    calls: Vec<usize>,
}

pub(crate) fn print(programs: &Programs) -> Result<()> {
    const MESSAGES: usize = 100;
    let scratch = Scratch::new()?;
    let server = Server::start(programs)?;
    let sources = sources()?;
    for who in [Who::Ours, Who::Raw] {
        let case = Case { group: Group::Loopback, workload: Workload::Simple, who, tasks: 1 };
        let effort = Effort { warm: 20, rounds: 1, messages: MESSAGES };
        let order = Order { case, effort, server: Some(server.url.clone()), file: None };
        let file = scratch.path().join("dhat.json");
        let mut command = programs.command("counted");
        output(command.args(order.to_args()).env("DHAT_FILE", &file))?;
        println!("### {case}\n");
        print_causes(&file, &sources, MESSAGES as f64)?;
        println!();
    }
    Ok(())
}

fn print_causes(file: &Path, sources: &[String], messages: f64) -> Result<()> {
    let profile: Profile = serde_json::from_str(&fs::read_to_string(file)?)?;
    let mut causes: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for point in &profile.points {
        let sum = causes.entry(profile.cause(point, sources)).or_default();
        sum.0 += point.blocks;
        sum.1 += point.bytes;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, (blocks, bytes))| std::cmp::Reverse((*blocks, *bytes)));
    println!("| allocations | bytes | cause ← called by |\n|--:|--:|---|");
    let mut total = (0.0, 0.0);
    for (cause, (blocks, bytes)) in causes {
        let (blocks, bytes) = (blocks as f64 / messages, bytes as f64 / messages);
        total = (total.0 + blocks, total.1 + bytes);
        println!("| {blocks:.2} | {bytes:.0} | {cause} |");
    }
    println!("| **{:.2}** | **{:.0}** | |", total.0, total.1);
    Ok(())
}

impl Profile {
    /// The innermost functions that do not allocate on behalf of others, and the line of this
    /// workspace that called them.
    fn cause(&self, point: &Point, sources: &[String]) -> String {
        const FOREIGN: usize = 2;
        let mut cause: Vec<String> = Vec::new();
        for call in &point.calls {
            let Some(frame) = self.frames.get(*call).and_then(|frame| Frame::parse(frame)) else {
                continue;
            };
            let is_in = |source: &&String| {
                source.strip_suffix(frame.file).is_some_and(|folder| folder.ends_with('/'))
            };
            if let Some(source) = sources.iter().find(is_in) {
                cause.push(format!("`{source}:{}` ({})", frame.line, frame.function));
                break;
            }
            if cause.len() < FOREIGN && !frame.is_plumbing() {
                cause.push(format!("`{}` ({}:{})", frame.function, frame.file, frame.line));
            }
        }
        cause.join(" ← ")
    }
}

/// Parses a frame of dhat: `0x1234: function (up/to/three.rs:12:34)`.
struct Frame<'a> {
    function: &'a str,
    file: &'a str,
    line: &'a str,
}

impl<'a> Frame<'a> {
    fn parse(frame: &'a str) -> Option<Self> {
        let (_, frame) = frame.split_once(": ")?;
        let (function, place) = frame.rsplit_once(" (")?;
        let (file, line) = place.split_once(':')?;
        let line = line.split(':').next()?;
        // Removes type arguments, which are long, except for those of an impl.
        let function = match function.find('<') {
            Some(at @ 1..) => function.get(..at)?,
            _ => function,
        };
        Some(Self { function, file, line })
    }

    /// Whether the function allocates on behalf of its caller, like the standard library.
    fn is_plumbing(&self) -> bool {
        const FOLDERS: [&str; 16] = [
            "dhat-",
            "alloc/src/",
            "core/src/",
            "std/src/",
            "src/fmt/",
            "src/convert/",
            "src/raw_vec/",
            "src/vec/",
            "src/slice/",
            "src/iter/",
            "src/collections/",
            "src/str/",
            "iter/adapters/",
            "iter/traits/",
            "src/ops/",
            "bytes-",
        ];
        FOLDERS.iter().any(|folder| self.file.starts_with(folder))
            || self.file.contains("hashbrown")
    }
}

/// The source files of this workspace, relative to its root.
fn sources() -> Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("there is no workspace")?;
    let mut folders = vec![root.join("crates"), root.join("benches/src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(path) = path.strip_prefix(root) {
                sources.push(path.display().to_string());
            }
        }
    }
    Ok(sources)
}
