//! `custom-elements.json`: what of its schema 2.1.0 the book shows.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::root;

/// The manifest's place in the repository: a copy of the package's, which `cargo xtask docs --write` makes.
pub const FILE: &str = "www/custom-elements.json";

/// The manifest of a package.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Of the manifest's own format.
    pub schema_version: String,
    /// JavaScript modules.
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Debug, Deserialize)]
pub struct Module {
    /// What it declares.
    #[serde(default)]
    pub declarations: Vec<Declaration>,
}

/// A class, a mixin, a function or a variable.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Declaration {
    /// The class's name.
    #[serde(default)]
    pub name: String,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// Of a custom element.
    pub tag_name: Option<String>,
    /// Attributes.
    #[serde(default)]
    pub attributes: Vec<Item>,
    /// Fields and methods.
    #[serde(default)]
    pub members: Vec<Member>,
    /// Events that it dispatches.
    #[serde(default)]
    pub events: Vec<Item>,
    /// Slots.
    #[serde(default)]
    pub slots: Vec<Item>,
    /// What `::part()` finds.
    #[serde(default)]
    pub css_parts: Vec<Item>,
    /// What `:state()` finds.
    #[serde(default)]
    pub css_states: Vec<Item>,
}

/// Something with a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its name. Of the default slot: "".
    #[serde(default)]
    pub name: String,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// Its type in TypeScript.
    #[serde(rename = "type")]
    pub kind: Option<Type>,
    /// What it is when it is left out.
    pub default: Option<String>,
    /// Of an attribute: the property that has it.
    pub field_name: Option<String>,
}

/// A type.
#[derive(Debug, Deserialize)]
pub struct Type {
    /// In TypeScript.
    #[serde(default)]
    pub text: String,
}

/// A field or a method.
#[derive(Debug, Deserialize)]
pub struct Member {
    /// `field` or `method`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    /// Of a field: its type.
    #[serde(rename = "type")]
    pub of: Option<Type>,
    /// Of a field: what it is at first.
    pub default: Option<String>,
    /// `public` unless it says otherwise.
    pub privacy: Option<String>,
    /// Whether it belongs to the class.
    #[serde(rename = "static", default)]
    pub is_static: bool,
    /// Whether it can only be read.
    #[serde(default)]
    pub readonly: bool,
    /// Of a method.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Of a method.
    #[serde(rename = "return")]
    pub gives: Option<Return>,
}

/// A method's parameter.
#[derive(Debug, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<Type>,
}

/// What a method gives.
#[derive(Debug, Deserialize)]
pub struct Return {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<Type>,
}

impl Manifest {
    /// The package's.
    ///
    /// # Errors
    /// It is not there, or is none.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(root().join(FILE)).with_context(|| format!("could not read {FILE}"))?;
        serde_json::from_str(&text).with_context(|| format!("{FILE} is no manifest of custom elements"))
    }

    /// The elements, in its order, by their tags.
    pub fn elements(&self) -> impl Iterator<Item = (&str, &Declaration)> {
        let all = self.modules.iter().flat_map(|module| &module.declarations);
        all.filter_map(|declaration| Some((declaration.tag_name.as_deref()?, declaration)))
    }
}

impl Member {
    /// Whether it is for pages.
    pub fn is_public(&self) -> bool {
        let callback = self.name.ends_with("Callback") || self.name.starts_with('_') || self.name.starts_with('#');
        !self.is_static && !callback && self.privacy.as_deref().unwrap_or("public") == "public"
    }
}
