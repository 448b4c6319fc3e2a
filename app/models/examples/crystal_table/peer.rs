//! The peer's process: started once, for loading torch takes longer than many measurements, and never waited for
//! without end.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::Result;

/// One answer takes seconds; on a machine with much else to do, a minute.
const PATIENCE: Duration = Duration::from_secs(300);

/// `peer_crystals.py`, answering each line with one.
pub struct Peer {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<std::io::Result<String>>,
}

impl Peer {
    /// Starts it with a Python that has torch.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(python: &str) -> Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_crystals.py");
        let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let questions = child.stdin.take().ok_or("the peer has no input")?;
        let lines = BufReader::new(child.stdout.take().ok_or("the peer has no output")?).lines();
        let (sender, answers) = channel();
        std::thread::spawn(move || lines.into_iter().try_for_each(|line| sender.send(line)));
        Ok(Self { child, questions, answers })
    }

    /// Sends a question and waits for its answer.
    ///
    /// # Errors
    /// If the peer has ended, answers with anything but JSON, or does not answer in time.
    pub fn ask(&mut self, question: &serde_json::Value) -> Result<serde_json::Value> {
        writeln!(self.questions, "{question}")?;
        let answer =
            self.answers.recv_timeout(PATIENCE).map_err(|error| format!("the peer gives no answer: {error}"))?;
        Ok(serde_json::from_str(&answer?)?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
