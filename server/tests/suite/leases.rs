//! Leases: one worker a run, and no word from a worker that lost it.

use std::{collections::HashSet, time::Duration};

use catalog::run::{RunEvent, RunState, Work};
use futures::future::join_all;
use server::store::{
    self,
    leases::{self, MAX_LOST_LEASES, Renewal},
    runs::{self, Kind},
};

use crate::support::{Folders, small_request};

const LONG: Duration = Duration::from_secs(60);
/// A lease that has run out when it is given.
const OVER: Duration = Duration::ZERO;

fn work() -> Work {
    Work::Sample(serde_json::from_value(small_request()).unwrap())
}

async fn queued(pool: &sqlx::SqlitePool) -> String {
    let id = runs::new_id();
    assert!(runs::create(pool, &id, &work(), &[], 100).await.unwrap());
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_with_many_workers_never_take_the_same_run() {
    let folders = Folders::new();
    let data = folders.data();
    let (one, two) = tokio::join!(store::open(&data), store::open(&data));
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(queued(&one).await);
    }
    let workers = (0..12).map(|i| {
        let pool = if i % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(claim) = leases::claim(&pool, Kind::Sample, LONG).await.unwrap() {
                mine.push(claim.run);
            }
            mine
        })
    });
    let taken: Vec<_> = join_all(workers).await.into_iter().flat_map(|mine| mine.unwrap()).collect();
    assert_eq!(taken.len(), 60);
    assert_eq!(taken.into_iter().collect::<HashSet<_>>(), ids.into_iter().collect());
}

#[tokio::test]
async fn the_oldest_run_of_a_kind_is_taken_first() {
    let folders = Folders::new();
    let pool = store::open(&folders.data()).await.unwrap();
    let first = queued(&pool).await;
    let second = queued(&pool).await;
    assert!(leases::claim(&pool, Kind::Train, LONG).await.unwrap().is_none());
    let claim = leases::claim(&pool, Kind::Sample, LONG).await.unwrap().unwrap();
    assert_eq!((claim.run.as_str(), claim.again), (first.as_str(), false));
    assert!(leases::release(&pool, &claim).await.unwrap());
    let again = leases::claim(&pool, Kind::Sample, LONG).await.unwrap().unwrap();
    assert_eq!(again.run, first, "it kept its place before {second}");
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    let folders = Folders::new();
    let pool = store::open(&folders.data()).await.unwrap();
    let id = queued(&pool).await;
    let lost = leases::claim(&pool, Kind::Sample, OVER).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let reaped = leases::reap(&pool).await.unwrap();
    assert_eq!((reaped.len(), reaped[0].queued), (1, true));
    let held = leases::claim(&pool, Kind::Sample, LONG).await.unwrap().unwrap();

    let note = RunEvent::Note { text: "late".to_owned(), detail: serde_json::Value::Null };
    assert!(!leases::append(&pool, &lost, std::slice::from_ref(&note)).await.unwrap());
    assert!(!leases::finish(&pool, &lost, RunState::Failed, None).await.unwrap());
    assert!(!leases::release(&pool, &lost).await.unwrap());
    assert_eq!(leases::renew(&pool, &lost, LONG).await.unwrap(), Renewal::Lost);
    assert_eq!(leases::renew(&pool, &held, LONG).await.unwrap(), Renewal::Held);
    assert!(leases::finish(&pool, &held, RunState::Succeeded, None).await.unwrap());
    let run = runs::get(&pool, &id).await.unwrap().unwrap();
    assert_eq!(run.state, RunState::Succeeded);
    let log = store::events::after(&pool, &id, 0, 100).await.unwrap();
    assert!(log.iter().all(|event| !event.json.contains("late")));
}

#[tokio::test]
async fn cancelling_reaches_a_worker_in_another_process_and_survives_its_death() {
    let folders = Folders::new();
    let pool = store::open(&folders.data()).await.unwrap();
    let id = queued(&pool).await;
    let claim = leases::claim(&pool, Kind::Sample, LONG).await.unwrap().unwrap();
    assert_eq!(runs::cancel(&pool, &id).await.unwrap(), runs::Cancel::Asked);
    assert_eq!(leases::renew(&pool, &claim, OVER).await.unwrap(), Renewal::CancelRequested);
    tokio::time::sleep(Duration::from_millis(5)).await;
    leases::reap(&pool).await.unwrap();
    assert_eq!(runs::get(&pool, &id).await.unwrap().unwrap().state, RunState::Cancelled);
    assert_eq!(runs::cancel(&pool, &id).await.unwrap(), runs::Cancel::Ended);
}

#[tokio::test]
async fn a_run_that_kills_every_worker_fails_in_the_end() {
    let folders = Folders::new();
    let pool = store::open(&folders.data()).await.unwrap();
    let id = queued(&pool).await;
    for _ in 0..MAX_LOST_LEASES {
        leases::claim(&pool, Kind::Sample, OVER).await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
        leases::reap(&pool).await.unwrap();
    }
    let run = runs::get(&pool, &id).await.unwrap().unwrap();
    assert_eq!(run.state, RunState::Failed);
    assert!(run.error.unwrap().contains("workers died"));
}

#[tokio::test]
async fn a_delivery_that_was_lost_is_noticed() {
    let folders = Folders::new();
    let pool = store::open(&folders.data()).await.unwrap();
    let id = queued(&pool).await;
    assert_eq!(leases::overdue(&pool, Kind::Sample, LONG).await.unwrap(), None);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let grace = Duration::from_millis(10);
    assert_eq!(leases::overdue(&pool, Kind::Sample, grace).await.unwrap().as_deref(), Some(id.as_str()));
    assert_eq!(leases::overdue(&pool, Kind::Sample, LONG).await.unwrap(), None, "once a grace period");
}
