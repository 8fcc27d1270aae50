//! An operator's folder with a configuration, the `reelway` binary, and Oracle behind it.

use std::process::{Command, Stdio};

use reelway_emulators::clock::Turn;
use serde_json::Value;

use crate::{bench::Bench, cli::object};

/// What has come of a command.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// The one JSON object on standard output, and its keys by the alphabet.
    #[track_caller]
    pub fn json(&self) -> (Value, Vec<String>) {
        assert_eq!(self.out.lines().count(), 1, "one line: {:?} {:?}", self.out, self.err);
        let value: Value = serde_json::from_str(&self.out).unwrap();
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        (value, keys)
    }

    /// The result, after success.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        self.json().0
    }
}

/// A folder with a configuration, and Oracle behind it. Its clock runs: the binary has no other.
pub struct Office {
    pub bench: Bench,
    pub folder: tempfile::TempDir,
    pub key: String,
}

impl Office {
    pub async fn open(settings: &str) -> Self {
        Self::of(Bench::with(settings).await)
    }

    pub fn of(bench: Bench) -> Self {
        let office = Self { key: bench.oci.key_pem().unwrap(), bench, folder: tempfile::tempdir().unwrap() };
        office.bench.oci.desk().clock.turn(Turn::Run);
        office.write(&office.settings());
        office
    }

    /// With a file that has been uploaded, by its name.
    pub async fn with_a_file(bench: Bench) -> (Self, String) {
        let object = object(&bench).await;
        (Self::of(bench), object)
    }

    /// The provider's table, as it stands in the file.
    pub fn settings(&self) -> String {
        let settings = toml::to_string(&self.bench.config.providers["oracle"].settings).unwrap();
        let nested = settings.replace("\n[", "\n[providers.oracle.");
        format!("provider = \"oracle\"\n[providers.oracle]\nkind = \"oci\"\n{nested}")
    }

    pub fn write(&self, text: &str) {
        std::fs::write(self.folder.path().join("reelway.toml"), text).unwrap();
    }

    pub fn command(&self, line: &str) -> Command {
        self.command_with("reelway.toml", line)
    }

    pub fn command_with(&self, file: &str, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelway"));
        command.arg("oci").args(line.split_whitespace()).args(["--config", file]).current_dir(self.folder.path());
        // Nothing of whoever runs the tests.
        command.env_clear().env("VIDEO_PRIVATE_KEY", &self.key);
        command
    }

    pub async fn reelway(&self, line: &str) -> Done {
        self.run(self.command(line)).await
    }

    pub async fn run(&self, mut command: Command) -> Done {
        command.stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// How often something has been made.
    pub fn made(&self, kind: &str) -> usize {
        let path = format!("/20211101/{kind}");
        self.bench.oci.desk().log().iter().filter(|entry| entry.method == "POST" && entry.path == path).count()
    }
}
