//! JavaScript, TypeScript, styles and HTML are read by esbuild, and tags of ours by the manifest.

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    process::{self, Command, Stdio},
};

use reelway_docs::{html, manifest::Manifest, root};

use crate::{blocks, package};

/// Attributes of any element.
const GLOBAL: [&str; 10] = ["class", "dir", "hidden", "id", "lang", "part", "slot", "style", "tabindex", "title"];

/// What Vue takes for itself.
const OF_VUE: [&str; 2] = ["key", "ref"];

/// What esbuild says against a text.
fn refused(loader: &str, code: &str) -> Option<String> {
    let mut esbuild = Command::new(root().join("www/node_modules/.bin/esbuild"));
    esbuild.args([format!("--loader={loader}"), "--log-level=warning".into(), "--jsx=automatic".into()]);
    let pipes = esbuild.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("esbuild is installed: npm ci in www");
    child.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn scripts_and_styles_can_be_read() {
    let mut read = 0;
    for block in blocks(&["js", "ts", "jsx", "tsx", "css"]) {
        let loader = if block.language == "js" { "jsx" } else { block.language.as_str() };
        if let Some(why) = refused(loader, &block.code) {
            panic!("{}: {why}", block.place);
        }
        read += 1;
    }
    for block in blocks(&["html", "vue", "svelte"]) {
        for script in html::scripts(&block.code) {
            if let Some(why) = refused("ts", script) {
                panic!("{}: {why}", block.place);
            }
            read += 1;
        }
    }
    assert!(read > 0, "no snippet was looked at");
}

#[test]
fn a_script_with_a_slip_is_refused() {
    assert!(refused("ts", "const a: string = ;").is_some());
    assert!(refused("ts", "const a: string = 'b';").is_none());
}

#[test]
fn typescript_fits_the_packages_types() {
    let package = package();
    let folder = env::temp_dir().join(format!("reelway-docs-types-{}", process::id()));
    let mut files = Vec::new();
    for (index, block) in blocks(&["ts", "tsx"]).into_iter().enumerate() {
        let file = folder.join(format!("snippet-{index}.{}", block.language));
        // Each a module of its own.
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        fs::write(&file, format!("{}\nexport {{}};\n", block.code)).unwrap();
        files.push(file);
    }
    assert!(!files.is_empty());
    std::os::unix::fs::symlink(package, folder.join("node_modules/reelway")).unwrap();
    let mut tsc = Command::new(root().join("www/node_modules/.bin/tsc"));
    tsc.current_dir(&folder).args(["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext"]);
    tsc.args(["--moduleResolution", "bundler", "--target", "es2022", "--lib", "es2023,dom,dom.iterable"]).args(&files);

    let output = tsc.output().unwrap();

    fs::remove_dir_all(folder).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn elements_in_snippets_have_the_attributes_that_they_are_given() {
    let manifest = Manifest::read().unwrap();
    let mut seen = BTreeSet::new();
    for block in blocks(&["html", "vue", "svelte"]) {
        for tag in html::tags(&block.code).into_iter().filter(|tag| tag.name.starts_with("reelway-")) {
            let element = manifest.elements().find(|(name, _)| *name == tag.name);
            let (_, element) = element.unwrap_or_else(|| panic!("{}: there is no <{}>", block.place, tag.name));
            // Frameworks bind properties and events by signs of their own: `@success`, `:endpoint`, `on:success`.
            for attribute in tag.attributes.iter().filter(|name| !name.contains([':', '@', '.', '{'])) {
                let known = GLOBAL.contains(&attribute.as_str())
                    || block.language == "vue" && OF_VUE.contains(&attribute.as_str())
                    || attribute.starts_with("on")
                    || element.attributes.iter().any(|known| known.name == *attribute);
                assert!(known, "{}: <{}> has no {attribute}", block.place, tag.name);
            }
            seen.insert(tag.name);
        }
    }
    assert!(seen.len() > 1, "only {seen:?} are shown");
}
