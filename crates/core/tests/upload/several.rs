//! What the machine does with several requests at once, ahead of time, and after another page.

use reelway_api::{Digest, Multipart, Protocol, UploadTarget};
use reelway_core::upload::{Effect, Event, Id, Memory, Options, Phase, Reply, Request, UploadMachine};

const MIB: u64 = 1 << 20;

/// A machine, and the requests that it has on their way, each named by what a provider's log would say.
struct Desk {
    machine: UploadMachine,
    now: f64,
    flying: Vec<(Id, Request)>,
    others: Vec<Effect>,
}

impl Desk {
    fn begin(size: u64, target: UploadTarget) -> Self {
        Self::with(UploadMachine::new(size, Options::default()), Some(target))
    }

    fn with(machine: UploadMachine, target: Option<UploadTarget>) -> Self {
        let mut desk = Self { machine, now: 0.0, flying: Vec::new(), others: Vec::new() };
        desk.tell(Event::Start);
        if let Some(target) = target {
            let Some(Effect::RequestTarget { id, .. }) = desk.others.pop() else { panic!("{:?}", desk.others) };
            desk.tell(Event::Target(id, target));
        }
        desk
    }

    fn tell(&mut self, event: Event) {
        for effect in self.machine.handle(event, self.now) {
            match effect {
                Effect::Send(id, request) => self.flying.push((id, request)),
                Effect::Abort(id) => self.flying.retain(|(flying, _)| *flying != id),
                other => self.others.push(other),
            }
        }
    }

    /// What is on its way: method, the end of the URL, bytes.
    fn flying(&self) -> Vec<String> {
        let line = |(_, request): &(Id, Request)| {
            let place = request.url.rsplit('/').next().unwrap();
            let bytes = request.body.as_ref().map(|bytes| format!(" {}-{}", bytes.start, bytes.end));
            format!("{} {place}{}", request.method, bytes.unwrap_or_default())
        };
        self.flying.iter().map(line).collect()
    }

    /// The oldest request whose line begins so is answered.
    #[track_caller]
    fn answer(&mut self, line: &str, reply: Reply) {
        self.now += 100.0;
        let index = self.flying().iter().position(|flying| flying.starts_with(line));
        let (id, _) = self.flying.remove(index.unwrap_or_else(|| panic!("no {line} in {:?}", self.flying())));
        self.tell(Event::Reply(id, reply));
    }

    fn time_passes(&mut self) {
        self.now = self.machine.next_deadline().unwrap();
        self.tell(Event::Tick);
    }

    fn memory(&self) -> Memory {
        let json = serde_json::to_string(&self.machine.memory().unwrap()).unwrap();
        serde_json::from_str(&json).unwrap()
    }
}

