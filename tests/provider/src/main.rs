//! The provider as a program: `reelway-fault-provider [port] [folders of pages]`. It names its URL on standard output.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};
use reelway_fault_provider::Provider;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let port = arguments.next().map_or(Ok(0), |port| port.parse()).context("the first argument is a port")?;
    let provider = Provider::start_on(port, arguments.map(PathBuf::from).collect()).await?;
    println!("{}", provider.url());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
