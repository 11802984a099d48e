//! The same work on many things, on several threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Applies `work` to numbers below `count`, on so many threads at most; the results come in the order of the numbers.
/// With one thread it is the caller's, and the numbers are worked on in their order. After an error no more is begun.
pub(super) fn try_map<R: Send, E: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = threads.min(count);
    if threads <= 1 {
        return (0..count).map(work).collect();
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let take = || {
        let mut results = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                break;
            }
            let result = work(at);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        for threads in [0, 1, 3] {
            for count in [0, 1, 100] {
                let squares = Ok::<Vec<usize>, ()>((0..count).map(|at| at * at).collect());
                assert_eq!(try_map(threads, count, |at| Ok(at * at)), squares);
            }
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        for threads in [1, 3] {
            let done = AtomicUsize::new(0);
            let result = try_map(threads, 1_000_000, |at| {
                done.fetch_add(1, Ordering::Relaxed);
                if at == 5 { Err(at) } else { Ok(()) }
            });
            assert_eq!(result, Err(5));
            assert!(done.into_inner() < 1_000_000);
        }
    }
}
