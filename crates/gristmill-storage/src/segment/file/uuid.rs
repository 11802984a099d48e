//! Texts that are UUIDs, as 16 bytes each.

/// Bytes of a UUID.
pub(super) const BYTES: usize = 16;
/// Bytes of its text.
pub(super) const TEXT: usize = 36;
/// Where the hyphens stand in the text.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The bytes of a UUID written in lower case with hyphens: only such a text can be made again from the bytes. Bytes
/// sort as the texts do.
pub(super) fn parse(text: &[u8]) -> Option<[u8; BYTES]> {
    let text: &[u8; TEXT] = text.try_into().ok()?;
    let mut bytes = [0; BYTES];
    let mut at = 0;
    for byte in &mut bytes {
        if HYPHENS.contains(&at) {
            if text[at] != b'-' {
                return None;
            }
            at += 1;
        }
        *byte = digit(text[at])? << 4 | digit(text[at + 1])?;
        at += 2;
    }
    Some(bytes)
}

/// Appends the text of a UUID.
pub(super) fn push_text(uuid: &[u8; BYTES], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; TEXT];
    let mut at = 0;
    for byte in uuid {
        at += usize::from(HYPHENS.contains(&at));
        text[at] = DIGITS[usize::from(byte >> 4)];
        text[at + 1] = DIGITS[usize::from(byte & 15)];
        at += 2;
    }
    out.extend_from_slice(&text);
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_uuid_comes_back_and_sorts_as_its_text(one: [u8; BYTES], other: [u8; BYTES]) {
            let text = |uuid| {
                let mut text = Vec::new();
                push_text(uuid, &mut text);
                text
            };
            prop_assert_eq!(parse(&text(&one)), Some(one));
            prop_assert_eq!(text(&one).cmp(&text(&other)), one.cmp(&other));
        }
    }

    #[test]
    fn only_the_canonical_text_is_taken() {
        let text = "01234567-89ab-4cde-8f01-23456789abcd";
        let found = parse(text.as_bytes()).unwrap();
        assert_eq!(found[..5], [0x01, 0x23, 0x45, 0x67, 0x89]);
        let upper = text.to_uppercase();
        let (short, long) = (&text[1..], format!("{text}0"));
        let moved = "0123456-789ab-4cde-8f01-23456789abcd";
        for other in ["", &upper, short, &long, moved, &text.replace('-', "0"), &text.replace('a', "g")] {
            assert_eq!(parse(other.as_bytes()), None, "{other}");
        }
    }
}
