use std::time::{Duration, Instant};

use anyhow::Result;
use reelway_fault_provider::{Fault, Kind, Protocol, Random, Renewal, Setup, Step};

use crate::client::{Dialogue, header};

/// A session whose first chunk has this fault.
async fn with(fault: Fault) -> Result<Dialogue> {
    Dialogue::begin(Setup {
        quantum: 10,
        script: vec![Step::once(Kind::Data, 1, fault)],
        ..Setup::new(Protocol::Resumable, 40)
    })
    .await
}

#[tokio::test]
async fn resets_differ_in_what_is_kept() -> Result<()> {
    for (fault, held) in [(Fault::ResetBefore, 0), (Fault::ResetAt { bytes: 13 }, 10), (Fault::ResetAfter, 20)] {
        let talk = with(fault.clone()).await?;

        let answer = talk.chunk(0, 20).await;

        assert!(answer.is_err(), "{fault:?}");
        assert_eq!(talk.session.held(), held, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_status_comes_before_or_after_the_bytes_are_kept() -> Result<()> {
    for (fault, held) in [
        (Fault::Status { status: 429, retry_after: Some(2) }, 0),
        (Fault::StatusAfter { status: 429, retry_after: Some(2) }, 20),
    ] {
        let talk = with(fault).await?;

        let answer = talk.chunk(0, 20).await?;

        assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")?), (429, "2"));
        assert_eq!(talk.session.held(), held);
    }
    Ok(())
}

#[tokio::test]
async fn answers_that_do_not_prove_what_they_should() -> Result<()> {
    for (fault, status, range, exposed) in [
        (Fault::Keep { bytes: 3 }, 308, Some("bytes=0-2"), true),
        (Fault::NoProof, 308, None, true),
        (Fault::HiddenProof, 308, Some("bytes=0-19"), false),
        (Fault::Boast { bytes: 5 }, 308, Some("bytes=0-24"), true),
        (Fault::FalseSuccess, 200, None, true),
        (Fault::NotYet { proof: true }, 308, Some("bytes=0-19"), true),
        (Fault::NotYet { proof: false }, 308, None, true),
    ] {
        let talk = with(fault.clone()).await?;

        let answer = talk.chunk(0, 20).await?;

        let is_exposed = header(&answer, "access-control-expose-headers")?.contains("Range");
        let seen = (answer.status().as_u16(), header(&answer, "range").ok(), is_exposed);
        assert_eq!(seen, (status, range, exposed), "{fault:?}");
        assert!(!talk.session.report().final_given);
    }
    Ok(())
}

#[tokio::test]
async fn bytes_that_were_acknowledged_can_be_lost() -> Result<()> {
    let script = vec![Step::once(Kind::Query, 1, Fault::Lose { bytes: 15 })];
    let talk = Dialogue::begin(Setup { script, ..Setup::new(Protocol::Resumable, 40) }).await?;

    talk.chunk(0, 20).await?;
    let status = talk.query().await?;

    assert_eq!(header(&status, "range")?, "bytes=0-4");
    Ok(())
}

#[tokio::test]
async fn stalled_and_late_requests() -> Result<()> {
    for (fault, held_at_once, held_later) in [
        (Fault::Stall, 0, 0),
        (Fault::StallAt { bytes: 12 }, 10, 10),
        (Fault::StallAfter, 20, 20),
        (Fault::AnswerLate { after: 300 }, 20, 20),
        (Fault::DoneLate { after: 300 }, 0, 20),
    ] {
        let talk = with(fault.clone()).await?;

        let answer = tokio::time::timeout(Duration::from_millis(100), talk.chunk(0, 20)).await;

        assert!(answer.is_err(), "{fault:?}");
        assert_eq!(talk.session.held(), held_at_once, "{fault:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(talk.session.held(), held_later, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_ends_early_or_comes_slowly() -> Result<()> {
    let talk = with(Fault::Truncated).await?;
    assert!(talk.chunk(0, 20).await?.bytes().await.is_err());

    let talk = with(Fault::Trickle { over: 200 }).await?;
    let started = Instant::now();
    talk.chunk(0, 20).await?.bytes().await?;
    assert!(started.elapsed() >= Duration::from_millis(200));
    Ok(())
}

#[tokio::test]
async fn a_target_that_ran_out_is_renewed_with_or_without_what_was_held() -> Result<()> {
    for (renewal, held) in [(Renewal::Same, 20), (Renewal::New, 0)] {
        let script = vec![Step::once(Kind::Data, 2, Fault::Expire { status: 410 })];
        let mut talk = Dialogue::begin(Setup { script, renewal, ..Setup::new(Protocol::Resumable, 40) }).await?;
        talk.chunk(0, 20).await?;

        assert_eq!(talk.chunk(20, 40).await?.status().as_u16(), 410);
        assert_eq!(talk.query().await?.status().as_u16(), 410, "every URL of it");
        talk.target = talk.fresh_target().await?;
        assert_eq!(talk.query().await?.status().as_u16(), 308);
        assert_eq!(talk.session.held(), held);
    }
    Ok(())
}

#[tokio::test]
async fn the_same_seed_brings_the_same_faults() -> Result<()> {
    let random = |seed| Random { seed, percent: 40, at_most: 8 };
    let faults =
        |seed| (1..=100).map(|nth| random(seed).draw(Protocol::Resumable, Kind::Data, nth, 20)).collect::<Vec<_>>();

    assert_eq!(faults(1), faults(1));
    assert_ne!(faults(1), faults(2));
    assert!((20..60).contains(&faults(1).iter().flatten().count()));
    Ok(())
}

#[tokio::test]
async fn the_log_says_what_happened() -> Result<()> {
    let talk = with(Fault::Keep { bytes: 3 }).await?;

    talk.chunk(0, 20).await?;
    talk.query().await?;

    let log = talk.session.report().log;
    let told: Vec<_> =
        log.iter().map(|entry| (entry.kind, entry.nth, entry.range.as_str(), entry.body, entry.kept)).collect();
    assert_eq!(
        told,
        [(Kind::Target, 1, "", 0, 0), (Kind::Data, 1, "bytes 0-19/40", 20, 3), (Kind::Query, 1, "bytes */40", 0, 0),]
    );
    assert_eq!(log[1].fault, Some(Fault::Keep { bytes: 3 }));
    Ok(())
}
