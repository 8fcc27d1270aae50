//! How pages, manifests and markup are read: the other tests go by it.

use reelway_docs::{
    elements::page,
    html::{scripts, tags},
    pages::{Block, Page, anchor},
};

const MANIFEST: &str = r#"{"schemaVersion": "2.1.0", "modules": [{"kind": "javascript-module", "path": "a.js", "declarations": [
    {"kind": "class", "name": "Base", "members": []},
    {"kind": "class", "name": "Uploader", "customElement": true, "tagName": "x-uploader", "description": "Takes files.",
     "attributes": [{"name": "max-file-size", "type": {"text": "number | null"}, "fieldName": "maxFileSize", "description": "Bytes."}],
     "members": [
        {"kind": "field", "name": "maxFileSize", "type": {"text": "number | null"}},
        {"kind": "field", "name": "uploads", "type": {"text": "Item[]"}, "readonly": true},
        {"kind": "field", "name": "inner", "privacy": "private"},
        {"kind": "method", "name": "pause", "parameters": [{"name": "id", "optional": true, "type": {"text": "string"}}]},
        {"kind": "method", "name": "add", "type": {"text": "(file: File) => string"}},
        {"kind": "method", "name": "connectedCallback"}],
     "slots": [{"name": "", "description": "More."}]}]}]}"#;

#[test]
fn a_manifest_becomes_tables() {
    let page = page(&serde_json::from_str(MANIFEST).unwrap());

    let from = page.find("## `<x-uploader>`").unwrap();
    let expected = "\
## `<x-uploader>`

Class `Uploader`. Takes files.

### Attributes

| attribute | type |  |
|---|---|---|
| `max-file-size` | `number \\| null` | Bytes. Property `maxFileSize`. |

### Properties

| property | type |  |
|---|---|---|
| `uploads` | `Item[]` | read only |

### Methods

| method | gives |
|---|---|
| `pause(id?: string)` |  |
| `add(file: File)` | `string` |

### Slots

| slot |  |
|---|---|
| (default) | More. |
";
    assert_eq!(&page[from..], expected);
    assert!(!page.contains("`Base`") && !page.contains("inner") && !page.contains("Callback"));
}

#[test]
fn tags_are_told_with_their_attributes() {
    let html = r#"<p>a</p><x-player src="a>b.m3u8" muted lang=de></x-player><script type="module">let a = "<b c>";</script><br />"#;

    let found: Vec<(String, Vec<String>)> = tags(html).into_iter().map(|tag| (tag.name, tag.attributes)).collect();

    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["p", "x-player", "script", "br"]);
    assert_eq!(found[1].1, ["src", "muted", "lang"]);
    assert_eq!(scripts(html), [r#"let a = "<b c>";"#]);
}

#[test]
fn blocks_are_found_with_their_places() {
    let text = "# A `b`\n\n```js\nlet a;\n```\n[b](c.md#d)\n- x\n  ```text\n  # no heading\n  ```\n";
    let page = Page { path: "a.md".into(), text: text.into() };

    let blocks = page.blocks().unwrap();

    assert_eq!(blocks[0], Block { place: "a.md:3".into(), language: "js".into(), code: "let a;\n".into() });
    assert_eq!(blocks[1].language, "text");
    assert_eq!(page.headings().collect::<Vec<_>>(), ["A `b`"]);
    assert_eq!(page.links(), ["c.md#d"]);
    assert_eq!(anchor("A `b_c`, d"), "a-b_c-d");
}
