//! Where to go on after an event that is not JSON.

/// The end of what is given up when the outermost value at `start` is broken; `None` where more bytes are needed.
///
/// A broken object may be a line that was cut short, or one spread over lines: it goes on to the end of the line before
/// the next one that starts with a bracket. Anything else ends with its line.
pub(super) fn after_outermost(bytes: &[u8], start: usize, complete: bool) -> Option<usize> {
    let spread = bytes[start] == b'{';
    let mut from = start;
    loop {
        let Some(newline) = memchr::memchr(b'\n', &bytes[from..]).map(|at| from + at) else {
            return complete.then_some(bytes.len());
        };
        match bytes.get(newline + 1) {
            _ if !spread => return Some(newline),
            Some(b'{' | b'[') => return Some(newline),
            None if !complete => return None,
            _ => from = newline + 1,
        }
    }
}

/// The position of the comma or bracket that ends the broken element at `start` of an array; `None` where the bytes
/// hold none.
pub(super) fn after_element(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = closing_quote(bytes, at + 1)?,
            b'[' | b'{' => depth += 1,
            b',' | b']' | b'}' if depth == 0 => return Some(at),
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_broken_outermost_values() {
        let text = b"{\"a\":\n{\"b\":1}\n{\n  \"c\"\n}\nnot this\n";
        assert_eq!(after_outermost(text, 0, false), Some(5));
        assert_eq!(after_outermost(text, 14, false), None);
        assert_eq!(after_outermost(text, 14, true), Some(text.len()));
        assert_eq!(after_outermost(text, 24, false), Some(32));
    }

    #[test]
    fn commas_and_brackets_end_broken_elements() {
        assert_eq!(after_element(b"{\"a\":nope,[1,2],\"b,\\\"}\"},{}", 0), Some(24));
        assert_eq!(after_element(b"nope]", 0), Some(4));
        assert_eq!(after_element(b"{\"a\":1", 0), None);
        assert_eq!(after_element(b"\"a\\", 0), None);
    }
}
