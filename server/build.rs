//! Rebuilds the binary when what it embeds changes: the migrations always, the front-end where it is embedded.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    // A debug build reads the front-end from the disk at run time, so it need not be built again for it.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed=../dist");
    }
}
