//! A document split into its values.

/// A value of a document, still as text.
#[derive(Debug)]
pub(in crate::request) enum Node<'a> {
    /// A string with its quotes and escapes, a number, `true`, `false` or `null`, as written.
    Scalar(&'a str),
    List(Vec<Node<'a>>),
    /// Keys with their quotes and escapes, and their values, in the order received.
    Object(Vec<(&'a str, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Splits a text that is known to be valid JSON, in one pass; `None` where more than `levels` brackets are open at a place.
    pub(super) fn split(text: &'a str, levels: usize) -> Option<Self> {
        Splitter { text, at: 0 }.node(levels)
    }
}

struct Splitter<'a> {
    text: &'a str,
    /// Never beyond the end of the text.
    at: usize,
}

impl<'a> Splitter<'a> {
    fn node(&mut self, levels: usize) -> Option<Node<'a>> {
        match self.peek() {
            Some(b'{') => {
                let levels = self.open(levels)?;
                let mut entries = Vec::new();
                while self.has_more(b'}') {
                    let key = self.scalar();
                    entries.push((key, self.node(levels)?));
                }
                Some(Node::Object(entries))
            }
            Some(b'[') => {
                let levels = self.open(levels)?;
                let mut items = Vec::new();
                while self.has_more(b']') {
                    items.push(self.node(levels)?);
                }
                Some(Node::List(items))
            }
            _ => Some(Node::Scalar(self.scalar())),
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next byte that says something; where the text is valid, commas and colons say nothing.
    fn peek(&mut self) -> Option<u8> {
        let space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':');
        self.at += self.rest().iter().take_while(space).count();
        self.rest().first().copied()
    }

    /// Takes an opening bracket; gives the levels that are left inside.
    fn open(&mut self, levels: usize) -> Option<usize> {
        self.at += 1;
        levels.checked_sub(1)
    }

    /// Whether another value comes before the closing bracket, which is taken where none does.
    fn has_more(&mut self, closing: u8) -> bool {
        let next = self.peek();
        if next == Some(closing) {
            self.at += 1;
        }
        next.is_some_and(|byte| byte != closing)
    }

    fn scalar(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.rest();
        self.at += if rest.first() == Some(&b'"') { string_length(rest) } else { word_length(rest) };
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// The length of the string at the start, with its quotes.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

/// The length of the number or word at the start.
fn word_length(text: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}');
    // One at least, so that splitting comes to an end whatever the text.
    text.iter().position(ends).unwrap_or(text.len()).max(1).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::Node;

    const LEVELS: usize = 256;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The same as a value of `serde_json`.
    fn value(node: &Node<'_>) -> Value {
        match node {
            Node::Scalar(text) => serde_json::from_str(text).unwrap(),
            Node::List(items) => items.iter().map(value).collect(),
            Node::Object(entries) => entries
                .iter()
                .map(|(key, node)| (serde_json::from_str::<String>(key).unwrap(), value(node)))
                .collect(),
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
            "[\"\\\\{}\\[\\]:, a\u{e4}\n]{0,6}".prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[\"\\\\{}:, k]{0,4}", inner, 0..4)
                    .prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_document_is_split_into_what_it_holds(json in json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{json:#}") } else { json.to_string() };
            prop_assert_eq!(value(&Node::split(&text, LEVELS).unwrap()), json);
        }
    }

    #[test]
    fn levels_are_bounded() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Node::split(&deep(LEVELS), LEVELS).is_some());
        assert!(Node::split(&deep(LEVELS + 1), LEVELS).is_none());
        assert!(Node::split(&"{\"a\":".repeat(LEVELS + 1), LEVELS).is_none());
    }

    #[test]
    fn what_is_no_json_ends_all_the_same() {
        for text in
            ["", "\"", "\"\\", "[", "{", "{\"a", "[1", "]", "}", "{]", "[}", "[[}]", ":", ",", "[\"\u{e4}"]
        {
            let _node = Node::split(text, LEVELS);
        }
    }
}
