//! The standard library for `wasm32-unknown-unknown`.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::{
    process, rustc_web,
    step::{Step, note},
};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The toolchain that compiles to wasm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The one that runs this task.
    Same,
    /// Debian's rustc-web, which has neither clippy nor rustfmt.
    RustcWeb,
}

impl Toolchain {
    /// Finds the target, or installs it: by rustup, else from Debian's rustc-web.
    ///
    /// # Errors
    /// There is no way to it: the message says what to do.
    pub fn ensure() -> Result<Self> {
        if has_target(&mut rustc()) {
            return Ok(Self::Same);
        }
        let step = Step::begin(format!("Install the Rust target {TARGET} with rustup"));
        let mut rustup = process::command("rustup");
        match process::run(rustup.args(["target", "add", TARGET])) {
            Ok(()) if has_target(&mut rustc()) => {
                step.done();
                return Ok(Self::Same);
            }
            Ok(()) => note("rustup has installed it for another toolchain than the one in use"),
            Err(error) => note(error),
        }
        rustc_web::ensure()?;
        Ok(Self::RustcWeb)
    }

    /// Lets a command, and the cargo that it calls, compile with this toolchain.
    pub fn apply(self, command: &mut Command) {
        if self == Self::RustcWeb {
            command.env("RUSTUP_TOOLCHAIN", rustc_web::TOOLCHAIN);
        }
    }

    /// A cargo that compiles with this toolchain.
    pub fn cargo(self) -> Command {
        match self {
            Self::Same => process::cargo(),
            Self::RustcWeb => {
                // Not the toolchain's own binary, which CARGO names, but rustup's, which looks at RUSTUP_TOOLCHAIN.
                let mut cargo = process::builder("cargo");
                self.apply(&mut cargo);
                cargo
            }
        }
    }
}

/// Whether the standard library for wasm lies in the sysroot of this rustc.
pub fn has_target(rustc: &mut Command) -> bool {
    let library = rustc.args(["--print", "target-libdir", "--target", TARGET]).stderr(Stdio::null()).output();
    library.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success()
            && std::fs::read_dir(folder).is_ok_and(|entries| {
                entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
            })
    })
}

fn rustc() -> Command {
    process::command("rustc")
}
