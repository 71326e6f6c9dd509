//! Writes the seeds of `fuzz/corpus` anew, after a format changed: real values, which must be taken (`good-…`), and broken ones, which
//! must be refused (`bad-…`). What a fuzzer found, and the conversation
//! that `testbench/examples/conversation.rs` recorded, stay as they are.

mod api;
mod bytes;
mod frames;
mod signed;

use std::{fs, io, path::Path};

/// A target's name, a file's name, and what stands in the file.
type Seed = (&'static str, String, Vec<u8>);

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (target, name, data) in [
        frames::seeds(),
        api::seeds(),
        signed::seeds(),
        bytes::seeds(),
    ]
    .concat()
    {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), data)?;
    }
    Ok(())
}

/// As JSON.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a value of the protocol can be written")
}

/// With a part of the text exchanged.
fn with(data: &[u8], part: &str, other: &str) -> Vec<u8> {
    let text = str::from_utf8(data).expect("a text");
    assert!(text.contains(part), "{part} does not stand in {text}");
    text.replace(part, other).into_bytes()
}
