//! Event streams: numbered, without gaps, resumable, and cheap for many watchers.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use catalog::run::{Progress, RunEvent, RunState, Work};
use futures::future::join_all;
use server::store::{
    leases::{self, Claim},
    runs::Kind,
};

use crate::support::{Answer, App, OPTIONS, small_request};

/// The numbers and contents of a stream that was read to its end.
fn parsed(answer: &Answer) -> Vec<(i64, RunEvent)> {
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = answer.text();
    text.split("\n\n")
        .filter_map(|block| {
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            let id = field("id: ")?.parse().unwrap();
            Some((id, serde_json::from_str(field("data: ")?).unwrap()))
        })
        .collect()
}

async fn watch(app: &App, run: &str, seen: Option<&str>) -> Answer {
    let mut request = Request::get(format!("/api/runs/{run}/events"));
    if let Some(seen) = seen {
        request = request.header("last-event-id", seen);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn claimed(app: &App) -> Claim {
    let work = Work::Sample(serde_json::from_value(small_request()).unwrap());
    app.runs.submit(&work, None, 10).await.unwrap().unwrap();
    leases::claim(&app.runs.pool, Kind::Sample, OPTIONS.lease).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_complete_and_can_be_taken_up_anywhere() {
    let app = App::working().await;
    let run = app.sampled().await;
    let all = parsed(&watch(&app, &run.id, None).await);
    let numbers: Vec<_> = all.iter().map(|(id, _)| *id).collect();
    assert_eq!(numbers, (1..=all.len() as i64).collect::<Vec<_>>());
    assert_eq!(all[0].1, RunEvent::State { state: RunState::Queued, error: None });
    assert_eq!(all[1].1, RunEvent::State { state: RunState::Running, error: None });
    assert_eq!(all.last().unwrap().1, RunEvent::State { state: RunState::Succeeded, error: None });
    let artifacts = all.iter().filter(|(_, event)| matches!(event, RunEvent::Artifact(_))).count();
    assert_eq!(artifacts, 3);

    for seen in 0..all.len() {
        let rest = parsed(&watch(&app, &run.id, Some(&seen.to_string())).await);
        assert_eq!(rest, all[seen..]);
    }
    let nothing_left = watch(&app, &run.id, Some(&all.len().to_string())).await;
    assert_eq!(nothing_left.status, StatusCode::NO_CONTENT);
    for wrong in ["-1", "one", "1.5", ""] {
        assert_eq!(
            watch(&app, &run.id, Some(wrong)).await.problem(StatusCode::UNPROCESSABLE_ENTITY),
            ["last-event-id"]
        );
    }
}

/// The worker is another process here: nothing nudges the feed, which must find the events by itself.
#[tokio::test(flavor = "multi_thread")]
async fn many_watchers_see_every_event_of_a_run_that_another_process_works_on() {
    let app = App::idle().await;
    let claim = claimed(&app).await;
    let work = async {
        for step in 1..=40u64 {
            let metrics = RunEvent::Metrics { step, values: vec![("loss".to_owned(), 1.0 / step as f64)] };
            let progress = RunEvent::Progress(Progress { done: step, total: 40 });
            assert!(leases::append(&app.runs.pool, &claim, &[metrics, progress]).await.unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        leases::finish(&app.runs.pool, &claim, RunState::Succeeded, None).await.unwrap();
    };
    let watchers = join_all((0..200).map(|i| {
        let app = &app;
        let run = claim.run.clone();
        async move {
            // They come at different times, some with a number.
            tokio::time::sleep(std::time::Duration::from_millis(i * 5)).await;
            let seen = (i % 3 == 0).then_some("2");
            (seen.is_some(), parsed(&watch(app, &run, seen).await))
        }
    }));
    let ((), all) = tokio::join!(work, watchers);
    for (resumed, events) in all {
        let first = if resumed { 3 } else { 1 };
        let numbers: Vec<_> = events.iter().map(|(id, _)| *id).collect();
        assert_eq!(numbers, (first..=83).collect::<Vec<_>>());
    }
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(app.runs.feeds.watched(), (0, 0), "nothing is read for nobody");
}

#[tokio::test]
async fn a_metric_that_is_no_number_never_breaks_the_log() {
    let app = App::idle().await;
    let claim = claimed(&app).await;
    let metrics = RunEvent::Metrics { step: 1, values: vec![("loss".to_owned(), f64::NAN)] };
    assert!(leases::append(&app.runs.pool, &claim, &[metrics]).await.is_ok());
    leases::finish(&app.runs.pool, &claim, RunState::Failed, Some("loss became NaN".to_owned())).await.unwrap();
    let text = watch(&app, &claim.run, None).await.text();
    for data in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        serde_json::from_str::<serde_json::Value>(data).unwrap();
    }
    assert!(text.contains("loss became NaN"));
}
