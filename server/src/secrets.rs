//! Secrets: the configuration names environment variables, and here they are looked up.

use std::{collections::BTreeMap, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};

/// A secret. It shows itself to nobody who does not ask for it by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// This text is a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: not for logs, answers or errors.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The PEM that the secret is, or is the base64 of.
    pub fn pem(&self) -> Option<Self> {
        let text = self.0.trim();
        if text.starts_with("-----BEGIN ") {
            // A variable written on one line has its line ends spelt out.
            return Some(Self(text.replace("\\n", "\n")));
        }
        let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let pem = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
        pem.trim_start().starts_with("-----BEGIN ").then_some(Self(pem))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where secrets are found: the process' environment, or what a test gives.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Option<Arc<BTreeMap<String, Secret>>>);

impl Secrets {
    /// These and no others.
    pub fn of<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let secrets = secrets.into_iter().map(|(name, secret)| (name.to_owned(), Secret::new(secret)));
        Self(Some(Arc::new(secrets.collect())))
    }

    /// The secret in the variable of this name. An empty one is none.
    pub fn get(&self, name: &str) -> Option<Secret> {
        match &self.0 {
            Some(secrets) => secrets.get(name).cloned(),
            None => std::env::var(name).ok().map(Secret),
        }
        .filter(|secret| !secret.0.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secrets = Secrets::of([("A", "hush"), ("EMPTY", " ")]);
        assert!(!format!("{secrets:?}").contains("hush"));
        assert_eq!(secrets.get("A").unwrap().expose(), "hush");
        assert_eq!(secrets.get("EMPTY"), None);
        assert_eq!(secrets.get("B"), None);
    }

    #[test]
    fn a_pem_may_be_packed() {
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n";
        let packed = STANDARD.encode(pem);
        let broken = packed.as_bytes().chunks(20).map(|line| String::from_utf8_lossy(line).into_owned());
        for (text, read) in [
            (pem.to_owned(), Some(pem.trim())),
            (pem.trim().replace('\n', "\\n"), Some(pem.trim())),
            (packed.clone(), Some(pem)),
            (broken.collect::<Vec<_>>().join("\n"), Some(pem)),
            ("whsec_x".to_owned(), None),
            (STANDARD.encode("text"), None),
        ] {
            assert_eq!(Secret::new(text).pem(), read.map(Secret::new));
        }
    }
}
