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

/// A server that answers requests and logs all it can.
fn talkative(folder: &std::path::Path, environment: &[(&str, &str)]) -> (std::process::Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_reelway"))
        .args(["serve", "--role", "api", "--bind", "127.0.0.1:0", "--data-dir"])
        .arg(folder.join("data"))
        .env("RUST_LOG", "trace")
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.join("log")).unwrap())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().strip_prefix("Reelway serves http://").unwrap().to_owned();
    (server, address)
}

#[test]
fn the_most_talkative_log_tells_no_uploads_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, address) = talkative(folder.path(), &[]);

    let answer = ask(&address, "POST /api/videos", r#"{"filename":"a.mp4","size":5}"#);
    let created: CreatedVideo = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let url = created.upload.url;
    assert!(ask(&address, &format!("PUT {url}"), "1234567").starts_with("HTTP/1.1 400"));
    assert!(ask(&address, &format!("PUT {url}"), "12345").starts_with("HTTP/1.1 200"));
    assert!(ask(&address, &format!("DELETE {url}"), "").starts_with("HTTP/1.1 409"));
    server.kill().unwrap();
    server.wait().unwrap();

    let said = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(said.contains("TRACE") && said.contains("/u/{token}"), "requests are logged, by their route");
    assert!(!said.contains(url.strip_prefix("/u/").unwrap()));
}

const KEY: &str = "a key of this test, which no log may hold";

const TICKETS: [(&str, &str); 3] = [
    ("REELWAY_AUTH", "ticket"),
    ("REELWAY_TICKETS__KEYS", r#"[{ kid = "k1", alg = "HS256", env = "VIDEO_TICKET_KEY" }]"#),
    ("VIDEO_TICKET_KEY", KEY),
];

fn sign(arguments: &[&str]) -> String {
    let output = reelway(&[&["sign"], arguments].concat(), &TICKETS);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_ticket_for_trying_opens_a_server_whose_log_tells_neither_ticket_nor_token() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, address) = talkative(folder.path(), &TICKETS);
    let (ticket, expired) = (sign(&["--sub", "anna"]), sign(&["--sub", "anna", "--scope", "view", "--life", "0"]));
    let link = sign(&["--sub", "anna", "--scope", "view,upload", "--link"]);
    assert!(link.starts_with("http://127.0.0.1:8787/#ticket=ey"), "{link}");

    let ask = |head: &str, ticket: &str, body: &str| {
        let (method, path) = head.split_once(' ').unwrap();
        let mut connection = TcpStream::connect(&address).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: video.example\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {ticket}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        connection.write_all(request.as_bytes()).unwrap();
        // An event stream has no end: its first answer is enough.
        connection.set_read_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let json =
        |answer: &str| -> serde_json::Value { serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap() };
    let created = ask("POST /api/videos", &ticket, r#"{"filename":"a.mp4","size":5}"#);
    assert!(created.starts_with("HTTP/1.1 201"), "{created}");
    let id = json(&created)["video"]["id"].as_str().unwrap().to_owned();
    assert!(ask("GET /api/videos", "", "").starts_with("HTTP/1.1 401"));
    // Within the leeway.
    assert!(ask("GET /api/videos", &expired, "").starts_with("HTTP/1.1 200"));
    let forged = format!("{ticket}x");
    assert!(ask("GET /api/videos", &forged, "").starts_with("HTTP/1.1 401"));
    let told = json(&ask(&format!("POST /api/videos/{id}/events"), &ticket, ""));
    let url = told["url"].as_str().unwrap();
    assert!(ask(&format!("GET {url}"), "", "").contains("event: video"));
    server.kill().unwrap();
    server.wait().unwrap();

    let said = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(said.contains("TRACE") && said.contains("/api/videos/{id}/events"));
    let token = url.split_once("token=").unwrap().1;
    for secret in [KEY, &ticket, &expired, token, ticket.rsplit('.').next().unwrap(), token.rsplit('.').next().unwrap()]
    {
        assert!(!said.contains(secret), "{secret}");
    }
}

#[test]
fn keys_that_are_missing_are_told_before_the_first_request() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().to_str().unwrap();
    let without = &TICKETS[..2];
    for arguments in [&["serve", "--bind", "127.0.0.1:0", "--data-dir", data_dir][..], &["sign", "--sub", "a"]] {
        let output = reelway(arguments, without);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("VIDEO_TICKET_KEY"), "{said}");
    }
    let output = reelway(&["doctor", "--data-dir", data_dir], without);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success() && said.contains("FAIL  keys: the environment variable VIDEO_TICKET_KEY"),
        "{said}"
    );
    let output = reelway(&["doctor", "--data-dir", data_dir], &TICKETS);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("ok    keys") && !said.contains(KEY), "{said}");
}
