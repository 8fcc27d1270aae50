//! What goes wrong, drawn at random.

use proptest::prelude::*;

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Only the first so many bytes are kept. Of a part: none.
    Partial(u64),
    /// All is well but the answer, which does not say how much is held.
    Hidden,
    /// Nothing is kept, and the answer does not say so.
    NothingKept,
    /// The last chunk is kept and not answered as the last. A completion is answered by an error inside a 200.
    NotFinal,
    /// The connection breaks when so many bytes are kept.
    Reset(u64),
    /// All is kept, or done, and the connection breaks before the answer.
    LostAnswer,
    /// No answer ever comes; so many bytes are kept.
    Stall(u64),
    /// An error, with nothing kept.
    Status(u16),
    /// An error, with all kept.
    StatusAfter(u16),
    /// Not now; in so many seconds.
    TooMany(u32),
    /// The URL has run out.
    Expired(u16),
    /// The body's digest is wrong.
    Digest,
    /// So many bytes of what was held are gone.
    Loses(u64),
    /// A claim to hold so many bytes more than were ever sent.
    Boasts(u64),
    /// A final answer in the middle, with nothing kept.
    FalseSuccess,
    /// The answer's body breaks off.
    Cut,
}

/// What a user, a browser or a laptop's lid does while a request is on its way.
#[derive(Clone, Debug)]
pub enum Act {
    Pause,
    Offline,
    Online,
    Foreground,
    Retry,
    Sleep,
    Reload,
    Cancel,
    MoveTheFile,
}

/// What meets one request.
#[derive(Clone, Debug)]
pub struct Turn {
    pub fault: Option<Fault>,
    pub act: Option<Act>,
    pub latency: f64,
}

fn fault() -> impl Strategy<Value = Fault> {
    let bytes = || 0u64..3000;
    prop_oneof![
        bytes().prop_map(Fault::Partial),
        Just(Fault::Hidden),
        Just(Fault::NothingKept),
        Just(Fault::NotFinal),
        bytes().prop_map(Fault::Reset),
        Just(Fault::LostAnswer),
        bytes().prop_map(Fault::Stall),
        prop::sample::select(vec![408, 409, 412, 413, 423, 425, 429, 500, 502, 503, 504]).prop_map(Fault::Status),
        prop::sample::select(vec![500, 503]).prop_map(Fault::StatusAfter),
        (0u32..200).prop_map(Fault::TooMany),
        prop::sample::select(vec![401, 403, 404, 410]).prop_map(Fault::Expired),
        Just(Fault::Digest),
        bytes().prop_map(Fault::Loses),
        (1u64..5000).prop_map(Fault::Boasts),
        Just(Fault::FalseSuccess),
        Just(Fault::Cut),
    ]
}

/// Acts after which the upload can still succeed.
pub fn harmless() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Pause),
        Just(Act::Offline),
        Just(Act::Online),
        Just(Act::Foreground),
        Just(Act::Retry),
        Just(Act::Sleep),
        Just(Act::Reload),
    ]
}

/// And acts after which it can't.
pub fn any() -> impl Strategy<Value = Act> {
    prop_oneof![8 => harmless(), 1 => Just(Act::Cancel), 1 => Just(Act::MoveTheFile)]
}

/// A turn with a fault, an act, both or none.
pub fn turn(act: impl Strategy<Value = Act>) -> impl Strategy<Value = Turn> {
    (prop::option::weighted(0.6, fault()), prop::option::weighted(0.15, act), 1.0f64..4000.0)
        .prop_map(|(fault, act, latency)| Turn { fault, act, latency })
}
