//! The resource usage of the process, as reported by the kernel.

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of all threads of this process, user and system.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

/// The peak of resident memory since a start point.
#[derive(Clone, Copy, Debug)]
pub struct MemoryMark {
    resident: u64,
}

impl MemoryMark {
    /// Resets the peak. `None` if the kernel does not report it.
    pub fn set() -> Option<Self> {
        // Without permission to reset the peak, growth is understated if more memory was used
        // before.
        let _ = fs::write("/proc/self/clear_refs", "5");
        status("VmRSS:").map(|resident| Self { resident })
    }

    /// The growth from the start point to the peak, in bytes.
    pub fn growth(self) -> Option<u64> {
        status("VmHWM:").map(|peak| peak.saturating_sub(self.resident))
    }
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
