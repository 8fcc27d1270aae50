//! Runs ffmpeg and ffprobe on files that strangers sent.
//!
//! What a file may make them do is bounded: they open no protocol but `file` and `pipe`, no format that names other
//! files, see an almost empty environment and no terminal, and run in a process group of their own under limits of
//! time, memory and file size. The group is killed as soon as nobody waits for it, and on Linux when this process
//! dies, however it dies.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Resource, Rlimit, Signal};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{ChildStdout, Command},
};

/// Demuxers that read one file and nothing beside it. `hls`, `concat`, `dash` and `image2` would open what it names.
const FORMATS: &str =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpegtsraw,avi,flv,live_flv,asf,mpeg,mpegvideo,ogg,mxf";

/// Bytes of a tool's standard error that are kept: the last ones.
const STDERR_KEPT: usize = 16 << 10;

/// Niceness of work that nobody waits for.
const BACKGROUND: i32 = 15;

/// Which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `ffmpeg`
    Ffmpeg,
    /// `ffprobe`
    Ffprobe,
}

impl Tool {
    /// The program, found on `PATH`.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
        }
    }
}

/// What a run may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Wall-clock time. The CPU time is bounded by as much for each core.
    pub time: Duration,
    /// Bytes of address space. ffmpeg does not start with less than a few hundred MB.
    pub memory: u64,
    /// Bytes of each file that it writes.
    pub file_size: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        // Every thread of a decoder or encoder holds frames of its own, and there is one of each for each core.
        Self { time: Duration::from_secs(60), memory: (4 + cores()) << 30, file_size: 64 << 20 }
    }
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64
}

/// One run of a tool.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Which tool.
    pub tool: Tool,
    /// Its arguments, all of them made here: no name from outside stands among them.
    pub args: Vec<OsString>,
    /// Where it runs: relative outputs go there.
    pub folder: PathBuf,
    /// What it may use up.
    pub bounds: Bounds,
    /// Whether it gives way to everything else.
    pub background: bool,
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The program is missing, or the machine can't start another.
    #[error("{program} can't be started ({source}): install ffmpeg 5.1 or later, and see that it is on PATH")]
    Start {
        /// The program.
        program: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// Its pipes broke.
    #[error("{program} can't be followed: {source}")]
    Pipe {
        /// The program.
        program: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// It took longer than [`Bounds::time`].
    #[error("{program} was ended after {} s", .after.as_secs())]
    TimedOut {
        /// The program.
        program: &'static str,
        /// The bound.
        after: Duration,
    },
    /// It ended with a failure, or was ended by a signal (a limit, or the machine's lack of memory).
    #[error("{program} failed ({status}): {stderr}")]
    Failed {
        /// The program.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last of what it said.
        stderr: String,
    },
}

impl ToolError {
    /// What the tool said, where it ended by itself and found the fault in its input.
    pub fn complaint(&self) -> Option<&str> {
        match self {
            Self::Failed { status, stderr, .. } if status.code().is_some() => Some(stderr),
            _ => None,
        }
    }
}

/// What a run left.
#[derive(Clone, Debug)]
pub struct Output {
    /// All of standard output, up to the limit asked for.
    pub stdout: Vec<u8>,
    /// The last of what it said, where it ended well but complained.
    pub stderr: String,
}

/// The arguments that open a file for reading: they go straight before whatever concerns the output.
pub fn open(path: &Path, max_pixels: u64) -> Vec<OsString> {
    let mut args: Vec<OsString> =
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-max_pixels"].map(OsString::from).into();
    args.push(max_pixels.min(i32::MAX as u64).to_string().into());
    args.push("-i".into());
    args.push(file_url(path));
    args
}

/// The path as a `file:` URL of ffmpeg's kind, so that no name is taken for a protocol or an option.
pub fn file_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

impl Invocation {
    /// Runs it and keeps at most `limit` bytes of what it writes to standard output.
    ///
    /// # Errors
    /// [`ToolError`], also where there was more to standard output than `limit`.
    pub async fn capture(&self, limit: u64) -> Result<Output, ToolError> {
        self.run(Reader::Keep(limit)).await
    }

    /// Runs ffmpeg with `-progress pipe:1`, and tells how far into the output it has come.
    ///
    /// # Errors
    /// [`ToolError`].
    pub async fn follow(&self, mut progress: impl FnMut(Duration) + Send) -> Result<Output, ToolError> {
        self.run(Reader::Follow(&mut progress)).await
    }

    async fn run(&self, reader: Reader<'_>) -> Result<Output, ToolError> {
        let program = self.tool.program();
        let pipe = |source| ToolError::Pipe { program, source };
        let mut child = self.command().spawn().map_err(|source| ToolError::Start { program, source })?;
        let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async {
            let (Some(stdout), Some(mut stderr)) = (stdout, stderr) else {
                return Err(io::Error::other("it has no pipes"));
            };
            let (kept, said) = tokio::try_join!(reader.read(stdout), tail(&mut stderr))?;
            Ok((kept, said, child.wait().await?))
        };
        let ended = tokio::time::timeout(self.bounds.time, work).await;
        let (stdout, stderr, status) =
            ended.map_err(|_| ToolError::TimedOut { program, after: self.bounds.time })?.map_err(pipe)?;
        // Reaped: the number may be another's by now.
        group.0 = None;
        if status.success() {
            Ok(Output { stdout, stderr })
        } else {
            Err(ToolError::Failed { program, status, stderr })
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.tool.program());
        command.args(&self.args).current_dir(&self.folder).env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        // Each arena of the allocator reserves address space, which is bounded; by default there are eight per core.
        command
            .env("MALLOC_ARENA_MAX", "4")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let (bounds, background, parent) = (self.bounds, self.background, rustix::process::getpid());
        let cores = cores();
        // SAFETY: the closure runs in the child between fork and exec, where other threads' locks may be held for ever.
        // It makes system calls only: it allocates nothing and takes no lock.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(move || confine(bounds, cores, background, parent));
        }
        command
    }
}

