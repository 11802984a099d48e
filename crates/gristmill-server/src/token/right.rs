//! What a token may do in its organizations.

use std::fmt;

/// One thing that a token may do in its organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Store untrusted events.
    Store,
    /// Store trusted events. Untrusted ones need [`Right::Store`] too.
    StoreTrusted,
    /// Fetch, explain a fetch, and look up values.
    Fetch,
    /// Delete events.
    Delete,
    /// All of these, and what the operator of a service needs.
    Admin,
}

impl Right {
    /// All rights, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::Store, Self::StoreTrusted, Self::Fetch, Self::Delete, Self::Admin];

    /// The right's name, as in the token file and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::StoreTrusted => "store-trusted",
            Self::Fetch => "fetch",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }

    /// The right of that name.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.word() == word)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(u8);

impl Rights {
    /// Whether these allow that. [`Right::Admin`] allows everything.
    pub fn allow(self, right: Right) -> bool {
        self.0 & (right.bit() | Right::Admin.bit()) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rights that were named, in the order of [`Right::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| self.0 & right.bit() != 0)
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |bits, right| bits | right.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_others_are_none() {
        for right in Right::ALL {
            assert_eq!(Right::of_word(right.word()), Some(right));
        }
        for word in ["", "Store", "store_trusted", "all"] {
            assert_eq!(Right::of_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_right_allows_itself_and_admin_allows_all() {
        let allowed = |right| Right::ALL.map(|asked| [right].into_iter().collect::<Rights>().allow(asked));
        assert_eq!(allowed(Right::Store), [true, false, false, false, false]);
        assert_eq!(allowed(Right::StoreTrusted), [false, true, false, false, false]);
        assert_eq!(allowed(Right::Fetch), [false, false, true, false, false]);
        assert_eq!(allowed(Right::Delete), [false, false, false, true, false]);
        assert_eq!(allowed(Right::Admin), [true; 5]);
        assert_eq!(Right::ALL.map(|asked| Rights::default().allow(asked)), [false; 5]);
    }
}
