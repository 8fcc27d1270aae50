//! What is looked for, and where.

use std::collections::BTreeSet;

/// Characters of a secret that are looked for: whoever has so many has the better part of it.
const PIECE: usize = 24;

/// Secrets, and the places where they must not be.
#[derive(Default)]
pub struct Hunt {
    /// Of the server alone: told to nobody, and written nowhere.
    secrets: BTreeSet<(String, String)>,
    /// For one caller: told once, and written nowhere.
    tokens: BTreeSet<(String, String)>,
    outputs: Vec<(String, String)>,
    answers: Vec<(String, String)>,
}

impl Hunt {
    /// A secret of the server, whole or in any piece of it that is long enough.
    pub fn secret(&mut self, what: &str, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("-----")) {
            // A line's end may be of padding alone.
            for piece in line.as_bytes().chunks(PIECE).filter(|piece| piece.len() == PIECE || line.len() < PIECE) {
                self.secrets.insert((what.to_owned(), String::from_utf8_lossy(piece).into_owned()));
            }
        }
    }

    /// A secret that was told to whom it is for.
    pub fn token(&mut self, what: &str, text: &str) {
        assert!(text.len() >= 12, "{what} is too short to be looked for: {text}");
        // Of a JWT its signature, for the rest may be known.
        let text = if text.matches('.').count() == 2 { text.rsplit('.').next().unwrap() } else { text };
        let end = text.len().saturating_sub(PIECE);
        self.tokens.insert((what.to_owned(), text.get(end..).unwrap_or(text).to_owned()));
    }

    /// What was written: no secret and no token is in it.
    pub fn output(&mut self, name: &str, text: String) {
        self.outputs.push((name.to_owned(), text));
    }

    /// What was answered: no secret is in it.
    pub fn answer(&mut self, name: &str, text: &str) {
        self.answers.push((name.to_owned(), text.to_owned()));
    }

    /// None of them is anywhere.
    pub fn is_in_vain(&self) {
        assert!(self.secrets.len() > 100 && self.tokens.len() > 30, "{} {}", self.secrets.len(), self.tokens.len());
        let mut found = Vec::new();
        for (where_, text) in &self.outputs {
            for (what, piece) in
                self.secrets.iter().chain(&self.tokens).filter(|(_, piece)| text.contains(piece.as_str()))
            {
                let line = text.lines().find(|line| line.contains(piece.as_str())).unwrap_or_default();
                found.push(format!("{what} ({piece}) in {where_}: {}", line.chars().take(600).collect::<String>()));
            }
        }
        for (where_, text) in &self.answers {
            for (what, piece) in self.secrets.iter().filter(|(_, piece)| text.contains(piece.as_str())) {
                found.push(format!("{what} ({piece}) in the answer to {where_}"));
            }
        }
        println!(
            "{} pieces of secrets and {} tokens are in none of {} answers, and in none of {} bytes of output",
            self.secrets.len(),
            self.tokens.len(),
            self.answers.len(),
            self.outputs.iter().map(|(_, text)| text.len()).sum::<usize>()
        );
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }
}
