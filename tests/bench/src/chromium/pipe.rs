//! The Chrome DevTools Protocol over a pair of pipes: JSON, each message ended by a zero byte.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A connection on which one command is under way at a time. Events are passed over.
pub struct Pipe {
    to: File,
    answers: Receiver<Value>,
    last: u64,
}

impl Pipe {
    /// Speaks on these ends.
    pub fn new(to: File, from: File) -> Self {
        let (sender, answers) = channel();
        thread::spawn(move || read(BufReader::new(from), &sender));
        Self { to, answers, last: 0 }
    }

    /// Sends a command to the browser, or to a target by its session, and gives the result.
    ///
    /// # Errors
    /// The browser refuses it, does not answer in time or is gone.
    pub fn call(&mut self, session: Option<&str>, method: &str, params: Value, patience: Duration) -> Result<Value> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).context("Chromium is gone")?;
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut answer = self.answers.recv_timeout(left).with_context(|| format!("no answer to {method}"))?;
            if answer["id"] == self.last {
                if let Some(error) = answer.get("error") {
                    bail!("{method}: {error}");
                }
                return Ok(answer["result"].take());
            }
        }
    }
}

fn read(mut from: BufReader<File>, to: &Sender<Value>) {
    let mut message = Vec::new();
    while from.read_until(0, &mut message).is_ok_and(|read| read > 0) {
        message.pop();
        let Ok(value) = serde_json::from_slice::<Value>(&message) else { break };
        message.clear();
        if value.get("id").is_some() && to.send(value).is_err() {
            break;
        }
    }
}
