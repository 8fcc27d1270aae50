//! Cloudflare's SDK for Node, with tus-js-client, which its documentation names.

use reelway_emulators::cloudflare::{Cloudflare, Setup};
use serde_json::json;

use crate::sdk::{film, node};

async fn run(chapter: &str) -> anyhow::Result<()> {
    let cloudflare = Cloudflare::start(Setup::new(film()?)).await?;
    let setup = cloudflare.setup();
    let told = json!({ "hosts": cloudflare.hosts(), "account": setup.account, "token": setup.token });
    node("cloudflare.mjs", chapter, &told).await
}

macro_rules! chapters {
    ($($name:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() -> anyhow::Result<()> {
                run(stringify!($name)).await
            }
        )+
    };
}

chapters!(uploads, resumes, videos, errors, tokens, webhooks);
