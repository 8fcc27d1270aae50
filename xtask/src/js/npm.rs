//! The npm package `reelway`, in `target/npm/reelway`: a module for each entry with its glue and style sheet, its wasm
//! beside it, languages and the engine in files of their own, types, and `custom-elements.json`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{Build, ENGINE, Entry, bundle, copy, names, size, split, theme};
use crate::{
    frontend, process,
    step::{Step, note},
    tools::Tools,
    wasm_target::Toolchain,
    workspace,
};

/// What the package has: the name of an entry's module in `dist`, and the wasm behind it.
pub(super) const ENTRIES: [Entry; 4] = [
    Entry { name: "index", package: "reelway-index", module: "reelway_index", is_component: true },
    Entry { name: "uploader", package: "reelway-uploader", module: "reelway_uploader", is_component: true },
    Entry { name: "player", package: "reelway-player", module: "reelway_player", is_component: true },
    Entry { name: "headless", package: "reelway-upload", module: "reelway_upload", is_component: false },
];

/// The package's folder.
pub fn folder() -> PathBuf {
    workspace::target_dir().join("npm/reelway")
}

/// Makes the package.
///
/// # Errors
/// A step fails.
pub(super) fn build(tools: &Tools, toolchain: Toolchain, build: Build) -> Result<()> {
    let step = Step::begin("Make the npm package");
    let (package, source) = (folder(), workspace::root().join("www"));
    let dist = package.join("dist");
    empty(&package)?;
    fs::create_dir_all(dist.join("texts"))?;
    for entry in &ENTRIES {
        add(tools, toolchain, entry, &dist, build)?;
    }
    mux(&dist, build)?;
    for file in fs::read_dir(source.join("npm"))? {
        let file = file?.file_name();
        copy(&file.to_string_lossy(), &source.join("npm"), &package)?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(licence, workspace::root(), &package)?;
    }
    texts(&source.join("src/texts"), &dist.join("texts"))?;
    engine(&dist)?;
    types(&dist)?;
    manifest(&package)?;
    if build == Build::Release {
        let weighed = workspace::target_dir().join("npm/weighed");
        empty(&weighed)?;
        for entry in &ENTRIES {
            for file in [format!("{}.js", entry.name), format!("{}_bg.wasm", entry.module)] {
                copy(&file, &dist, &weighed)?;
            }
            let later = format!("{}_later.wasm", entry.module);
            if dist.join(&later).exists() {
                copy(&later, &dist, &weighed)?;
            }
        }
        frontend::compress_below(&weighed)?;
    }
    note(package.display());
    step.done();
    Ok(())
}

/// Prints what each entry costs a page by brotli, and compares it with `budgets.toml`.
///
/// # Errors
/// One is over its budget, or has none.
pub fn check_sizes() -> Result<()> {
    let weighed = workspace::target_dir().join("npm/weighed");
    size::print(&weighed, &ENTRIES, key)?;
    size::check(&weighed, &ENTRIES, key)
}

/// Writes the lists of what comes first, from what plain visits have told: `<entry>.marks` in this folder.
///
/// # Errors
/// An entry was not visited, or was not built to tell.
pub fn write_first(marks: &Path) -> Result<()> {
    for entry in ENTRIES.iter().filter(|entry| entry.is_component) {
        split::list::write(entry.name, &marks.join(entry.name).with_extension("marks"), &marks.join(entry.name))?;
    }
    Ok(())
}

/// The name of an entry in `budgets.toml`: as pages import it.
pub(super) fn key(name: &str) -> String {
    if name == "index" { "reelway".into() } else { format!("reelway/{name}") }
}

/// Compiles an entry's wasm, and bundles its module.
fn add(tools: &Tools, toolchain: Toolchain, entry: &Entry, dist: &Path, build: Build) -> Result<()> {
    let parts = workspace::target_dir().join("npm/parts").join(entry.name);
    empty(&parts)?;
    let wasm = entry.compile(toolchain, build)?;
    // Elements outlive a panic: their wasm can be made anew.
    let flags: &[&str] = if entry.is_component { &["--experimental-reset-state-function"] } else { &[] };
    entry.bind(tools, &wasm, &parts, flags)?;
    if build.is_small() {
        names::shorten(tools, entry, &parts, entry.is_component)?;
    }
    if entry.is_component {
        let module = format!("{}_later.wasm", entry.module);
        split::apply(entry, &parts, build)?;
        if parts.join(&module).exists() {
            copy(&module, &parts, dist)?;
        }
    }
    let source = workspace::root().join("www/src");
    let css = parts.join(entry.name).with_extension("css");
    if entry.is_component {
        bundle::esbuild(&source.join(entry.name).with_extension("css"), &css, build, &["--loader:.css=css"])?;
        fs::write(&css, theme::inherited(&fs::read_to_string(&css)?))?;
    }
    let glue = format!("--alias:#{}={}/{0}.js", entry.module, parts.display());
    let css = format!("--alias:#css={}", css.display());
    let engine = ENGINE.map(|file| format!("--external:./{file}"));
    let mut arguments = vec!["--format=esm", "--platform=browser", "--loader:.css=text", "--external:./texts/*"];
    arguments.extend([glue.as_str(), css.as_str()]);
    arguments.extend(engine.iter().map(String::as_str));
    let module = source.join("entries").join(entry.name).with_extension("ts");
    bundle::esbuild(&module, &dist.join(entry.name).with_extension("js"), build, &arguments)?;
    copy(&format!("{}_bg.wasm", entry.module), &parts, dist)?;
    if entry.is_component { define(entry.name, dist) } else { Ok(()) }
}

