//! JSON text into tokens, without a copy and without recursion.
//!
//! The grammar is RFC 8259's. Texts are not checked to be UTF-8 here, and `\u` escapes not to be whole surrogate
//! pairs: both is done where a text is used.

/// A scanner over bytes that may not be all there yet.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    /// The next byte to look at.
    pub at: usize,
}

/// Why a scan ended before what it was to scan did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// All is right as far as the bytes go.
    Incomplete,
    /// Not JSON.
    Syntax {
        /// Position of the byte.
        at: usize,
        /// What would be right there.
        expected: &'static str,
    },
}

/// A value, or a key: where it lies, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// The first byte; of a text the one after the quote.
    pub start: usize,
    /// The byte after the last one; of a text the quote.
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Null,
    Bool,
    Number,
    /// A text that stands as it is.
    Plain,
    /// A text with escapes.
    Escaped,
    /// A text that had escapes; it lies with the others that had, and no more in the JSON text.
    Unescaped,
    Array,
    Object,
}

impl TokenKind {
    /// The word for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Plain | Self::Escaped | Self::Unescaped => "a text",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// What an array or object that is being scanned waits for.
#[derive(Clone, Copy)]
enum Awaited {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The byte at hand.
    pub(super) fn peek(&self) -> Result<u8, Stop> {
        self.bytes.get(self.at).copied().ok_or(Stop::Incomplete)
    }

    pub(super) fn whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// Goes past this byte and the whitespace around it.
    pub(super) fn punctuation(&mut self, byte: u8, expected: &'static str) -> Result<(), Stop> {
        self.whitespace();
        if self.peek()? != byte {
            return Err(self.syntax(expected));
        }
        self.at += 1;
        self.whitespace();
        Ok(())
    }

    pub(super) fn syntax(&self, expected: &'static str) -> Stop {
        Stop::Syntax { at: self.at, expected }
    }

    /// Goes past any value. The texts and numbers within arrays and objects are checked but not told.
    pub(super) fn value(&mut self) -> Result<Token, Stop> {
        let start = self.at;
        let kind = match self.peek()? {
            b'"' => return self.text(),
            b'[' => {
                self.nested()?;
                TokenKind::Array
            }
            b'{' => {
                self.nested()?;
                TokenKind::Object
            }
            b'n' => self.literal("null", TokenKind::Null)?,
            b't' => self.literal("true", TokenKind::Bool)?,
            b'f' => self.literal("false", TokenKind::Bool)?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return Err(self.syntax("a JSON value")),
        };
        Ok(Token { kind, start, end: self.at })
    }

    /// Goes past a text, from its opening to its closing quote.
    pub(super) fn text(&mut self) -> Result<Token, Stop> {
        if self.peek()? != b'"' {
            return Err(self.syntax("a text in double quotes"));
        }
        self.at += 1;
        let start = self.at;
        let mut kind = TokenKind::Plain;
        loop {
            self.at = plain_end(self.bytes, self.at);
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    kind = TokenKind::Escaped;
                    self.escape()?;
                }
                _ => return Err(self.syntax("no control character in a text: escape it")),
            }
        }
        let end = self.at;
        self.at += 1;
        Ok(Token { kind, start, end })
    }

    fn escape(&mut self) -> Result<(), Stop> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return Err(self.syntax("four hexadecimal digits after \\u"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.syntax("an escape that JSON knows")),
        }
        Ok(())
    }

    fn literal(&mut self, word: &'static str, kind: TokenKind) -> Result<TokenKind, Stop> {
        for byte in word.bytes() {
            if self.peek()? != byte {
                return Err(self.syntax("a JSON value"));
            }
            self.at += 1;
        }
        Ok(kind)
    }

    fn number(&mut self) -> Result<TokenKind, Stop> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if let b'e' | b'E' = self.peek()? {
            self.at += 1;
            if let b'+' | b'-' = self.peek()? {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(TokenKind::Number)
    }

    fn digits(&mut self) -> Result<(), Stop> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.syntax("a digit"));
        }
        while self.peek()?.is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    /// Goes past an array or object, however deep: what is open is kept on the heap.
    fn nested(&mut self) -> Result<(), Stop> {
        let mut closing = Vec::new();
        let mut awaited = Awaited::Value;
        loop {
            self.whitespace();
            let byte = self.peek()?;
            let ends = closing.last() == Some(&byte);
            awaited = match (awaited, byte) {
                (Awaited::Value | Awaited::ValueOrEnd, b'[') => {
                    self.at += 1;
                    closing.push(b']');
                    Awaited::ValueOrEnd
                }
                (Awaited::Value | Awaited::ValueOrEnd, b'{') => {
                    self.at += 1;
                    closing.push(b'}');
                    Awaited::KeyOrEnd
                }
                (Awaited::ValueOrEnd | Awaited::KeyOrEnd | Awaited::CommaOrEnd, _) if ends => {
                    self.at += 1;
                    closing.pop();
                    if closing.is_empty() {
                        return Ok(());
                    }
                    Awaited::CommaOrEnd
                }
                (Awaited::CommaOrEnd, b',') => {
                    self.at += 1;
                    if closing.last() == Some(&b'}') { Awaited::Key } else { Awaited::Value }
                }
                (Awaited::CommaOrEnd, _) => return Err(self.syntax("a comma or the closing bracket")),
                (Awaited::Key | Awaited::KeyOrEnd, _) => {
                    self.text()?;
                    self.punctuation(b':', "a colon")?;
                    Awaited::Value
                }
                (Awaited::Value | Awaited::ValueOrEnd, _) => {
                    self.value()?;
                    Awaited::CommaOrEnd
                }
            };
        }
    }
}

