//! Google's resumable uploads, on a provider that is worse than Google's.

use reelway_fault_provider::{Fault, Kind, Protocol, Renewal, Setup, Step};

use crate::case::{CHUNK, Case, SIZE, at, case, twice};

fn resumable(name: &str, script: impl Into<Vec<Step>>) -> Case {
    case(name, Protocol::Resumable, script)
}

pub fn cases() -> Vec<Case> {
    let mut cases = answers();
    cases.extend(connections());
    cases.extend(refusals());
    cases.extend(targets());
    cases.extend(users());
    cases
}

/// Answers that do not say what they should.
fn answers() -> Vec<Case> {
    let last = 11;
    vec![
        resumable("no fault", []),
        resumable("a part of a chunk is kept", at(2, Fault::Keep { bytes: 1000 })),
        resumable("one byte of a chunk is kept", at(1, Fault::Keep { bytes: 1 })),
        resumable(
            "nothing of a chunk is kept, three times",
            [Step { on: Kind::Data, nth: 2, times: 3, fault: Fault::Keep { bytes: 0 } }],
        ),
        resumable("a part of the last chunk is kept", at(last, Fault::Keep { bytes: 7 })),
        resumable("a 308 without Range", at(3, Fault::NoProof)),
        resumable("a 308 without Range at the first chunk", at(1, Fault::NoProof)),
        resumable("Range is hidden by CORS once", at(3, Fault::HiddenProof)),
        resumable("a 308 without Range on the last chunk", at(last, Fault::NotYet { proof: true })),
        resumable(
            "a 308 on the last chunk, and to the question as well",
            [
                Step::once(Kind::Data, last, Fault::NotYet { proof: true }),
                Step::once(Kind::Query, 1, Fault::NotYet { proof: true }),
            ],
        ),
        resumable("a 200 in the middle that is not true", at(4, Fault::FalseSuccess)),
        resumable("Range boasts of bytes that were never sent", at(2, Fault::Boast { bytes: 3000 })),
        resumable("bytes that were acknowledged are lost", at(5, Fault::Lose { bytes: CHUNK + 5 })),
        resumable("an answer whose body ends too early", at(3, Fault::Truncated)),
        resumable("the last answer's body ends too early", at(last, Fault::Truncated)),
        resumable("an answer that comes byte by byte", at(3, Fault::Trickle { over: 400 })),
        resumable("an answer without CORS headers", at(3, Fault::NoCors)),
        resumable("the last answer without CORS headers", at(last, Fault::NoCors)),
    ]
}

/// Connections that end or hang.
fn connections() -> Vec<Case> {
    // A quarter of a second for each chunk, so that what comes late comes before the end.
    let slow = |setup: &mut Setup| setup.read_rate = 4 * CHUNK;
    let mut cases = vec![
        resumable("a reset before the body", twice(3, Fault::ResetBefore)),
        resumable("a reset in the middle of the body", twice(3, Fault::ResetAt { bytes: 3000 })),
        resumable("a reset in the middle, quanta of 1 KiB kept", twice(3, Fault::ResetAt { bytes: 3000 }))
            .set(|setup| setup.quantum = 1024),
        resumable("a reset after the body", twice(3, Fault::ResetAfter)),
        resumable("a reset after the last chunk", twice(11, Fault::ResetAfter)),
        resumable(
            "resets of a chunk and of the question",
            [
                Step { on: Kind::Data, nth: 3, times: 2, fault: Fault::ResetAfter },
                Step { on: Kind::Query, nth: 1, times: 2, fault: Fault::ResetBefore },
            ],
        ),
    ];
    cases.extend(
        [
            resumable("a request that is never answered", at(3, Fault::Stall)),
            resumable("a body that stops in the middle", at(3, Fault::StallAt { bytes: 3000 })),
            resumable("a chunk that is kept and never answered", at(3, Fault::StallAfter)),
            resumable("the last chunk is kept and never answered", at(11, Fault::StallAfter)),
            resumable("an answer that comes when the client has asked again", at(3, Fault::AnswerLate { after: 2200 }))
                .set(slow),
            resumable("a chunk that is kept when the client has asked again", at(3, Fault::DoneLate { after: 2200 }))
                .set(slow),
        ]
        .map(Case::fast),
    );
    cases
}

