//! The same work on many things, on several threads.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Applies `work` to items, on so many threads at most; the results come in the order of the items. With one thread it
/// is the caller's, and the items are worked on in their order. After an error no more is begun.
pub(crate) fn try_map<T, R: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<IntoIter: ExactSizeIterator<Item = T> + Send>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let items = items.into_iter();
    let threads = threads.min(items.len());
    if threads <= 1 {
        return items.map(work).collect();
    }
    let (items, failed) = (Mutex::new(items.enumerate()), AtomicBool::new(false));
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        let mut results = Vec::new();
        while !failed.load(Ordering::Relaxed)
            && let Some((at, item)) = next()
        {
            let result = work(item);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            results.push((at, result));
        }
        results
    };
    let mut results = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut results = take();
        for other in others {
            match other.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|&(at, _)| at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Applies `work`, which cannot fail, as [`try_map`] does.
pub(crate) fn map<T, R: Send>(
    threads: usize,
    items: impl IntoIterator<IntoIter: ExactSizeIterator<Item = T> + Send>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let Ok(results) = try_map(threads, items, |item| Ok::<R, Infallible>(work(item)));
    results
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn results_come_in_order() {
        for threads in [0, 1, 3] {
            for count in [0, 1, 100] {
                let squares = Ok::<Vec<usize>, ()>((0..count).map(|at| at * at).collect());
                assert_eq!(try_map(threads, 0..count, |at| Ok(at * at)), squares);
            }
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        for threads in [1, 3] {
            let done = AtomicUsize::new(0);
            let result = try_map(threads, 0..1_000_000, |at| {
                done.fetch_add(1, Ordering::Relaxed);
                if at == 5 { Err(at) } else { Ok(()) }
            });
            assert_eq!(result, Err(5));
            assert!(done.into_inner() < 1_000_000);
        }
    }
}
