//! What the person at the keyboard sees.

use std::io::Write;

/// A line on stdout. A closed pipe is no reason to fail the work itself.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
