//! Each block of code has somebody who reads it.

use crate::blocks;

/// Those that other tests read, and `rust`, which the compiler does. `text` is for drawings and what programs print.
const LANGUAGES: [&str; 14] =
    ["css", "html", "js", "json", "jsx", "rust", "sh", "svelte", "text", "toml", "ts", "tsx", "vue", "http"];

#[test]
fn every_block_says_what_it_is() {
    let all: Vec<_> = reelway_docs::pages::all().unwrap().iter().flat_map(|page| page.blocks().unwrap()).collect();
    for block in &all {
        assert!(LANGUAGES.contains(&block.language.as_str()), "{}: nobody reads {:?}", block.place, block.language);
    }
    assert!(!blocks(&["rust"]).is_empty());
}
