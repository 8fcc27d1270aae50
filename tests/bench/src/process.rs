//! What processes cost, as Linux counts it in `/proc`.

use std::{
    collections::{HashMap, HashSet},
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result};

/// Between two looks at the memory. A look at all of Chromium's processes costs some milliseconds of one processor, which all
/// candidates pay alike.
const INTERVAL: Duration = Duration::from_millis(100);

/// A process and all that it started.
#[derive(Clone, Copy)]
pub struct Tree {
    root: u32,
}

impl Tree {
    /// The processes below this one, and itself.
    pub const fn of(root: u32) -> Self {
        Self { root }
    }

    fn processes(self) -> Vec<u32> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        for process in entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
            if let Some(parent) = parent(process) {
                children.entry(parent).or_default().push(process);
            }
        }
        let mut found = vec![self.root];
        let mut seen = HashSet::from([self.root]);
        let mut next = 0;
        while let Some(process) = found.get(next).copied() {
            next += 1;
            found.extend(children.get(&process).into_iter().flatten().filter(|child| seen.insert(**child)));
        }
        found
    }

    /// Bytes of memory that they use: proportional set sizes, which count each page that several share once in sum.
    pub fn memory(self) -> u64 {
        self.processes().into_iter().filter_map(proportional_set_size).sum()
    }

    /// The time that all of them, with all their threads, have spent on processors. The kernel gives it in hundredths of a
    /// second for each process.
    pub fn processors(self) -> Duration {
        let ticks: u64 = self.processes().into_iter().filter_map(ticks).sum();
        Duration::from_millis(ticks * 10)
    }

    /// The time that the main threads of all renderers have spent on a processor. Threads beside them (workers, the
    /// compositor, I/O) do not count: they make no page stutter.
    ///
    /// The kernel's count, in nanoseconds. DevTools' `TaskDuration` is time by the clock, and grows when other processes take
    /// the processor away.
    ///
    /// # Errors
    /// The kernel does not count, or there is no renderer.
    pub fn renderer_main_threads(self) -> Result<Duration> {
        let renderers = self.processes().into_iter().filter(|process| is_renderer(*process));
        let times: Vec<u64> = renderers.filter_map(time_of_main_thread).collect();
        if times.is_empty() {
            anyhow::bail!("no renderer is running, or the kernel has no /proc/*/schedstat");
        }
        Ok(Duration::from_nanos(times.iter().sum()))
    }
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // `pid (name) state ppid …`, where the name may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Hundredths of a second, as `USER_HZ` is on Linux, in user and in kernel mode.
fn ticks(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

fn proportional_set_size(process: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

fn is_renderer(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline"))
        .is_ok_and(|line| line.split(|byte| *byte == 0 || *byte == b' ').any(|word| word == b"--type=renderer"))
}

fn time_of_main_thread(process: u32) -> Option<u64> {
    let line = fs::read_to_string(format!("/proc/{process}/task/{process}/schedstat")).ok()?;
    line.split_whitespace().next()?.parse().ok()
}

/// Watches the memory of processes from a thread of its own.
pub struct MemoryWatch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl MemoryWatch {
    /// Begins.
    pub fn begin(tree: Tree) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut peak = tree.memory();
            while !asked.load(Ordering::Relaxed) {
                thread::sleep(INTERVAL);
                peak = peak.max(tree.memory());
            }
            peak
        });
        Self { stop, thread }
    }

    /// The most that was seen, in bytes.
    ///
    /// # Errors
    /// The thread broke down.
    pub fn peak(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().ok().context("the thread that watches the memory broke down")
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::{self, Command};

    use super::*;

    #[test]
    fn memory_that_a_child_takes_is_seen() {
        let tree = Tree::of(process::id());
        let before = tree.memory();
        let watch = MemoryWatch::begin(tree);

        // dd holds one block of this size in its memory.
        let mut dd = Command::new("dd");
        dd.args(["if=/dev/zero", "of=/dev/null", "bs=64M", "count=100", "status=none"]);
        assert!(dd.status().unwrap().success());

        let peak = watch.peak().unwrap();
        assert!(peak > before + (56 << 20), "{before} to {peak}");
    }

    #[test]
    fn a_process_without_renderers_is_refused() {
        assert!(Tree::of(process::id()).renderer_main_threads().is_err());
    }
}
