//! As much of TLS' records as it takes to know when to read them.

use std::borrow::Cow;

/// Of a record (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;
/// Of the bytes in a record; TLS 1.2 allows 2 KiB on top where they are
/// encrypted (RFC 5246, section 6.2.3).
const LONGEST: usize = (1 << 14) + 2048;
/// Of a message (RFC 8446, section 4): its type and three bytes of length.
const HEADER: usize = 4;

/// Whether there is all of the first handshake message, or something that is
/// none.
pub(super) fn are_worth_a_look(bytes: &[u8]) -> bool {
    let (mut rest, mut header, mut length) = (bytes, [0; HEADER], 0);
    while let Some((record, after)) = next(rest) {
        let Some(part) = record else { return true };
        let Some((part, after)) = after.split_at_checked(part) else { return false };
        let missing = header.len().saturating_sub(length).min(part.len());
        header[length.min(HEADER)..][..missing].copy_from_slice(&part[..missing]);
        length += part.len();
        let [_, high, middle, low] = header.map(usize::from);
        if length >= HEADER && length - HEADER >= (high << 16 | middle << 8 | low) {
            return true;
        }
        rest = after;
    }
    rest.first().is_some_and(|first| *first != HANDSHAKE)
}

/// The handshake messages in records that are whole.
pub(super) fn messages(mut bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut messages = Cow::Borrowed(&[][..]);
    while let Some((Some(length), after)) = next(bytes)
        && let Some((part, after)) = after.split_at_checked(length)
    {
        match messages.is_empty() {
            true => messages = Cow::Borrowed(part),
            false => messages.to_mut().extend_from_slice(part),
        }
        bytes = after;
    }
    messages
}

/// How long the first record is, where it is a fine one, and what follows its
/// header. `None` where there is no whole header.
fn next(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (&[content, major, _, high, low], after) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let is_fine = content == HANDSHAKE && major == 3 && (1..=LONGEST).contains(&length);
    Some((is_fine.then_some(length), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(message: &[u8], length: usize) -> Vec<u8> {
        let header = |part: &[u8]| [22, 3, 1, 0, part.len() as u8];
        message.chunks(length).flat_map(|part| [&header(part), part].concat()).collect()
    }

    #[test]
    fn a_message_is_worth_a_look_with_its_last_byte() {
        let message = [1, 0, 0, 5, 9, 9, 9, 9, 9];
        for length in 1..=message.len() {
            let bytes = records(&message, length);
            for end in 0..bytes.len() {
                assert!(!are_worth_a_look(&bytes[..end]), "{end} in records of {length}");
            }
            assert!(are_worth_a_look(&bytes));
            assert!(are_worth_a_look(&[&bytes[..], &[0; 9]].concat()));
        }
    }

    #[test]
    fn what_is_no_handshake_is_worth_a_look_at_once() {
        assert!(are_worth_a_look(b"G"));
        for bytes in
            [&[21, 3, 1, 0, 2], &[22, 2, 1, 0, 2], &[22, 3, 1, 0, 0], b"\x16\x03\x01\xff\xff"]
        {
            assert!(are_worth_a_look(bytes));
        }
        assert!(are_worth_a_look(&[&records(&[1, 0, 0, 5, 9], 5)[..], &[23]].concat()));
    }

    #[test]
    fn messages_are_put_together_from_records_that_are_whole() {
        let message = [1, 0, 0, 5, 9, 8, 7, 6, 5];
        for length in 1..=message.len() {
            let bytes = records(&message, length);
            assert_eq!(*messages(&bytes), message, "records of {length}");
            let last = message.len() - (message.len() - 1) % length - 1;
            assert_eq!(*messages(&bytes[..bytes.len() - 1]), message[..last]);
        }
    }

    #[test]
    fn a_message_of_no_bytes_is_whole() {
        assert!(are_worth_a_look(&records(&[1, 0, 0, 0], 2)));
    }
}
