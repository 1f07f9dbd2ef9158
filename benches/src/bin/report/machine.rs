//! The machine that the figures were measured on.

use std::{fs, process::Command, thread};

use mailgun_benches::programs::output;

/// Model of the CPU, cores, load, compiler and date.
pub(crate) fn line() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| {
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        line.split_once(':').map(|(_, model)| model.trim().to_owned())
    });
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let said = |program: &str, arg: &str| {
        output(Command::new(program).arg(arg)).map_or_else(|_| "?".into(), |s| s.trim().to_owned())
    };
    format!(
        "{} · {} cores · load {} · {} · {}",
        cpu.as_deref().unwrap_or("unknown processor"),
        thread::available_parallelism().map_or(0, usize::from),
        load.split(' ').next().unwrap_or_default(),
        said("rustc", "--version"),
        said("date", "+%Y-%m-%d"),
    )
}
