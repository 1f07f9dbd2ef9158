//! What the process has used, by the kernel's account.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Processor time of all threads of this process, user and system.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

/// The peak of resident memory since a mark was set.
#[derive(Clone, Copy, Debug)]
pub struct MemoryMark {
    resident: u64,
}

impl MemoryMark {
    /// Starts a new peak here; `None` where the kernel tells nothing.
    pub fn set() -> Option<Self> {
        // Without the right to start a new peak the old one stands, and growth is understated
        // only if more was used before.
        let _ = fs::write("/proc/self/clear_refs", "5");
        status("VmRSS:").map(|resident| Self { resident })
    }

    /// Bytes above the mark at the peak.
    pub fn growth(self) -> Option<u64> {
        status("VmHWM:").map(|peak| peak.saturating_sub(self.resident))
    }
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
