//! What is generated is as it would be generated now, and what is written by hand names all there is.

use std::collections::BTreeSet;

use reelway_docs::{elements, manifest::Manifest};

use crate::{missing, read};

#[test]
fn the_page_of_elements_is_what_the_manifest_gives() {
    let manifest = Manifest::read().unwrap();
    assert_eq!(manifest.schema_version, "2.1.0");
    assert!(read(elements::PAGE) == elements::page(&manifest), "it is another: cargo xtask docs --write");
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
