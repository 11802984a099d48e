//! Work on items by several threads, with the results in the items' order.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// For each thread, so many items may wait beside the one it works on.
const WAITING_A_THREAD: usize = 2;

/// The results, as they become ready and in the order of their items. Dropped, it ends the threads once they have done
/// with what they are at.
#[derive(Debug)]
pub(crate) struct Ordered<R> {
    /// For each item, where its result will come.
    results: Receiver<Receiver<R>>,
}

/// The thread that worked on an item has panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

type Tasks<I, R> = Arc<Mutex<Receiver<(I, SyncSender<R>)>>>;

impl<R: Send + 'static> Ordered<R> {
    /// Takes items one by one on a thread of their own, and works on them on so many others. No more are taken than
    /// are soon to be worked on.
    pub(crate) fn start<I: Send + 'static>(
        threads: usize,
        items: impl Iterator<Item = I> + Send + 'static,
        work: impl Fn(I) -> R + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let threads = threads.max(1);
        let (to_results, results) = sync_channel(threads * WAITING_A_THREAD);
        let (to_tasks, tasks) = sync_channel(threads * WAITING_A_THREAD);
        let (tasks, work) = (Arc::new(Mutex::new(tasks)), Arc::new(work));
        for _ in 0..threads {
            let (tasks, work) = (Arc::clone(&tasks), Arc::clone(&work));
            spawn("working", move || work_on(&tasks, &*work))?;
        }
        spawn("reading", move || {
            for item in items {
                let (to_result, result) = sync_channel(1);
                // Where nobody listens any more there is nothing to do.
                if to_results.send(result).is_err() || to_tasks.send((item, to_result)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { results })
    }

    /// The next result, or `None` behind the last one.
    pub(crate) fn next(&mut self) -> Option<Result<R, Panicked>> {
        let result = self.results.recv().ok()?;
        Some(result.recv().map_err(|_| Panicked))
    }
}

fn work_on<I, R>(tasks: &Tasks<I, R>, work: &impl Fn(I) -> R) {
    loop {
        // Nothing under this lock can panic.
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((item, to_result)) = task else { return };
        // The result may not be wanted any more.
        let _ = to_result.send(work(item));
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let mut ordered = Ordered::start(3, 0..200_u64, |item| {
            thread::sleep(Duration::from_micros(item * 37 % 100));
            item * 2
        })
        .unwrap();
        for item in 0..200 {
            assert_eq!(ordered.next().unwrap().unwrap(), item * 2);
        }
        assert!(ordered.next().is_none());
    }

    #[test]
    fn no_more_is_taken_than_is_soon_worked_on() {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let items = (0..1_000_000).inspect(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let mut ordered = Ordered::start(2, items, |item| item).unwrap();
        assert_eq!(ordered.next().unwrap().unwrap(), 0);
        drop(ordered);
        thread::sleep(Duration::from_millis(20));
        assert!(taken.load(Ordering::Relaxed) < 100);
    }

    #[test]
    fn a_panic_is_told() {
        let mut ordered = Ordered::start(1, 0..3, |item| assert_ne!(item, 1, "on purpose")).unwrap();
        assert!(ordered.next().unwrap().is_ok());
        assert!(ordered.next().unwrap().is_err());
    }
}
