//! `reelway doctor`: is everything there that a server needs?

use std::{
    fmt,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    access::Keys,
    config::{Auth, Config, ProviderKind, StoreKind},
    providers::{http::setup::setup, oci},
    secrets::Secrets,
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub subject: String,
    /// What was found; or, as an error, what to do about it.
    pub result: Result<String, String>,
    /// What was found is no error, and yet hardly meant.
    pub warns: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(found) if self.warns => write!(f, "warn  {}: {found}", self.subject),
            Ok(found) => write!(f, "ok    {}: {found}", self.subject),
            Err(advice) => write!(f, "FAIL  {}: {advice}", self.subject),
        }
    }
}

/// Looks at everything; nothing is changed but the data directory, which is created where it is missing.
pub fn examine(config: &Config) -> Vec<Finding> {
    let finding = |subject: &str, result| Finding { subject: subject.to_owned(), result, warns: false };
    let mut findings = vec![
        finding("configuration", config.validate().map(|()| "fits together".to_owned()).map_err(|e| e.to_string())),
        finding("ffmpeg", version("ffmpeg")),
        finding("ffprobe", version("ffprobe")),
        finding("data directory", writable(&config.data_dir)),
        finding("free space", free_space(config)),
    ];
    if config.store.kind == StoreKind::S3 {
        findings.push(finding(
            "store",
            crate::store::Store::open(config).map(|_| "configured".to_owned()).map_err(|e| e.to_string()),
        ));
    }
    if config.auth == Auth::Ticket {
        let keys = Keys::open(&config.tickets, |name| std::env::var(name).ok());
        let found = |_| format!("{} of them can verify tickets", config.tickets.keys.len());
        findings.push(finding("keys", keys.map(found).map_err(|error| error.to_string())));
    }
    for (name, provider) in config.providers.iter().filter(|(_, provider)| provider.kind == ProviderKind::Http) {
        let subject = format!("provider \"{name}\"");
        match setup(name, provider, config.file.as_deref(), &Secrets::default()) {
            Ok(setup) => {
                findings.push(finding(&subject, Ok(setup.summary())));
                let warnings = setup.warnings.into_iter();
                findings.extend(warnings.map(|said| Finding { warns: true, ..finding(&subject, Ok(said)) }));
            }
            Err(problems) => findings.extend(problems.into_iter().map(|problem| finding(&subject, Err(problem)))),
        }
    }
    for (name, provider) in config.providers.iter().filter(|(_, provider)| provider.kind == ProviderKind::Oci) {
        let found = oci::setup::examine(provider, &Secrets::default());
        findings.extend(found.into_iter().map(|found| finding(&format!("provider \"{name}\""), found)));
    }
    findings
}

fn version(program: &str) -> Result<String, String> {
    let output = Command::new(program).arg("-version").stdin(Stdio::null()).output();
    let output =
        output.map_err(|error| format!("{error}. Install it: apt-get install ffmpeg, or brew install ffmpeg."))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next().filter(|line| output.status.success() && line.contains(" version ")) {
        Some(line) => Ok(line.split(" Copyright").next().unwrap_or(line).to_owned()),
        None => Err(format!("{program} -version does not tell a version. Install it anew.")),
    }
}

fn writable(folder: &Path) -> Result<String, String> {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| format!("{} can be written", folder.display()))
        .map_err(|error| format!("{}: {error}. Make it writable, or give another with --data-dir.", folder.display()))
}

fn free_space(config: &Config) -> Result<String, String> {
    let free = crate::providers::local::free_space(&config.data_dir).map_err(|error| error.to_string())?;
    let least = config.limits.min_free_space;
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    if free < least {
        return Err(format!("{} is free, {} must stay so (limits.min_free_space).", gib(free), gib(least)));
    }
    Ok(format!("{} ({} must stay free)", gib(free), gib(least)))
}
