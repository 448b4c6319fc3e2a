//! How a run under way is told to stop, and why.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Why a run shall stop. The first reason stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Someone asked for it: the run ends as cancelled.
    Cancelled,
    /// The process ends: the run goes back into the queue.
    Shutdown,
    /// Another worker has it now: nothing may be written any more.
    LeaseLost,
}

/// Shared by the thread that works, the heartbeat and whoever cancels.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    reason: OnceLock<StopReason>,
}

impl Control {
    /// Asks to stop.
    pub fn stop(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.stop.store(true, Ordering::Release);
    }

    /// Why it shall stop, if it shall.
    pub fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }

    /// The flag that working loops look at.
    pub fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// Whether it shall stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// The runs under way in this process.
#[derive(Clone, Default)]
pub struct Controls(Arc<Mutex<HashMap<String, Arc<Control>>>>);

impl Controls {
    /// A control for a run that starts.
    pub fn start(&self, run: &str) -> Arc<Control> {
        let control = Arc::new(Control::default());
        self.lock().insert(run.to_owned(), control.clone());
        control
    }

    /// The run has ended here.
    pub fn end(&self, run: &str) {
        self.lock().remove(run);
    }

    /// Asks one run to stop, if it is under way here.
    pub fn stop(&self, run: &str, reason: StopReason) {
        if let Some(control) = self.lock().get(run) {
            control.stop(reason);
        }
    }

    /// Asks every run to stop.
    pub fn stop_all(&self, reason: StopReason) {
        for control in self.lock().values() {
            control.stop(reason);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Control>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
