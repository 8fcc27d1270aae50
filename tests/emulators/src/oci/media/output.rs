//! What the tasks of a job write: a package in files of byte ranges, as real jobs do, pictures, and captions.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::parameters::{merge, resolve};
use crate::{
    film::Film,
    oci::{Tenancy, storage::Object},
};

/// Files by name, on the disk of a job.
type Files = BTreeMap<String, Vec<u8>>;

/// What became of the tasks of a job.
pub struct Run {
    /// What they have written.
    pub outputs: Value,
    /// The state of each.
    pub states: Vec<&'static str>,
    /// Why the first that failed did.
    pub failure: Option<String>,
}

/// Does the tasks. One of the type `failing` fails. What hangs on a task that failed is not begun, and all others are
/// done.
pub fn run(tenancy: &Tenancy, workflow: &Value, job: &Value, failing: Option<&str>) -> Run {
    let tasks = workflow["tasks"].as_array().cloned().unwrap_or_default();
    let mut context = merge(&workflow["parameters"], &job["parameters"]);
    for task in &tasks {
        if let Some(key) = task["key"].as_str() {
            context[key] = merge(&context[key], &task["parameters"]);
        }
    }
    let mut files = Files::new();
    let mut outputs = Vec::new();
    let mut states: Vec<&'static str> = Vec::new();
    let mut failure = None;
    for task in &tasks {
        let hangs_on = |other: &Value| task["prerequisites"].as_array().is_some_and(|wanted| wanted.contains(other));
        let broken = tasks.iter().zip(&states).any(|(other, state)| hangs_on(&other["key"]) && *state != "SUCCEEDED");
        let kind = task["type"].as_str().unwrap_or_default();
        let done = if broken {
            states.push("CANCELED");
            continue;
        } else if failing == Some(kind) {
            Err(format!("The task {kind} failed"))
        } else {
            resolve(&task["parameters"], &context)
                .and_then(|parameters| run_task(tenancy, kind, &parameters, &mut files, &mut outputs))
        };
        states.push(if done.is_ok() { "SUCCEEDED" } else { "FAILED" });
        failure = failure.or(done.err());
    }
    Run { outputs: Value::Array(outputs), states, failure }
}

fn run_task(
    tenancy: &Tenancy,
    kind: &str,
    parameters: &Value,
    files: &mut Files,
    outputs: &mut Vec<Value>,
) -> Result<(), String> {
    match kind {
        "getFiles" => get_files(tenancy, parameters),
        "transcode" => transcode(tenancy.film(), parameters, files),
        "thumbnail" => {
            thumbnail(tenancy, parameters, files);
            Ok(())
        }
        "transcribe" => {
            let captions = b"WEBVTT\n\n00:00.000 --> 00:02.000\nA tone.\n".to_vec();
            // The task writes its result itself, where it is told to.
            if let (Some(bucket), Some(prefix)) =
                (parameters["outputBucketName"].as_str(), parameters["outputTranscriptionPrefix"].as_str())
            {
                put_file(tenancy, &Value::Null, bucket, &format!("{prefix}captions.vtt"), &captions);
            }
            files.insert("captions.vtt".into(), captions);
            Ok(())
        }
        "visionDetection" => {
            files.insert("vision.json".into(), br#"{"labels":[]}"#.to_vec());
            Ok(())
        }
        "putFiles" => put_files(tenancy, parameters, files, outputs),
        other => Err(format!("{other} is no type of task")),
    }
}

fn entries(parameters: &Value) -> Vec<Value> {
    parameters["taskParameters"].as_array().cloned().unwrap_or_default()
}

fn text<'a>(entry: &'a Value, name: &str) -> Result<&'a str, String> {
    entry[name].as_str().ok_or(format!("{name} is missing"))
}

/// Looks whether what is to be fetched is there.
fn get_files(tenancy: &Tenancy, parameters: &Value) -> Result<(), String> {
    for entry in entries(parameters) {
        let (bucket, name) = (text(&entry, "bucketName")?, text(&entry, "objectName")?);
        let is_there = text(&entry, "namespaceName")? == tenancy.setup().namespace
            && tenancy.state().storage.object(bucket, name).is_some();
        if !is_there {
            return Err(format!("the object {name} is not in the bucket {bucket}"));
        }
    }
    Ok(())
}

/// A file and a playlist for each rendition, and the master playlist.
fn transcode(film: &Film, parameters: &Value, files: &mut Files) -> Result<(), String> {
    let standard = &parameters["standardTranscode"];
    let prefix = text(standard, "outputPrefix")?;
    if standard["packaging"]["packageType"] != "hls" {
        return Err("packaging.packageType is not hls".into());
    }
    let mut number = 0;
    let mut renditions = Vec::new();
    let master = film.master_with(|uri| {
        number += 1;
        let name = format!("{prefix}-standardTranscode_{number}");
        renditions.push((uri.to_owned(), name.clone()));
        format!("{name}.m3u8")
    });
    files.insert("master.m3u8".into(), master.map_err(|error| error.to_string())?.into_bytes());
    for (uri, name) in renditions {
        let (playlist, bytes) = in_one_file(film, &uri, &format!("{name}.fmp4"))
            .ok_or("a rendition of the film is missing, or has ranges already")?;
        files.insert(format!("{name}.m3u8"), playlist.into_bytes());
        files.insert(format!("{name}.fmp4"), bytes);
    }
    Ok(())
}

