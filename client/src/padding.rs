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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_the_steps_and_then_padme() {
        // From 4097 on as in the paper: E = ⌊log2 L⌋, S = ⌊log2 E⌋ + 1, the last E − S bits zero.
        for (length, size) in [
            (0, 512),
            (512, 512),
            (513, 1024),
            (1025, 2048),
            (2049, 4096),
            (4096, 4096),
            (4097, 4352),
            (4352, 4352),
            (4353, 4608),
            (8191, 8192),
            (8193, 8704),
            (65_605, 67_584),
            (1_000_000, 1_015_808),
        ] {
            assert_eq!(padded_len(length), size, "{length}");
        }
    }

    #[test]
    fn padding_costs_at_most_an_eighth_above_the_steps() {
        for length in (4097..200_000).step_by(97) {
            let size = padded_len(length);
            assert!(size >= length && size - length <= length / 8, "{length}");
            assert_eq!(padded_len(size), size);
        }
    }

    #[test]
    fn the_largest_body_fits_the_protocols_token() {
        let framed = frame(&[0; 65], &vec![b'x'; protocol::limits::BODY_BYTES]);
        let key = crate::token::FernetKey::new(&crate::secret::Secret32::new([1; 32]));
        assert!(protocol::entry::is_token(&key.seal(&framed)));
    }

    #[test]
    fn refuses_other_lengths_and_anything_but_zeros() {
        let framed = frame(&[1, 2], b"body");
        assert_eq!(unframe(&framed, 2), Ok((&[1, 2][..], &b"body"[..])));
        for length in 0..framed.len() {
            assert_eq!(unframe(&framed[..length], 2), Err(PaddingError));
        }
        let longer = [&framed[..], &[0; 512]].concat();
        assert_eq!(unframe(&longer, 2), Err(PaddingError));
        for place in 10..framed.len() {
            let mut dirty = framed.clone();
            dirty[place] = 1;
            assert_eq!(unframe(&dirty, 2), Err(PaddingError), "{place}");
        }
        let mut beyond = framed.clone();
        beyond[2..6].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(unframe(&beyond, 2), Err(PaddingError));
    }

    proptest! {
        #[test]
        fn round_trips(head in proptest::collection::vec(any::<u8>(), 0..70), body in proptest::collection::vec(any::<u8>(), 0..6000)) {
            let framed = frame(&head, &body);
            prop_assert_eq!(framed.len(), padded_len(head.len() + 4 + body.len()));
            prop_assert_eq!(unframe(&framed, head.len()), Ok((&head[..], &body[..])));
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_are_canonical(bytes in proptest::collection::vec(0u8..3, 0..1200), head in 0usize..70) {
            if let Ok((head, body)) = unframe(&bytes, head) {
                prop_assert_eq!(&**frame(head, body), &bytes[..]);
            }
        }
    }
}
