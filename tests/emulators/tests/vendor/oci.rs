//! Oracle's SDK for Python, and its command line.

use reelway_emulators::oci::{Oci, Setup};
use serde_json::json;

use crate::sdk::{film, python};

async fn run(script: &str, chapter: &str) -> anyhow::Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let setup = oci.setup();
    let told = json!({
        "hosts": oci.hosts(), "tenancy": setup.tenancy, "user": setup.user, "fingerprint": oci.fingerprint()?,
        "key": oci.key_pem()?,
    });
    python(script, chapter, &told).await
}

macro_rules! chapters {
    ($module:ident, $script:literal: $($name:ident),+ $(,)?) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() -> anyhow::Result<()> {
                    super::run($script, stringify!($name)).await
                }
            )+
        }
    };
}

chapters!(sdk, "oci.py":
    objects, multipart, preauthenticated, jobs, streams, retries, strangers, instance, notifications,
);
chapters!(cli, "oci_cli.py": objects, media);
