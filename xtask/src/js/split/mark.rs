//! Has a module tell which of its functions run.

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, EntityType, ImportSection, Instruction, Module as Encoder, RawSection, TypeSection,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{Parser, Payload, ValType};

use super::module::Module;

/// The name by which a marked module imports the function that it tells. It gives the function's number.
pub const TELL: &str = "@";

/// Each function's number is one higher, but for imports.
struct Indices(u32);

impl Reencode for Indices {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(if function < self.0 { function } else { function + 1 })
    }
}

/// A module that does what this one does, and tells before each function of its own; and the names of these, by number.
///
/// # Errors
/// It is no module as wasm-bindgen makes them.
pub fn mark(wasm: &[u8]) -> Result<(Vec<u8>, Vec<String>)> {
    let module = Module::read(wasm)?;
    let mut indices = Indices(module.imports.len() as u32);
    let (tells, is_new) = module.type_taking(&[ValType::I32]);
    let mut encoder = Encoder::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                let mut types = TypeSection::new();
                indices.parse_type_section(&mut types, section)?;
                if is_new {
                    types.ty().function([wasm_encoder::ValType::I32], []);
                }
                encoder.section(&types);
            }
            Payload::ImportSection(section) => {
                let mut imports = ImportSection::new();
                indices.parse_import_section(&mut imports, section)?;
                let from = module.imports.first().context("a module that imports nothing")?.module;
                encoder.section(imports.import(from, TELL, EntityType::Function(tells)));
            }
            Payload::ExportSection(section) => {
                let mut exports = wasm_encoder::ExportSection::new();
                indices.parse_export_section(&mut exports, section)?;
                encoder.section(&exports);
            }
            Payload::StartSection { func, .. } => {
                let function_index = indices.function_index(func)?;
                encoder.section(&wasm_encoder::StartSection { function_index });
            }
            Payload::ElementSection(section) => {
                let mut elements = wasm_encoder::ElementSection::new();
                indices.parse_element_section(&mut elements, section)?;
                encoder.section(&elements);
            }
            Payload::CodeSectionStart { .. } => {
                let mut code = CodeSection::new();
                for (number, function) in (0..).zip(&module.functions) {
                    let mut marked = utils::new_function_with_parsed_locals(&mut indices, &function.body)?;
                    marked.instruction(&Instruction::I32Const(number));
                    marked.instruction(&Instruction::Call(indices.0));
                    let mut reader = function.body.get_operators_reader()?;
                    while !reader.eof() {
                        marked.instruction(&indices.parse_instruction(&mut reader)?);
                    }
                    code.function(&marked);
                }
                encoder.section(&code);
            }
            Payload::CodeSectionEntry(_) | Payload::CustomSection(_) => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let data = &wasm[usize::try_from(range.start)?..usize::try_from(range.end)?];
                    encoder.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok((encoder.finish(), module.functions.into_iter().map(|function| function.name).collect()))
}
