//! What a module consists of, as far as it is taken apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, Result, bail};
use wasmparser::{
    BlockType, ConstExpr, ElementItems, ElementKind, Export, ExternalKind, FuncType, FunctionBody, GlobalType,
    KnownCustom, Name, Operator, Parser, Payload, TableType, TypeRef,
};

/// A function that comes from elsewhere.
pub struct Import<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub ty: u32,
}

/// A function of the module's own.
pub struct Function<'a> {
    pub ty: u32,
    pub body: FunctionBody<'a>,
    /// As Rust calls it, without hashes.
    pub name: String,
    /// The functions that it calls by their index.
    pub calls: BTreeSet<u32>,
    /// The types that its code names, and its own.
    pub types: BTreeSet<u32>,
}

/// A module as wasm-bindgen and wasm-opt leave it: functions are all that it imports.
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    pub functions: Vec<Function<'a>>,
    pub tables: Vec<TableType>,
    pub globals: Vec<GlobalType>,
    pub memory: wasmparser::MemoryType,
    /// The functions in slots of table 0, by slot.
    pub slots: BTreeMap<u32, u32>,
    pub exports: Vec<Export<'a>>,
}

impl<'a> Module<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// It is none, or has what no module of wasm-bindgen's has.
    pub fn read(wasm: &'a [u8]) -> Result<Self> {
        let (mut types, mut imports, mut tables, mut globals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut of_functions, mut bodies, mut names) = (Vec::new(), Vec::new(), HashMap::new());
        let (mut slots, mut exports, mut memory) = (BTreeMap::new(), Vec::new(), None);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        types.push(ty?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let TypeRef::Func(ty) = import.ty else { bail!("{} is no function", import.name) };
                        imports.push(Import { module: import.module, name: import.name, ty });
                    }
                }
                Payload::FunctionSection(section) => of_functions = section.into_iter().collect::<Result<_, _>>()?,
                Payload::TableSection(section) => {
                    for table in section {
                        tables.push(table?.ty);
                    }
                }
                Payload::MemorySection(section) => memory = section.into_iter().next().transpose()?,
                Payload::GlobalSection(section) => {
                    for global in section {
                        globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        exports.push(export);
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = element?;
                        if let (
                            ElementKind::Active { table_index: None | Some(0), offset_expr },
                            ElementItems::Functions(items),
                        ) = (element.kind, element.items)
                        {
                            let offset = constant(&offset_expr)?;
                            for (slot, function) in (offset..).zip(items) {
                                slots.insert(slot, function?);
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(subsections) = section.as_known() {
                        for subsection in subsections {
                            if let Name::Function(map) = subsection? {
                                for naming in map {
                                    let naming = naming?;
                                    names.insert(naming.index, naming.name);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        let mut functions = Vec::new();
        for (ty, body) in of_functions.into_iter().zip(bodies) {
            let index = (imports.len() + functions.len()) as u32;
            let name = plain(names.get(&index).copied().unwrap_or_default());
            let (calls, mut types) = named(&body)?;
            types.insert(ty);
            functions.push(Function { ty, calls, types, body, name });
        }
        let memory = memory.context("a module without memory")?;
        Ok(Self { types, imports, functions, tables, globals, memory, slots, exports })
    }

    /// A function of its own, by index.
    ///
    /// # Panics
    /// It is imported.
    pub fn function(&self, index: u32) -> &Function<'a> {
        &self.functions[index as usize - self.imports.len()]
    }

    /// The type of a function, by index.
    pub fn type_of(&self, function: u32) -> Result<u32> {
        let index = function as usize;
        let own = || self.functions.get(index - self.imports.len()).map(|function| function.ty);
        self.imports.get(index).map(|import| import.ty).or_else(own).context("a function that is not there")
    }

    /// The name under which something is exported.
    pub fn exported(&self, kind: ExternalKind, index: u32) -> Option<&'a str> {
        let found = self.exports.iter().find(|export| export.kind == kind && export.index == index);
        found.map(|export| export.name)
    }

    /// A type that takes these and gives nothing: its index, and whether it has to be added behind the others.
    pub fn type_taking(&self, params: &[wasmparser::ValType]) -> (u32, bool) {
        let found = self.types.iter().position(|ty| ty.params() == params && ty.results().is_empty());
        (found.unwrap_or(self.types.len()) as u32, found.is_none())
    }
}

/// How many bytes a function's code has.
pub fn bytes(body: &FunctionBody<'_>) -> usize {
    body.as_bytes().len()
}

fn constant(expression: &ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(u32::try_from(value)?),
        other => bail!("an offset that is no constant: {other:?}"),
    }
}

/// The functions and the types that code names.
fn named(body: &FunctionBody<'_>) -> Result<(BTreeSet<u32>, BTreeSet<u32>)> {
    let (mut called, mut types) = (BTreeSet::new(), BTreeSet::new());
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        match reader.read()? {
            Operator::Call { function_index } => drop(called.insert(function_index)),
            Operator::CallIndirect { type_index, .. } => drop(types.insert(type_index)),
            Operator::Block { blockty: BlockType::FuncType(ty) }
            | Operator::Loop { blockty: BlockType::FuncType(ty) }
            | Operator::If { blockty: BlockType::FuncType(ty) } => drop(types.insert(ty)),
            other @ (Operator::ReturnCall { .. } | Operator::RefFunc { .. }) => bail!("{other:?} can't be taken apart"),
            _ => {}
        }
    }
    Ok((called, types))
}

/// Longer names are cut: they are those of generics in generics.
const LONGEST: usize = 160;

/// A function's name as it is in every build, wherever that is made.
fn plain(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let mut plain = String::new();
    for piece in name.split_inclusive('[') {
        // `core[641134fb57596b42]`: which one of this name.
        let rest = match piece.split_once(']') {
            Some((hash, rest)) if plain.ends_with('[') && is_hash(hash) => {
                plain.pop();
                rest
            }
            _ => piece,
        };
        plain.push_str(rest);
    }
    plain.chars().take(LONGEST).collect()
}

/// Not a type: `[f64]` is none.
fn is_hash(text: &str) -> bool {
    text.len() > 8 && text.chars().all(|sign| sign.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_nothing_of_where_it_was_made() {
        let names = [
            ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            ("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>"),
            ("_ZN3foo3bar17h05af221e174051e9E", "foo::bar"),
            ("playerhandle_new", "playerhandle_new"),
        ];

        for (symbol, name) in names {
            assert_eq!(plain(symbol), name);
        }
        assert!(is_hash("641134fb57596b42") && !is_hash("f64") && !is_hash("u8;32usize"));
    }
}
