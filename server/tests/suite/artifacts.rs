//! Downloads: ranges, tags, names; and a store whose disk is full.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use catalog::run::{RunState, Work};
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, local::LocalFileSystem, path::Path,
};
use server::{
    runs::{Runs, executor::Executor},
    store::{ArtifactStore, Assets, runs as stored},
};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, App, Folders, OPTIONS, small_request};

async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_whole_in_parts_or_not_again() {
    let app = App::working().await;
    let run = app.sampled().await;
    let artifact = run.artifacts.iter().find(|a| a.name == "metrics.json").unwrap();
    let path = format!("/api/runs/{}/artifacts/metrics.json", run.id);

    let whole = get(&app, &path, &[]).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.body.len() as u64, artifact.bytes);
    assert_eq!(whole.header("content-type"), "application/json");
    assert_eq!(whole.header("content-disposition"), "attachment; filename=\"metrics.json\"");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let etag = whole.header("etag").to_owned();
    assert_eq!(etag, format!("\"{}\"", artifact.sha256));

    let length = whole.body.len();
    for (range, from, to) in [("bytes=0-9", 0, 10), ("bytes=5-", 5, length), ("bytes=-7", length - 7, length)] {
        let part = get(&app, &path, &[("range", range)]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.body, whole.body[from..to], "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{length}", to - 1));
    }
    let outside = get(&app, &path, &[("range", &format!("bytes={length}-"))]).await;
    outside.problem(StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.header("content-range"), format!("bytes */{length}"));
    assert_eq!(get(&app, &path, &[("range", "lines=1-2")]).await.status, StatusCode::OK);

    let known = get(&app, &path, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let same = get(&app, &path, &[("range", "bytes=0-3"), ("if-range", &etag)]).await;
    assert_eq!(same.status, StatusCode::PARTIAL_CONTENT);
    let other = get(&app, &path, &[("range", "bytes=0-3"), ("if-range", "\"old\"")]).await;
    assert_eq!((other.status, other.body.len()), (StatusCode::OK, length));

    let head = app.send(Request::head(&path).body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), length.to_string());
    get(&app, &format!("/api/runs/{}/artifacts/sample-0009.nrrd", run.id), &[]).await.problem(StatusCode::NOT_FOUND);
    let other_name = format!("/api/runs/{}/artifacts/..%2f..%2f..%2fvitrine.db", run.id);
    get(&app, &other_name, &[]).await.problem(StatusCode::NOT_FOUND);
}

/// A disk that takes small files until it is full.
#[derive(Debug)]
struct FullDisk(LocalFileSystem);

impl fmt::Display for FullDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a full disk")
    }
}

#[async_trait]
impl ObjectStore for FullDisk {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if location.as_ref().ends_with("sample-0001.nrrd") {
            let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
            return Err(object_store::Error::Generic { store: "disk", source: source.into() });
        }
        self.0.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_the_run_and_leaves_nothing_half_written() {
    let folders = Folders::new();
    let pool = server::store::open(&folders.data()).await.unwrap();
    let disk = folders.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let store = ArtifactStore::new(Arc::new(FullDisk(LocalFileSystem::new_with_prefix(&disk).unwrap())));
    let runs = Runs::new(pool.clone(), store, &folders.data());
    let stop = CancellationToken::new();
    let assets = Assets::new(folders.assets(), folders.web());
    tokio::spawn(Executor::new(runs.clone(), assets, OPTIONS, stop.clone()).run());
    let work = Work::Sample(serde_json::from_value(small_request()).unwrap());
    let id = runs.submit(&work, None, 10).await.unwrap().unwrap().id;
    let run = loop {
        let run = stored::get(&pool, &id).await.unwrap().unwrap();
        if run.state.is_final() {
            break run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    stop.cancel();
    assert_eq!(run.state, RunState::Failed);
    let error = run.error.unwrap();
    assert!(error.contains("no storage space"), "{error}");
    let listed: Vec<_> = run.artifacts.iter().map(|a| a.name.as_str()).collect();
    let mut found: Vec<_> = std::fs::read_dir(disk.join("runs").join(&id))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(listed, ["sample-0000.nrrd"]);
    assert_eq!(found, ["sample-0000.nrrd"], "no temporary file stays");
}
