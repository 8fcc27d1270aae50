#![allow(clippy::unwrap_used)]

use std::{collections::HashSet, fs};

use super::*;
use crate::process;

/// Functions that call each other, the outside, and through the table; that share memory and a global; and one that takes
/// and gives all types of numbers.
const MODULE: &str = r#"
(module
  (import "outside" "tell" (func $tell (param i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (table 4 8 funcref)
  (type $change (func (param i32) (result i32)))
  (elem (i32.const 1) $double $less)
  (data (i32.const 16) "\07\00\00\00")
  (func $count_one (global.set $count (i32.add (global.get $count) (i32.const 1))) (i32.store (i32.const 0) (global.get $count)))
  (func $double (param i32) (result i32) (call $count_one) (i32.mul (local.get 0) (i32.const 2)) (drop (i32.const 0)))
  (func $less (param i32) (result i32) (call $count_one) (i32.sub (local.get 0) (i32.load (i32.const 16))))
  (func $through (param i32 i32) (result i32) (call $count_one) (call_indirect (type $change) (local.get 1) (local.get 0)))
  (func $fibonacci (param i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fibonacci (i32.sub (local.get 0) (i32.const 1))) (call $fibonacci (i32.sub (local.get 0) (i32.const 2)))))))
  (func $mixed (param i32 i64 f32 f64) (result f64)
    (f64.add (f64.add (f64.convert_i32_s (local.get 0)) (f64.convert_i64_s (local.get 1)))
             (f64.add (f64.promote_f32 (local.get 2)) (local.get 3))))
  (func $main (export "main") (param i32) (result f64)
    (call $tell (call $through (i32.const 1) (local.get 0)))
    (call $tell (call $through (i32.const 2) (local.get 0)))
    (call $tell (call $fibonacci (local.get 0)))
    (call $tell (global.get $count))
    (call $mixed (local.get 0) (i64.const 3) (f32.const 0.5) (f64.const 0.25))))
"#;

const FUNCTIONS: [&str; 7] = ["count_one", "double", "less", "through", "fibonacci", "mixed", "main"];

/// Runs each module of a folder, `<name>.first.wasm` with `<name>.later.wasm` or `<name>.whole.wasm`, and prints what it told
/// and gave, and how often it had its later part loaded.
const RUN: &str = r#"
import fs from "node:fs";
const [folder] = process.argv.slice(2);
const read = (name) => new WebAssembly.Module(fs.readFileSync(`${folder}/${name}`));
for (const file of fs.readdirSync(folder).filter((name) => /(first|whole).wasm$/.test(name)).sort()) {
  const told = [];
  let loads = 0;
  const outside = { tell: (number) => told.push(number) };
  outside["@"] = () => {
    loads += 1;
    if (loads === 1) new WebAssembly.Instance(read(file.replace("first", "later")), { outside, "@": instance.exports });
  };
  const instance = new WebAssembly.Instance(read(file), { outside });
  told.push(instance.exports.main(9), new Int32Array(instance.exports.memory.buffer)[0]);
  const again = loads;
  instance.exports.main(9);
  console.log(JSON.stringify({ file, told: told.slice(0, 6), first: again }));
}
"#;

/// What node says of the modules in a folder: a line for each, in the order of their names.
fn run(folder: &Path) -> Vec<String> {
    let program = folder.join("run.mjs");
    fs::write(&program, RUN).unwrap();
    let said = process::output(process::command("node").arg(&program).arg(folder)).unwrap();
    said.lines().map(str::to_owned).collect()
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("reelway-split-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_module_does_the_same_however_it_is_taken_apart() {
    let wasm = wat::parse_str(MODULE).unwrap();
    let folder = folder("all");
    fs::write(folder.join("a.whole.wasm"), &wasm).unwrap();
    let all = 0..1_u32 << FUNCTIONS.len();
    for chosen in all.clone() {
        let first: HashSet<&str> =
            (0..).zip(FUNCTIONS).filter(|(bit, _)| chosen & 1 << bit != 0).map(|(_, name)| name).collect();
        let parts = split(&wasm, |name| first.contains(name)).unwrap();
        fs::write(folder.join(format!("b{chosen:03}.first.wasm")), parts.first).unwrap();
        fs::write(folder.join(format!("b{chosen:03}.later.wasm")), parts.later).unwrap();
    }

    let said = run(&folder);
    fs::remove_dir_all(&folder).unwrap();

    assert_eq!(said.len(), 1 + all.len());
    assert!(said[0].contains("\"told\":[18,2,34,4,12.75,4],\"first\":0"), "{}", said[0]);
    let told = |line: &str| line.split("\"told\":").nth(1).and_then(|rest| rest.split(']').next()).map(str::to_owned);
    for line in &said {
        assert_eq!(told(line), told(&said[0]), "{line}");
    }
    assert!(said[1].ends_with("\"first\":1}"), "nothing but the later part: {}", said[1]);
    assert!(said[all.len()].ends_with("\"first\":0}"), "all comes first: {}", said[all.len()]);
}

#[test]
fn a_marked_module_tells_each_function_that_it_runs() {
    let wasm = wat::parse_str(MODULE).unwrap();
    let (marked, names) = mark::mark(&wasm).unwrap();
    let folder = folder("marked");
    fs::write(folder.join("a.wasm"), marked).unwrap();
    let program = folder.join("run.mjs");
    let script = r#"
import fs from "node:fs";
const told = new Set();
const outside = { tell() {}, "@": (number) => told.add(number) };
const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
new WebAssembly.Instance(module, { outside }).exports.main(1);
console.log([...told].sort().join());
"#;
    fs::write(&program, script).unwrap();

    let said = process::output(process::command("node").arg(&program).arg(folder.join("a.wasm"))).unwrap();
    fs::remove_dir_all(&folder).unwrap();

    let ran: Vec<&str> =
        said.trim().split(',').map(|number| names[number.parse::<usize>().unwrap()].as_str()).collect();
    assert_eq!(ran, FUNCTIONS);
}
