//! The suites: what each runs, and how it is counted.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::counts::{self, Counts};
use crate::{
    backend, book,
    browser::Browser,
    clients, crates, frontend, js, other_browsers, process, projects,
    step::note,
    tools::Tools,
    vendor,
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// A suite of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// `cargo fmt --check`
    Fmt,
    /// clippy for this machine
    Clippy,
    /// clippy for wasm
    ClippyWasm,
    /// Tests that need no browser
    Native,
    /// Vendors' own SDKs against our emulators of them
    Vendor,
    /// wasm-pack's tests in headless Chromium
    Browser,
    /// The real server and the real page in Chromium
    E2e,
    /// The crates as they would be published: packages, documentation, an example of their use
    Crates,
    /// The book, and every snippet in it
    Docs,
    /// Each example in Chromium, by mouse, by keyboard, and many elements on one page
    Examples,
    /// The packed package in a project for each bundler, in Chromium
    Packaging,
    /// Uploads to a faulty provider, streams, and elements, in Chromium, Firefox and WebKitGTK
    Browsers,
}

impl Suite {
    /// All, in the order in which they run: what fails soon comes first.
    pub const ALL: [Self; 12] = [
        Self::Fmt,
        Self::Clippy,
        Self::Native,
        Self::Vendor,
        Self::ClippyWasm,
        Self::Crates,
        Self::Docs,
        Self::Browser,
        Self::E2e,
        Self::Examples,
        Self::Packaging,
        Self::Browsers,
    ];

    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Fmt => "rustfmt",
            Self::Clippy => "clippy, this machine",
            Self::Vendor => "vendors' SDKs",
            Self::ClippyWasm => "clippy, wasm",
            Self::Native => "native tests",
            Self::Crates => "crates for publishing",
            Self::Docs => "book and snippets",
            Self::Browser => "headless browser tests",
            Self::E2e => "whole-system tests",
            Self::Examples => "examples",
            Self::Packaging => "packaging",
            Self::Browsers => "faults, streams, elements in three browsers",
        }
    }
}

/// What suites run with.
pub struct Setup {
    /// The tools of the cache.
    pub tools: Tools,
    /// What compiles to wasm.
    pub toolchain: Toolchain,
    /// What tests drive.
    pub browser: Browser,
    /// More cases where tests draw them at random.
    pub full: bool,
}

/// Packages whose tests need no browser, and the whole-system tests: named together in each command that builds any of
/// them, so that their dependencies are built once, with one set of features.
const NATIVE: [&str; 16] = [
    "--package",
    "reelway-api",
    "--package",
    "reelway-core",
    "--package",
    "reelway-server",
    "--package",
    "xtask",
    "--package",
    "reelway-e2e",
    "--package",
    "reelway-fault-provider",
    "--package",
    "reelway-emulators",
    "--package",
    "reelway-bench",
];

/// Cases that property tests draw: proptest's own default, and eight times as many with `--full`.
const CASES: u32 = 256;
/// Scripts of faults for each protocol and property, with `--full`.
const FAULT_SCRIPTS: u32 = 10_000;

impl Setup {
    /// Runs a suite.
    ///
    /// # Errors
    /// It could not be run at all.
    pub fn run(&self, suite: Suite) -> Result<Counts> {
        match suite {
            Suite::Fmt => check(process::cargo().args(["fmt", "--all", "--check"])),
            Suite::Clippy => check(process::cargo().args([
                "clippy",
                "--locked",
                "--workspace",
                "--all-targets",
                "--features",
                "reelway-e2e/browser,reelway-emulators/vendor",
                "--",
                "-D",
                "warnings",
            ])),
            Suite::ClippyWasm => self.clippy_wasm(),
            Suite::Native => self.native(),
            Suite::Vendor => vendors(),
            Suite::Browser => self.browser_tests(),
            Suite::Crates => Ok(self.crates()),
            Suite::Docs => self.docs(),
            Suite::E2e => counts::run(&mut self.e2e()?),
            Suite::Examples => counts::run(&mut self.examples()?),
            Suite::Packaging => counts::run(&mut self.packaging()?),
            Suite::Browsers => counts::run(&mut self.browsers()?),
        }
    }

