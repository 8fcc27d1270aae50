//! Numbers of functions and types in a part, which has not all of them.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use wasm_encoder::{
    TypeSection,
    reencode::{Error, Reencode},
};

use super::module::Module;

/// Numbers in a part, by those in the module.
pub struct Indices {
    pub functions: HashMap<u32, u32>,
    pub types: HashMap<u32, u32>,
}

impl Indices {
    /// Of a part with functions in this order, and its types.
    pub fn new(functions: impl IntoIterator<Item = u32>, types: &BTreeSet<u32>) -> Self {
        Self { functions: functions.into_iter().zip(0..).collect(), types: types.iter().copied().zip(0..).collect() }
    }

    /// The part's types.
    ///
    /// # Errors
    /// One can't be encoded.
    pub fn types_of(&mut self, module: &Module<'_>, types: &BTreeSet<u32>) -> Result<TypeSection> {
        let mut section = TypeSection::new();
        for index in types {
            let ty = self.func_type(module.types[*index as usize].clone())?;
            section.ty().func_type(&ty);
        }
        Ok(section)
    }
}

impl Reencode for Indices {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.functions[&function])
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.types[&ty])
    }
}
