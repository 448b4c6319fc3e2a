//! Live events: one reader of the database per watched run, however many watch it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::SqlitePool;
use tokio::sync::{Notify, broadcast};

use crate::store::{StoreError, events, events::StoredEvent};

/// How often a watched run is looked at when another process works on it; this process nudges at once.
const POLL: Duration = Duration::from_millis(500);
/// Events read at once.
const PAGE: i64 = 256;
/// Events that a slow watcher may lag behind before it reads from the database again.
const BUFFER: usize = 1024;

/// All watched runs of this process.
#[derive(Clone)]
pub struct Feeds {
    pool: SqlitePool,
    open: Arc<Mutex<HashMap<String, Feed>>>,
}

#[derive(Clone)]
struct Feed {
    sender: broadcast::Sender<Arc<StoredEvent>>,
    nudge: Arc<Notify>,
}

impl Feeds {
    /// No run watched yet.
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool, open: Arc::default() }
    }

    /// Says that a run has new events.
    pub fn nudge(&self, run: &str) {
        if let Some(feed) = self.lock().get(run) {
            feed.nudge.notify_one();
        }
    }

    /// Number of watched runs and of watchers.
    pub fn watched(&self) -> (usize, usize) {
        let open = self.lock();
        (open.len(), open.values().map(|feed| feed.sender.receiver_count()).sum())
    }

    /// A watcher that has seen the events up to number `seen`.
    pub fn watch(&self, run: &str, seen: i64) -> Watcher {
        let receiver = {
            let mut open = self.lock();
            match open.get(run) {
                Some(feed) => feed.sender.subscribe(),
                None => {
                    let (sender, receiver) = broadcast::channel(BUFFER);
                    let feed = Feed { sender, nudge: Arc::default() };
                    open.insert(run.to_owned(), feed.clone());
                    tokio::spawn(self.clone().read(run.to_owned(), feed));
                    receiver
                }
            }
        };
        Watcher {
            pool: self.pool.clone(),
            run: run.to_owned(),
            seen,
            receiver,
            page: Vec::new().into_iter(),
            behind: true,
            closed: false,
        }
    }

    async fn read(self, run: String, feed: Feed) {
        let mut seen = None;
        loop {
            match self.read_new(&run, &mut seen, &feed).await {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => tracing::warn!(run, %error, "cannot read events"),
            }
            tokio::select! {
                () = feed.nudge.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
            let mut open = self.lock();
            if feed.sender.receiver_count() == 0 {
                open.remove(&run);
                return;
            }
        }
        self.lock().remove(&run);
    }

    /// Sends what is new; `true` once nothing more can come.
    async fn read_new(&self, run: &str, seen: &mut Option<i64>, feed: &Feed) -> Result<bool, StoreError> {
        let Some((last, ended)) = events::last(&self.pool, run).await? else { return Ok(true) };
        // Watchers read the past for themselves; the last event tells them whether they have read all of it.
        let from = seen.get_or_insert((last - 1).max(0));
        while *from < last {
            let page = events::after(&self.pool, run, *from, PAGE).await?;
            let Some(newest) = page.last() else { break };
            *from = newest.seq;
            for event in page {
                // Fails only when nobody listens any more.
                let _ = feed.sender.send(Arc::new(event));
            }
        }
        Ok(ended && *from >= last)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Feed>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the events of one run in order, without gaps: first those of the past, then as they come.
pub struct Watcher {
    pool: SqlitePool,
    run: String,
    seen: i64,
    receiver: broadcast::Receiver<Arc<StoredEvent>>,
    page: std::vec::IntoIter<StoredEvent>,
    behind: bool,
    closed: bool,
}

impl Watcher {
    /// The next event; `None` after the last one of an ended run.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next(&mut self) -> Result<Option<Arc<StoredEvent>>, StoreError> {
        loop {
            if let Some(event) = self.page.next() {
                self.seen = event.seq;
                return Ok(Some(Arc::new(event)));
            }
            if self.behind {
                let page = events::after(&self.pool, &self.run, self.seen, PAGE).await?;
                if page.is_empty() {
                    match events::last(&self.pool, &self.run).await? {
                        Some((last, _)) if last > self.seen => {}
                        Some((_, false)) if !self.closed => self.behind = false,
                        _ => return Ok(None),
                    }
                }
                self.page = page.into_iter();
                continue;
            }
            match self.receiver.recv().await {
                Ok(event) if event.seq <= self.seen => {}
                Ok(event) if event.seq == self.seen + 1 => {
                    self.seen = event.seq;
                    return Ok(Some(event));
                }
                // A gap or a lag: the database knows.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => self.behind = true,
                Err(broadcast::error::RecvError::Closed) => (self.behind, self.closed) = (true, true),
            }
        }
    }
}
