use proptest::prelude::*;

use super::*;

/// `{"alg":"RS256","typ":"JWT"}` . `{"sub":"abc","aud":"v","iat":1700000000,"exp":1700003600}` . a signature
const JWT: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhYmMiLCJhdWQiOiJ2IiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.c2lnbmF0dXJl";
/// `{"alg":"none"}` . `{ "exp" : 1700007200.5 }` . nothing
const OTHER: &str = "eyJhbGciOiJub25lIn0.eyAiZXhwIiA6IDE3MDAwMDcyMDAuNSB9.";

/// `{"alg":"RS256","kid":"K"}` . `{"sub":"film","kid":"K","exp":1700003600}` . a signature; then an hour later; then of
/// another film.
const FILM: [&str; 3] = [
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IksifQ.eyJzdWIiOiJmaWxtIiwia2lkIjoiSyIsImV4cCI6MTcwMDAwMzYwMH0.c2ln",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IksifQ.eyJzdWIiOiJmaWxtIiwia2lkIjoiSyIsImV4cCI6MTcwMDAwNzIwMH0.c2ln",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IksifQ.eyJzdWIiOiJvdGhlciIsImtpZCI6IksiLCJleHAiOjE3MDAwMDM2MDB9.c2ln",
];

#[test]
fn a_token_says_how_long_it_lives() {
    for (query, expected) in [
        (format!("token={JWT}"), Some((Some(1_700_000_000_000.0), 1_700_003_600_000.0))),
        (format!("a=b&auth={OTHER}&c=d#t=5"), Some((None, 1_700_007_200_000.0))),
        ("Expires=1700000000&Signature=x.y.z".to_owned(), Some((None, 1_700_000_000_000.0))),
        ("expires=3600".to_owned(), None),
        ("token=a.b".to_owned(), None),
        ("token=a.b.c".to_owned(), None),
        (format!("token={JWT}.more"), None),
        ("token=e30.e30.".to_owned(), None),
        ("v=1.2.3".to_owned(), None),
        (String::new(), None),
    ] {
        let life = life(&format!("https://cdn.example/master.m3u8?{query}"));
        assert_eq!(life.map(|life| (life.issued, life.expires)), expected, "{query}");
    }
}

#[test]
fn the_same_stream_may_come_with_another_token() {
    let url = |query: &str| format!("https://cdn.example/abc.m3u8{query}");
    for (one, other, same) in [
        ("", "", true),
        ("?token=1", "?token=2", true),
        (&format!("?p={JWT}"), &format!("?p={OTHER}"), true),
        ("?X-Amz-Date=1&X-Amz-Signature=2", "?X-Amz-Date=3&X-Amz-Signature=4", true),
        ("?id=1&token=1", "?id=1&token=2", true),
        ("?id=1&token=1", "?id=2&token=1", false),
        ("?token=1", "", false),
        ("?token=1", "?sig=1", false),
        ("?token=1#a", "?token=1#b", true),
    ] {
        assert_eq!(is_same_stream(&url(one), &url(other)), same, "{one} {other}");
    }
    assert!(!is_same_stream("https://a/x?token=1", "https://b/x?token=1"));
}

#[test]
fn a_token_in_the_path_names_the_stream_by_its_subject() {
    let [film, later, other] = FILM.map(|token| format!("https://c.example/{token}/manifest/video.m3u8"));
    assert!(is_same_stream(&film, &later), "only the token is another");
    assert!(!is_same_stream(&film, &other), "nothing but the token says that it is another film");
    assert!(!is_same_stream(&film, "https://c.example/film/manifest/video.m3u8"));
    assert!(!is_same_stream(&film, &later.replace("video", "other")));
    assert!(!is_same_stream(&film.replace(FILM[0], OTHER), &later.replace(FILM[1], OTHER.trim_end_matches('.'))));
    assert_eq!(life(&film).map(|life| life.expires), Some(1_700_003_600_000.0));
}

#[test]
fn further_requests_carry_the_newest_token_in_their_path() {
    let [film, later, _] = FILM.map(|token| format!("https://c.example/{token}/manifest/video.m3u8"));
    let mut tokens = Tokens::of(&film);
    assert!(tokens.renew(&later));

    let part = |token: &str| format!("https://c.example/{token}/manifest/1.m3u8?p=x");
    assert_eq!(tokens.rewrite(&part(FILM[0])), Some(part(FILM[1])));
    for other in [part(FILM[1]), part(FILM[2]), part("film"), film.replace("c.example", "d.example")] {
        assert_eq!(tokens.rewrite(&other), None, "{other}");
    }
}

#[test]
fn what_is_shown_of_a_url_has_no_token() {
    for (url, shown) in [
        ("https://cdn.example/a/b.vtt?token=x#t=1", "https://cdn.example/a/b.vtt"),
        ("/media/v/b.vtt?token=x", "/media/v/b.vtt"),
        (&format!("https://c.example/{OTHER}/a"), "https://c.example//a"),
        (&format!("https://c.example/{}/thumbnails/t.jpg?time=1s", FILM[0]), "https://c.example/film/thumbnails/t.jpg"),
    ] {
        assert_eq!(redacted(url), shown);
    }
}

