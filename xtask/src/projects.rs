//! Projects of npm's world that use our package: the examples in `www/examples`, and those of `tests/packaging`. What they
//! need from npm is installed once, into the cache; our own package is added to a copy in the target folder, and built there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{cache, process, stamp, step::Step, workspace};

/// The examples, and which are built.
const EXAMPLES: [(&str, bool); 8] = [
    ("html", false),
    ("form", false),
    ("react", true),
    ("vue", true),
    ("svelte", true),
    ("next", true),
    ("headless", false),
    ("mux", false),
];

/// The projects that the packed package is tried in.
const PROJECTS: [&str; 6] = ["plain", "vite", "webpack", "esbuild", "rollup", "next"];

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Builds the examples with a packed package. Gives the folder with one for each.
///
/// # Errors
/// One can't be installed or built.
pub fn examples(package: &Path) -> Result<PathBuf> {
    let sources = workspace::root().join("www/examples");
    let all = workspace::target_dir().join("examples");
    for (name, is_built) in EXAMPLES {
        let folder = all.join(name);
        let made_of = made_of(&format!("www/examples/{name}"), package)?;
        if is_current(&folder, &made_of) {
            continue;
        }
        let step = Step::begin(format!("Build the example {name}"));
        begin(&sources.join(name), &folder)?;
        if is_built {
            link(&installed(name, &sources.join(name))?.join("node_modules"), &folder.join("node_modules"))?;
        }
        unpack(package, &folder)?;
        if is_built {
            process::run(npm(&folder).args(["run", "--silent", "build"]))?;
        }
        keep(&folder, &made_of)?;
        step.done();
    }
    Ok(all)
}

/// Installs a packed package into a project for each bundler, as its user does, and builds them. Gives the folder with one
/// for each.
///
/// # Errors
/// One can't be installed or built.
pub fn packaging(package: &Path) -> Result<PathBuf> {
    let sources = workspace::root().join("tests/packaging");
    let all = workspace::target_dir().join("packaging");
    let made_of = made_of("tests/packaging", package)?;
    if is_current(&all, &made_of) {
        return Ok(all);
    }
    begin(&sources, &all)?;
    // Where Node and npm look for what a project does not have itself.
    link(&installed("packaging", &sources)?.join("node_modules"), &all.join("node_modules"))?;
    for name in PROJECTS {
        let step = Step::begin(format!("Build with {name}"));
        let folder = all.join(name);
        if name != "next" {
            fs::copy(sources.join("main.js"), folder.join("main.js"))?;
        }
        let mut install = npm(&folder);
        install.args(["install", "--no-save", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
        process::run(install.arg(package))?;
        process::run(npm(&folder).args(["run", "--silent", "build"]))?;
        step.done();
    }
    keep(&all, &made_of)?;
    Ok(all)
}

/// What a project needs from npm, but for our own package.
fn installed(name: &str, sources: &Path) -> Result<PathBuf> {
    let version = stamp::of_files(sources, MANIFESTS);
    let tools = workspace::cache_dir()?.join("tools");
    let folder = tools.join(format!("npm-{name}-{}", version.get(..12).unwrap_or(&version)));
    let _lock = cache::lock(&tools)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let step = Step::begin(format!("Install what {name} needs from npm"));
    cache::make_whole(&folder, |folder| {
        for file in MANIFESTS {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        process::run(npm(folder).args(["pkg", "delete", "dependencies.reelway"]))?;
        let mut install = npm(folder);
        process::run(install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
    })
    .with_context(|| format!("could not install what {name} needs: npm must be reachable"))?;
    step.done();
    Ok(folder)
}

fn npm(folder: &Path) -> std::process::Command {
    let mut npm = process::command("npm");
    npm.current_dir(folder).env("NEXT_TELEMETRY_DISABLED", "1");
    npm
}

/// A copy of the sources, and nothing else.
fn begin(sources: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let path = sources.strip_prefix(workspace::root())?.to_string_lossy().into_owned();
    for source in stamp::sources(&[&path])? {
        let from = workspace::root().join(&source);
        let to = folder.join(Path::new(&source).strip_prefix(&path)?);
        fs::create_dir_all(to.parent().context("a file without a folder")?)?;
        fs::copy(&from, &to).with_context(|| format!("could not copy {source}"))?;
    }
    Ok(())
}

/// The same files, without their bytes where the disk can do that. Links stay links.
fn link(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path)?, &copy)?;
        } else if kind.is_dir() {
            link(&path, &copy)?;
        } else if fs::hard_link(&path, &copy).is_err() {
            fs::copy(&path, &copy)?;
        }
    }
    Ok(())
}

/// Into `node_modules/reelway`, as npm does.
fn unpack(package: &Path, project: &Path) -> Result<()> {
    let folder = project.join("node_modules/reelway");
    fs::create_dir_all(&folder)?;
    let mut tar = process::command("tar");
    process::run(tar.arg("-xzf").arg(package).arg("-C").arg(&folder).arg("--strip-components=1"))
}

fn made_of(sources: &str, package: &Path) -> Result<String> {
    let name = package.file_name().context("no package")?.to_string_lossy().into_owned();
    let package = stamp::of_files(package.parent().context("no package")?, [name.as_str()]);
    Ok(stamp::of_sources(&[sources, "xtask/src/projects.rs"])? + &package)
}

fn is_current(folder: &Path, made_of: &str) -> bool {
    fs::read_to_string(folder.with_extension("made-of")).is_ok_and(|kept| kept == made_of)
}

fn keep(folder: &Path, made_of: &str) -> Result<()> {
    Ok(fs::write(folder.with_extension("made-of"), made_of)?)
}
