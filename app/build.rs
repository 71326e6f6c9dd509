//! Sets `cfg(split)` where the browser's code is made in two pieces: `cargo leptos build --split` says so by this flag.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(split)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_browser = std::env::var_os("CARGO_FEATURE_BROWSER").is_some();
    if is_browser && flags.contains("--emit-relocs") {
        println!("cargo::rustc-cfg=split");
    }
}
