//! Where it was measured.

use std::{fs, process::Command, thread};

/// The processor, memory and kernel, in one line.
pub fn description() -> String {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal").and_then(|kib| kib.split(' ').next()?.parse::<u64>().ok());
    let memory = memory.map_or_else(|| "? GiB".to_owned(), |kib| format!("{:.0} GiB", kib as f64 / f64::from(1 << 20)));
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{model}, {cores} cores, {memory} of memory, {}", said_by("uname", &["-sr"]))
}

/// Today, as `2026-11-22`.
pub fn date() -> String {
    said_by("date", &["+%F"])
}

/// How much the machine has to do: processes that run or want to, over the last minute.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("?").to_owned()
}

fn field(file: &str, name: &str) -> Option<String> {
    let content = fs::read_to_string(file).ok()?;
    let line = content.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "?".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
