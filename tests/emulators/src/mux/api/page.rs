//! Lists in pieces: by page, and by cursor.

use serde::Deserialize;

use crate::mux::state::State;

/// Which piece.
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    limit: Option<usize>,
    page: Option<usize>,
    cursor: Option<String>,
    upload_id: Option<String>,
}

/// A piece's length, if none is asked for, and the most that may be.
const USUAL: usize = 10;
const MOST: usize = 100;

impl Page {
    /// A piece, and the cursor of the next. What is new comes first.
    pub fn of<'a, T>(&self, all: &'a [T], name: impl Fn(&T) -> &str) -> (Vec<&'a T>, Option<String>) {
        let limit = self.limit.unwrap_or(USUAL).clamp(1, MOST);
        let skip = match &self.cursor {
            Some(cursor) => all.iter().rev().position(|item| name(item) == cursor).map_or(all.len(), |at| at + 1),
            None => (self.page.unwrap_or(1).max(1) - 1) * limit,
        };
        let piece: Vec<&T> = all.iter().rev().skip(skip).take(limit).collect();
        let is_last = skip + piece.len() >= all.len();
        let next = piece.last().filter(|_| !is_last).map(|item| name(item).to_owned());
        (piece, next)
    }

    /// The ids of the assets that are asked for, the oldest first.
    pub fn ids_of_assets(&self, state: &State) -> Vec<String> {
        let wanted = state.assets.iter().filter(|asset| self.upload_id.is_none() || self.upload_id == asset.upload_id);
        wanted.map(|asset| asset.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_cursors_walk_from_the_newest_to_the_oldest() {
        let all: Vec<String> = (1..=5).map(|number| number.to_string()).collect();
        let (first, cursor) = Page { limit: Some(2), ..Page::default() }.of(&all, String::as_str);
        let (second, next) =
            Page { limit: Some(2), cursor: cursor.clone(), ..Page::default() }.of(&all, String::as_str);
        let (third, end) = Page { limit: Some(2), page: Some(3), ..Page::default() }.of(&all, String::as_str);

        assert_eq!((first, cursor.as_deref()), (vec![&all[4], &all[3]], Some("4")));
        assert_eq!((second, next.as_deref()), (vec![&all[2], &all[1]], Some("2")));
        assert_eq!((third, end), (vec![&all[0]], None));
    }
}