/// What becomes of standard output.
enum Reader<'a> {
    /// So many bytes of it are kept.
    Keep(u64),
    /// It is ffmpeg's progress, and told here.
    Follow(&'a mut (dyn FnMut(Duration) + Send)),
}

impl Reader<'_> {
    async fn read(self, stdout: ChildStdout) -> io::Result<Vec<u8>> {
        let mut kept = Vec::new();
        match self {
            Self::Keep(limit) => {
                let read = stdout.take(limit + 1).read_to_end(&mut kept).await?;
                if read as u64 > limit {
                    return Err(io::Error::other("it wrote more than was asked for"));
                }
            }
            Self::Follow(progress) => {
                let mut lines = BufReader::new(stdout).lines();
                while let Some(line) = lines.next_line().await? {
                    // `out_time_ms` holds microseconds too, but only by an old mistake.
                    if let Some(Ok(micros)) = line.strip_prefix("out_time_us=").map(str::parse) {
                        progress(Duration::from_micros(micros));
                    }
                }
            }
        }
        Ok(kept)
    }
}

/// Puts the limits on the process that is about to become the tool.
fn confine(bounds: Bounds, cores: u64, background: bool, parent: Pid) -> io::Result<()> {
    die_with(parent)?;
    let cap =
        |resource, most: u64| rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    cap(Resource::Core, 0)?;
    // The wall clock is the closer limit; this one is for a tool that outlives whoever watches the clock.
    cap(Resource::Cpu, (bounds.time.as_secs() + 1).saturating_mul(cores))?;
    // The kernel reads it as a signed number.
    cap(Resource::Fsize, bounds.file_size.min(i64::MAX as u64))?;
    // macOS knows the limit but does not take it.
    let memory = cap(Resource::As, bounds.memory);
    if cfg!(target_os = "linux") {
        memory?;
    }
    if background {
        rustix::process::nice(BACKGROUND)?;
    }
    Ok(())
}

/// Has the kernel kill this process when the thread that forked it ends. Those are the runtime's, and end with it.
#[cfg(target_os = "linux")]
fn die_with(parent: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have died before the call.
    if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

/// Elsewhere there is no such thing: a tool whose server was killed ends with its work or its limits.
#[cfg(not(target_os = "linux"))]
fn die_with(_parent: Pid) -> io::Result<()> {
    Ok(())
}

/// A process group that is killed when it goes out of scope.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It fails only where nobody is left in the group.
            let _ = rustix::process::kill_process_group(leader, Signal::KILL);
        }
    }
}

/// Reads to the end, and keeps the last of it as one line of text.
async fn tail(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(String::from_utf8_lossy(&kept).trim().to_owned());
        }
        kept.extend_from_slice(&buffer[..read]);
        if kept.len() > STDERR_KEPT {
            kept.drain(..kept.len() - STDERR_KEPT);
        }
    }
}
