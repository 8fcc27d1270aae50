//! S3 multipart uploads: three parts at once, by URLs that are signed beforehand or on request.

use reelway_fault_provider::{Fault, Kind, Protocol, Renewal, Step};

use crate::case::{Case, at, case, status, twice};

fn s3(name: &str, script: impl Into<Vec<Step>>) -> Case {
    case(name, Protocol::S3Multipart, script).set(|setup| setup.parallel = 3)
}

fn complete(nth: u32, fault: Fault) -> [Step; 1] {
    [Step::once(Kind::Complete, nth, fault)]
}

pub fn cases() -> Vec<Case> {
    let mut cases = parts();
    cases.extend(ends());
    cases
}

fn parts() -> Vec<Case> {
    let presigned = |case: Case| case.set(|setup| setup.presigned = true);
    vec![
        s3("no fault, signed on request", []),
        presigned(s3("no fault, signed beforehand", [])),
        presigned(s3("no fault, one after the other", [])).set(|setup| setup.parallel = 1),
        s3("a signature fails", [Step::once(Kind::Sign, 1, status(500))]),
        s3("a part fails", at(3, status(500))),
        s3(
            "503 for three at once: slow down",
            [Step { on: Kind::Data, nth: 3, times: 3, fault: Fault::Status { status: 503, retry_after: Some(1) } }],
        ),
        s3("a part is kept, and the answer says 500", at(3, Fault::StatusAfter { status: 500, retry_after: None })),
        s3("a reset in the middle of a part", twice(4, Fault::ResetAt { bytes: 3000 })),
        s3("a reset after a part", twice(4, Fault::ResetAfter)),
        s3("no ETag once", at(2, Fault::NoProof)),
        s3("the ETag is hidden once", at(2, Fault::HiddenProof)),
        s3("the ETag is hidden always, and the list shows it", [Step::from(Kind::Data, 1, Fault::HiddenProof)]),
        s3(
            "the ETag is hidden always, and the list fails once",
            [Step::from(Kind::Data, 1, Fault::HiddenProof), Step::once(Kind::Query, 2, status(503))],
        ),
        s3("an answer without CORS headers", at(5, Fault::NoCors)),
        s3("a part is never answered", at(4, Fault::Stall)).fast(),
        s3("a part is kept when the client has sent it again", at(4, Fault::DoneLate { after: 2000 }))
            .fast()
            .set(|setup| setup.read_rate = 8 * 1024),
        s3("the signatures have run out", at(5, Fault::Expire { status: 403 })),
        presigned(s3(
            "the signatures have run out, and the next upload begins at byte 0",
            at(5, Fault::Expire { status: 403 }),
        ))
        .set(|setup| setup.renewal = Renewal::New),
        s3("400 for good", [Step::from(Kind::Data, 4, status(400))]).fails("http_error"),
    ]
}

fn ends() -> Vec<Case> {
    vec![
        s3("an error in a 200 at the end", complete(1, Fault::NotYet { proof: false })),
        s3("the end fails", complete(1, status(503))),
        s3("the answer to the end is lost", [Step { on: Kind::Complete, nth: 1, times: 2, fault: Fault::ResetAfter }]),
        s3("the answer to the end breaks off", complete(1, Fault::Truncated)),
        s3("the answer to the end comes byte by byte", complete(1, Fault::Trickle { over: 400 })),
        s3("the answer to the end lacks CORS headers", complete(1, Fault::NoCors)),
        s3("a part is lost before the end", complete(1, Fault::Lose { bytes: 1 })),
        s3("two parts are lost before the end", complete(1, Fault::Lose { bytes: 2 })),
        s3("the end is never answered", complete(1, Fault::Stall)).fast(),
        s3("an error in every 200 at the end", [Step::from(Kind::Complete, 1, Fault::NotYet { proof: false })])
            .fails("unexpected_answer"),
    ]
}
