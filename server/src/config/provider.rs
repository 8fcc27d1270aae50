//! What a configuration says of a provider, and the JSON Schema of it all.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde::Deserialize;
use serde_json::Value;

use super::Config;
use crate::providers::http::map::Map;

/// A provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderConfig {
    /// What it speaks.
    pub kind: ProviderKind,
    /// Kind `http`: the map that describes it, one that is built in or a file named `*.toml` (beside the configuration
    /// file, unless the path is absolute).
    pub map: Option<String>,
    /// Kind `http`: keys of the map, laid over it. Without a `map` they are the map. Kind `oci`:
    /// [`crate::providers::oci::settings::Settings`].
    pub settings: toml::Table,
}

/// The kinds of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
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
        let kind = generator.subschema_for::<ProviderKind>();
        // What lies over a map may be any part of it.
        let mut settings = schema_for!(Map).to_value();
        forget_required(&mut settings);
        let properties = settings["properties"].take();
        let definitions = settings["$defs"].take();
        if let Value::Object(definitions) = definitions {
            let own = definitions.into_iter().map(|(name, definition)| (format!("Part{name}"), renamed(definition)));
            generator.definitions_mut().extend(own);
        }
        let mut properties = renamed(properties);
        properties["kind"] = kind.to_value();
        properties["map"] = serde_json::json!({
            "type": "string",
            "description": "Kind http: the map that the other keys lie over, \"mux\", \"cloudflare\", or a file named *.toml.",
        });
        json_schema!({"anyOf": [
            {
                "type": "object",
                "description": "A provider. Of kind http it is described by a map, and every other key lies over that.",
                "properties": properties,
                "required": ["kind"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "description": "Oracle Cloud Infrastructure: docs/providers.md tells its keys, and reelway doctor checks them.",
                "properties": {"kind": {"const": "oci"}},
                "required": ["kind"],
            },
        ]})
    }
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

/// The parts of a map have names of their own: those of the whole require more.
fn renamed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                *value = match value.as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
                    Some(name) if key == "$ref" => format!("#/$defs/Part{name}").into(),
                    _ => renamed(value.take()),
                };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = renamed(item.take())),
        _ => {}
    }
    schema
}

/// The JSON Schema of a configuration file.
pub fn schema() -> Value {
    schema_for!(Config).to_value()
}