/// A rendition whose segments are ranges of one file.
fn in_one_file(film: &Film, playlist: &str, name: &str) -> Option<(String, Vec<u8>)> {
    let folder = playlist.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = |uri: &str| if folder.is_empty() { uri.to_owned() } else { format!("{folder}/{uri}") };
    let text = String::from_utf8(film.file(playlist)?.0).ok().filter(|text| !text.contains("BYTERANGE"))?;
    let (mut lines, mut bytes) = (String::new(), Vec::new());
    let mut append = |uri: &str| {
        let (part, _) = film.file(&path(uri))?;
        let range = format!("{}@{}", part.len(), bytes.len());
        bytes.extend(part);
        Some(range)
    };
    for line in text.lines() {
        if let Some(map) = line.strip_prefix("#EXT-X-MAP:URI=\"") {
            let range = append(map.split('"').next()?)?;
            lines += &format!("#EXT-X-MAP:URI=\"{name}\",BYTERANGE=\"{range}\"\n");
        } else if line.starts_with('#') || line.trim().is_empty() {
            lines += &format!("{line}\n");
        } else {
            lines += &format!("#EXT-X-BYTERANGE:{}\n{name}\n", append(line.trim())?);
        }
    }
    Some((lines, bytes))
}

fn thumbnail(tenancy: &Tenancy, parameters: &Value, files: &mut Files) {
    for selector in parameters["thumbnails"]["frameSelectors"].as_array().into_iter().flatten() {
        let prefix = selector["namePrefix"].as_str().unwrap_or("thumb");
        let picks = selector["clipImagePicker"]["percentList"]["pickList"].as_array().map_or(1, Vec::len);
        for number in 0..picks {
            files.insert(format!("{prefix}-{number}.jpg"), tenancy.poster().to_vec());
        }
    }
}

/// Writes objects. A source with a star stands for all files that fit, and its name for what theirs begin with.
fn put_files(tenancy: &Tenancy, parameters: &Value, files: &Files, outputs: &mut Vec<Value>) -> Result<(), String> {
    for entry in entries(parameters) {
        let [bucket, source, name] =
            [text(&entry, "bucketName")?, text(&entry, "source")?, text(&entry, "objectName")?];
        if !tenancy.state().storage.buckets.contains_key(bucket) {
            return Err(format!("there is no bucket {bucket}"));
        }
        // What stands before the star is replaced by the object's name.
        let Some((before, end)) = source.split_once('*') else {
            let bytes = files.get(source).ok_or(format!("no file is called {source}"))?;
            outputs.push(put_file(tenancy, &entry, bucket, name, bytes));
            continue;
        };
        let rest = |file: &str| file.strip_prefix(before).filter(|rest| rest.ends_with(end)).map(str::to_owned);
        let fitting = files.iter().filter(|(file, _)| *file != "master.m3u8");
        let fitting: Vec<_> = fitting.filter_map(|(file, bytes)| Some((rest(file)?, bytes))).collect();
        if fitting.is_empty() {
            return Err(format!("no file is called {source}"));
        }
        for (rest, bytes) in fitting {
            outputs.push(put_file(tenancy, &entry, bucket, &format!("{name}{rest}"), bytes));
        }
    }
    Ok(())
}

fn put_file(tenancy: &Tenancy, entry: &Value, bucket: &str, name: &str, bytes: &[u8]) -> Value {
    let (kind, media_type) = match name.rsplit('.').next() {
        Some("m3u8") => ("PLAYLIST", "application/x-mpegurl"),
        Some("fmp4" | "mp4" | "ts") => ("VIDEO", "video/mp4"),
        Some("jpg" | "png") => ("IMAGE", "image/jpeg"),
        Some("vtt" | "srt") => ("CAPTION_FILE", "text/vtt"),
        _ => ("OTHER", "application/octet-stream"),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let now = tenancy.desk().clock.now();
    let object = Object::new(bytes.to_vec(), &headers, now);
    let mut state = tenancy.state();
    state.storage.write(bucket, name, object);
    let mut output =
        json!({ "assetType": kind, "namespaceName": entry["namespaceName"], "bucketName": bucket, "objectName": name });
    if entry["registerMetadata"] == true {
        let asset = json!({
            "type": if kind == "OTHER" { "UNKNOWN" } else { kind }, "compartmentId": entry["assetCompartmentId"],
            "namespaceName": entry["namespaceName"], "bucketName": bucket, "objectName": name, "displayName": name,
        });
        output["id"] = state.store.add("mediaAssets", &asset, "mediaasset", "ACTIVE", now)["id"].clone();
    }
    drop(state);
    tenancy.tell_object(bucket, name);
    output
}