#[test]
fn every_further_request_carries_the_newest_token() {
    let mut tokens = Tokens::of("https://cdn.example/abc.m3u8?token=one&lang=en");
    assert_eq!(tokens.rewrite("https://cdn.example/1.m4s?token=one"), None, "there is no other yet");
    assert!(tokens.renew("https://cdn.example/abc.m3u8?token=two&lang=en"));
    assert!(tokens.renew("https://cdn.example/abc.m3u8?token=three&lang=en"));
    assert!(!tokens.renew("https://cdn.example/abc.m3u8?token=three&lang=en"));

    for (url, expected) in [
        ("https://cdn.example/1.m4s?token=one", Some("https://cdn.example/1.m4s?token=three")),
        ("https://cdn.example/key?a&token=two&lang=de", Some("https://cdn.example/key?a&token=three&lang=de")),
        ("https://cdn.example/1.m4s?token=three", None),
        ("https://cdn.example/1.m4s?token=its-own", None),
        ("https://cdn.example/1.m4s?sig=one", None),
        ("https://cdn.example/1.m4s", None),
        ("https://else.example/1.m4s?token=one", None),
        ("https://cdn.example.evil/1.m4s?token=one", None),
    ] {
        assert_eq!(tokens.rewrite(url).as_deref(), expected, "{url}");
    }
}

#[test]
fn a_token_is_renewed_at_four_fifths_of_its_life_by_either_clock() {
    let life = life(&format!("https://cdn.example/?token={JWT}"));
    for now in [1_700_000_000_000.0, 0.0, 1_900_000_000_000.0] {
        let mut renewal = Renewal::new(1);
        assert_eq!(renewal.wait(now), None);
        renewal.learn(life, now);
        assert_eq!(renewal.wait(now), Some(0.8 * 3_600_000.0), "{now}");
        assert_eq!(renewal.wait(now + 3_500_000.0), Some(0.0), "after a sleep it is due at once");
    }
    let mut renewal = Renewal::new(1);
    renewal.learn(life, 1_700_001_800_000.0);
    assert_eq!(renewal.wait(1_700_001_800_000.0), Some(1_080_000.0), "half of its life was over when it came");
}

#[test]
fn one_question_at_a_time_and_later_ones_after_a_while() {
    let mut renewal = Renewal::new(1);
    renewal.learn(Some(Life { issued: None, expires: 100_000.0 }), 0.0);
    assert!(renewal.begin());
    assert!(!renewal.begin());
    assert_eq!(renewal.wait(90_000.0), None);
    for _ in 0..8 {
        renewal.end(false, 90_000.0);
        assert!(renewal.wait(90_000.0).unwrap() <= 30_000.0);
        assert!(renewal.begin());
    }
    renewal.end(false, 90_000.0);
    assert_eq!(renewal.wait(90_000.0), None, "the clock gives up");
    assert!(renewal.begin(), "a refusal still asks");
    renewal.end(true, 95_000.0);
    renewal.learn(Some(Life { issued: None, expires: 195_000.0 }), 95_000.0);
    assert_eq!(renewal.wait(95_000.0), Some(80_000.0));
}

#[test]
fn a_clock_that_is_wrong_does_not_ask_all_the_time() {
    let mut renewal = Renewal::new(1);
    renewal.learn(Some(Life { issued: None, expires: 1_000.0 }), 5_000.0);
    assert_eq!(renewal.wait(5_000.0), None, "over already: the server will say");
    renewal.learn(Some(Life { issued: None, expires: 5_001.0 }), 5_000.0);
    assert_eq!(renewal.wait(5_000.0), Some(SHORTEST));
}

proptest! {
    #[test]
    fn nothing_in_a_url_is_too_odd(url in "[ -~é]{0,80}", fresh in "(https://h/)?[a-z?&=.#%é/:]{0,40}", base in "(https://h/)?[a-z?&=.#%é/:]{0,40}") {
        let _ = life(&url);
        let _ = is_same_stream(&base, &fresh);
        prop_assert!(is_same_stream(&url, &url) && !redacted(&url).contains('?'));
        let mut tokens = Tokens::of(&base);
        tokens.renew(&fresh);
        if let Some(rewritten) = tokens.rewrite(&url) {
            prop_assert_ne!(&rewritten, &url);
            prop_assert_eq!(tokens.rewrite(&rewritten), None, "once is enough");
        }
    }

    #[test]
    fn what_was_made_with_any_former_token_comes_out_with_the_newest(values in prop::collection::vec("[a-z0-9]{1,4}", 2..6), pick in any::<prop::sample::Index>()) {
        let url = |value: &str| format!("https://h/x.m3u8?token={value}");
        let mut tokens = Tokens::of(&url(&values[0]));
        for value in &values[1..] {
            tokens.renew(&url(value));
        }
        let newest = values.last().unwrap();
        let segment = |value: &str| format!("https://h/1.m4s?n=1&token={value}");
        let old = segment(&values[pick.index(values.len())]);
        let rewritten = tokens.rewrite(&old).unwrap_or(old);
        prop_assert_eq!(rewritten, segment(newest));
    }
}
