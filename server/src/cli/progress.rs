//! Progress on stderr: one line that changes in a terminal, a line now and then elsewhere.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    time::{Duration, Instant},
};

use catalog::run::Progress;

/// Shows how far something is.
pub struct Meter {
    terminal: bool,
    start: Instant,
    shown: Option<Instant>,
    first: Option<u64>,
}

impl Meter {
    /// Nothing shown yet.
    pub fn new() -> Self {
        Self { terminal: stderr().is_terminal(), start: Instant::now(), shown: None, first: None }
    }

    /// Shows progress, at most a few times a second; the last step always.
    pub fn show(&mut self, progress: Progress, label: &str) {
        let pause = if self.terminal { Duration::from_millis(100) } else { Duration::from_secs(2) };
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= pause) || progress.done == progress.total;
        let first = *self.first.get_or_insert(progress.done.saturating_sub(1));
        if !due {
            return;
        }
        self.shown = Some(Instant::now());
        let done = progress.done.saturating_sub(first).max(1);
        let left = self.start.elapsed().mul_f64(progress.total.saturating_sub(progress.done) as f64 / done as f64);
        let line = format!("{} of {} · {label} · about {} s left", progress.done, progress.total, left.as_secs());
        if self.terminal {
            eprint!("\r\x1b[2K{line}");
            let _ = stderr().flush();
        } else {
            eprintln!("{line}");
        }
    }

    /// Ends the changing line.
    pub fn end(&mut self) {
        if self.terminal && self.shown.take().is_some() {
            eprintln!();
        }
    }
}
