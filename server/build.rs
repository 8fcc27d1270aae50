//! Tells where the front-end lies, and rebuilds the binary when what it embeds changes.

use std::{env, error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    let manifest = env::var("CARGO_MANIFEST_DIR")?;
    let workspace = Path::new(&manifest).parent().ok_or("the server is a folder of the workspace")?;
    println!("cargo:rustc-env=REELWAY_DIST={}", workspace.join("dist").display());
    // A debug build reads the front-end from the disk at run time, so it need not be built again for it.
    if env::var("PROFILE")? == "release" {
        println!("cargo:rerun-if-changed=../dist");
    }
    Ok(())
}
