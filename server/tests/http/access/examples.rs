//! The examples of `docs/examples` make tickets that count.

use std::{
    path::PathBuf,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use reelway_server::{
    access::{Keys, Scope, Ticket, TicketError},
    config::{TicketAlgorithm, TicketKey, TicketsConfig},
};

use super::{
    SECRET,
    tickets::{PRIVATE, PUBLIC},
};

#[path = "../../../../docs/examples/mint_ticket.rs"]
mod mint_ticket;

fn verify(token: &str, alg: TicketAlgorithm) -> Result<Ticket, TicketError> {
    let keys = vec![TicketKey { kid: None, alg, env: "KEY".to_owned() }];
    let key = if alg == TicketAlgorithm::Hs256 { SECRET } else { PUBLIC };
    let config = TicketsConfig { keys, ..TicketsConfig::default() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    Keys::open(&config, |_| Some(key.to_owned())).unwrap().verify(token, now)
}

#[track_caller]
fn counts(token: &str, alg: TicketAlgorithm) {
    let ticket = verify(token, alg).unwrap();
    assert_eq!((ticket.sub.as_str(), ticket.scopes), ("user:7", vec![Scope::Upload, Scope::View]));
    let altered = token.replacen('.', ".A", 1);
    assert!(verify(&altered, alg).is_err());
}

/// What the script prints; `None` where the program is not installed.
fn run(program: &str, file: &str, more: &[&str], key: &str) -> Option<String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/examples").join(file);
    let arguments = [script.to_str().unwrap(), "user:7", "upload view"];
    let output = Command::new(program)
        .args(arguments)
        .args(more)
        .env("VIDEO_TICKET_KEY", key)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{program} is not installed: {file} is not run");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn python_makes_tickets_that_count() {
    if let Some(token) = run("python3", "mint_ticket.py", &[], SECRET) {
        counts(&token, TicketAlgorithm::Hs256);
    }
}

#[test]
fn node_makes_tickets_that_count() {
    if let Some(token) = run("node", "mint_ticket.mjs", &[], SECRET) {
        counts(&token, TicketAlgorithm::Hs256);
    }
    if let Some(token) = run("node", "mint_ticket.mjs", &["EdDSA"], PRIVATE) {
        counts(&token, TicketAlgorithm::EdDsa);
    }
}

#[test]
fn rust_makes_tickets_that_count() {
    counts(&mint_ticket::ticket(SECRET, None, "user:7", "upload view").unwrap(), TicketAlgorithm::Hs256);
}
