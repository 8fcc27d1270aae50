//! Takes a module of wasm apart: what a plain visit runs is loaded first, the rest later.
//!
//! Both parts share memory, tables and globals. A function of the later part that the first one refers to has a slot in
//! table 0: the first part calls it through that slot. Until the later part fills the slot there is a stub in it, which
//! asks the glue to load the later part at once, and calls again. So nothing has to be known for sure of what runs when:
//! which functions come first ([`list`]) decides over bytes and time, never over what works.
//!
//! - [`module`]: what a module consists of.
//! - [`first`], [`later`]: the two parts. [`indices`]: numbers in them.
//! - [`list`]: the functions that come first.
//! - [`mark`]: has a module tell which functions it runs.
//! - [`glue`]: the JavaScript between.

mod first;
pub mod glue;
mod indices;
mod later;
pub mod list;
pub mod mark;
mod module;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::Result;
use wasm_encoder::TableType;
use wasmparser::ExternalKind;

use super::{Build, Entry};

use self::module::{Module, bytes};

/// A module that was taken apart.
pub struct Parts {
    /// What is loaded first. It imports [`LOADER`] beside what the module did.
    pub first: Vec<u8>,
    /// What is loaded later. It imports what the first part exports, from the module [`FIRST`].
    pub later: Vec<u8>,
}

/// The name by which the first part imports the function that loads the later one.
const LOADER: &str = "@";
/// The module from which the later part imports what the first one exports.
const FIRST: &str = "@";

/// A function that is not longer comes first if the first part refers to it: what it takes to call it would be as long.
const SHORT: usize = 16;

/// Takes an entry's module in this folder apart, where there is a list of what comes first, and has the glue beside it
/// follow. The later part is a file `<module>_later.wasm`.
///
/// # Errors
/// The module or its glue is not as wasm-bindgen makes them.
pub(super) fn apply(entry: &Entry, folder: &Path, build: Build) -> Result<()> {
    let module = folder.join(format!("{}_bg.wasm", entry.module));
    let path = folder.join(entry.module).with_extension("js");
    let glue = fs::read_to_string(&path)?;
    let list = if build == Build::Release { list::read(entry.name)? } else { None };
    let glue = match (build, list) {
        (Build::Marked, _) => {
            let (marked, names) = mark::mark(&fs::read(&module)?)?;
            fs::write(&module, marked)?;
            fs::write(folder.join(list::NAMES), names.join("\n"))?;
            glue::marked(&glue)?
        }
        (_, Some(first)) => {
            let parts = split(&fs::read(&module)?, |name| first.contains(name))?;
            let later = format!("{}_later.wasm", entry.module);
            fs::write(&module, parts.first)?;
            fs::write(folder.join(&later), parts.later)?;
            glue::parted(&glue, &later)?
        }
        _ => glue::whole(&glue),
    };
    Ok(fs::write(path, glue)?)
}

/// Takes a module apart by the names of its functions.
///
/// # Errors
/// It is no module as wasm-bindgen makes them.
pub fn split(wasm: &[u8], is_first: impl Fn(&str) -> bool) -> Result<Parts> {
    let module = Module::read(wasm)?;
    let plan = Plan::of(&module, is_first);
    let exports = plan.shared(&module);
    Ok(Parts { first: first::encode(wasm, &module, &plan, &exports)?, later: later::encode(&module, &plan, &exports)? })
}

/// Which function goes where.
struct Plan {
    /// The functions of the later part, by index.
    later: BTreeSet<u32>,
    /// Those of them that the first part refers to, with the slot by which it calls them.
    reached: BTreeMap<u32, u32>,
    /// How many slots table 0 has then.
    slots: u32,
}

impl Plan {
    fn of(module: &Module<'_>, is_first: impl Fn(&str) -> bool) -> Self {
        let own = module.imports.len() as u32..;
        let functions = || own.clone().zip(&module.functions);
        let mut later: BTreeSet<u32> =
            functions().filter(|(_, function)| !is_first(&function.name)).map(|(index, _)| index).collect();
        let exported = module.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        let mut referred: BTreeSet<u32> =
            exported.map(|export| export.index).chain(module.slots.values().copied()).collect();
        let mut arrived: Vec<u32> =
            functions().map(|(index, _)| index).filter(|index| !later.contains(index)).collect();
        loop {
            referred.extend(arrived.iter().flat_map(|index| &module.function(*index).calls));
            let short = |index: &u32| later.contains(index) && bytes(&module.function(*index).body) <= SHORT;
            arrived = referred.iter().copied().filter(short).collect();
            if arrived.is_empty() {
                break;
            }
            later.retain(|index| !arrived.contains(index));
        }
        referred.retain(|function| later.contains(function));
        let mut reached = BTreeMap::new();
        for (slot, function) in module.slots.iter().filter(|(_, function)| later.contains(function)) {
            reached.entry(*function).or_insert(*slot);
        }
        let mut slots = module.tables.first().map_or(0, |table| table.initial as u32);
        for function in referred {
            reached.entry(function).or_insert_with(|| {
                slots += 1;
                slots - 1
            });
        }
        Self { later, reached, slots }
    }

    /// The type that a table has then, by its index.
    fn table(&self, index: usize, mut ty: TableType) -> TableType {
        if index == 0 {
            ty.minimum = self.slots.into();
            ty.maximum = ty.maximum.map(|most| most.max(ty.minimum));
        }
        ty
    }

    /// The functions of the later part that the first one refers to, by slot.
    fn stubs(&self) -> Vec<(u32, u32)> {
        let mut stubs: Vec<_> = self.reached.iter().map(|(function, slot)| (*slot, *function)).collect();
        stubs.sort_unstable();
        stubs
    }

    /// The functions of the first part that the later one calls, with the names under which they are exported.
    fn shared(&self, module: &Module<'_>) -> BTreeMap<u32, String> {
        let imports = module.imports.len() as u32;
        let calls = self.later.iter().flat_map(|index| &module.function(*index).calls);
        let called: BTreeSet<u32> =
            calls.copied().filter(|index| *index >= imports && !self.later.contains(index)).collect();
        // No name that wasm-bindgen or wasm-opt gives is a number. Shorter ones weigh more by brotli.
        called.into_iter().enumerate().map(|(number, index)| (index, number.to_string())).collect()
    }
}

#[cfg(test)]
mod tests;
