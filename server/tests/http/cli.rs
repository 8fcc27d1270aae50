//! The `reelway` binary as an operator meets it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Output, Stdio},
};

use reelway_api::CreatedVideo;

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

/// One request over a connection of its own; the whole answer.
fn ask(address: &str, head: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_most_talkative_log_tells_no_uploads_secret() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut server = Command::new(env!("CARGO_BIN_EXE_reelway"))
        .args(["serve", "--role", "api", "--bind", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path().join("data"))
        .env("RUST_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().strip_prefix("Reelway serves http://").unwrap();

    let answer = ask(address, "POST /api/videos", r#"{"filename":"a.mp4","size":5}"#);
    let created: CreatedVideo = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let url = created.upload.url;
    assert!(ask(address, &format!("PUT {url}"), "1234567").starts_with("HTTP/1.1 400"));
    assert!(ask(address, &format!("PUT {url}"), "12345").starts_with("HTTP/1.1 200"));
    assert!(ask(address, &format!("DELETE {url}"), "").starts_with("HTTP/1.1 409"));
    server.kill().unwrap();
    server.wait().unwrap();

    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("TRACE") && said.contains("/u/{token}"), "requests are logged, by their route");
    assert!(!said.contains(url.strip_prefix("/u/").unwrap()));
}
