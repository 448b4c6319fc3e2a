//! The server under load, as a table: `cargo bench -p server --bench load`.
//!
//! Measured against the real binary on a free port: memory when idle; `GET /api/systems` over 100 connections;
//! 200 watchers of one run, whose events another process (this one) writes.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use catalog::run::{RunEvent, RunState, Work};
use futures::{StreamExt as _, future::join_all};
use server::store::{
    self,
    leases::{self, Claim},
    runs::{self, Kind},
};

const CONNECTIONS: usize = 100;
const REQUESTS: usize = 100;
const ROUNDS: usize = 5;
const WATCHERS: usize = 200;
const EVENTS: u64 = 100;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(data: &std::path::Path) -> (Server, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--concurrency",
            "0",
            "--trainings",
            "0",
            "--requests-per-minute",
            "0",
            "--data",
        ])
        .arg(data)
        .env("VITRINE_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("vitrine starts");
    let mut server = Server(child);
    let lines = BufReader::new(server.0.stdout.take().expect("stdout is piped")).lines();
    let mut lines = lines.map(|line| line.expect("stdout is text"));
    let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)).expect("vitrine listens");
    (server, url)
}

fn resident_mib(server: &Server) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id())).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().expect("kilobytes") / 1024.0
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// One round: milliseconds of every request, and requests per second.
async fn round(url: &str) -> (Vec<f64>, f64) {
    let start = Instant::now();
    let all = join_all((0..CONNECTIONS).map(|_| async move {
        let client = reqwest::Client::builder().pool_max_idle_per_host(1).build().expect("a client");
        let mut times = Vec::with_capacity(REQUESTS);
        for _ in 0..REQUESTS {
            let start = Instant::now();
            let response = client.get(format!("{url}/api/systems")).send().await.expect("an answer");
            assert!(response.status().is_success());
            response.bytes().await.expect("a body");
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times
    }))
    .await;
    (sorted(all.concat()), (CONNECTIONS * REQUESTS) as f64 / start.elapsed().as_secs_f64())
}

fn now_us() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1e6
}

async fn write_events(pool: &sqlx::SqlitePool, claim: &Claim) {
    for step in 1..=EVENTS {
        let sent = RunEvent::Metrics { step, values: vec![("sent_us".to_owned(), now_us())] };
        leases::append(pool, claim, &[sent]).await.expect("the database takes events");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    leases::finish(pool, claim, RunState::Succeeded, None).await.expect("the database takes the end");
}

/// Milliseconds between writing and receiving of every event.
async fn watch(url: &str, run: &str) -> Vec<f64> {
    let response = reqwest::get(format!("{url}/api/runs/{run}/events")).await.expect("a stream");
    let mut stream = response.bytes_stream();
    let (mut text, mut delays, mut last) = (String::new(), Vec::new(), 0u64);
    while let Some(chunk) = stream.next().await {
        text.push_str(&String::from_utf8_lossy(&chunk.expect("a chunk")));
        while let Some((block, rest)) = text.split_once("\n\n") {
            if let Some(id) = block.lines().find_map(|line| line.strip_prefix("id: ")) {
                last += 1;
                assert_eq!(id.parse(), Ok(last), "no gaps");
            }
            let data = block.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or("null");
            if let Ok(RunEvent::Metrics { values, .. }) = serde_json::from_str(data) {
                delays.push((now_us() - values[0].1) / 1e3);
            }
            text = rest.to_owned();
        }
    }
    delays
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (server, url) = start(&data);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = resident_mib(&server);

    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(round(&url).await);
    }
    let median = |value: fn(&(Vec<f64>, f64)) -> f64| percentile(&sorted(rounds.iter().map(value).collect()), 0.5);

    let pool = store::open(&data).await.expect("the server's database");
    let request = serde_json::json!({ "system": "porous-gan", "preset": "berea-small" });
    let work = Work::Sample(serde_json::from_value(request).expect("a request"));
    let run = runs::new_id();
    assert!(runs::create(&pool, &run, &work, &[], 10).await.expect("the database"), "room in the queue");
    let claim =
        leases::claim(&pool, Kind::Sample, Duration::from_secs(600)).await.expect("the database").expect("a run");
    let watching = join_all((0..WATCHERS).map(|_| watch(&url, &run)));
    let writing = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        write_events(&pool, &claim).await;
        resident_mib(&server)
    };
    let (received, busy) = tokio::join!(watching, writing);
    assert!(received.iter().all(|delays| delays.len() == EVENTS as usize), "every watcher saw every event");
    let delays = sorted(received.concat());

    println!("| server | value |");
    println!("| --- | --- |");
    println!("| resident memory, idle | {idle:.1} MiB |");
    println!(
        "| GET /api/systems, {CONNECTIONS} connections, median of {ROUNDS} rounds: p50 | {:.2} ms |",
        median(|r| percentile(&r.0, 0.5))
    );
    println!("| the same: p99 | {:.2} ms |", median(|r| percentile(&r.0, 0.99)));
    println!("| the same: requests per second | {:.0} |", median(|r| r.1));
    println!(
        "| {WATCHERS} watchers of one run in another process: events delivered | {} of {} |",
        delays.len(),
        WATCHERS * EVENTS as usize
    );
    println!("| the same: delay p50 (the feed polls every 500 ms) | {:.0} ms |", percentile(&delays, 0.5));
    println!("| the same: delay p99 | {:.0} ms |", percentile(&delays, 0.99));
    println!("| the same: resident memory | {busy:.1} MiB |");
}
