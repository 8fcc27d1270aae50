//! The package's types, as a program of someone else's sees them: plain TypeScript, React's JSX, Preact's.

use std::{env, fs, os::unix::fs::symlink, path::PathBuf, process::Command};

#[test]
fn programs_in_typescript_see_types() {
    let package = PathBuf::from(env::var_os("REELWAY_NPM").expect("run `cargo xtask test --only browsers`"));
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let tools = repository.join("www/node_modules");
    let folder = tempfile::tempdir().unwrap();
    let modules = folder.path().join("node_modules");
    fs::create_dir_all(modules.join("@types")).unwrap();
    symlink(package, modules.join("reelway")).unwrap();
    for name in ["@types/react", "csstype", "preact"] {
        symlink(tools.join(name), modules.join(name)).unwrap();
    }
    for file in fs::read_dir(repository.join("tests/e2e/pages/types")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    fs::write(folder.path().join("package.json"), r#"{ "type": "module" }"#).unwrap();

    let checked = Command::new(tools.join(".bin/tsc")).current_dir(folder.path()).output().unwrap();

    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
