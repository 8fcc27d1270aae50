//! Mux' SDKs for Node and Python.

use anyhow::Result;
use reelway_emulators::mux::{Mux, Setup};
use serde_json::{Value, json};

use crate::sdk::{film, node, python};

async fn start(rate_limits: bool) -> Result<(Mux, Value)> {
    let mux = Mux::start(Setup { rate_limits, ..Setup::new(film()?) }).await?;
    let setup = mux.setup();
    let told = json!({ "hosts": mux.hosts(), "token_id": setup.token_id, "token_secret": setup.token_secret });
    Ok((mux, told))
}

/// A test for each chapter of a script.
macro_rules! chapters {
    ($language:ident, $script:literal: $($name:ident = $chapter:literal),+ $(,)?) => {
        mod $language {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() -> anyhow::Result<()> {
                    let (_mux, told) = super::start(stringify!($name) == "rate_limits").await?;
                    super::$language($script, $chapter, &told).await
                }
            )+
        }
    };
}

chapters!(node, "mux.mjs":
    uploads = "uploads",
    assets = "assets",
    failures = "failures",
    pagination = "pagination",
    errors = "errors",
    rate_limits = "rateLimits",
    tokens = "tokens",
    webhooks = "webhooks",
    restrictions = "restrictions",
);

chapters!(python, "mux.py":
    uploads = "uploads",
    assets = "assets",
    failures = "failures",
    signing_keys = "signing_keys",
    errors = "errors",
);
