//! What the book says is so: its snippets are read by who reads them for users, its tables name all there is, its links
//! lead somewhere. Rust snippets are compiled by `cargo xtask test --only docs`.

#![allow(clippy::unwrap_used)]

mod codes;
mod links;
mod migrating;
mod reading;
mod scripts;
mod settings;
mod snippets;
mod tables;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use reelway_docs::{
    pages::{self, Block},
    root,
};

/// All blocks of one of these languages.
fn blocks(languages: &[&str]) -> Vec<Block> {
    let all = pages::all().unwrap().into_iter().flat_map(|page| page.blocks().unwrap());
    all.filter(|block| languages.contains(&block.language.as_str())).collect()
}

/// A file of the repository.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The built npm package.
fn package() -> PathBuf {
    env::var_os("REELWAY_NPM").expect("REELWAY_NPM is the built package: cargo xtask test --only docs").into()
}

/// What the list has and the page does not name in code.
fn missing<'a>(page: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    names.into_iter().filter(|name| !page.contains(&format!("`{name}`"))).collect()
}
