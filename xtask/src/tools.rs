//! The build tools, each of one version, installed once into the cache: `tools/<name>-<version>/`.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{cache, process, step::Step, workspace};

/// The version of wasm-bindgen, of the crate and of the tool.
pub const WASM_BINDGEN: &str = "0.2.130";

/// A tool that `cargo install` compiles.
struct CargoTool {
    package: &'static str,
    version: &'static str,
    binary: &'static str,
    /// Whether the lock file that the package came with can be resolved.
    locked: bool,
    /// What else `cargo install` is told.
    options: &'static [&'static str],
}

const FOR_THE_PAGE: [CargoTool; 2] = [
    // With --locked, 0.2.130 fails to resolve webpki-roots.
    CargoTool {
        package: "wasm-bindgen-cli",
        version: WASM_BINDGEN,
        binary: "wasm-bindgen",
        locked: false,
        options: &[],
    },
    CargoTool { package: "trunk", version: "0.21.14", binary: "trunk", locked: true, options: &[] },
];
const WASM_PACK: CargoTool =
    CargoTool { package: "wasm-pack", version: "0.15.1", binary: "wasm-pack", locked: true, options: &[] };
/// Firefox speaks WebDriver through it, and Debian has no package of it.
const GECKODRIVER: CargoTool =
    CargoTool { package: "geckodriver", version: "0.37.1", binary: "geckodriver", locked: true, options: &[] };

/// Makes the book. Without what serves it while it is written.
const MDBOOK: CargoTool = CargoTool {
    package: "mdbook",
    version: "0.5.4",
    binary: "mdbook",
    locked: true,
    options: &["--no-default-features", "--features", "search"],
};

/// Binaryen's npm package, for wasm-opt: what distributions carry is too old for today's rustc.
const BINARYEN: &str = "132.0.0";

/// The folders of installed tools.
pub struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// Installs what is missing of the tools that build the page.
    ///
    /// # Errors
    /// A tool can't be installed.
    pub fn for_the_page() -> Result<Self> {
        let tools = workspace::cache_dir()?.join("tools");
        let mut folders = Vec::new();
        for tool in &FOR_THE_PAGE {
            folders.push(tool.ensure(&tools)?);
        }
        folders.push(ensure_binaryen(&tools)?);
        Ok(Self { folders })
    }

    /// Installs what tests need on top.
    ///
    /// # Errors
    /// A tool can't be installed.
    pub fn and_for_tests(mut self) -> Result<Self> {
        self.folders.push(WASM_PACK.ensure(&workspace::cache_dir()?.join("tools"))?);
        Ok(self)
    }

    /// Lets a command find these tools before any others.
    ///
    /// # Errors
    /// `PATH` holds what no list of folders can.
    pub fn apply(&self, command: &mut Command) -> Result<()> {
        command.env("PATH", self.path()?);
        Ok(())
    }

    /// The path of a tool. A command's own `PATH` is not where its program is looked for.
    ///
    /// # Errors
    /// It is not among these tools.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let found = self.folders.iter().map(|folder| folder.join(name)).find(|path| path.exists());
        found.with_context(|| format!("{name} is not among the tools that were installed"))
    }

    fn path(&self) -> Result<OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(env::split_paths(&inherited));
        env::join_paths(folders).context("the path of the tools' cache can't be part of PATH: set REELWAY_CACHE")
    }
}

impl CargoTool {
    /// The folder of its binaries.
    fn ensure(&self, tools: &Path) -> Result<PathBuf> {
        let folder = tools.join(format!("{}-{}", self.package, self.version));
        let binaries = folder.join("bin");
        if binaries.join(self.binary).is_file() {
            return Ok(binaries);
        }
        let _lock = cache::lock(tools)?;
        if binaries.join(self.binary).is_file() {
            return Ok(binaries);
        }
        let step = Step::begin(format!("Install {} {} (compiles for some minutes, once)", self.package, self.version));
        cache::make_whole(&folder, |folder| {
            let mut install = process::cargo();
            install.arg("install").arg("--quiet").arg("--root").arg(folder);
            install.args(["--version", self.version]).args(self.locked.then_some("--locked"));
            install.args(self.options).arg(self.package);
            // One build folder for all tools: they share dependencies.
            process::run(install.env("CARGO_TARGET_DIR", build_dir(tools)))
        })
        .with_context(|| format!("could not install {} {}", self.package, self.version))?;
        step.done();
        Ok(binaries)
    }
}

/// Installs what drives Firefox, and gives its path.
///
/// # Errors
/// It can't be installed.
pub fn geckodriver() -> Result<PathBuf> {
    let binaries = GECKODRIVER.ensure(&workspace::cache_dir()?.join("tools"))?;
    sweep()?;
    Ok(binaries.join(GECKODRIVER.binary))
}

/// Installs what makes the book, and gives its path.
///
/// # Errors
/// It can't be installed.
pub fn mdbook() -> Result<PathBuf> {
    let binaries = MDBOOK.ensure(&workspace::cache_dir()?.join("tools"))?;
    sweep()?;
    Ok(binaries.join(MDBOOK.binary))
}

/// Frees what compiling the tools left behind. What is installed stays.
///
/// # Errors
/// The cache can't be written.
pub fn sweep() -> Result<()> {
    let tools = workspace::cache_dir()?.join("tools");
    if build_dir(&tools).exists() {
        let _lock = cache::lock(&tools)?;
        // Another run may have swept it meanwhile.
        let _ = fs::remove_dir_all(build_dir(&tools));
    }
    Ok(())
}

fn build_dir(tools: &Path) -> PathBuf {
    tools.join(".build")
}

/// The folder of wasm-opt.
fn ensure_binaryen(tools: &Path) -> Result<PathBuf> {
    let folder = tools.join(format!("binaryen-{BINARYEN}"));
    let binaries = folder.join("node_modules/.bin");
    if binaries.join("wasm-opt").exists() {
        return Ok(binaries);
    }
    let _lock = cache::lock(tools)?;
    if binaries.join("wasm-opt").exists() {
        return Ok(binaries);
    }
    let step = Step::begin(format!("Install wasm-opt (npm binaryen {BINARYEN})"));
    cache::make_whole(&folder, |folder| {
        let mut install = process::command("npm");
        install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix"]);
        process::run(install.arg(folder).arg(format!("binaryen@{BINARYEN}")))?;
        let version = process::output(process::command(folder.join("node_modules/.bin/wasm-opt")).arg("--version"))?;
        let major = BINARYEN.split('.').next().unwrap_or_default();
        if !version.contains(&format!("version {major}")) {
            bail!("wasm-opt says it is {version:?}, version {major} was expected");
        }
        Ok(())
    })
    .context("could not install wasm-opt")?;
    step.done();
    Ok(binaries)
}
