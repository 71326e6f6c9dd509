//! What xtask tells the person who waits. Everything goes to stdout, flushed, so that it stays in order with the
//! output of the commands between.

use std::io::Write;

/// One line of progress.
pub fn step(line: &str) {
    write_line("→", line);
}

/// A stage that is over, and how long it took.
pub fn done(line: &str) {
    write_line("✓", line);
}

/// The reason why xtask stops.
pub fn failure(line: &str) {
    write_line("✗", line);
}

/// What another program said, as it is.
pub fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn write_line(mark: &str, line: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe (`cargo xtask … | head`) is no reason to fail the work itself.
    let _ = writeln!(out, "{mark} {line}").and_then(|()| out.flush());
}