fn status(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

fn with(code: u16, name: &str, value: &str) -> Reply {
    Reply { headers: vec![(name.into(), value.into())], ..status(code) }
}

fn body(text: &str) -> Reply {
    Reply { body: text.into(), ..status(200) }
}

fn s3(parallel: u32) -> UploadTarget {
    let multipart = Multipart {
        part_urls: (1..=10).map(|part| format!("https://s3/{part}")).collect(),
        sign_url: Some("https://backend/sign".into()),
        list_url: Some("https://s3/list".into()),
        complete_url: "https://s3/complete".into(),
        abort_url: Some("https://s3/abort".into()),
    };
    UploadTarget {
        min_chunk: MIB,
        max_chunk: MIB,
        parallel,
        multipart: Some(multipart),
        ..UploadTarget::new(Protocol::S3Multipart, "")
    }
}

const COMPLETED: &str = "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>";

#[test]
fn parts_go_side_by_side_and_are_joined_at_the_end() {
    let mut desk = Desk::begin(4 * MIB, s3(3));
    let mib = |line: &str, from: u64| format!("{line} {}-{}", from * MIB, (from + 1) * MIB);
    assert_eq!(desk.flying(), [mib("PUT 1", 0), mib("PUT 2", 1), mib("PUT 3", 2)]);
    desk.answer("PUT 2", with(200, "etag", "b"));
    assert_eq!(desk.machine.snapshot().progress.acknowledged, MIB);
    assert_eq!(desk.flying(), [mib("PUT 1", 0), mib("PUT 3", 2), mib("PUT 4", 3)]);
    for (part, tag) in [("PUT 4", "d"), ("PUT 1", "a"), ("PUT 3", "c")] {
        desk.answer(part, with(200, "etag", tag));
    }
    assert_eq!((desk.flying(), desk.machine.snapshot().phase), (vec!["POST complete".into()], Phase::Finalising));
    let xml = desk.flying[0].1.text.clone().unwrap();
    let order: Vec<_> =
        ["a", "b", "c", "d"].iter().map(|tag| xml.find(&format!("<ETag>{tag}</ETag>")).unwrap()).collect();
    assert!(order.is_sorted(), "{xml}");
    desk.answer("POST complete", body("<Error><Code>InternalError</Code></Error>"));
    assert!(matches!(desk.machine.snapshot().phase, Phase::Waiting { .. }), "an error inside a 200 is no success");
    desk.time_passes();
    desk.answer("POST complete", body(COMPLETED));
    assert_eq!(desk.machine.snapshot().phase, Phase::Done);
}

#[test]
fn a_provider_that_is_overtaxed_gets_half_as_many_requests() {
    let mut desk = Desk::begin(10 * MIB, s3(4));
    assert_eq!(desk.flying.len(), 4);
    desk.answer("PUT 1", Reply { retry_after: Some(5000.0), ..status(429) });
    desk.answer("PUT 2", with(200, "etag", "x"));
    assert_eq!(desk.flying.len(), 2, "nothing new before the time that it named");
    desk.answer("PUT 3", with(200, "etag", "x"));
    desk.answer("PUT 4", with(200, "etag", "x"));
    assert!(desk.flying.is_empty());
    let Phase::Waiting { retry_at } = desk.machine.snapshot().phase else { panic!() };
    assert!(retry_at >= 5100.0);
    desk.time_passes();
    assert_eq!(desk.flying.len(), 3, "two, and one more for the round that went well");
}

#[test]
fn a_share_of_a_limit_for_all_is_kept() {
    let mut desk = Desk::begin(10 * MIB, s3(4));
    desk.tell(Event::Share(1));
    for part in ["PUT 1", "PUT 2", "PUT 3"] {
        desk.answer(part, with(200, "etag", "x"));
    }
    assert_eq!(desk.flying.len(), 1, "what is on its way goes on, and nothing comes on top");
    desk.tell(Event::Share(3));
    assert_eq!(desk.flying.len(), 3);
}

#[test]
fn urls_of_parts_that_have_run_out_are_signed_again() {
    let mut desk = Desk::begin(2 * MIB, s3(1));
    desk.answer("PUT 1", with(200, "etag", "a"));
    desk.answer("PUT 2", status(403));
    assert_eq!(desk.flying(), ["POST sign"]);
    assert_eq!(desk.flying[0].1.text.as_deref(), Some(r#"{"parts":[2]}"#));
    desk.answer("POST sign", body(r#"{"urls":["https://s3/fresh2"]}"#));
    assert_eq!(desk.flying(), [format!("PUT fresh2 {MIB}-{}", 2 * MIB)], "and the first part is kept");
}

#[test]
fn a_target_without_the_urls_that_it_takes_is_an_error() {
    let mut target = s3(1);
    let urls = target.multipart.as_mut().unwrap();
    urls.sign_url = None;
    urls.part_urls.truncate(1);
    let mut desk = Desk::begin(2 * MIB, target);
    desk.answer("PUT 1", with(200, "etag", "a"));
    assert_eq!(desk.machine.snapshot().error.unwrap().code(), "bad_target");
}

#[test]
fn another_page_asks_what_is_there_and_sends_the_rest() {
    let mut desk = Desk::begin(4 * MIB, s3(2));
    desk.answer("PUT 2", with(200, "etag", "b"));
    let memory = desk.memory();
    assert_eq!(memory.held, MIB);

    let mut desk = Desk::with(UploadMachine::restore(Options::default(), &memory).unwrap(), None);
    assert_eq!(desk.flying(), ["GET list"]);
    let list = "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>a</ETag><Size>1048576</Size></Part>\
        <Part><PartNumber>2</PartNumber><ETag>b</ETag><Size>1048576</Size></Part></ListPartsResult>";
    desk.answer("GET list", body(list));
    assert_eq!(desk.machine.snapshot().progress.acknowledged, 2 * MIB, "the first part had arrived unheard");
    assert_eq!(desk.flying().len(), 2);
    desk.answer("PUT 3", with(200, "etag", "c"));
    desk.answer("PUT 4", with(200, "etag", "d"));
    desk.answer("POST complete", body(COMPLETED));
    assert_eq!(desk.machine.snapshot().phase, Phase::Done);
}

#[test]
fn oracles_parts_are_remembered_since_no_one_can_ask_for_them() {
    let target = UploadTarget {
        min_chunk: MIB,
        max_chunk: MIB,
        ..UploadTarget::new(Protocol::OciMultipart, "https://oci/p/secret/film.mp4")
    };
    let mut desk = Desk::begin(2 * MIB, target);
    assert_eq!(desk.flying(), ["PUT film.mp4"]);
    desk.answer("PUT film.mp4", body(r#"{"accessUri":"/p/other/id/7/"}"#));
    desk.answer("PUT 1", status(200));
    let memory = desk.memory();
    let mut desk = Desk::with(UploadMachine::restore(Options::default(), &memory).unwrap(), None);
    assert_eq!(desk.flying(), [format!("PUT 2 {MIB}-{}", 2 * MIB)]);
    desk.answer("PUT 2", status(200));
    assert_eq!(desk.flying[0].1.url, "https://oci/p/other/id/7/");
    desk.answer("POST", status(200));
    assert_eq!(desk.machine.snapshot().phase, Phase::Done);
}

#[test]
fn lanes_of_tus_fill_side_by_side_and_are_joined() {
    let target = UploadTarget {
        create: true,
        parallel: 2,
        max_chunk: 4 * MIB,
        ..UploadTarget::new(Protocol::Tus, "https://tus/files")
    };
    let mut desk = Desk::begin(8 * MIB, target);
    let created = |place: &str, offset: u64| Reply {
        headers: vec![
            ("location".into(), format!("https://tus/files/{place}")),
            ("upload-offset".into(), offset.to_string()),
        ],
        ..status(201)
    };
    assert_eq!(desk.flying(), [format!("POST files 0-{MIB}"), format!("POST files {}-{}", 4 * MIB, 5 * MIB)]);
    desk.answer("POST files 0", created("a", MIB));
    desk.answer("POST files 4194304", created("b", 1000));
    assert_eq!(desk.flying()[0], format!("PATCH a {MIB}-{}", 2 * MIB));
    assert!(desk.flying()[1].starts_with(&format!("PATCH b {}-", 4 * MIB + 1000)), "{:?}", desk.flying());
    desk.tell(Event::Cancel);
    let farewells = desk.others.iter().filter_map(|effect| match effect {
        Effect::Farewell(request) => Some(format!("{} {}", request.method, request.url)),
        _ => None,
    });
    assert_eq!(farewells.collect::<Vec<_>>(), ["DELETE https://tus/files/a", "DELETE https://tus/files/b"]);
    assert_eq!(desk.others.last(), Some(&Effect::Discard));
}

#[test]
fn the_digest_of_the_next_chunk_is_computed_while_this_one_is_on_the_wire() {
    let target = UploadTarget {
        digest: Some(Digest::Sha256),
        min_chunk: MIB,
        chunk_multiple: MIB,
        ..UploadTarget::new(Protocol::Resumable, "https://gcs/u")
    };
    let mut desk = Desk::begin(12 * MIB, target);
    let prepared = |desk: &Desk| match desk.others.last() {
        Some(Effect::Prepare(bytes, Digest::Sha256)) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(prepared(&desk), MIB..2 * MIB);
    desk.answer("PUT u", with(308, "range", &format!("bytes=0-{}", MIB - 1)));
    assert_eq!(desk.flying(), [format!("PUT u {MIB}-{}", 2 * MIB)], "the chunk that the digest is of");
    assert_eq!(prepared(&desk), 2 * MIB..10 * MIB, "by now the rate is known");
    desk.answer("PUT u", with(308, "range", &format!("bytes=0-{}", 2 * MIB - 1)));
    assert_eq!(desk.flying(), [format!("PUT u {}-{}", 2 * MIB, 10 * MIB)]);
}

#[test]
fn a_bug_report_tells_the_story_and_no_secret() {
    let mut desk = Desk::begin(2 * MIB, s3(1));
    desk.answer("PUT 1", with(200, "etag", "secret-tag"));
    desk.answer("PUT 2", status(503));
    let report = desk.machine.log().text();
    for line in
        ["start", "target s3_multipart", "send 0-1048576", "200 0-1048576 in 100 ms", "http_error (503), again in"]
    {
        assert!(report.contains(line), "{line}\n{report}");
    }
    assert!(!report.contains("https:") && !report.contains("secret"), "{report}");
}

#[test]
fn what_is_done_or_given_up_is_not_remembered() {
    let mut desk = Desk::begin(MIB, s3(1));
    desk.answer("PUT 1", with(200, "etag", "a"));
    assert!(desk.machine.memory().is_some());
    desk.answer("POST complete", body(COMPLETED));
    assert_eq!(desk.machine.memory(), None);
    let mut desk = Desk::begin(MIB, s3(1));
    desk.tell(Event::Cancel);
    assert_eq!(desk.machine.memory(), None);
}

#[test]
fn an_upload_that_is_gone_when_all_are_joined_is_made_again_alone() {
    let target = UploadTarget {
        create: true,
        parallel: 2,
        max_chunk: MIB,
        ..UploadTarget::new(Protocol::Tus, "https://tus/files")
    };
    let mut desk = Desk::begin(2 * MIB, target.clone());
    let made = |url: &str| Reply {
        headers: vec![("location".into(), url.into()), ("upload-offset".into(), MIB.to_string())],
        ..status(201)
    };
    desk.answer("POST files", made("https://tus/files/a"));
    desk.answer("POST files", made("https://tus/files/b"));

    // The endpoint's answer does not say which of the two is gone, or whether it is itself.
    desk.answer("POST files", status(404));
    let Some(Effect::RequestTarget { id, fresh: true }) = desk.others.pop() else { panic!("{:?}", desk.others) };
    desk.tell(Event::Target(id, target));
    assert_eq!(desk.flying(), ["HEAD a", "HEAD b"]);
    desk.answer("HEAD a", with(200, "upload-offset", &MIB.to_string()));
    desk.answer("HEAD b", status(404));
    if desk.flying.is_empty() {
        desk.time_passes();
    }
    assert_eq!(desk.flying(), [format!("POST files {MIB}-{}", 2 * MIB)]);
    desk.answer("POST files", made("https://tus/files/c"));

    let joined = desk.flying[0].1.headers.iter().find(|(name, _)| name == "upload-concat").unwrap();
    assert_eq!(joined.1, "final;https://tus/files/a https://tus/files/c");
    desk.answer("POST files", status(201));
    assert_eq!(desk.machine.snapshot().phase, Phase::Done);
}
