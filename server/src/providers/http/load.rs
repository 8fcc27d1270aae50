//! Where a map comes from: one that is built in or a file, with what the configuration lays over it, and the place in
//! those texts of each of its keys.

use std::path::Path;

use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

use super::{check::Problem, map::Map};

/// The maps that are built in, by name.
pub const EMBEDDED: [(&str, &str); 2] =
    [("cloudflare", include_str!("../../../maps/cloudflare.toml")), ("mux", include_str!("../../../maps/mux.toml"))];

/// A text that a map, or a part of it, is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name, for people.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// The keys that lead to the map in it.
    pub root: Vec<String>,
}

/// A map and where it is from: what comes first lies over what comes after.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The map.
    pub map: Map,
    /// Its texts.
    pub sources: Vec<Source>,
}

/// Reads the map of this name, a file's or one that is built in, and lays the settings over it. Without a name the
/// settings are the map. `over` is the text of the settings, where there is one.
///
/// # Errors
/// Where there is no such map, or it is none: with the place.
pub fn load(name: Option<&str>, settings: &Table, over: Option<Source>) -> Result<Loaded, Vec<String>> {
    let mut sources: Vec<Source> = over.into_iter().collect();
    let mut table = Table::new();
    if let Some(name) = name {
        let source = base(name).map_err(|message| vec![message])?;
        table = source.text.parse().map_err(|error| vec![located(&source.name, &error)])?;
        sources.push(source);
    }
    merge(&mut table, settings);
    match serde_path_to_error::deserialize(Value::Table(table)) {
        Ok(map) => Ok(Loaded { map, sources }),
        Err(error) => {
            let path = error.path().iter().filter_map(segment).collect();
            let message = error.into_inner().to_string().lines().next().unwrap_or_default().to_owned();
            Err(vec![show(&sources, &Problem::error(path, message))])
        }
    }
}

fn base(name: &str) -> Result<Source, String> {
    if let Some((name, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) {
        return Ok(Source { name: format!("map \"{name}\""), text: (*text).to_owned(), root: Vec::new() });
    }
    if !name.ends_with(".toml") {
        let known: Vec<_> = EMBEDDED.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        return Err(format!(
            "there is no map \"{name}\": built in are {}, others are files named *.toml",
            known.join(", ")
        ));
    }
    let text = std::fs::read_to_string(Path::new(name)).map_err(|error| format!("{name}: {error}"))?;
    Ok(Source { name: name.to_owned(), text, root: Vec::new() })
}

fn merge(under: &mut Table, over: &Table) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    match segment {
        serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
        serde_path_to_error::Segment::Map { key } => Some(key.clone()),
        serde_path_to_error::Segment::Enum { variant } => Some(variant.clone()),
        serde_path_to_error::Segment::Unknown => None,
    }
}

/// A problem with its place, for people.
pub fn show(sources: &[Source], problem: &Problem) -> String {
    let path = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path.join(".")) };
    match place(sources, problem) {
        Some((name, line, column)) => format!("{name}, line {line}, column {column}: {path}{}", problem.message),
        None => format!("{path}{}", problem.message),
    }
}

/// The file, line and column that a problem is about: of the key where it stands first, or of the table it is missing
/// from.
pub fn place<'a>(sources: &'a [Source], problem: &Problem) -> Option<(&'a str, usize, usize)> {
    let found: Vec<_> = sources.iter().filter_map(|source| Some((source, find(source, &problem.path)?))).collect();
    // The deepest: what lies over the map may have the table and not the key.
    let (source, found) = match found.iter().map(|(_, found)| found.depth).max()? {
        // It is about the map as a whole: what lies under all others.
        0 => found.into_iter().next_back()?,
        depth => found.into_iter().find(|(_, found)| found.depth == depth)?,
    };
    let mut at = found.start;
    if found.depth == problem.path.len()
        && let (Some(offset), Some(value)) = (problem.at, &found.text)
        && let Some(begin) = source.text[found.start..found.end].find(value.as_str())
    {
        at += begin + offset;
    }
    let (line, column) = line_and_column(&source.text, at);
    Some((&source.name, line, column))
}

struct Found {
    depth: usize,
    start: usize,
    end: usize,
    text: Option<String>,
}

fn find(source: &Source, path: &[String]) -> Option<Found> {
    let document = DeTable::parse(&source.text).ok()?;
    let mut table = document.get_ref();
    for key in &source.root {
        table = entry(table, key)?.1.get_ref().as_table()?;
    }
    let mut found = Found { depth: 0, start: 0, end: 0, text: None };
    let mut value: Option<&DeValue<'_>> = None;
    for (depth, key) in path.iter().enumerate() {
        let next: &Spanned<DeValue<'_>> = match value {
            None => match entry(table, key) {
                Some((_, value)) => value,
                None => break,
            },
            Some(DeValue::Table(table)) => match entry(table, key) {
                Some((_, value)) => value,
                None => break,
            },
            Some(DeValue::Array(items)) => match key.parse::<usize>().ok().and_then(|index| items.get(index)) {
                Some(value) => value,
                None => break,
            },
            Some(_) => break,
        };
        found = Found {
            depth: depth + 1,
            start: next.span().start,
            end: next.span().end,
            text: next.get_ref().as_str().map(str::to_owned),
        };
        value = Some(next.get_ref());
    }
    Some(found)
}

fn entry<'a, 'i>(
    table: &'a DeTable<'i>,
    key: &str,
) -> Option<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    table.iter().find(|(name, _)| name.get_ref() == key)
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn located(name: &str, error: &toml::de::Error) -> String {
    format!("{name}: {}", error.to_string().trim())
}

/// The provider's own table in a configuration file.
pub fn settings_source(file: &Path, provider: &str) -> Option<Source> {
    let text = std::fs::read_to_string(file).ok()?;
    let root = vec!["providers".to_owned(), provider.to_owned()];
    Some(Source { name: file.display().to_string(), text, root })
}
