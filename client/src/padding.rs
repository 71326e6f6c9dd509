//! How plaintexts are framed and padded: `head ‖ u32 length ‖ body ‖ zeros`.
//!
//! Sizes go up to 512, 1024, 2048, 4096 and from there by Padmé ("Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs", Nikitin et al., 2019, §4), which costs at most 12 % and leaks O(log log length) bits.

use zeroize::Zeroizing;

/// A plaintext that is not framed as this module frames it: wrong length, or something other than zeros behind the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("wrong length or padding")]
pub struct PaddingError;

const STEPS: [usize; 4] = [512, 1024, 2048, 4096];
const LENGTH: usize = size_of::<u32>();

/// The size to which `length` bytes are padded.
pub fn padded_len(length: usize) -> usize {
    match STEPS.into_iter().find(|step| length <= *step) {
        Some(step) => step,
        None => {
            let exponent = length.ilog2();
            let mantissa_bits = exponent.ilog2() + 1;
            length.next_multiple_of(1 << (exponent - mantissa_bits))
        }
    }
}

/// Frames and pads.
///
/// # Panics
///
/// If `body` has 4 GiB or more. Bodies are limited to [`protocol::limits`] long before.
pub fn frame(head: &[u8], body: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = u32::try_from(body.len()).expect("bodies are limited to kilobytes");
    // Room for all of it at once: a vector that grows would leave unwiped copies behind.
    let size = padded_len(head.len() + LENGTH + body.len());
    let mut framed = Zeroizing::new(Vec::with_capacity(size));
    framed.extend_from_slice(head);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(body);
    framed.resize(size, 0);
    framed
}

/// Takes apart what [`frame`] gave: the head of `head_len` bytes, and the body. Refuses every other frame of the same body.
pub fn unframe(framed: &[u8], head_len: usize) -> Result<(&[u8], &[u8]), PaddingError> {
    let (head, rest) = framed.split_at_checked(head_len).ok_or(PaddingError)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>().ok_or(PaddingError)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (body, zeros) = rest.split_at_checked(length).ok_or(PaddingError)?;
    let canonical = padded_len(head_len + LENGTH + length) == framed.len();
    if canonical && zeros.iter().all(|byte| *byte == 0) {
        Ok((head, body))
    } else {
        Err(PaddingError)
    }
}
