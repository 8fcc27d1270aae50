//! What a configuration says of a provider, and the JSON Schema of it all.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Config;
use crate::providers::{http::map::Map, oci::settings::Settings};

/// A provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderConfig {
    /// What it speaks.
    pub kind: ProviderKind,
    /// Kind `http`: the map that describes it, one that is built in or a file named `*.toml` (beside the configuration
    /// file, unless the path is absolute).
    pub map: Option<String>,
    /// Kind `http`: keys of the map, laid over it. Without a `map` they are the map. Kind `oci`: [`Settings`].
    pub settings: toml::Table,
}

/// The kinds of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// This server: files on its disk, processed by ffmpeg.
    Local,
    /// A service that a map describes.
    Http,
    /// Oracle Cloud Infrastructure.
    Oci,
}

impl ProviderConfig {
    /// A provider of this kind, with nothing else said about it.
    pub fn new(kind: ProviderKind) -> Self {
        Self { kind, map: None, settings: toml::Table::new() }
    }
}

impl<'de> Deserialize<'de> for ProviderConfig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut settings = toml::Table::deserialize(deserializer)?;
        let kind = settings.remove("kind").ok_or_else(|| D::Error::missing_field("kind"))?;
        let kind = ProviderKind::deserialize(kind).map_err(D::Error::custom)?;
        let map = match settings.remove("map") {
            None => None,
            Some(toml::Value::String(map)) => Some(map),
            Some(_) => return Err(D::Error::custom("map is the name of a map: map = \"…\"")),
        };
        let strange = if map.is_some() { Some("map") } else { settings.keys().next().map(String::as_str) };
        if let (ProviderKind::Local, Some(key)) = (kind, strange) {
            return Err(D::Error::custom(format!(
                "unknown field `{key}`: a provider of kind \"local\" has none but kind"
            )));
        }
        if kind == ProviderKind::Oci && map.is_some() {
            return Err(D::Error::custom("unknown field `map`: a provider of kind \"oci\" needs none"));
        }
        Ok(Self { kind, map, settings })
    }
}

impl JsonSchema for ProviderConfig {
    fn schema_name() -> Cow<'static, str> {
        "ProviderConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // What lies over a map may be any part of it.
        let mut map = schema_for!(Map).to_value();
        forget_required(&mut map);
        let (mut http, _) = taken_in(generator, map, "Part");
        http["map"] = json!({
            "type": "string",
            "description": "The map that the other keys lie over: \"mux\", \"cloudflare\", or a file named *.toml.",
        });
        let (oci, mut needed) = taken_in(generator, schema_for!(Settings).to_value(), "Oci");
        needed.push("kind".into());
        json_schema!({"anyOf": [
            kind("local", "This server: files on its disk, processed by ffmpeg.", json!({}), json!(["kind"])),
            kind("http", "A service that a map describes. Every other key lies over the map.", http, json!(["kind"])),
            kind("oci", "Oracle Cloud Infrastructure.", oci, needed.into()),
        ]})
    }
}

/// The schema of one kind of provider: these keys and no others.
fn kind(name: &str, description: &str, mut properties: Value, required: Value) -> Value {
    properties["kind"] = json!({"const": name, "description": "What it speaks."});
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Takes the definitions of another schema in, under names that begin so. Gives its properties, and which it needs.
fn taken_in(generator: &mut SchemaGenerator, mut schema: Value, prefix: &str) -> (Value, Vec<Value>) {
    if let Value::Object(definitions) = schema["$defs"].take() {
        let own =
            definitions.into_iter().map(|(name, definition)| (format!("{prefix}{name}"), renamed(definition, prefix)));
        generator.definitions_mut().extend(own);
    }
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    (renamed(schema["properties"].take(), prefix), needed)
}

fn forget_required(schema: &mut Value) {
    match schema {
        Value::Object(entries) => {
            entries.remove("required");
            entries.values_mut().for_each(forget_required);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_required),
        _ => {}
    }
}

/// The same with other names of definitions: those of a whole map require more, and Oracle's limits are others.
fn renamed(mut schema: Value, prefix: &str) -> Value {
    match &mut schema {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                *value = match value.as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
                    Some(name) if key == "$ref" => format!("#/$defs/{prefix}{name}").into(),
                    _ => renamed(value.take(), prefix),
                };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = renamed(item.take(), prefix)),
        _ => {}
    }
    schema
}

/// The JSON Schema of a configuration file.
pub fn schema() -> Value {
    let mut schema = schema_for!(Config).to_value();
    // As in `map::schema`.
    schema.sort_all_objects();
    schema
}
