//! The locks of the queue and of the view. The models of both put others in their place, see `models`.

pub(super) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
