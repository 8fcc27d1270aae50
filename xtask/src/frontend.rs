//! Builds the page: npm packages, Trunk, and a brotli copy beside each file that shrinks.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    process, stamp,
    step::{Step, note},
    tools::Tools,
    versions,
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// All that the page is made from.
const INPUTS: [&str; 11] = [
    "src",
    "crates",
    "www",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
    "xtask/src/frontend.rs",
    "xtask/src/tools.rs",
    "rust-toolchain.toml",
];

/// What brotli makes smaller. Pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "map", "mjs", "svg", "txt", "wasm"];

/// Builds the page into `dist`, unless it is there and nothing that it is made from has changed.
///
/// # Errors
/// A step fails.
pub fn build(tools: &Tools, toolchain: Toolchain) -> Result<()> {
    let inputs = stamp::of_sources(&INPUTS)?;
    if stamp::is_current("page", &inputs) && workspace::dist_dir().join("index.html").is_file() {
        note("The page is built already.");
        return Ok(());
    }
    versions::check_wasm_bindgen()?;
    stamp::forget("page");
    install_npm_packages()?;

    let step = Step::begin("Build the page with Trunk (release)");
    // Trunk runs cargo offline, so that nothing is fetched in the middle of a build.
    process::run(toolchain.cargo().args(["fetch", "--quiet", "--locked", "--target", TARGET]))?;
    let mut trunk = process::builder(tools.program("trunk")?);
    tools.apply(&mut trunk)?;
    toolchain.apply(&mut trunk);
    // Trunk takes NO_COLOR=1, which many people have set, for a malformed switch.
    trunk.args(["build", "--release"]).env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    trunk.env("RUSTFLAGS", rust_flags());
    process::run(&mut trunk)?;
    step.done();

    let step = Step::begin("Compress it with brotli");
    let (before, after) = compress_below(&workspace::dist_dir())?;
    note(format!("{} kB become {} kB", before / 1000, after / 1000));
    step.done();
    stamp::keep("page", &inputs)
}

/// What is asked for already, and Leptos' switch that has it compile views and attributes once for each kind of element
/// rather than once for each place: a tenth less to download, and faster to build.
fn rust_flags() -> String {
    let asked_for = std::env::var("RUSTFLAGS").unwrap_or_default();
    format!("{asked_for} --cfg erase_components").trim_start().to_owned()
}

/// `npm ci` in `www`, unless the lock file is the one that was installed.
pub fn install_npm_packages() -> Result<()> {
    let www = workspace::root().join("www");
    let lock = stamp::of_files(&www, ["package.json", "package-lock.json"]);
    if stamp::is_current("npm", &lock) && www.join("node_modules").is_dir() {
        return Ok(());
    }
    stamp::forget("npm");
    let step = Step::begin("Install the page's npm packages");
    let mut npm = process::command("npm");
    npm.current_dir(&www).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut npm)?;
    step.done();
    stamp::keep("npm", &lock)
}

/// Writes `x.br` beside each `x` that is worth it. Gives the bytes of these files before and after.
pub fn compress_below(folder: &Path) -> Result<(u64, u64)> {
    let (mut before, mut after) = (0, 0);
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry?.path();
        let (plain, compressed) = if path.is_dir() {
            compress_below(&path)?
        } else if path.extension().and_then(OsStr::to_str).is_some_and(|kind| COMPRESSIBLE.contains(&kind)) {
            compress(&path).with_context(|| format!("could not compress {}", path.display()))?
        } else {
            (0, 0)
        };
        before += plain;
        after += compressed;
    }
    Ok((before, after))
}

fn compress(path: &Path) -> io::Result<(u64, u64)> {
    let plain = fs::read(path)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    let target = PathBuf::from(name);
    let mut writer = brotli::CompressorWriter::new(File::create(&target)?, 64 * 1024, 11, 24);
    writer.write_all(&plain)?;
    drop(writer);
    Ok((plain.len() as u64, fs::metadata(&target)?.len()))
}
