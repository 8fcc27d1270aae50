//! What Vue's and Svelte's own compilers say of a template that is wrong. Of those that are right they say nothing: the
//! examples are built with them.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::example::Example;

#[test]
fn vues_compiler_tells_of_slips_in_templates() {
    let told = told_of("Slip.vue", Example::Vue, &["node_modules/.bin/vue-tsc", "--noEmit"]);
    assert_eq!(slips_in(&told, "Slip.vue("), 4, "{told}");
    assert!(told.contains("noSuchAttribute"), "{told}");
}

#[test]
fn sveltes_compiler_tells_of_slips_in_templates() {
    let check = ["node_modules/.bin/svelte-check", "--output", "machine", "--threshold", "error"];
    let told = told_of("Slip.svelte", Example::Svelte, &check);
    assert_eq!(slips_in(&told, "ERROR \"src/Slip.svelte\""), 4, "{told}");
    assert!(told.contains("no-such-attribute"), "{told}");
}

fn slips_in(told: &str, place: &str) -> usize {
    for slip in ["noSuchMethod", "no-such-value", "noSuchDetail"] {
        assert!(told.contains(slip), "{slip} is let through: {told}");
    }
    told.lines().filter(|line| line.contains(place)).count()
}

/// Checks the example with one more template in it.
fn told_of(template: &str, example: Example, check: &[&str]) -> String {
    let (example, folder) = (example.path(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("src")).unwrap();
    symlink(example.join("node_modules"), folder.path().join("node_modules")).unwrap();
    for file in ["package.json", "tsconfig.json"] {
        fs::copy(example.join(file), folder.path().join(file)).unwrap();
    }
    let slips = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages/slips");
    fs::copy(slips.join(template), folder.path().join("src").join(template)).unwrap();

    let [program, arguments @ ..] = check else { panic!("no program") };
    let checked = Command::new(program).args(arguments).current_dir(folder.path()).output().unwrap();

    assert!(!checked.status.success());
    String::from_utf8_lossy(&checked.stdout).into_owned()
}
