//! The tables of `docs/migrating.md` have every attribute, property, event and CSS hook of the elements that pages change
//! over from. `peers.json` lists them as the packages themselves do: `observedAttributes`, and what their prototypes,
//! events and style sheets have.

use serde_json::Value;

use crate::{missing, read};

#[test]
fn nothing_of_the_peers_is_passed_over() {
    let peers: Value = serde_json::from_str(&read("tests/docs/peers.json")).unwrap();
    let page = read("docs/migrating.md");
    let (uploader, player) = page.split_once("\n# From mux-player").expect("the page has a part for each element");
    for (element, part) in [("uploader", uploader), ("player", player)] {
        for kind in ["attributes", "properties", "events", "css"] {
            let names: Vec<&str> =
                peers[element][kind].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert!(!names.is_empty());
            assert_eq!(missing(part, names), Vec::<&str>::new(), "{kind} of {element}");
        }
    }
}
