//! `docs/elements.md`, made of the manifest.

use std::fmt::Write;

use crate::manifest::{Declaration, Item, Manifest, Member, Type};

/// The page's place in the repository.
pub const PAGE: &str = "docs/elements.md";

/// The whole page.
pub fn page(manifest: &Manifest) -> String {
    let mut page = String::from(
        "# Elements\n\n<!-- Made of custom-elements.json by `cargo xtask docs --write`. -->\n\n\
         Every attribute, property, method, event, slot, state and part of the elements, as `custom-elements.json` in the \
         package has them for editors. An attribute is a property too, of its own name unless another is given. [Events](events.md) tells what events carry, [Theming](theming.md) the custom \
         properties.\n",
    );
    for (tag, element) in manifest.elements() {
        section(&mut page, tag, element);
    }
    page
}

fn section(page: &mut String, tag: &str, element: &Declaration) {
    let _ = write!(page, "\n## `<{tag}>`\n\nClass `{}`.", element.name);
    if !element.description.is_empty() {
        let _ = write!(page, " {}", element.description.trim());
    }
    page.push('\n');
    let of = |item: &Item| item.kind.as_ref().map_or_else(String::new, code);
    table(page, "Attributes", ["attribute", "type", "default", ""], &element.attributes, |item| {
        let property = item.field_name.as_deref().filter(|field| *field != item.name);
        let words = match property {
            Some(property) => format!("{} Property `{property}`.", item.description.trim()),
            None => item.description.clone(),
        };
        [quoted(&item.name), of(item), item.default.as_deref().map_or_else(String::new, quoted), words]
    });
    let told = |member: &Member| {
        let of = |item: &&Item| item.field_name.as_deref().unwrap_or(&item.name) == member.name;
        let attribute = element.attributes.iter().find(of).and_then(|item| item.kind.as_ref());
        attribute.zip(member.of.as_ref()).is_some_and(|(one, other)| one.text == other.text)
    };
    let (fields, methods): (Vec<&Member>, Vec<&Member>) = element
        .members
        .iter()
        .filter(|member| member.is_public() && !told(member))
        .partition(|member| member.kind == "field");
    table(page, "Properties", ["property", "type", "", ""], fields, |member| {
        let only = if member.readonly { "read only" } else { "" };
        let kind = member.of.as_ref().map_or_else(String::new, code);
        [quoted(&member.name), kind, only.to_owned(), member.description.clone()]
    });
    table(page, "Methods", ["method", "gives", "", ""], methods, |member| {
        let (call, gives) = signature(member);
        let gives = if gives.is_empty() { gives } else { quoted(&gives) };
        [quoted(&call), gives, String::new(), member.description.clone()]
    });
    table(page, "Events", ["event", "type", "", ""], &element.events, |item| {
        [quoted(&item.name), of(item), String::new(), item.description.clone()]
    });
    for (title, column, items) in [
        ("Slots", "slot", &element.slots),
        ("Parts", "part", &element.css_parts),
        ("States", "state", &element.css_states),
    ] {
        table(page, title, [column, "", "default", ""], items, |item| {
            let name = if item.name.is_empty() { "(default)".to_owned() } else { quoted(&item.name) };
            [name, String::new(), item.default.as_deref().map_or_else(String::new, quoted), item.description.clone()]
        });
    }
}

/// A table of the rows that there are, without columns that are empty in all of them.
fn table<T>(
    page: &mut String,
    title: &str,
    head: [&str; 4],
    items: impl IntoIterator<Item = T>,
    row: impl Fn(T) -> [String; 4],
) {
    let rows: Vec<[String; 4]> = items.into_iter().map(row).collect();
    if rows.is_empty() {
        return;
    }
    let used: Vec<usize> = (0..4).filter(|column| rows.iter().any(|row| !row[*column].is_empty())).collect();
    let _ = write!(page, "\n### {title}\n\n|");
    for column in &used {
        let _ = write!(page, " {} |", head[*column]);
    }
    let _ = write!(page, "\n|{}\n", "---|".repeat(used.len()));
    for row in &rows {
        page.push('|');
        for column in &used {
            let _ = write!(page, " {} |", cell(&row[*column]));
        }
        page.push('\n');
    }
}

/// A text in one line that ends no cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn code(kind: &Type) -> String {
    quoted(&kind.text)
}

/// How it is called, and what it gives. Some manifests have a method's whole type, as TypeScript writes it.
fn signature(member: &Member) -> (String, String) {
    let whole = member.of.as_ref().and_then(|kind| kind.text.split_once(") => "));
    if let Some((parameters, gives)) = whole {
        return (format!("{}{parameters})", member.name), gives.to_owned());
    }
    let parameters: Vec<String> = member
        .parameters
        .iter()
        .map(|parameter| {
            let kind = parameter.kind.as_ref().map_or_else(String::new, |kind| format!(": {}", kind.text));
            format!("{}{}{kind}", parameter.name, if parameter.optional { "?" } else { "" })
        })
        .collect();
    let gives = member.gives.as_ref().and_then(|gives| gives.kind.as_ref());
    (format!("{}({})", member.name, parameters.join(", ")), gives.map_or_else(String::new, |kind| kind.text.clone()))
}
