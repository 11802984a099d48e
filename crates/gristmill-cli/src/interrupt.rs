//! Ctrl-C and its relatives: asked for once, told to whoever looks.

use crate::failure::{Code, Failure};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user, or the system at shutdown, has asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on SIGINT, SIGTERM and SIGHUP raise the flag and do not end the process. A second one ends it at once:
    /// the store stays clean then too, since a load is one atomic step at its end, only its files are left for the next
    /// opening to remove.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Self::listen_and(|| {})
    }

    /// As [`Interrupt::listen`], and the first one calls this.
    pub(crate) fn listen_and(first: impl Fn() + Send + 'static) -> Result<Self, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        let raised = Arc::clone(&flag);
        ctrlc::set_handler(move || {
            if raised.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(Code::Interrupted as u8));
            }
            first();
        })
        .map_err(|error| Failure::caused(Code::Other, "cannot listen for Ctrl-C", &error))?;
        Ok(Self(flag))
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
