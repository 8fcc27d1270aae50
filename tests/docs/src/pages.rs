//! The book's pages, and the READMEs: their blocks of code, their headings, their links.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::root;

/// Pages that are read before the book is.
const READMES: [&str; 4] = ["README.md", "src/README.md", "crates/api/README.md", "crates/core/README.md"];

/// A page in Markdown.
pub struct Page {
    /// From the repository's root.
    pub path: String,
    /// As it stands in the file.
    pub text: String,
}

/// A fenced block of code.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// Where its fence stands: `docs/events.md:12`.
    pub place: String,
    /// What stands behind the fence.
    pub language: String,
    /// What is between the fences, with what it includes.
    pub code: String,
}

/// Every page of `docs/`, and the READMEs.
///
/// # Errors
/// One can't be read.
pub fn all() -> Result<Vec<Page>> {
    let mut paths: Vec<String> = READMES.map(str::to_owned).to_vec();
    for entry in fs::read_dir(root().join("docs"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            paths.push(format!("docs/{name}"));
        }
    }
    paths.sort();
    paths.into_iter().map(|path| Page::read(&path)).collect()
}

impl Page {
    /// The page of this path from the root.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read(path: &str) -> Result<Self> {
        let text = fs::read_to_string(root().join(path)).with_context(|| format!("could not read {path}"))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// Its blocks of code.
    ///
    /// # Errors
    /// What a block includes can't be read.
    pub fn blocks(&self) -> Result<Vec<Block>> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (index, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    let place = format!("{}:{}", self.path, index + 1);
                    open = Some(Block { place, language: language.trim().to_owned(), code: String::new() });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => {
                    block.code.push_str(&self.included(line)?);
                    block.code.push('\n');
                }
                (None, None) => {}
            }
        }
        Ok(blocks)
    }

    /// The line, or what its `{{#include path}}` stands for, as mdBook has it.
    fn included(&self, line: &str) -> Result<String> {
        let Some(path) = line.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) else {
            return Ok(line.to_owned());
        };
        let folder = Path::new(&self.path).parent().unwrap_or(Path::new(""));
        let file = root().join(folder).join(path);
        fs::read_to_string(&file).with_context(|| format!("{} includes {path}", self.path))
    }

    /// Its lines without those of code.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        let mut code = false;
        self.text.lines().filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            code ^= fence;
            !code && !fence
        })
    }

    /// Its headings, without marks of their own.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.prose().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim())
    }

    /// The addresses that its links and pictures name.
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for line in self.prose() {
            for rest in line.split("](").skip(1) {
                links.extend(rest.split_once(')').map(|(link, _)| link.to_owned()));
            }
        }
        links
    }
}

/// What a heading is linked by.
pub fn anchor(heading: &str) -> String {
    let signs = heading.chars().filter_map(|sign| match sign {
        ' ' => Some('-'),
        '-' | '_' => Some(sign),
        _ if sign.is_alphanumeric() => Some(sign.to_ascii_lowercase()),
        _ => None,
    });
    signs.collect()
}
