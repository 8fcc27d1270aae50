//! `${/pointers}` in the parameters of a workflow: JSON pointers over the parameters of workflow, configurations and job,
//! and over those of its tasks.

use serde_json::{Map, Value};

/// How deep a pointer may lead to another.
const DEPTH: u32 = 10;

/// One above the other: what is in both is of the second, but objects are merged.
pub fn merge(below: &Value, above: &Value) -> Value {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            let mut merged = below.clone();
            for (name, value) in above {
                let known = merged.get(name).cloned().unwrap_or(Value::Null);
                merged.insert(name.clone(), merge(&known, value));
            }
            Value::Object(merged)
        }
        (below, Value::Null) => below.clone(),
        (_, above) => above.clone(),
    }
}

/// A value with all its pointers followed.
///
/// # Errors
/// A pointer leads nowhere, or in a circle.
pub fn resolve(value: &Value, context: &Value) -> Result<Value, String> {
    resolve_at(value, context, 0)
}

fn resolve_at(value: &Value, context: &Value, depth: u32) -> Result<Value, String> {
    if depth > DEPTH {
        return Err("the parameters lead in a circle".into());
    }
    match value {
        Value::String(text) => resolve_text(text, context, depth),
        Value::Array(items) => items.iter().map(|item| resolve_at(item, context, depth)).collect(),
        Value::Object(fields) => {
            let resolved = fields.iter().map(|(name, value)| Ok((name.clone(), resolve_at(value, context, depth)?)));
            Ok(Value::Object(resolved.collect::<Result<Map<_, _>, String>>()?))
        }
        other => Ok(other.clone()),
    }
}

fn resolve_text(text: &str, context: &Value, depth: u32) -> Result<Value, String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (pointer, after) = after.split_once('}').ok_or(format!("{text} has no end"))?;
        let found = context.pointer(pointer).ok_or(format!("the parameter {pointer} is missing"))?;
        let found = resolve_at(found, context, depth + 1)?;
        if before.is_empty() && after.is_empty() && whole.is_empty() {
            return Ok(found);
        }
        whole += before;
        whole += &found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        rest = after;
    }
    Ok(Value::String(whole + rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_are_followed_through_parameters_of_job_workflow_and_tasks() {
        let workflow = json!({ "input": { "objectName": "${/video/src}" }, "video": { "src": "default", "ns": "n" } });
        let context = merge(&workflow, &json!({ "video": { "src": "a.mp4", "sizes": [1, 2] } }));

        assert_eq!(resolve(&json!("in/${/input/objectName}/${/video/ns}"), &context), Ok(json!("in/a.mp4/n")));
        assert_eq!(resolve(&json!(["${/video/sizes}"]), &context), Ok(json!([[1, 2]])));
        assert!(resolve(&json!("${/video/none}"), &context).is_err());
        assert!(resolve(&json!("${/a}"), &json!({ "a": "${/a}" })).is_err());
    }
}
