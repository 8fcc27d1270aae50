//! Serves one emulator on loopback, names its URLs as JSON in one line, and runs until its input ends.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Result;
use clap::{Parser, ValueEnum};
use reelway_emulators::{Film, cloudflare, mux, oci};
use serde_json::json;

/// Serves one emulator on loopback.
#[derive(Parser)]
struct Args {
    /// Whose.
    vendor: Vendor,
    /// The folder of an HLS package that plays, with `master.m3u8` in it. It is made there, if it is missing.
    #[arg(long)]
    film: Option<PathBuf>,
    /// Seconds that processing takes.
    #[arg(long, default_value_t = 0.0)]
    processing: f64,
    /// Refuse requests that come too often, as Mux does.
    #[arg(long)]
    rate_limits: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Vendor {
    Mux,
    Cloudflare,
    Oci,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let folder = args.film.unwrap_or_else(|| std::env::temp_dir().join("reelway-emulator-film"));
    let film = Arc::new(Film::made(&folder)?);
    let processing = Duration::try_from_secs_f64(args.processing)?;
    match args.vendor {
        Vendor::Mux => {
            let setup = mux::Setup { processing, rate_limits: args.rate_limits, ..mux::Setup::new(film) };
            let mux = mux::Mux::start(setup).await?;
            let setup = mux.setup();
            println!(
                "{}",
                json!({ "hosts": mux.hosts(), "token_id": setup.token_id, "token_secret": setup.token_secret })
            );
            until_input_ends().await
        }
        Vendor::Cloudflare => {
            let setup = cloudflare::Setup { processing, ..cloudflare::Setup::new(film) };
            let cloudflare = cloudflare::Cloudflare::start(setup).await?;
            let setup = cloudflare.setup();
            println!("{}", json!({ "hosts": cloudflare.hosts(), "account": setup.account, "token": setup.token }));
            until_input_ends().await
        }
        Vendor::Oci => {
            let setup = oci::Setup { processing, ..oci::Setup::new(film) };
            let oci = oci::Oci::start(setup).await?;
            let setup = oci.setup();
            println!(
                "{}",
                json!({
                    "hosts": oci.hosts(), "tenancy": setup.tenancy, "user": setup.user, "namespace": setup.namespace,
                    "buckets": setup.buckets, "fingerprint": oci.fingerprint()?, "key": oci.key_pem()?,
                })
            );
            until_input_ends().await
        }
    }
}

/// Whoever started this holds the other end, and lets go of it by ending.
async fn until_input_ends() -> Result<()> {
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await??;
    Ok(())
}