/// The uploader with mux-uploader's units, around the uploader's own module.
fn mux(dist: &Path, build: Build) -> Result<()> {
    let module = workspace::root().join("www/src/entries/mux.ts");
    let arguments = ["--format=esm", "--platform=browser", "--external:./uploader.js"];
    bundle::esbuild(&module, &dist.join("mux.js"), build, &arguments)?;
    define("mux", dist)
}

/// The module that defines an entry's tags.
fn define(name: &str, dist: &Path) -> Result<()> {
    let (file, from) = match name {
        "index" => (dist.join("define.js"), "./index.js".to_owned()),
        name => (dist.join(name).join("define.js"), format!("../{name}.js")),
    };
    fs::create_dir_all(file.parent().context("a file without a folder")?)?;
    Ok(fs::write(file, format!("import {{ define }} from \"{from}\";\n\ndefine();\n"))?)
}

/// A module for each language, from its JSON. English is in the wasm.
fn texts(from: &Path, to: &Path) -> Result<()> {
    for file in fs::read_dir(from).with_context(|| format!("could not read {}", from.display()))? {
        let path = file?.path();
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if language == "en" || path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let json = fs::read_to_string(&path)?;
        fs::write(to.join(language).with_extension("js"), format!("export default {};\n", json.trim()))?;
    }
    Ok(())
}

/// How hls.js starts its worker, and how it does where Trusted Types are required.
const STARTS: (&str, &str) =
    ("href,i={worker:new self.Worker(s)", "href,i={worker:new self.Worker(self.reelwayEngines?.trust?.(s)??s)");

/// hls.js and its worker.
fn engine(dist: &Path) -> Result<()> {
    let source = workspace::root().join("www/node_modules/hls.js/dist");
    for file in ENGINE {
        let script = fs::read_to_string(source.join(file)).with_context(|| format!("there is no {file}"))?;
        // Its map is not in the package: who looks for it, as Vite does, would report an error.
        let (code, _) = script.rsplit_once("//# sourceMappingURL=").unwrap_or((&script, ""));
        fs::write(dist.join(file), code)?;
    }
    let path = dist.join(ENGINE[0]);
    let module = fs::read_to_string(&path)?;
    ensure!(module.contains(STARTS.0), "hls.js starts its worker in another way than it did");
    fs::write(path, module.replace(STARTS.0, STARTS.1))?;
    copy("LICENSE", &workspace::root().join("www/node_modules/hls.js"), dist)?;
    fs::rename(dist.join("LICENSE"), dist.join("hls.LICENSE"))?;
    Ok(())
}

/// Declarations, from the sources.
fn types(dist: &Path) -> Result<()> {
    let www = workspace::root().join("www");
    let mut tsc = process::command(www.join("node_modules/.bin/tsc"));
    tsc.arg("--project").arg(&www).arg("--outDir").arg(dist.join("types"));
    process::run(&mut tsc)?;
    for written in ["upload.d.ts", "player.d.ts"] {
        copy(written, &www.join("src"), &dist.join("types"))?;
    }
    Ok(())
}

/// `custom-elements.json`, from the table that the docs are made from too. The program imports the package without a DOM,
/// as a server does, and compares the classes with the table.
fn manifest(package: &Path) -> Result<()> {
    let program = workspace::target_dir().join("npm/manifest.mjs");
    let source = workspace::root().join("www/src/manifest.ts");
    bundle::esbuild(&source, &program, Build::Dev, &["--format=esm", "--platform=node"])?;
    let mut node = process::command("node");
    process::run(node.arg(program).arg(package))
}

/// Packs it into `target/dist`, and gives the tarball.
///
/// # Errors
/// npm fails.
pub fn pack() -> Result<PathBuf> {
    let to = workspace::target_dir().join("dist");
    fs::create_dir_all(&to)?;
    let mut npm = process::command("npm");
    npm.current_dir(folder()).args(["pack", "--silent", "--pack-destination"]).arg(&to);
    let name = process::output(&mut npm)?;
    Ok(to.join(name.trim()))
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    Ok(fs::create_dir_all(folder)?)
}