    fn cases<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("PROPTEST_CASES", (if self.full { 8 * CASES } else { CASES }).to_string())
    }

    fn native(&self) -> Result<Counts> {
        let mut counts = counts::run(self.cases(cargo_test().args(NATIVE)))?;
        // What the browser crate can show without a browser. Its `tests` are wasm-pack's.
        counts += counts::run(cargo_test().args(["--lib", "--package", "reelway"]))?;
        if self.full {
            // The upload machine against scripts of faults: so many that only an optimised build is done in minutes.
            let mut faults = cargo_test();
            faults.args(["--release", "--package", "reelway-core", "--test", "upload", "faults"]);
            counts += counts::run(faults.env("PROPTEST_CASES", FAULT_SCRIPTS.to_string()))?;
        }
        Ok(counts)
    }

    fn clippy_wasm(&self) -> Result<Counts> {
        let mut cargo = self.toolchain.cargo();
        let what = [
            "--locked",
            "--package",
            "reelway",
            "--package",
            "reelway-upload",
            "--package",
            "reelway-player",
            "--package",
            "reelway-uploader",
            "--package",
            "reelway-index",
            "--all-targets",
            "--features",
            "demo",
            "--target",
            TARGET,
        ];
        if self.toolchain == Toolchain::RustcWeb {
            note("Debian's rustc-web has no clippy: the compiler's own warnings are checked");
            return check(cargo.arg("check").args(what).env("RUSTFLAGS", "-Dwarnings"));
        }
        check(cargo.arg("clippy").args(what).args(["--", "-D", "warnings"]))
    }

    /// What users of the crates get: packages that build by themselves, documentation, and a project that depends on them.
    fn crates(&self) -> Counts {
        let mut counts = Counts::of_check(succeeded(crates::package(self.toolchain)));
        counts += Counts::of_check(succeeded(crates::document(self.toolchain)));
        counts += Counts::of_check(succeeded(crates::check_example(self.toolchain)));
        counts
    }

    /// The book's own tests, with the package whose types and manifest it tells of, its snippets by the compiler, and the
    /// book.
    fn docs(&self) -> Result<Counts> {
        let package = js::build(&self.tools, self.toolchain, js::Build::Dev, Some("npm"))?;
        let mut cargo = cargo_test();
        cargo.args(NATIVE).args(["--package", "reelway-docs", "--test", "docs"]).env("REELWAY_NPM", package);
        let mut counts = counts::run(&mut cargo)?;
        counts += Counts::of_check(succeeded(book::check_snippets(self.toolchain)));
        counts += Counts::of_check(succeeded(book::build()));
        Ok(counts)
    }

    fn browser_tests(&self) -> Result<Counts> {
        let tests = workspace::root().join("tests");
        check_that_tests_run_in_the_browser(&tests)?;
        let mut pack = process::builder(self.tools.program("wasm-pack")?);
        self.tools.apply(&mut pack)?;
        self.toolchain.apply(&mut pack);
        pack.args(["test", "--headless", "--chrome", "--mode", "no-install", "--chromedriver"])
            .arg(&self.browser.driver);
        pack.args([".", "--locked", "--features", "demo"]);
        pack.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.webdriver_settings()?);
        // Seconds for each test file, on a machine that may be busy.
        pack.env("WASM_BINDGEN_TEST_TIMEOUT", "180").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        counts::run(&mut pack)
    }

    /// The capabilities that wasm-bindgen's runner adds to its own.
    fn webdriver_settings(&self) -> Result<PathBuf> {
        let path = workspace::state_dir().join("webdriver.json");
        let chrome = self.browser.chrome.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
        fs::create_dir_all(workspace::state_dir())?;
        fs::write(
            &path,
            format!(
                r#"{{"goog:chromeOptions":{{"binary":"{chrome}","args":["disable-gpu","disable-background-networking","mute-audio","autoplay-policy=no-user-gesture-required"]}}}}"#
            ),
        )?;
        Ok(path)
    }

    /// Pictures of the page's main states and of all of the player's: ignored tests take them.
    ///
    /// # Errors
    /// It does not build.
    pub fn screenshots(&self, folder: &Path, video: Option<&Path>) -> Result<Counts> {
        let mut cargo = self.e2e()?;
        cargo.args(["--ignored", "screenshots::"]).env("REELWAY_SCREENSHOTS", folder);
        if let Some(video) = video {
            cargo.env("REELWAY_SCREENSHOTS_VIDEO", video);
        }
        counts::run(&mut cargo)
    }

    /// Has Chromium run plain visits to the npm package's elements, and writes which functions they run.
    ///
    /// # Errors
    /// It does not build, or a visit fails.
    pub fn first(&self) -> Result<()> {
        js::build(&self.tools, self.toolchain, js::Build::Marked, Some("npm"))?;
        let marks = workspace::target_dir().join("npm/parts");
        let mut cargo = self.with_package("first")?;
        cargo.arg("--ignored").env("REELWAY_NPM", js::npm::folder()).env("REELWAY_MARKS", &marks);
        process::run(&mut cargo)?;
        js::npm::write_first(&marks)
    }

    /// Installs the other browsers. Gives the command that drives all three.
    fn browsers(&self) -> Result<Command> {
        let firefox = other_browsers::firefox()?;
        let webkit = other_browsers::webkit()?;
        frontend::build(&self.tools, self.toolchain)?;
        let modules = js::build(&self.tools, self.toolchain, js::Build::Dev, None)?;
        // As users get them: in two parts.
        js::build(&self.tools, self.toolchain, js::Build::Release, Some("npm"))?;
        let server = backend::build()?;
        let mut cargo = cargo_test();
        cargo.args(NATIVE).args(["--features", "reelway-e2e/browser", "--test", "faults", "--test", "streams"]);
        cargo.args(["--test", "elements"]);
        cargo.args(["--", "--nocapture"]).env("REELWAY_SERVER", server);
        cargo.env("REELWAY_JS", modules).env("REELWAY_NPM", js::npm::folder());
        cargo.env("REELWAY_SERVERS", vendor::servers()?);
        cargo.env("CHROME", &self.browser.chrome).env("CHROMEDRIVER", &self.browser.driver);
        cargo.env("FIREFOX", firefox.browser).env("GECKODRIVER", firefox.driver);
        cargo.env("MINIBROWSER", webkit.browser).env("WEBKITDRIVER", webkit.driver);
        if self.full {
            cargo.env("REELWAY_FULL", "1");
        }
        Ok(cargo)
    }

    /// Builds the package and the examples. Gives the command that opens them.
    fn examples(&self) -> Result<Command> {
        let package = self.package(js::Build::Dev)?;
        let mut cargo = self.with_package("examples")?;
        cargo.env("REELWAY_EXAMPLES", projects::examples(&package)?);
        Ok(cargo)
    }

    /// Builds the package and a project for each bundler. Gives the command that opens them.
    fn packaging(&self) -> Result<Command> {
        let package = self.package(js::Build::Release)?;
        let mut cargo = self.with_package("packaging")?;
        cargo.env("REELWAY_PACKAGING", projects::packaging(&package)?);
        Ok(cargo)
    }

    /// The packed npm package.
    fn package(&self, build: js::Build) -> Result<PathBuf> {
        js::build(&self.tools, self.toolchain, build, Some("npm"))?;
        js::npm::pack()
    }

    fn with_package(&self, test: &str) -> Result<Command> {
        frontend::build(&self.tools, self.toolchain)?;
        let server = backend::build()?;
        let mut cargo = cargo_test();
        cargo.args(NATIVE).args(["--features", "reelway-e2e/browser", "--test", test, "--", "--nocapture"]);
        cargo.env("REELWAY_SERVER", server).env("REELWAY_CLIENTS", clients::ensure()?);
        cargo.env("CHROME", &self.browser.chrome).env("CHROMEDRIVER", &self.browser.driver);
        Ok(cargo)
    }

    /// Builds what a user runs. Gives the command that drives it.
    fn e2e(&self) -> Result<Command> {
        frontend::build(&self.tools, self.toolchain)?;
        let modules = js::build(&self.tools, self.toolchain, js::Build::Dev, None)?;
        let server = backend::build()?;
        let mut cargo = cargo_test();
        cargo.args(NATIVE).args(["--features", "reelway-e2e/browser", "--test", "e2e", "--", "--nocapture"]);
        cargo.env("REELWAY_SERVER", server).env("REELWAY_JS", modules).env("CHROME", &self.browser.chrome);
        cargo.env("CHROMEDRIVER", &self.browser.driver).env("REELWAY_CLIENTS", clients::ensure()?);
        if self.full {
            cargo.env("REELWAY_FULL", "1");
        }
        Ok(cargo)
    }
}

