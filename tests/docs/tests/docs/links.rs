//! Links lead to pages and headings that are there, and the book has every page.

use std::path::Path;

use reelway_docs::{
    pages::{self, Page, anchor},
    root,
};

use crate::read;

/// What is wrong with a link of the page.
fn broken(page: &Page, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let target = if path.is_empty() { page.path.clone().into() } else { folder.join(path) };
    if page.path.starts_with("docs/") && target.components().any(|part| part.as_os_str() == "..") {
        return Some("leads out of the book".to_owned());
    }
    if !root().join(&target).exists() {
        return Some("there is no such file".to_owned());
    }
    let found = || Page::read(&target.to_string_lossy()).unwrap().headings().any(|other| anchor(other) == heading);
    (!heading.is_empty() && !found()).then(|| "there is no such heading".to_owned())
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    for page in pages::all().unwrap() {
        for link in page.links() {
            wrong.extend(broken(&page, &link).map(|why| format!("{}: {link}: {why}", page.path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_broken_link_is_told() {
    let page = Page { path: "docs/a.md".into(), text: String::new() };
    assert!(broken(&page, "nowhere.md").is_some());
    assert!(broken(&page, "../README.md").is_some());
    assert!(broken(&page, "access.md#no-such-heading").is_some());
    assert!(broken(&page, "access.md#making-tickets").is_none());
}

#[test]
fn the_summary_has_every_page() {
    let summary = read("docs/SUMMARY.md");
    for page in pages::all().unwrap() {
        let Some(name) = page.path.strip_prefix("docs/").filter(|name| *name != "SUMMARY.md") else { continue };
        assert!(summary.contains(&format!("]({name})")), "{name} is in no part of the book");
    }
}
