//! tus 1.0: one upload, or several side by side that are joined in the end.

use reelway_fault_provider::{Fault, Kind, Protocol, Renewal, Setup, Step};

use crate::case::{CHUNK, Case, at, case, status, twice};

/// One upload, which the client makes.
fn tus(name: &str, script: impl Into<Vec<Step>>) -> Case {
    case(name, Protocol::Tus, script).set(|setup| setup.create = true)
}

/// Three side by side.
fn joined(name: &str, script: impl Into<Vec<Step>>) -> Case {
    let mut case = tus(&format!("{name}, of three uploads"), script);
    case.setup.parallel = 3;
    // The engine makes no more uploads than are worth while: one for each of the longest chunks.
    case.setup.max_chunk = 3 * CHUNK;
    case
}

pub fn cases() -> Vec<Case> {
    let mut cases = alone();
    cases.extend(checked());
    cases.extend(side_by_side());
    cases
}

fn alone() -> Vec<Case> {
    let made = |setup: &mut Setup| setup.create = false;
    let last = 11;
    vec![
        tus("no fault", []),
        tus("no fault, and the upload is made already", []).set(made),
        tus(
            "the answer to a creation is lost",
            [Step { on: Kind::Create, nth: 1, times: 2, fault: Fault::ResetAfter }],
        ),
        tus("a creation fails", [Step::once(Kind::Create, 1, status(503))]),
        tus("a creation's answer lacks CORS headers", [Step::once(Kind::Create, 1, Fault::NoCors)]),
        tus("a part of a chunk is kept", at(2, Fault::Keep { bytes: 1000 })).set(made),
        tus("no Upload-Offset", at(3, Fault::NoProof)).set(made),
        tus("Upload-Offset is hidden once", at(3, Fault::HiddenProof)).set(made),
        tus("Upload-Offset claims the whole file in the middle", at(4, Fault::FalseSuccess)).set(made),
        tus("Upload-Offset boasts of bytes that were never sent", at(2, Fault::Boast { bytes: 3000 })).set(made),
        tus("bytes that were acknowledged are lost", at(5, Fault::Lose { bytes: CHUNK + 5 })).set(made),
        tus("409: another offset", at(3, status(409))).set(made),
        tus("423: locked", [Step { on: Kind::Data, nth: 3, times: 2, fault: status(423) }]).set(made),
        tus("429 with Retry-After", at(3, Fault::Status { status: 429, retry_after: Some(1) })).set(made),
        tus("500 for a chunk that is kept", at(3, Fault::StatusAfter { status: 500, retry_after: None })).set(made),
        tus("a reset in the middle of the body", twice(3, Fault::ResetAt { bytes: 3000 })).set(made),
        tus("a reset after the last chunk", twice(last, Fault::ResetAfter)).set(made),
        tus("a chunk that is kept and never answered", at(3, Fault::StallAfter)).set(made).fast(),
        tus("the upload has run out", at(4, Fault::Expire { status: 410 })).set(made),
        tus("the upload has run out, and the next begins at byte 0", at(4, Fault::Expire { status: 404 })).set(
            |setup| {
                made(setup);
                setup.renewal = Renewal::New;
            },
        ),
        tus("415 for good", [Step::from(Kind::Data, 3, status(415))]).set(made).fails("http_error"),
    ]
}

/// With a checksum for each chunk.
fn checked() -> Vec<Case> {
    let digest = |name: &'static str| {
        move |setup: &mut Setup| {
            setup.create = false;
            setup.digest = Some(name.into());
        }
    };
    vec![
        tus("a chunk is damaged on its way, and SHA-1 shows it", at(3, Fault::Corrupt)).set(digest("sha-1")),
        tus("a chunk is damaged on its way, and SHA-256 shows it", at(3, Fault::Corrupt)).set(digest("sha-256")),
    ]
}

fn side_by_side() -> Vec<Case> {
    vec![
        joined("no fault", []),
        joined("a creation fails", [Step::once(Kind::Create, 2, status(500))]),
        joined("a chunk is reset", twice(4, Fault::ResetAt { bytes: 3000 })),
        joined(
            "429 for two at once",
            [Step { on: Kind::Data, nth: 3, times: 2, fault: Fault::Status { status: 429, retry_after: Some(1) } }],
        ),
        joined("a part of a chunk is kept", at(5, Fault::Keep { bytes: 99 })),
        joined("the end fails", [Step::once(Kind::Complete, 1, status(500))]),
        joined(
            "the answer to the end is lost",
            [Step { on: Kind::Complete, nth: 1, times: 2, fault: Fault::ResetAfter }],
        ),
        joined("the uploads have run out", at(6, Fault::Expire { status: 410 })),
        joined("a chunk is never answered", at(5, Fault::Stall)).fast(),
    ]
}
