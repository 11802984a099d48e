//! The one hash function, behind one alias.
//!
//! Keys come from clients, so tables are seeded at random per process (`ahash`); nothing on disk or in an answer
//! may depend on the order of these maps.

/// A hash map with the workspace's hash function.
pub type HashMap<K, V> = hashbrown::HashMap<K, V, RandomState>;
/// A hash set with the workspace's hash function.
pub type HashSet<T> = hashbrown::HashSet<T, RandomState>;
pub use ahash::RandomState;
