//! The `reelway` binary as an operator meets it.

use std::process::{Command, Output};

fn reelway(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reelway"));
    command.args(arguments).envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn a_server_that_lets_everybody_in_serves_nobody_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().to_str().unwrap();
    for bind in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let output = reelway(&["serve", "--bind", bind, "--data-dir", data_dir], &[]);
        assert!(!output.status.success(), "{bind}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("loopback") && said.contains("127.0.0.1"), "{said}");
    }
    assert!(!folder.path().join("reelway.db").exists(), "nothing was touched");
}

#[test]
fn a_slip_in_the_configuration_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("reelway.toml");
    std::fs::write(&config, "[limits]\nmax_file_sise = 5\n").unwrap();
    let output = reelway(&["doctor", "--config", config.to_str().unwrap()], &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("line 2") && said.contains("max_file_sise"), "{said}");
    let output = reelway(&["doctor"], &[("REELWAY_LIMITS__MAX_FILE_SISE", "5")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("max_file_sise"), "{said}");
}

#[test]
fn migrate_may_run_twice_and_doctor_looks_at_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("new");
    let data_dir = data_dir.to_str().unwrap();
    for _ in 0..2 {
        let output = reelway(&["migrate", "--data-dir", data_dir], &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let report = |environment: &[(&str, &str)]| {
        let output = reelway(&["doctor", "--data-dir", data_dir], environment);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (_, said) = report(&[("REELWAY_LIMITS__MIN_FREE_SPACE", "0")]);
    assert!(said.contains("ok    data directory") && said.contains("ok    free space"), "{said}");
    let (well, said) = report(&[("REELWAY_LIMITS__MIN_FREE_SPACE", "9000000000000000000"), ("PATH", "/nonexistent")]);
    assert!(!well && said.contains("FAIL  free space") && said.contains("FAIL  ffmpeg"), "{said}");
    let (well, said) = report(&[("REELWAY_DATA_DIR", "/dev/null/none")]);
    assert!(said.contains("ok    data directory"), "a flag lies over the environment: {well} {said}");
}
