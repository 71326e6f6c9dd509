//! Brotli and gzip forms of assets and pages, made once and then only sent.
//!
//! `precompress` writes the best forms beside the assets, as the last step of a build. The server takes such a file only if
//! it unpacks to exactly the asset, so a stale one can do no harm; where there is none, as after a build by hand, it makes a
//! quick form itself at start-up.

use axum::http::{HeaderMap, HeaderValue, header};
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The best that brotli has: about two seconds for each megabyte.
const BEST: Effort = Effort {
    brotli: 11,
    gzip: 9,
};
/// Within a tenth of the best in size, and thirty times as fast.
const QUICK: Effort = Effort { brotli: 5, gzip: 6 };

#[derive(Clone, Copy)]
struct Effort {
    brotli: i32,
    gzip: u32,
}

/// The same content in each form that a browser may ask for. A compressed form is kept only where it is smaller.
#[derive(Debug, Clone)]
pub struct Forms {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Forms {
    /// Content that compresses no further, such as pictures.
    pub fn plain(content: Vec<u8>) -> Self {
        Self {
            plain: content.into(),
            brotli: None,
            gzip: None,
        }
    }

    /// Compressed at once, quickly.
    pub fn quick(content: Vec<u8>) -> Self {
        let smaller = |form: Option<Vec<u8>>| {
            form.filter(|form| form.len() < content.len())
                .map(Bytes::from)
        };
        let brotli = smaller(brotli(&content, QUICK));
        let gzip = smaller(gzip(&content, QUICK));
        Self {
            plain: content.into(),
            brotli,
            gzip,
        }
    }

    /// The forms beside `file` if they are of this very content, else quick ones.
    pub fn beside(file: &Path, content: Vec<u8>) -> Self {
        match read_beside(file, &content) {
            Some((brotli, gzip)) => Self {
                plain: content.into(),
                brotli: Some(brotli.into()),
                gzip: Some(gzip.into()),
            },
            None => Self::quick(content),
        }
    }

    /// The smallest form that the request accepts, and its name for Content-Encoding.
    pub fn choose(&self, request: &HeaderMap) -> (Bytes, Option<HeaderValue>) {
        let accepted = request
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let accepts = |name: &str| accepted.split(',').any(|part| accepts(part, name));
        match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts("br") => {
                (brotli.clone(), Some(HeaderValue::from_static("br")))
            }
            (_, Some(gzip)) if accepts("gzip") => {
                (gzip.clone(), Some(HeaderValue::from_static("gzip")))
            }
            _ => (self.plain.clone(), None),
        }
    }
}

/// Writes the best forms of a file beside it.
pub fn write_beside(file: &Path, content: &[u8]) -> std::io::Result<()> {
    for (suffix, form) in [("br", brotli(content, BEST)), ("gz", gzip(content, BEST))] {
        if let Some(form) = form {
            std::fs::write(with_suffix(file, suffix), form)?;
        }
    }
    Ok(())
}

/// Brotli and gzip from beside a file, if both are there and unpack to exactly this content.
pub fn read_beside(file: &Path, content: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let brotli = std::fs::read(with_suffix(file, "br")).ok()?;
    let gzip = std::fs::read(with_suffix(file, "gz")).ok()?;
    let is_same = unpacks_to(brotli::Decompressor::new(&*brotli, 64 * 1024), content)
        && unpacks_to(GzDecoder::new(&*gzip), content);
    is_same.then_some((brotli, gzip))
}

/// Whether a file is one of those that [`write_beside`] makes.
pub fn is_compressed_form(file: &Path) -> bool {
    file.extension()
        .is_some_and(|end| end == "br" || end == "gz")
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// One part of Accept-Encoding, such as `br;q=0.8`; a quality of 0 means no.
fn accepts(part: &str, name: &str) -> bool {
    let mut words = part.split(';').map(str::trim);
    let is_named = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case(name));
    let quality = words
        .find_map(|word| word.strip_prefix("q="))
        .and_then(|quality| quality.parse::<f32>().ok());
    is_named && quality != Some(0.0)
}

fn brotli(content: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: effort.brotli,
        lgwin: 22,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut out, &parameters)
        .ok()
        .map(|_| out)
}

fn gzip(content: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(effort.gzip));
    encoder
        .write_all(content)
        .and_then(|()| encoder.finish())
        .ok()
}

/// Reads one byte more than expected at most: that is enough to see that it is something else.
fn unpacks_to(reader: impl Read, content: &[u8]) -> bool {
    let mut out = Vec::with_capacity(content.len() + 1);
    let limit = u64::try_from(content.len())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    reader.take(limit).read_to_end(&mut out).is_ok() && out == content
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(accepted: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))])
    }

    fn chosen(forms: &Forms, accepted: &'static str) -> Option<HeaderValue> {
        forms.choose(&asking(accepted)).1
    }

    #[test]
    fn gives_each_browser_the_smallest_form_that_it_takes() {
        let forms = Forms::quick(b"all work and no play ".repeat(100));
        assert_eq!(chosen(&forms, "gzip, deflate, br, zstd").unwrap(), "br");
        assert_eq!(chosen(&forms, "gzip;q=0.8").unwrap(), "gzip");
        assert_eq!(chosen(&forms, "br;q=0, gzip").unwrap(), "gzip");
        assert_eq!(chosen(&forms, "identity"), None);
        assert_eq!(forms.choose(&HeaderMap::new()), (forms.plain.clone(), None));
    }

    #[test]
    fn sends_content_as_it_is_where_compression_would_only_add() {
        assert_eq!(chosen(&Forms::quick(b"x".to_vec()), "br, gzip"), None);
    }

    #[test]
    fn takes_the_form_beside_a_file_only_if_it_is_of_the_same_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.js");
        let old = b"let a = 1; ".repeat(50);
        write_beside(&file, &old).unwrap();
        let best = std::fs::read(folder.path().join("a.js.br")).unwrap();
        assert_eq!(Forms::beside(&file, old).choose(&asking("br")).0, best);

        let new = b"let a = 2; ".repeat(50);
        let (form, _) = Forms::beside(&file, new.clone()).choose(&asking("br"));
        assert!(unpacks_to(brotli::Decompressor::new(&*form, 4096), &new));
    }
}