/// Vendors' SDKs against our emulators.
fn vendors() -> Result<Counts> {
    let mut cargo = cargo_test();
    cargo.args(NATIVE).args(["--features", "reelway-emulators/vendor", "--test", "vendor"]);
    counts::run(cargo.env("REELWAY_SDKS", vendor::sdks()?))
}

fn cargo_test() -> Command {
    let mut cargo = process::cargo();
    cargo.args(["test", "--locked", "--no-fail-fast"]);
    cargo
}

/// Says what went wrong.
fn succeeded<T>(result: Result<T>) -> bool {
    result.inspect_err(|error| note(format!("{error:#}"))).is_ok()
}

fn check(command: &mut Command) -> Result<Counts> {
    let status = command.status()?;
    Ok(Counts::of_check(status.success()))
}

/// A test file without `run_in_browser` is skipped by wasm-pack without a word.
fn check_that_tests_run_in_the_browser(tests: &Path) -> Result<()> {
    for entry in fs::read_dir(tests)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "rs") && !fs::read_to_string(&path)?.contains("run_in_browser") {
            bail!("{} lacks wasm_bindgen_test_configure!(run_in_browser): none of its tests would run", path.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_test_file_that_would_not_run_is_named() {
        let folder = std::env::temp_dir().join(format!("reelway-suites-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("player.rs"), "#[wasm_bindgen_test] fn plays() {}").unwrap();

        let checked = check_that_tests_run_in_the_browser(&folder);

        assert!(checked.unwrap_err().to_string().contains("player.rs"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn this_repositorys_browser_tests_run_in_the_browser() {
        check_that_tests_run_in_the_browser(&workspace::root().join("tests")).unwrap();
    }
}
