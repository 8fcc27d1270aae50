//! Resources of the media services, in the JSON of the wire.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};

use crate::{clock::rfc3339, secret};

/// Resources by collection, the oldest first.
#[derive(Default)]
pub struct Store {
    collections: HashMap<&'static str, Vec<Value>>,
    /// `opc-retry-token`s, with what was asked and what was made.
    retries: HashMap<String, (Value, String)>,
}

/// What an `opc-retry-token` has been used for.
pub enum Retry {
    /// Nothing yet.
    New,
    /// The same request: the id of what it made.
    Same(String),
    /// Another request.
    Other,
}

impl Store {
    /// All of a collection.
    pub fn all(&self, collection: &str) -> &[Value] {
        self.collections.get(collection).map_or(&[], Vec::as_slice)
    }

    /// One by its id, unless it is deleted.
    pub fn get(&self, collection: &str, id: &str) -> Option<&Value> {
        self.all(collection).iter().find(|known| known["id"] == id && known["lifecycleState"] != "DELETED")
    }

    /// One by its id, to change.
    pub fn get_mut(&mut self, collection: &str, id: &str) -> Option<&mut Value> {
        self.collections.get_mut(collection)?.iter_mut().find(|known| known["id"] == id)
    }

    /// Adds one: what was asked, with an id, a state and times.
    pub fn add(&mut self, collection: &'static str, asked: &Value, kind: &str, state: &str, now: Duration) -> Value {
        let mut made = asked.clone();
        let time = rfc3339(now);
        made["id"] = json!(format!("ocid1.{kind}.oc1.phx.{}", secret::random(20).to_lowercase()));
        made["lifecycleState"] = json!(state);
        made["timeCreated"] = json!(time);
        made["timeUpdated"] = json!(time);
        for (name, value) in [("freeformTags", json!({})), ("definedTags", json!({})), ("systemTags", json!({}))] {
            if made.get(name).is_none() {
                made[name] = value;
            }
        }
        self.collections.entry(collection).or_default().push(made.clone());
        made
    }

    /// What a retry token has been used for.
    pub fn retry(&self, token: Option<&str>, asked: &Value) -> Retry {
        match token.and_then(|token| self.retries.get(token)) {
            None => Retry::New,
            Some((known, id)) if known == asked => Retry::Same(id.clone()),
            Some(_) => Retry::Other,
        }
    }

    /// Keeps what a retry token was used for.
    pub fn keep_retry(&mut self, token: Option<&str>, asked: &Value, id: &str) {
        if let Some(token) = token {
            self.retries.insert(token.to_owned(), (asked.clone(), id.to_owned()));
        }
    }
}
