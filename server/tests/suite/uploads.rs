//! Uploads are on the disk before their run is queued, told to nobody, and gone when it ends, however it ends.

use std::{
    fs::{self, File},
    io::Write as _,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use axum::http::StatusCode;
use catalog::run::{RunEvent, RunState, Work};
use server::store::{self, leases, runs as stored, runs::Kind};

use crate::support::{
    App, Folders, Form, OPTIONS,
    child::{Server, output, stdout},
    form::{picture, picture_request},
};

const IDLE: [&str; 4] = ["--concurrency", "0", "--trainings", "0"];

fn upload(folders: &Folders, run: &str) -> PathBuf {
    folders.data().join("uploads").join(run).join("picture")
}

async fn queued(app: &App, form: &Form) -> String {
    let answer = app.upload(form).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_waits_with_its_run_and_is_told_to_nobody() {
    let app = App::idle().await;
    let answer = app.upload(&Form::small()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(app.folders.uploads(), [id.as_str()]);
    let path = upload(&app.folders, &id);
    assert_eq!(fs::read(&path).unwrap(), picture(12, 8));
    let folder = fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o077, 0, "others of the machine cannot look in");

    let run = app.run(&id).await;
    let mut request: catalog::SampleRequest = serde_json::from_value(picture_request()).unwrap();
    request = request.check(catalog::request::Venue::Server).unwrap().request;
    assert_eq!(run.work, Work::Sample(request), "the request is all that is stored");
    assert!(run.artifacts.is_empty() && !answer.text().contains("holiday"));
    for name in ["picture", "holiday.png", "..%2Fuploads%2Fpicture"] {
        app.get(&format!("/api/runs/{id}/artifacts/{name}")).await.problem(StatusCode::NOT_FOUND);
    }
    let log = store::events::after(&app.runs.pool, &id, 0, 10).await.unwrap();
    let log: Vec<RunEvent> = log.iter().map(|event| serde_json::from_str(&event.json).unwrap()).collect();
    assert!(
        matches!(&log[..], [RunEvent::State { .. }, RunEvent::Note { text, .. }] if text.contains("deleted when this run ends")),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_it_waits_takes_its_upload_along() {
    let app = App::idle().await;
    let (one, other) = (queued(&app, &Form::small()).await, queued(&app, &Form::small()).await);
    let cancelled = app.delete(&format!("/api/runs/{one}"), None).await;
    assert_eq!(cancelled.json()["state"], "cancelled");
    assert_eq!(app.folders.uploads(), [other.as_str()], "at once, and only its own");
    assert_eq!(app.delete(&format!("/api/runs/{one}"), None).await.status, StatusCode::NO_CONTENT);
    assert!(upload(&app.folders, &other).is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_takes_its_upload_along() {
    let app = App::working().await;
    let id = queued(&app, &Form::doomed()).await;
    let run = app.ended(&id).await;
    assert_eq!(run.state, RunState::Failed, "its weights are none");
    app.folders.no_uploads("failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_succeeds_or_is_stopped_takes_its_upload_along() {
    let app = App::working().await;
    let id = queued(&app, &Form::small()).await;
    let run = app.ended(&id).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    app.folders.no_uploads("succeeded").await;
    let id = queued(&app, &Form::long()).await;
    while app.run(&id).await.progress.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(upload(&app.folders, &id).is_file());
    assert_eq!(app.delete(&format!("/api/runs/{id}"), None).await.status, StatusCode::ACCEPTED);
    assert_eq!(app.ended(&id).await.state, RunState::Cancelled);
    app.folders.no_uploads("stopped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_upload_is_gone_or_broken_says_so() {
    let app = App::idle().await;
    let (without, with_another) = (queued(&app, &Form::small()).await, queued(&app, &Form::small()).await);
    fs::remove_file(upload(&app.folders, &without)).unwrap();
    fs::write(upload(&app.folders, &with_another), "no picture").unwrap();
    app.work();
    for id in [without, with_another] {
        let run = app.ended(&id).await;
        assert_eq!(run.state, RunState::Failed);
        assert!(run.error.as_ref().is_some_and(|error| error.starts_with("inputs.picture: ")), "{:?}", run.error);
    }
    app.folders.no_uploads("failed").await;
}

/// A worker that gives a run back leaves its upload for the next one, unless somebody has cancelled the run.
#[tokio::test]
async fn an_upload_stays_as_long_as_any_worker_may_need_it() {
    let app = App::idle().await;
    let id = queued(&app, &Form::small()).await;
    let claim = leases::claim(&app.runs.pool, Kind::Sample, OPTIONS.lease).await.unwrap().unwrap();
    app.runs.tidy_uploads().await.unwrap();
    assert!(upload(&app.folders, &id).is_file(), "it is worked on");
    leases::release(&app.runs.pool, &claim).await.unwrap();
    app.runs.tidy_uploads().await.unwrap();
    assert!(upload(&app.folders, &id).is_file(), "it waits again");
    let claim = leases::claim(&app.runs.pool, Kind::Sample, OPTIONS.lease).await.unwrap().unwrap();
    stored::cancel(&app.runs.pool, &id).await.unwrap();
    app.runs.tidy_uploads().await.unwrap();
    assert!(upload(&app.folders, &id).is_file(), "it has been asked to stop and has not yet");
    leases::release(&app.runs.pool, &claim).await.unwrap();
    app.runs.tidy_uploads().await.unwrap();
    assert_eq!(app.folders.uploads(), [""; 0]);
}

#[tokio::test]
async fn what_belongs_to_no_run_is_deleted_once_nobody_can_be_at_it_any_more() {
    let app = App::idle().await;
    let arriving = app.runs.uploads.receive().unwrap();
    let nobodys = app.folders.data().join("uploads/0192f0c1-0000-7000-8000-000000000000");
    fs::create_dir(&nobodys).unwrap();
    fs::write(nobodys.join("picture"), "x").unwrap();
    app.runs.tidy_uploads().await.unwrap();
    assert_eq!(app.folders.uploads().len(), 2, "they may be about to become a run's");
    app.folders.uploads().iter().for_each(|name| age(&app.folders.data().join("uploads").join(name)));
    app.runs.tidy_uploads().await.unwrap();
    assert_eq!(app.folders.uploads(), [""; 0]);
    drop(arriving);
}

/// Makes a folder two hours older.
fn age(folder: &Path) {
    File::open(folder).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
}

/// Killed, a server forgets no upload that is waited for, and the next one deletes what ended in between.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_survive_sigkill_as_long_as_their_run_does() {
    let folders = Folders::new();
    let server = Server::start(&folders, &IDLE);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(server.upload(&Form::small()).await["id"].as_str().unwrap().to_owned());
    }
    server.kill();
    assert_eq!(folders.uploads().len(), 3);
    let cancelled = output(&folders, &["runs", "cancel", &ids[0]]);
    assert_eq!(stdout(&cancelled), "cancelled\n");
    assert!(!upload(&folders, &ids[0]).exists(), "the command line tidies up, too");
    let pool = store::open(&folders.data()).await.unwrap();
    stored::cancel(&pool, &ids[1]).await.unwrap();
    assert!(upload(&folders, &ids[1]).is_file(), "whoever ended it died before he could tidy up");

    let server = Server::start(&folders, &IDLE);
    let start = Instant::now();
    while upload(&folders, &ids[1]).exists() {
        assert!(start.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(fs::read(upload(&folders, &ids[2])).unwrap(), picture(12, 8));
    assert_eq!(server.run(&ids[2]).await.state, RunState::Queued);
    server.kill();

    let server = Server::start(&folders, &[]);
    let run = server.until(&ids[2], "ended", |run| run.state.is_final()).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    folders.no_uploads("the run was worked on").await;
}

/// Killed over a run, a server leaves the upload for the one that takes the run up again.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_taken_up_again_with_its_upload() {
    let folders = Folders::new();
    let server = Server::start(&folders, &[]);
    let id = server.upload(&Form::long()).await["id"].as_str().unwrap().to_owned();
    server.until(&id, "made progress", |run| run.progress.is_some_and(|p| p.done > 0 && p.done < p.total)).await;
    server.kill();
    assert!(upload(&folders, &id).is_file());
    let server = Server::start(&folders, &[]);
    let run = server.until(&id, "ended", |run| run.state.is_final()).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    let log = server.get(&format!("/api/runs/{id}/events")).await.text().await.unwrap();
    assert!(log.contains("Taken up again by another worker."), "{log}");
    folders.no_uploads("succeeded").await;
}

/// A connection on which three quarters of a picture have been sent, and some of it is on the disk.
async fn arriving(folders: &Folders, server: &Server) -> TcpStream {
    let (media, body) = Form::asking().with("picture", vec![7; 200_000]).encode();
    let address = server.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "POST /api/samples HTTP/1.1\r\nhost: {address}\r\ncontent-type: {media}\r\n").unwrap();
    write!(connection, "content-length: {}\r\n\r\n", body.len()).unwrap();
    connection.write_all(&body[..150_000]).unwrap();
    let start = Instant::now();
    while folders.uploads().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never arrives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    connection
}

/// Killed while a picture arrives, a server leaves a part of it; the next one deletes that in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_upload_does_not_survive_its_server_for_long() {
    let folders = Folders::new();
    let server = Server::start(&folders, &IDLE);
    let _connection = arriving(&folders, &server).await;
    server.kill();
    let left = folders.uploads();
    assert_eq!(left.len(), 1, "there is a part");
    age(&folders.data().join("uploads").join(&left[0]));
    let _server = Server::start(&folders, &IDLE);
    folders.no_uploads("a part").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_goes_away_leaves_nothing() {
    let folders = Folders::new();
    let server = Server::start(&folders, &IDLE);
    drop(arriving(&folders, &server).await);
    folders.no_uploads("broken off").await;
}
