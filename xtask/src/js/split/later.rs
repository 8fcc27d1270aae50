//! The part that is loaded later.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection, ImportSection, Module as Encoder,
    reencode::Reencode,
};
use wasmparser::ExternalKind;

use super::{FIRST, Plan, first::name_of, indices::Indices, module::Module};

/// Encodes it.
///
/// # Errors
/// The module has what can't be encoded.
pub(super) fn encode(module: &Module<'_>, plan: &Plan, shared: &BTreeMap<u32, String>) -> Result<Vec<u8>> {
    let own = module.imports.len() as u32;
    let called: BTreeSet<u32> = plan.later.iter().flat_map(|index| &module.function(*index).calls).copied().collect();
    let outer: Vec<u32> = called.into_iter().filter(|index| *index < own).collect();
    let order = outer.iter().chain(shared.keys()).chain(&plan.later);
    let mut types: BTreeSet<u32> =
        plan.later.iter().flat_map(|index| &module.function(*index).types).copied().collect();
    for index in outer.iter().chain(shared.keys()) {
        types.insert(module.type_of(*index)?);
    }
    let mut indices = Indices::new(order.copied(), &types);

    let mut encoder = Encoder::new();
    encoder.section(&indices.types_of(module, &types)?);

    let mut imports = ImportSection::new();
    for index in &outer {
        let import = &module.imports[*index as usize];
        imports.import(import.module, import.name, EntityType::Function(indices.types[&import.ty]));
    }
    for (index, name) in shared {
        imports.import(FIRST, name, EntityType::Function(indices.types[&module.type_of(*index)?]));
    }
    for (index, table) in module.tables.iter().enumerate() {
        let ty = plan.table(index, indices.table_type(*table)?);
        imports.import(FIRST, &name_of(module, ExternalKind::Table, index as u32), ty);
    }
    let memory = indices.memory_type(module.memory)?;
    imports.import(FIRST, &name_of(module, ExternalKind::Memory, 0), memory);
    for (index, global) in (0..).zip(&module.globals) {
        let ty = indices.global_type(*global)?;
        imports.import(FIRST, &name_of(module, ExternalKind::Global, index), ty);
    }
    encoder.section(&imports);

    let mut functions = FunctionSection::new();
    for index in &plan.later {
        functions.function(indices.types[&module.function(*index).ty]);
    }
    encoder.section(&functions);

    let mut elements = ElementSection::new();
    for (offset, run) in runs(&filled(module, plan)) {
        let run: Vec<u32> = run.iter().map(|index| indices.functions[index]).collect();
        elements.active(None, &ConstExpr::i32_const(offset.cast_signed()), Elements::Functions(run.into()));
    }
    encoder.section(&elements);

    let mut code = CodeSection::new();
    for index in &plan.later {
        indices.parse_function_body(&mut code, module.function(*index).body.clone())?;
    }
    encoder.section(&code);
    Ok(encoder.finish())
}

/// All slots whose function is in this part, also those by which nobody calls it.
fn filled(module: &Module<'_>, plan: &Plan) -> BTreeMap<u32, u32> {
    let given = plan.reached.iter().map(|(function, slot)| (*slot, *function));
    let there = module.slots.iter().filter(|(_, function)| plan.later.contains(function));
    there.map(|(slot, function)| (*slot, *function)).chain(given).collect()
}

/// Slots that follow each other, with the first one's number.
fn runs(slots: &BTreeMap<u32, u32>) -> Vec<(u32, Vec<u32>)> {
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    for (slot, function) in slots {
        match runs.last_mut() {
            Some((first, run)) if *first + run.len() as u32 == *slot => run.push(*function),
            _ => runs.push((*slot, vec![*function])),
        }
    }
    runs
}
