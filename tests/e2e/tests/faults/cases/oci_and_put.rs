//! OCI's multipart uploads, three parts at once, and single `PUT`s: neither can be asked what is held.

use reelway_fault_provider::{Fault, Kind, Protocol, Renewal, Step};

use crate::case::{Case, at, case, status, twice};

fn oci(name: &str, script: impl Into<Vec<Step>>) -> Case {
    case(name, Protocol::OciMultipart, script).set(|setup| setup.parallel = 3)
}

fn put(name: &str, script: impl Into<Vec<Step>>) -> Case {
    case(name, Protocol::Put, script)
}

pub fn cases() -> Vec<Case> {
    let mut cases = parts();
    cases.extend(puts());
    cases
}

fn parts() -> Vec<Case> {
    let reset = |on| [Step { on, nth: 1, times: 2, fault: Fault::ResetAfter }];
    vec![
        oci("no fault", []),
        oci("no fault, one after the other", []).set(|setup| setup.parallel = 1),
        oci("the opening fails", [Step::once(Kind::Create, 1, status(503))]),
        oci("the answer to the opening is lost", reset(Kind::Create)),
        oci("a part fails", at(3, status(500))),
        oci("429 with Retry-After", at(3, Fault::Status { status: 429, retry_after: Some(1) })),
        oci("a part is kept, and the answer says 500", at(3, Fault::StatusAfter { status: 500, retry_after: None })),
        oci("a reset in the middle of a part", twice(4, Fault::ResetAt { bytes: 3000 })),
        oci("the ETag is hidden always", [Step::from(Kind::Data, 1, Fault::HiddenProof)]),
        oci("an answer without CORS headers", at(5, Fault::NoCors)),
        oci("a part is never answered", at(4, Fault::Stall)).fast(),
        oci("the end fails", [Step::once(Kind::Complete, 1, status(503))]),
        oci("the answer to the end is lost", reset(Kind::Complete)),
        oci("the request has run out", at(5, Fault::Expire { status: 404 })).set(|setup| setup.renewal = Renewal::New),
        oci("400 for good", [Step::from(Kind::Data, 4, status(400))]).fails("http_error"),
    ]
}

fn puts() -> Vec<Case> {
    vec![
        put("no fault", []),
        put("it fails once", at(1, status(500))),
        put("429 with Retry-After", at(1, Fault::Status { status: 429, retry_after: Some(1) })),
        put("it is kept, and the answer says 500", at(1, Fault::StatusAfter { status: 500, retry_after: None })),
        put("a reset in the middle", at(1, Fault::ResetAt { bytes: 30_000 })),
        put("a reset after the body", at(1, Fault::ResetAfter)),
        put("the answer lacks CORS headers", at(1, Fault::NoCors)),
        put("it is never answered", at(1, Fault::StallAfter)).fast(),
        put("the URL has run out", at(1, Fault::Expire { status: 403 })),
        put("413 for good", [Step::from(Kind::Data, 1, status(413))]).fails("http_error"),
    ]
}
