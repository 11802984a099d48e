//! How many requests of one client are under way, so that none takes the place of all others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The requests that are under way, counted by whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    most: usize,
    /// Nobody who has none is in it.
    under_way: Arc<Mutex<BTreeMap<Box<str>, usize>>>,
}

/// One request that is under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    holder: Box<str>,
}

/// The client has as many as it may have.
#[derive(Debug)]
pub(crate) struct TooMany;

impl Turns {
    /// Each client may have that many.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, under_way: Arc::default() }
    }

    /// One more request of a client.
    pub(crate) fn take(&self, holder: &str) -> Result<Turn, TooMany> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.get_mut(holder) {
            Some(count) if *count >= self.most => return Err(TooMany),
            Some(count) => *count += 1,
            None => {
                under_way.insert(holder.into(), 1);
            }
        }
        Ok(Turn { turns: self.clone(), holder: holder.into() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.turns.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[test]
    fn a_client_has_its_own_turns() {
        let turns = Turns::new(2);
        let first = turns.take("a").unwrap();
        let second = turns.take("a").unwrap();
        assert!(turns.take("a").is_err());
        let other = turns.take("b").unwrap();
        drop(first);
        let third = turns.take("a").unwrap();
        assert!(turns.take("a").is_err());
        drop((second, third, other));
        assert!(turns.under_way.lock().unwrap().is_empty());
    }
}
