//! The queue under load. apalis-sqlite had reports of workers that stop taking jobs after a while; this keeps some
//! busy with thousands of short ones.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use server::{
    runs::queue::Queue,
    store::{self, runs::Kind},
};
use tokio_util::sync::CancellationToken;

use crate::support::Folders;

const JOBS: usize = 2000;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_work_through_thousands_of_deliveries_and_then_still_listen() {
    let folders = Folders::new();
    let done = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let stop = CancellationToken::new();
    let mut queues = Vec::new();
    let mut serving = Vec::new();
    for _ in 0..2 {
        let queue = Queue::new(store::open(&folders.data()).await.unwrap());
        let (done, running, most) = (done.clone(), running.clone(), most.clone());
        let work = move || {
            let (done, running, most) = (done.clone(), running.clone(), most.clone());
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
            }
        };
        let (server, stopping) = (queue.clone(), stop.clone());
        serving.push(tokio::spawn(async move { server.serve(Kind::Sample, 3, stopping, work).await }));
        queues.push(queue);
    }
    let start = Instant::now();
    for job in 0..JOBS {
        queues[job % 2].deliver(Kind::Sample, &format!("run {job}")).await.unwrap();
    }
    wait_for(&done, JOBS, Duration::from_secs(180)).await;
    eprintln!("{JOBS} deliveries in {:?}", start.elapsed());
    assert!(most.load(Ordering::SeqCst) <= 6, "never more at a time than there are slots");

    // Idle for a while, then one more: it is taken at once in the process that delivers it.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(done.load(Ordering::SeqCst), JOBS, "each exactly once");
    queues[0].deliver(Kind::Sample, "late").await.unwrap();
    wait_for(&done, JOBS + 1, Duration::from_secs(5)).await;

    // The other kind has a queue of its own.
    queues[0].deliver(Kind::Train, "training").await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(done.load(Ordering::SeqCst), JOBS + 1);
    stop.cancel();
    for serving in serving {
        tokio::time::timeout(Duration::from_secs(10), serving).await.expect("it stops").unwrap();
    }
}

async fn wait_for(done: &AtomicUsize, count: usize, limit: Duration) {
    let start = Instant::now();
    while done.load(Ordering::SeqCst) < count {
        assert!(start.elapsed() < limit, "{} of {count} after {limit:?}", done.load(Ordering::SeqCst));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
