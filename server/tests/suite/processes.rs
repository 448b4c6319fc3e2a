//! Real processes: killed, terminated, and two at a time on one data folder.

use std::time::Duration;

use catalog::run::{Run, RunEvent, RunState};
use serde_json::{Value, json};

use crate::support::{
    Folders,
    child::{Server, output, stdout},
    small_request,
};

fn training(iterations: u32) -> Value {
    json!({
        "system": "porous-gan", "preset": "ketton-small", "seed": 5,
        "parameters": {
            "iterations": iterations, "batch_size": 1, "periodic": false, "checkpoint_seconds": 1,
            "evaluate_every": 100_000,
        },
    })
}

fn checkpoints(folders: &Folders, run: &str) -> usize {
    let folder = folders.data().join("checkpoints").join(run);
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().starts_with("step-")).count()
}

async fn events(server: &Server, id: &str, seen: u64) -> Vec<(u64, RunEvent)> {
    let client = reqwest::Client::new();
    let request = client.get(format!("{}/api/runs/{id}/events", server.url)).header("last-event-id", seen.to_string());
    let text = request.send().await.unwrap().text().await.unwrap();
    text.split("\n\n")
        .filter_map(|block| {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            Some((field("id: ")?.parse().unwrap(), serde_json::from_str(field("data: ")?).unwrap()))
        })
        .collect()
}

/// Terminated once and killed once, a training goes on from its checkpoint, finishes, and its weights are used.
#[tokio::test(flavor = "multi_thread")]
async fn a_training_survives_sigterm_and_sigkill() {
    let folders = Folders::with_rock();
    let server = Server::start(&folders, &[]);
    let token = server.token.clone().expect("the first start prints the token");
    let run = server.post("/api/runs", Some(&token), &training(150)).await;
    let id = run["id"].as_str().unwrap().to_owned();
    server.until(&id, "made progress", |run| run.progress.is_some_and(|p| p.done > 5)).await;
    let (well, took) = server.terminate();
    assert!(well, "SIGTERM ends with exit code 0");
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(checkpoints(&folders, &id) > 0, "it made a checkpoint before it went");
    let shown = output(&folders, &["runs", "show", &id]);
    let shown: Run = serde_json::from_str(&stdout(&shown)).unwrap();
    assert_eq!(shown.state, RunState::Queued, "it is back in the queue");
    let before = shown.progress.unwrap().done;

    let server = Server::start(&folders, &[]);
    assert_eq!(server.token, None, "the token is printed once");
    server.until(&id, "went on", |run| run.progress.is_some_and(|p| p.done > before + 10)).await;
    server.kill();

    let server = Server::start(&folders, &[]);
    let killed_at = server.run(&id).await.progress.unwrap().done;
    let run = server.until(&id, "ended", |run| run.state.is_final()).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    assert_eq!(run.progress.unwrap().done, 150);
    let names: Vec<_> = run.artifacts.iter().map(|a| a.name.as_str()).collect();
    assert!(names.contains(&"weights.safetensors") && names.contains(&"card.json"), "{names:?}");
    // They go after the state is told.
    for _ in 0..100 {
        if checkpoints(&folders, &id) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(checkpoints(&folders, &id), 0, "what is finished needs no checkpoints");

    let log = events(&server, &id, 0).await;
    let numbers: Vec<_> = log.iter().map(|(id, _)| *id).collect();
    assert_eq!(numbers, (1..=log.len() as u64).collect::<Vec<_>>(), "one log over three processes");
    let resumed: Vec<u64> = log
        .iter()
        .filter_map(|(_, event)| match event {
            RunEvent::Note { text, detail } if text.contains("checkpoint of step") => detail["step"].as_u64(),
            _ => None,
        })
        .collect();
    assert_eq!(resumed.len(), 2, "{log:?}");
    assert!(resumed[0] >= before, "SIGTERM loses nothing: {} of {before}", resumed[0]);
    // Killed before its first checkpoint by the clock, it takes up the same one again.
    assert!(resumed[1] >= resumed[0] && resumed[1] <= killed_at + 60, "{resumed:?}, killed at {killed_at}");
    assert_eq!(events(&server, &id, log.len() as u64 - 2).await, log[log.len() - 2..]);

    // No weights of this preset are shipped here: the training's are used at once.
    let mut request = small_request();
    request["preset"] = json!("ketton-small");
    let run = server.post("/api/samples", None, &request).await;
    let run = server.until(run["id"].as_str().unwrap(), "ended", |run| run.state.is_final()).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    let metrics = server.get(&format!("/api/runs/{}/artifacts/metrics.json", run.id)).await;
    let metrics: Value = metrics.json().await.unwrap();
    assert_eq!(metrics["provenance"]["weights"]["origin"], format!("run {id}"));
}

/// Two servers start at the same moment on one new folder, both work, and no run is worked on twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_a_data_folder() {
    let folders = Folders::new();
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| Server::start(&folders, &["--concurrency", "2"]));
        let two = scope.spawn(|| Server::start(&folders, &["--concurrency", "2"]));
        (one.join().unwrap(), two.join().unwrap())
    });
    assert!(one.token.is_some() != two.token.is_some(), "one of them made the token");
    let mut ids = Vec::new();
    for i in 0..12 {
        let mut request = small_request();
        request["seed"] = json!(i);
        let server = if i % 2 == 0 { &one } else { &two };
        ids.push(server.post("/api/samples", None, &request).await["id"].as_str().unwrap().to_owned());
    }
    for id in &ids {
        let run = two.until(id, "ended", |run| run.state.is_final()).await;
        assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
        let starts = |log: &[(u64, RunEvent)]| {
            log.iter().filter(|(_, e)| matches!(e, RunEvent::State { state: RunState::Running, .. })).count()
        };
        assert_eq!(starts(&events(&one, id, 0).await), 1);
    }
}

/// A server that works on nothing, and a worker that does.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_process_takes_what_a_server_only_queues() {
    let folders = Folders::new();
    let server = Server::start(&folders, &["--concurrency", "0", "--trainings", "0"]);
    let run = server.post("/api/samples", None, &small_request()).await;
    let id = run["id"].as_str().unwrap().to_owned();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.run(&id).await.state, RunState::Queued);
    let mut worker = crate::support::child::vitrine(&folders, &["worker"]).spawn().unwrap();
    let live = events(&server, &id, 0).await;
    worker.kill().unwrap();
    worker.wait().unwrap();
    let last = &live.last().unwrap().1;
    assert_eq!(*last, RunEvent::State { state: RunState::Succeeded, error: None }, "watched across processes");
}
