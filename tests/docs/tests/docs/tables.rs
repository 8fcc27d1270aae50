//! What is generated is as it would be generated now, and what is written by hand names all there is.

use std::{collections::BTreeSet, fs};

use reelway_docs::{
    elements,
    manifest::{self, Manifest},
    root,
};

use crate::{missing, package, read};

#[test]
fn the_page_of_elements_is_what_the_manifest_gives() {
    let manifest = Manifest::read().unwrap();
    assert_eq!(manifest.schema_version, "2.1.0");
    assert!(read(elements::PAGE) == elements::page(&manifest), "it is another: cargo xtask docs --write");
}

#[test]
fn the_manifest_is_a_copy_of_the_packages() {
    let of_the_package = read(package().join("custom-elements.json"));
    assert!(read(manifest::FILE) == of_the_package, "it is another: cargo xtask docs --write");
}

#[test]
fn every_event_of_the_elements_has_a_row() {
    let manifest = Manifest::read().unwrap();
    let events = manifest.elements().flat_map(|(_, element)| element.events.iter().map(|event| event.name.as_str()));
    let events: BTreeSet<&str> = events.collect();
    assert!(events.contains("videoready"));

    assert_eq!(missing(&read("docs/events.md"), events), Vec::<&str>::new());
}

#[test]
fn every_custom_property_of_the_theme_has_a_row() {
    let theme = read("src/components/theme.css");
    let names = theme.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    let properties: BTreeSet<&str> = names.filter(|name| name.starts_with("--reelway-")).collect();
    assert!(properties.len() > 10);

    assert_eq!(missing(&read("docs/theming.md"), properties), Vec::<&str>::new());
}

/// Those that the sources of a component write out, or hand to a button.
fn parts_of(component: &str) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for entry in fs::read_dir(root().join("src/components").join(component)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let source = read(path);
            for before in ["part=\"", "button(texts, \""] {
                let written = source.split(before).skip(1).filter_map(|after| after.split('"').next());
                parts.extend(written.map(str::to_owned));
            }
        }
    }
    parts
}

#[test]
fn every_part_of_an_element_is_in_its_table() {
    let manifest = Manifest::read().unwrap();
    for (component, tag) in [("uploader", "reelway-uploader"), ("player", "reelway-player")] {
        let of = |tag: &str| {
            let (_, element) = manifest.elements().find(|(name, _)| *name == tag).unwrap();
            element.css_parts.iter().map(|part| part.name.clone()).collect::<BTreeSet<_>>()
        };
        let parts = parts_of(component);
        assert!(parts.len() > 10, "parts are written otherwise now: {parts:?}");

        let untold = |tag| parts.difference(&of(tag)).cloned().collect::<Vec<_>>();
        assert_eq!(untold(tag), Vec::<String>::new(), "<{tag}>");
        assert_eq!(untold("reelway-video"), Vec::<String>::new(), "<reelway-video>");
    }
}
