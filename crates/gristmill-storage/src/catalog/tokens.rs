//! The append tokens that are remembered.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::hash::HashMap;

use super::Receipt;

/// Append tokens with their receipts, oldest first. How many are remembered is for whoever inserts to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    order: VecDeque<Arc<str>>,
    receipts: HashMap<Arc<str>, Receipt>,
}

impl Tokens {
    /// The receipt of the append that carried the token.
    pub(crate) fn receipt(&self, token: &str) -> Option<Receipt> {
        self.receipts.get(token).copied()
    }

    /// Remembers a token, unless it is known, and forgets the oldest ones beyond `limit`.
    pub(crate) fn insert(&mut self, token: &str, receipt: Receipt, limit: usize) {
        if self.receipts.contains_key(token) {
            return;
        }
        let token: Arc<str> = Arc::from(token);
        self.order.push_back(Arc::clone(&token));
        self.receipts.insert(token, receipt);
        while self.order.len() > limit {
            if let Some(oldest) = self.order.pop_front() {
                self.receipts.remove(&oldest);
            }
        }
    }

    /// How many are remembered.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The tokens and their receipts, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Receipt)> {
        self.order.iter().filter_map(|token| Some((&**token, self.receipt(token)?)))
    }
}
