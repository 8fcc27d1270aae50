//! Short names between wasm and its glue. wasm-bindgen's carry hashes, which no compression makes smaller.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, Result};

use super::{Entry, SMALL};
use crate::{process, tools::Tools};

/// Makes an entry's wasm small by wasm-opt, renames what it imports and exports, and has the glue beside it follow, without
/// what nothing asks for. Functions keep their own names where somebody asks for them.
pub(super) fn shorten(tools: &Tools, entry: &Entry, folder: &Path, of_functions: bool) -> Result<()> {
    let wasm = folder.join(format!("{}_bg.wasm", entry.module));
    let mut opt = process::command(tools.program("wasm-opt")?);
    opt.args(SMALL).arg("--minify-imports-and-exports-and-modules").arg(&wasm).arg("--output").arg(&wasm);
    if of_functions {
        opt.arg("--debuginfo");
    }
    let names = Names::read(&process::output(&mut opt)?);
    let path = folder.join(entry.module).with_extension("js");
    let glue = fs::read_to_string(&path)?;
    fs::write(&path, names.apply(&glue)?)?;
    Ok(())
}

/// What wasm-opt calls the one module that it leaves to import from.
const MODULE: &str = "a";

/// What wasm-opt says: the short name of each import and export, and the name that the module had.
#[derive(Default)]
struct Names {
    imports: HashMap<String, String>,
    exports: HashMap<String, String>,
    module: String,
}

impl Names {
    /// Reads wasm-opt's JSON, a line for each name: `["module", "import", "short"]` or `["export", "short"]`.
    fn read(json: &str) -> Self {
        let mut names = Self::default();
        for line in json.lines() {
            let texts: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            match texts[..] {
                [module, import, short] => {
                    module.clone_into(&mut names.module);
                    names.imports.insert(import.to_owned(), short.to_owned());
                }
                [export, short] => drop(names.exports.insert(export.to_owned(), short.to_owned())),
                _ => {}
            }
        }
        names
    }

    /// The glue with these names. It is as wasm-bindgen writes it, line by line.
    fn apply(&self, glue: &str) -> Result<String> {
        let mut short = String::with_capacity(glue.len());
        let mut unused = false;
        for line in glue.lines() {
            // `        __wbg_name_hash: function(arg0) {` to `        },`
            let import = line.strip_prefix("        ").and_then(|line| line.split_once(": function("));
            if let Some((import, rest)) = import.filter(|(import, _)| import.starts_with("__wb")) {
                unused = !self.imports.contains_key(import);
                if let Some(name) = self.imports.get(import) {
                    short.extend(["\"", name, "\": function(", rest, "\n"]);
                }
                continue;
            }
            if unused {
                unused = line != "        },";
            } else if !line.starts_with("if (Symbol.dispose)") {
                // Both would keep classes that nobody imports.
                let line = line.replace(": new FinalizationRegistry", ": /* @__PURE__ */ new FinalizationRegistry");
                short.push_str(&self.rename(&line)?);
                short.push('\n');
            }
        }
        Ok(short)
    }

    /// Renames the module, and each `wasm.export`.
    fn rename(&self, line: &str) -> Result<String> {
        let mut pieces = line.split("wasm.");
        let mut renamed = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let end = piece.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(piece.len());
            let (export, rest) = piece.split_at(end);
            // The end of a file's name is none of the instance.
            let name = match renamed.ends_with(|sign: char| sign.is_alphanumeric() || "_'\"".contains(sign)) {
                true => export,
                false => self.exports.get(export).with_context(|| format!("wasm-opt names no export {export}"))?,
            };
            renamed.extend(["wasm.", name, rest]);
        }
        Ok(renamed.replace(&format!("\"{}\"", self.module), &format!("\"{MODULE}\"")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const JSON: &str = r#"{
"imports": [
  ["./reelway_player_bg.js", "__wbg_fetch_21015a0a4570ab44", "$a"]
],
"exports": [
  ["memory", "b"],
  ["playerhandle_new", "c"]
]
}"#;

    const GLUE: &str = "\
if (Symbol.dispose) PlayerHandle.prototype[Symbol.dispose] = PlayerHandle.prototype.free;
        __wbg_fetch_21015a0a4570ab44: function(arg0) {
            return wasm.playerhandle_new(wasm.memory.buffer);
        },
        __wbg_gone_00000000000000aa: function(arg0) {
            return 1;
        },
        \"./reelway_player_bg.js\": import0,
new URL('reelway_player_bg.wasm', import.meta.url)
";

    #[test]
    fn the_glue_follows_the_wasm() {
        let glue = Names::read(JSON).apply(GLUE).unwrap();

        let expected = "\
\"$a\": function(arg0) {
            return wasm.c(wasm.b.buffer);
        },
        \"a\": import0,
new URL('reelway_player_bg.wasm', import.meta.url)
";
        assert_eq!(glue, expected);
    }

    #[test]
    fn an_export_that_is_gone_is_an_error() {
        assert!(Names::read(JSON).apply("wasm.unknown();").is_err());
    }
}