/// The first position from `at` on of a quote, a backslash or a control character; the length where there is none.
///
/// Eight bytes a step: a byte's high bit in `found` is set where it is one of them. Carries can set it for bytes
/// after the first of them only, and only the first counts.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    while let Some(&chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found =
            (control | (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash))
                & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    /// What the scanner says of a value followed by a space, so that numbers end.
    fn scan(text: &[u8]) -> Result<Token, Stop> {
        let padded = [text, b" "].concat();
        let mut scanner = Scanner::new(&padded);
        scanner.whitespace();
        let token = scanner.value()?;
        scanner.whitespace();
        if scanner.at < padded.len() { Err(scanner.syntax("the end")) } else { Ok(token) }
    }

    /// Pieces that make JSON, broken JSON, and whatever lies between.
    fn json_like() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            proptest::sample::select(vec![
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\"",
                "\\",
                "\\\"",
                "\\u00e4",
                "\\ud83c",
                "\\x",
                "null",
                "true",
                "false",
                "nul",
                "0",
                "-",
                "-0",
                "01",
                "1.5",
                "1.",
                "2e9",
                "2e+",
                " ",
                "\n",
                "\t",
                "\u{1}",
                "a",
                "\"a\"",
                "\"\"",
                "{\"a\":1}",
                "[1,2]",
                "\u{e4}",
                "\u{1f33e}",
                "1E400",
                "abcdefghijkl",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(|any| any.to_string()),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn agrees_with_serde_json(text in json_like()) {
            let valid = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert_eq!(scan(text.as_bytes()).is_ok(), valid);
        }

        #[test]
        fn a_cut_value_is_incomplete(cut in 0_usize..1000) {
            let text = br#"{"a":[1,-2.5e-3,{"b":null,"c":[true,false]}],"d":"\u00e4\n long enough text","e":{}}"#;
            let cut = cut % text.len();
            prop_assert_eq!(Scanner::new(&text[..cut]).value(), Err(Stop::Incomplete));
            prop_assert!(scan(text).is_ok());
        }

        #[test]
        fn plain_text_ends_where_a_plain_search_says(text in "[a-c\"\\\\\u{0}-\u{21}\u{7f}-\u{ff}]{0,40}", at in 0_usize..40) {
            let bytes = text.as_bytes();
            let at = at.min(bytes.len());
            let plain = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(plain_end(bytes, at), plain.map_or(bytes.len(), |found| at + found));
        }
    }

    #[test]
    fn depth_is_bounded_by_memory_only() {
        let deep = [b"[".repeat(1_000_000), b"]".repeat(1_000_000)].concat();
        assert_eq!(scan(&deep).map(|token| token.kind), Ok(TokenKind::Array));
    }

    #[test]
    fn tokens_say_where_they_lie() {
        let text = br#""a\"b""#;
        assert_eq!(scan(text), Ok(Token { kind: TokenKind::Escaped, start: 1, end: 5 }));
        assert_eq!(scan(b"-1.5"), Ok(Token { kind: TokenKind::Number, start: 0, end: 4 }));
        assert_eq!(scan(b"NaN"), Err(Stop::Syntax { at: 0, expected: "a JSON value" }));
        assert_eq!(scan(b"01"), Err(Stop::Syntax { at: 1, expected: "the end" }));
    }
}
