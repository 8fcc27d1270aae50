//! What depends on what, and what belongs to whom.
//!
//! Nodes have the three states of the "reactively" algorithm (clean, perhaps stale, stale): a memo that comes to the
//! same value as before wakes nobody, and nothing runs twice for one change.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Names a node: its place, and how often that has been given before. One number, so that a handle is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(u32);

/// Bits of the place: a million nodes. Of the rest a name comes again after 4,096 others in the same place.
const PLACE: u32 = 20;

impl Id {
    const fn index(self) -> usize {
        (self.0 & ((1 << PLACE) - 1)) as usize
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Clean,
    Check,
    Stale,
}

/// A signal, a memo, an effect or an owner: which, says what it has.
pub(super) struct Node {
    pub(super) value: RefCell<Box<dyn Any>>,
    /// Of memos and effects. Gives whether the value is another one than before.
    run: RefCell<Option<Box<dyn FnMut() -> bool>>>,
    is_effect: bool,
    state: Cell<State>,
    sources: RefCell<Vec<Id>>,
    readers: RefCell<Vec<Id>>,
    owned: RefCell<Vec<Id>>,
    cleanups: RefCell<Vec<Box<dyn FnOnce()>>>,
    abroad: RefCell<Option<Rc<dyn Abroad>>>,
}

/// A reader of another graph than this one, as of a framework that has signals of its own.
pub trait Abroad {
    /// Whoever reads there now follows this.
    fn track(&self);

