//! Rows that are told apart by keys: each keeps its nodes, its focus and what it remembers for as long as its key is
//! there.

use wasm_bindgen::JsCast;
use web_sys::Node;

use super::{
    html::{Place, View},
    signals::{Owner, StoredValue, now_and_again, on_cleanup},
};
use crate::dom::property;

/// A view for each key, in their order. A row is made once, as the owner of all that it makes, and ends when its key
/// goes. A key that is there twice counts once.
pub fn rows<V: Into<View>>(keys: impl Fn() -> Vec<String> + 'static, row: impl Fn(String) -> V + 'static) -> View {
    fn of(keys: Box<dyn Fn() -> Vec<String>>, make: Make) -> View {
        View::live(move |place| {
            let rows = StoredValue::new(Vec::new());
            let take = move || rows.try_update_value(std::mem::take).unwrap_or_default();
            // They belong to nobody else: an effect ends what it owns whenever it runs again.
            on_cleanup(move || end(take()));
            now_and_again(move || {
                let now = change(&place, take(), keys(), &make);
                if let Some(late) = rows.try_set_value(now) {
                    end(late);
                }
            });
        })
    }
    of(Box::new(keys), Box::new(move |key| row(key).into()))
}

type Make = Box<dyn Fn(String) -> View>;

struct Row {
    key: String,
    owner: Owner,
    place: Place,
}

impl Row {
    /// All of it, with the two nodes around it.
    fn nodes(&self) -> Vec<Node> {
        let end: &Node = &self.place.end;
        let next = |node: &Node| if node == end { None } else { node.next_sibling() };
        std::iter::successors(Some(self.place.start.clone().into()), next).collect()
    }

    fn has(&self, node: &Node) -> bool {
        self.nodes().iter().any(|own| own.contains(Some(node)))
    }
}

fn end(rows: Vec<Row>) {
    rows.iter().for_each(|row| row.owner.dispose());
}

/// Makes what is new, takes away what is gone, and puts the rest in order.
fn change(place: &Place, before: Vec<Row>, keys: Vec<String>, make: &Make) -> Vec<Row> {
    let (mut kept, gone): (Vec<_>, Vec<_>) = before.into_iter().partition(|row| keys.contains(&row.key));
    for row in gone {
        row.owner.dispose();
        row.place.remove();
    }
    let mut now: Vec<Row> = Vec::with_capacity(keys.len());
    let (Some(parent), Some(mut next)) = (place.end.parent_node(), place.start.next_sibling()) else { return kept };
    for key in keys {
        if now.iter().any(|row| row.key == key) {
            continue;
        }
        let Some(index) = kept.iter().position(|row| row.key == key) else {
            let row = Row { key: key.clone(), owner: Owner::root(), place: Place::new(&parent, Some(&next)) };
            row.owner.with(|| row.place.fill(make(key)));
            now.push(row);
            continue;
        };
        // What has the focus would lose it if it were moved: the others move around it.
        if **kept[index].place.start == next || has_focus(&kept[index]) {
            if let Some(after) = kept[index].place.end.next_sibling() {
                next = after;
            }
        } else {
            for node in kept[index].nodes() {
                let _ = parent.insert_before(&node, Some(&next));
            }
        }
        now.push(kept.remove(index));
    }
    now
}

fn has_focus(row: &Row) -> bool {
    let active = property(&row.place.start.get_root_node(), "activeElement");
    active.dyn_ref::<Node>().is_some_and(|active| row.has(active))
}
