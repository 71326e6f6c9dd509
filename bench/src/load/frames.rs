//! WebSocket frames, as much of RFC 6455 as a client of known servers needs.

const FIN_TEXT: u8 = 0x81;
const FIN_PONG: u8 = 0x8a;
const MASKED: u8 = 0x80;

/// What a server's frame is.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Text, or a part of it.
    Text(&'a [u8]),
    /// To be answered with the same.
    Ping(&'a [u8]),
    /// The server closes.
    Close,
    /// Of no interest.
    Other,
}

/// A client's frame. Clients must mask; the mask of four zero bytes leaves the text as it is and costs nothing.
pub fn masked(text: &[u8], into: &mut Vec<u8>) {
    write(FIN_TEXT, text, into);
}

/// The answer to a ping.
pub fn pong(payload: &[u8], into: &mut Vec<u8>) {
    write(FIN_PONG, payload, into);
}

fn write(first: u8, payload: &[u8], into: &mut Vec<u8>) {
    into.push(first);
    match payload.len() {
        short @ ..126 => into.push(MASKED | short as u8),
        middle @ ..65_536 => {
            into.push(MASKED | 126);
            into.extend((middle as u16).to_be_bytes());
        }
        long => {
            into.push(MASKED | 127);
            into.extend((long as u64).to_be_bytes());
        }
    }
    into.extend([0; 4]);
    into.extend(payload);
}

/// The first frame of what a server sent, and how many bytes it takes; none while it is not whole.
pub fn first(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (kind, rest) = (*bytes.first()?, bytes.get(1..)?);
    let (header, length) = match *rest.first()? {
        126 => (
            4,
            u16::from_be_bytes(rest.get(1..3)?.try_into().ok()?) as usize,
        ),
        127 => (
            10,
            u64::from_be_bytes(rest.get(1..9)?.try_into().ok()?) as usize,
        ),
        short => (2, short as usize),
    };
    let end = header + length;
    let payload = bytes.get(header..end)?;
    let frame = match kind & 0x0f {
        0..=2 => Frame::Text(payload),
        8 => Frame::Close,
        9 => Frame::Ping(payload),
        _ => Frame::Other,
    };
    Some((frame, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_frames_of_all_lengths_and_waits_for_the_rest() {
        for (length, header) in [
            (5, vec![5]),
            (300, vec![126, 1, 44]),
            (70_000, vec![127, 0, 0, 0, 0, 0, 1, 17, 112]),
        ] {
            let text = vec![b'x'; length];
            let bytes = [&[FIN_TEXT][..], &header, &text, b"next"].concat();
            let whole = bytes.len() - 4;
            assert_eq!(first(&bytes), Some((Frame::Text(&text), whole)));
            for cut in [0, 1, header.len(), whole - 1] {
                assert_eq!(first(&bytes[..cut]), None);
            }
        }
    }

    #[test]
    fn masks_with_a_mask_that_changes_nothing() {
        let mut written = Vec::new();
        masked(b"hello", &mut written);
        pong(b"", &mut written);
        assert_eq!(written, b"\x81\x85\0\0\0\0hello\x8a\x80\0\0\0\0");
    }
}
