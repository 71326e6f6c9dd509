//! A QR code as one SVG path.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// Light modules around the code, which scanners need (ISO/IEC 18004: four).
const QUIET_ZONE: usize = 4;

/// The picture of a text: its side in modules, quiet zone included, and its dark modules as path data, one bar for each
/// horizontal run. None for text beyond what a QR code holds.
fn picture(text: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, length) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                // Writing to a String does not fail.
                let _ = write!(path, "M{left} {top}h{length}v1h-{length}z");
            }
            x += run.len();
        }
    }
    Some((width + 2 * QUIET_ZONE, path))
}

/// The QR code of `text`, or nothing where it is too long for one.
#[component]
pub fn Qr(text: String, label: &'static str) -> impl IntoView {
    picture(&text).map(|(side, path)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges" role="img" aria-label=label>
                <path d=path></path>
            </svg>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{QUIET_ZONE, picture};

    #[test]
    fn draws_the_finder_pattern_in_the_corner_behind_the_quiet_zone() {
        let (side, path) = picture("https://chat.example/join#key").unwrap();
        assert_eq!((side - 2 * QUIET_ZONE) % 4, 1, "side {side}");
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }

    #[test]
    fn gives_nothing_for_text_beyond_a_qr_code() {
        assert!(picture(&"x".repeat(5_000)).is_none());
    }
}