/// Statuses.
fn refusals() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [408, 409, 412, 416, 500, 502, 503, 504] {
        cases.push(resumable(&format!("{status} once"), at(3, Fault::Status { status, retry_after: None })));
    }
    cases.extend([
        resumable("500 for a chunk that is kept", at(3, Fault::StatusAfter { status: 500, retry_after: None })),
        resumable(
            "500 for the last chunk, which is kept",
            at(11, Fault::StatusAfter { status: 500, retry_after: None }),
        ),
        resumable("429 with Retry-After", at(3, Fault::Status { status: 429, retry_after: Some(1) })),
        resumable("a chunk that is too long for the provider", at(3, Fault::Status { status: 413, retry_after: None }))
            .set(|setup| setup.quantum = 1024),
        resumable("400 for good", [Step::from(Kind::Data, 3, Fault::Status { status: 400, retry_after: None })])
            .fails("http_error"),
        resumable(
            "500 for good",
            [
                Step::from(Kind::Data, 3, Fault::Status { status: 500, retry_after: None }),
                Step::from(Kind::Query, 1, Fault::Status { status: 500, retry_after: None }),
            ],
        )
        .fails("http_error"),
        resumable("nothing is kept for good", [Step::from(Kind::Data, 3, Fault::Keep { bytes: 0 })])
            .fails("no_headway"),
        resumable(
            "every byte is there and 308 is all it says",
            [
                Step::from(Kind::Data, 11, Fault::NotYet { proof: true }),
                Step::from(Kind::Query, 1, Fault::NotYet { proof: true }),
            ],
        )
        .fails("not_confirmed"),
        resumable(
            "the connection is reset for good",
            [Step::from(Kind::Data, 3, Fault::ResetBefore), Step::from(Kind::Query, 1, Fault::ResetBefore)],
        )
        .fails("network"),
        resumable(
            "Range is hidden for good",
            [Step::from(Kind::Data, 1, Fault::HiddenProof), Step::from(Kind::Query, 1, Fault::HiddenProof)],
        )
        .set(|setup| setup.max_chunk = CHUNK),
        resumable("a chunk is damaged on its way", at(3, Fault::Corrupt))
            .set(|setup| setup.digest = Some("sha-256".into())),
        resumable("a reset in the middle of a chunk with a digest", twice(3, Fault::ResetAt { bytes: 3000 }))
            .set(|setup| setup.digest = Some("sha-256".into())),
    ]);
    cases
}

/// Targets that run out.
fn targets() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [401, 403, 404, 410] {
        cases.push(resumable(&format!("{status}: the target has run out"), at(4, Fault::Expire { status })));
    }
    let new = |setup: &mut Setup| setup.renewal = Renewal::New;
    let fixed = |mut case: Case| {
        case.fixed = true;
        case
    };
    cases.extend([
        resumable("a fresh target begins at byte 0", at(4, Fault::Expire { status: 410 })).set(new),
        resumable("the target has run out at the last chunk", at(11, Fault::Expire { status: 404 })),
        resumable(
            "no fresh target at first",
            [
                Step::once(Kind::Data, 4, Fault::Expire { status: 410 }),
                Step::once(Kind::Target, 2, Fault::Status { status: 503, retry_after: None }),
            ],
        ),
        resumable("no target at first", [Step { on: Kind::Target, nth: 1, times: 2, fault: Fault::ResetBefore }]),
        fixed(resumable("the only target has run out", at(4, Fault::Expire { status: 410 }))).fails("no_fresh_target"),
    ]);
    cases
}

/// What the user does.
fn users() -> Vec<Case> {
    let act = |mut case: Case, act| {
        case.act = Some(act);
        case
    };
    let slow = |setup: &mut Setup| setup.read_rate = SIZE;
    vec![
        act(resumable("paused and resumed", []), "pauseAndResume").set(slow),
        act(resumable("cancelled", []), "cancel").set(slow).fails("cancelled"),
        act(
            resumable(
                "failed and tried again",
                [Step { on: Kind::Data, nth: 3, times: 1, fault: Fault::Status { status: 400, retry_after: None } }],
            ),
            "retryOnce",
        ),
    ]
}
