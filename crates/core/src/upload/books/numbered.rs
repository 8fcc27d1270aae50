//! Values by their numbers.

/// What a `BTreeMap` from numbers is, for a fraction of its code: most numbers come in their order.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T>(Vec<(u32, T)>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Numbered<T> {
    fn place(&self, number: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&number, |(known, _)| *known)
    }

    /// In place of an earlier one with this number.
    pub(super) fn insert(&mut self, number: u32, value: T) {
        match self.place(number) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (number, value)),
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.place(number).ok().map(|place| &self.0[place].1)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// In the order of their numbers.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, (u32, T)> {
        self.0.iter()
    }

    pub(super) fn retain(&mut self, keep: impl FnMut(&(u32, T)) -> bool) {
        self.0.retain(keep);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(entries in prop::collection::vec((0u32..20, any::<u8>()), 0..40)) {
            let map: BTreeMap<u32, u8> = entries.iter().copied().collect();
            let mut numbered = Numbered::default();
            for (number, value) in entries {
                numbered.insert(number, value);
            }

            prop_assert_eq!(numbered.iter().copied().collect::<Vec<_>>(), map.clone().into_iter().collect::<Vec<_>>());
            for number in 0..20 {
                prop_assert_eq!(numbered.get(number), map.get(&number));
            }
        }
    }
}
