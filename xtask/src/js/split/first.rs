//! The part that is loaded first.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, ImportSection, Instruction, MemorySection, Module as Encoder, StartSection,
    TableSection,
    reencode::{Reencode, utils},
};
use wasmparser::{ExternalKind, Operator, Parser, Payload};

use super::{LOADER, Plan, indices::Indices, module::Module};

/// Encodes it.
///
/// # Errors
/// The module has what can't be encoded.
pub(super) fn encode(wasm: &[u8], module: &Module<'_>, plan: &Plan, shared: &BTreeMap<u32, String>) -> Result<Vec<u8>> {
    let imports = module.imports.len() as u32;
    let all = imports..imports + module.functions.len() as u32;
    let kept: Vec<u32> = all.filter(|index| !plan.later.contains(index)).collect();
    let loader = imports;
    // Its own imports, the loader, what it keeps, a stub for each function that it refers to.
    let stubs = plan.stubs();
    let order = kept.iter().chain(stubs.iter().map(|(_, function)| function));
    let mut types: BTreeSet<u32> = kept.iter().flat_map(|index| &module.function(*index).types).copied().collect();
    types.extend(module.imports.iter().map(|import| import.ty));
    types.extend(plan.reached.keys().map(|index| module.function(*index).ty));
    let (loads, is_new) = module.type_taking(&[]);
    if !is_new {
        types.insert(loads);
    }
    let mut indices = Indices::new(0..imports, &types);
    indices.functions.extend(order.clone().copied().zip(loader + 1..));
    let loads = indices.types.get(&loads).copied().unwrap_or(types.len() as u32);

    let mut encoder = Encoder::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(_) => {
                let mut section = indices.types_of(module, &types)?;
                if is_new {
                    section.ty().function([], []);
                }
                encoder.section(&section);
            }
            Payload::ImportSection(section) => {
                let mut section_of = ImportSection::new();
                indices.parse_import_section(&mut section_of, section)?;
                let from = module.imports.first().context("a module that imports nothing")?.module;
                section_of.import(from, LOADER, EntityType::Function(loads));
                encoder.section(&section_of);
            }
            Payload::FunctionSection(_) => {
                let mut functions = FunctionSection::new();
                for index in order.clone() {
                    functions.function(indices.types[&module.type_of(*index)?]);
                }
                encoder.section(&functions);
            }
            Payload::TableSection(section) => {
                let mut tables = TableSection::new();
                for (index, table) in section.into_iter().enumerate() {
                    let ty = plan.table(index, indices.table_type(table?.ty)?);
                    tables.table(ty);
                }
                encoder.section(&tables);
            }
            Payload::MemorySection(section) => {
                let mut memories = MemorySection::new();
                indices.parse_memory_section(&mut memories, section)?;
                encoder.section(&memories);
            }
            Payload::GlobalSection(section) => {
                let mut globals = GlobalSection::new();
                indices.parse_global_section(&mut globals, section)?;
                encoder.section(&globals);
            }
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                indices.parse_export_section(&mut exports, section)?;
                for (function, name) in shared {
                    exports.export(name, ExportKind::Func, indices.functions[function]);
                }
                for (kind, index) in hidden(module) {
                    let kind_of = indices.export_kind(kind)?;
                    exports.export(&name_of(module, kind, index), kind_of, index);
                }
                encoder.section(&exports);
            }
            Payload::StartSection { func, .. } => {
                encoder.section(&StartSection { function_index: indices.functions[&func] });
            }
            Payload::ElementSection(section) => {
                let mut elements = ElementSection::new();
                indices.parse_element_section(&mut elements, section)?;
                let added: Vec<u32> = added(module, plan).map(|function| indices.functions[&function]).collect();
                if let (Some(table), false) = (module.tables.first(), added.is_empty()) {
                    let offset = wasm_encoder::ConstExpr::i32_const(i32::try_from(table.initial)?);
                    elements.active(None, &offset, wasm_encoder::Elements::Functions(added.into()));
                }
                encoder.section(&elements);
            }
            Payload::DataCountSection { count, .. } => {
                encoder.section(&DataCountSection { count });
            }
            Payload::CodeSectionStart { .. } => {
                let mut code = CodeSection::new();
                for index in &kept {
                    code.function(&body(module, plan, *index, &mut indices)?);
                }
                for (slot, function) in &stubs {
                    code.function(&stub(module, *function, *slot, loader, &indices)?);
                }
                encoder.section(&code);
            }
            Payload::DataSection(section) => {
                let mut data = DataSection::new();
                indices.parse_data_section(&mut data, section)?;
                encoder.section(&data);
            }
            _ => {}
        }
    }
    Ok(encoder.finish())
}

/// The functions in the slots that table 0 gets, in their order.
fn added(module: &Module<'_>, plan: &Plan) -> impl Iterator<Item = u32> {
    let before = module.tables.first().map_or(0, |table| table.initial as u32);
    plan.stubs().into_iter().filter(move |(slot, _)| *slot >= before).map(|(_, function)| function)
}

/// What the later part shares and the module does not export: tables, memory, globals.
fn hidden(module: &Module<'_>) -> Vec<(ExternalKind, u32)> {
    let kinds = [
        (ExternalKind::Table, module.tables.len()),
        (ExternalKind::Memory, 1),
        (ExternalKind::Global, module.globals.len()),
    ];
    let all = kinds.into_iter().flat_map(|(kind, count)| (0..count as u32).map(move |index| (kind, index)));
    all.filter(|(kind, index)| module.exported(*kind, *index).is_none()).collect()
}

/// The name under which the first part exports a table, the memory or a global.
pub(super) fn name_of(module: &Module<'_>, kind: ExternalKind, index: u32) -> String {
    let letter = match kind {
        ExternalKind::Table => 't',
        ExternalKind::Memory => 'm',
        _ => 'g',
    };
    // No other name begins so.
    module.exported(kind, index).map_or_else(|| format!("-{letter}{index}"), str::to_owned)
}

/// The function as it was, but for calls of what comes later.
fn body(module: &Module<'_>, plan: &Plan, index: u32, indices: &mut Indices) -> Result<Function> {
    let body = &module.function(index).body;
    let mut function = utils::new_function_with_parsed_locals(indices, body)?;
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let operator = reader.read()?;
        let slot = match operator {
            Operator::Call { function_index } => plan.reached.get(&function_index).map(|slot| (function_index, *slot)),
            _ => None,
        };
        match slot {
            Some((called, slot)) => call(&mut function, slot, indices.types[&module.type_of(called)?]),
            None => drop(function.instruction(&indices.instruction(operator)?)),
        }
    }
    Ok(function)
}

/// Has the later part loaded, and calls the function that is in the slot from then on.
fn stub(module: &Module<'_>, called: u32, slot: u32, loader: u32, indices: &Indices) -> Result<Function> {
    let ty = module.type_of(called)?;
    let mut function = Function::new([]);
    function.instruction(&Instruction::Call(loader));
    for argument in 0..module.types[ty as usize].params().len() as u32 {
        function.instruction(&Instruction::LocalGet(argument));
    }
    call(&mut function, slot, indices.types[&ty]);
    function.instruction(&Instruction::End);
    Ok(function)
}

fn call(function: &mut Function, slot: u32, type_index: u32) {
    function.instruction(&Instruction::I32Const(slot.cast_signed()));
    function.instruction(&Instruction::CallIndirect { type_index, table_index: 0 });
}