    /// It is another one now, or may be.
    fn tell(&self);
}

/// Makes one for a signal; `None` if nobody there reads now.
pub type MakeAbroad = fn() -> Option<Rc<dyn Abroad>>;

#[derive(Default)]
struct Graph {
    nodes: RefCell<Vec<(Id, Option<Rc<Node>>)>>,
    free: RefCell<Vec<usize>>,
    observer: Cell<Option<Id>>,
    owner: Cell<Option<Id>>,
    queue: RefCell<Vec<Id>>,
    wake: Cell<Option<fn()>>,
}

thread_local! {
    static GRAPH: Graph = Graph::default();
    /// Apart from the rest: where nobody is abroad, the compiler sees that it is never set.
    static ABROAD: Cell<Option<MakeAbroad>> = const { Cell::new(None) };
}

fn graph<T>(read: impl FnOnce(&Graph) -> T) -> T {
    GRAPH.with(read)
}

pub(super) fn find(id: Id) -> Option<Rc<Node>> {
    graph(|graph| {
        let nodes = graph.nodes.borrow();
        let (name, node) = nodes.get(id.index())?;
        node.clone().filter(|_| *name == id)
    })
}

/// A node that belongs to the owner that runs.
pub(super) fn make(value: Box<dyn Any>) -> Id {
    insert(value, None, false)
}

/// One that belongs to nobody.
pub(super) fn make_free(value: Box<dyn Any>) -> Id {
    within(None, None, || make(value))
}

/// One that is worked out: stale until it is.
pub(super) fn make_running(value: Box<dyn Any>, run: Box<dyn FnMut() -> bool>, is_effect: bool) -> Id {
    insert(value, Some(run), is_effect)
}

fn insert(value: Box<dyn Any>, run: Option<Box<dyn FnMut() -> bool>>, is_effect: bool) -> Id {
    let state = if run.is_some() { State::Stale } else { State::Clean };
    let node = Node {
        value: RefCell::new(value),
        run: RefCell::new(run),
        is_effect,
        state: Cell::new(state),
        sources: RefCell::default(),
        readers: RefCell::default(),
        owned: RefCell::default(),
        cleanups: RefCell::default(),
        abroad: RefCell::default(),
    };
    graph(|graph| {
        let mut nodes = graph.nodes.borrow_mut();
        let free = graph.free.borrow_mut().pop();
        let index = free.unwrap_or_else(|| {
            let index = nodes.len();
            nodes.push((Id(index as u32), None));
            index
        });
        let slot = &mut nodes[index];
        slot.1 = Some(Rc::new(node));
        let id = slot.0;
        drop(nodes);
        if let Some(owner) = graph.owner.get().and_then(find) {
            owner.owned.borrow_mut().push(id);
        }
        id
    })
}

/// The same, of what may outlive the thread's graph.
pub(super) fn dispose_if_there(id: Id) {
    if GRAPH.try_with(|_| ()).is_ok() {
        dispose(id);
    }
}

fn dispose(id: Id) {
    let Some(node) = find(id) else { return };
    forget_sources(id, &node);
    clear(&node);
    graph(|graph| {
        if let Some(slot) = graph.nodes.borrow_mut().get_mut(id.index()) {
            *slot = (Id(id.0.wrapping_add(1 << PLACE)), None);
        }
        graph.free.borrow_mut().push(id.index());
    });
}

/// Calls what waits for the end, and then disposes of what it owns, the newest first: what ends may still look at it.
fn clear(node: &Node) {
    for cleanup in node.cleanups.take() {
        // Of whoever happens to run now, it is no part.
        within(None, None, cleanup);
    }
    for id in node.owned.take().into_iter().rev() {
        dispose(id);
    }
}

fn forget_sources(id: Id, node: &Node) {
    for source in node.sources.take() {
        if let Some(source) = find(source) {
            source.readers.borrow_mut().retain(|reader| *reader != id);
        }
    }
}

/// Whoever runs reads this node.
pub(super) fn track(id: Id, node: &Node) {
    let Some(observer) = graph(|graph| graph.observer.get()) else { return track_abroad(node) };
    let Some(reader) = find(observer) else { return };
    let mut sources = reader.sources.borrow_mut();
    if !sources.contains(&id) {
        sources.push(id);
        node.readers.borrow_mut().push(observer);
    }
}

fn track_abroad(node: &Node) {
    let Some(make) = ABROAD.get() else { return };
    let mut abroad = node.abroad.borrow_mut();
    if abroad.is_none() {
        *abroad = make();
    }
    let abroad = abroad.clone();
    if let Some(abroad) = abroad {
        abroad.track();
    }
}

fn tell_abroad(node: &Node) {
    if ABROAD.get().is_none() {
        return;
    }
    // Not borrowed meanwhile: whoever hears of it may read at once.
    let abroad = node.abroad.borrow().clone();
    if let Some(abroad) = abroad {
        abroad.tell();
    }
}

/// From here on what is read outside of effects and memos is told to another graph, by what this makes for each signal.
pub fn on_abroad(make: MakeAbroad) {
    ABROAD.set(Some(make));
}

/// The node's value is another one.
pub(super) fn tell(node: &Node) {
    tell_abroad(node);
    let readers = node.readers.borrow().clone();
    for reader in readers {
        mark(reader, State::Stale);
    }
}

fn mark(id: Id, state: State) {
    let Some(node) = find(id) else { return };
    let before = node.state.get();
    if before == State::Stale || before == state {
        return;
    }
    node.state.set(state);
    if before != State::Clean {
        return;
    }
    if node.is_effect {
        enqueue(id);
    }
    tell_abroad(&node);
    let readers = node.readers.borrow().clone();
    for reader in readers {
        mark(reader, State::Check);
    }
}

/// Has it run with the others that wait.
pub(super) fn enqueue(id: Id) {
    let wake = graph(|graph| {
        let mut queue = graph.queue.borrow_mut();
        queue.push(id);
        graph.wake.get().filter(|_| queue.len() == 1)
    });
    if let Some(wake) = wake {
        wake();
    }
}

/// Whom to call when the first effect begins to wait: it has [`run_waiting`] called soon, once what goes on now is over.
pub fn on_waiting(wake: fn()) {
    graph(|graph| graph.wake.set(Some(wake)));
}

/// Runs the effects that wait.
pub fn run_waiting() {
    let queue = graph(|graph| graph.queue.take());
    for id in queue {
        freshen(id);
    }
}

/// Brings it up to date.
pub(super) fn freshen(id: Id) {
    let Some(node) = find(id) else { return };
    if node.state.get() == State::Check {
        let sources = node.sources.borrow().clone();
        for source in sources {
            freshen(source);
            if node.state.get() == State::Stale {
                break;
            }
        }
    }
    if node.state.replace(State::Clean) != State::Stale {
        return;
    }
    // It is taken out while it runs: what it does may come back to it.
    let Some(mut run) = node.run.take() else { return };
    forget_sources(id, &node);
    clear(&node);
    let changed = within(Some(id), Some(id), &mut run);
    if find(id).is_some() {
        node.run.replace(Some(run));
    }
    if changed {
        tell(&node);
    }
}

fn within<T>(owner: Option<Id>, observer: Option<Id>, act: impl FnOnce() -> T) -> T {
    let before = graph(|graph| (graph.owner.replace(owner), graph.observer.replace(observer)));
    let done = act();
    graph(|graph| {
        graph.owner.set(before.0);
        graph.observer.set(before.1);
    });
    done
}

/// Reads signals without being woken by them.
pub fn untrack<T>(read: impl FnOnce() -> T) -> T {
    within(graph(|graph| graph.owner.get()), None, read)
}

/// Calls this when the owner that runs goes, or runs again.
pub fn on_cleanup(cleanup: impl FnOnce() + 'static) {
    if let Some(owner) = graph(|graph| graph.owner.get()).and_then(find) {
        owner.cleanups.borrow_mut().push(Box::new(cleanup));
    }
}

/// Whom signals and effects belong to.
#[derive(Clone, Copy, Debug)]
pub struct Owner(Option<Id>);

impl Owner {
    /// One that belongs to nobody: end it by [`dispose`](Self::dispose).
    pub fn root() -> Self {
        Self(Some(make_free(Box::new(()))))
    }

    /// The one that runs.
    pub fn current() -> Self {
        Self(graph(|graph| graph.owner.get()))
    }

    /// Whether it is nobody.
    pub fn is_nobody(&self) -> bool {
        self.0.is_none()
    }

    /// Runs this as the owner of what it makes. Nothing that it reads wakes anybody.
    pub fn with<T>(&self, act: impl FnOnce() -> T) -> T {
        within(self.0, None, act)
    }

    /// Ends all that belongs to it.
    pub fn dispose(&self) {
        if let Some(id) = self.0 {
            dispose(id);
        }
    }
}
