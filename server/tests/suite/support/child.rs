//! `vitrine` as a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use catalog::run::Run;
use serde_json::Value;

use super::{Folders, Form};

/// The command line with this test's folders.
pub fn vitrine(folders: &Folders, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command
        .args(arguments)
        .env("VITRINE_DATA", folders.data())
        .env("VITRINE_ASSETS", folders.assets())
        .env("VITRINE_WEB", folders.web())
        .env("VITRINE_LOG", "warn")
        .current_dir(folders.path());
    command
}

/// Runs a command to its end.
pub fn output(folders: &Folders, arguments: &[&str]) -> Output {
    vitrine(folders, arguments).output().unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A running `vitrine serve`.
pub struct Server {
    child: Child,
    pub url: String,
    pub token: Option<String>,
    client: reqwest::Client,
}

impl Server {
    /// Starts one on a free port and waits until it listens.
    pub fn start(folders: &Folders, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--lease-seconds", "2"];
        all.extend(arguments);
        let child = vitrine(folders, &all).stdout(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, url: String::new(), token: None, client: reqwest::Client::new() };
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        while server.url.is_empty() {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            if let Some((_, token)) = line.split_once("makes a new one): ") {
                server.token = Some(token.to_owned());
            }
            if let Some(url) = line.strip_prefix("listening on ") {
                server.url = url.to_owned();
            }
        }
        server
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; answers with whether it ended well and how long that took.
    pub fn terminate(mut self) -> (bool, Duration) {
        let start = Instant::now();
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        let status = self.child.wait().unwrap();
        (status.success(), start.elapsed())
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        let mut request = self.client.post(format!("{}{path}", self.url)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status.as_u16(), 202, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Asks for samples with a form.
    pub async fn upload(&self, form: &Form) -> Value {
        let (media, body) = form.encode();
        let request = self.client.post(format!("{}/api/samples", self.url)).header("content-type", media).body(body);
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status.as_u16(), 202, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    pub async fn run(&self, id: &str) -> Run {
        self.get(&format!("/api/runs/{id}")).await.json().await.unwrap()
    }

    /// Waits until a run satisfies a condition.
    pub async fn until(&self, id: &str, what: &str, condition: impl Fn(&Run) -> bool) -> Run {
        let start = Instant::now();
        loop {
            let run = self.run(id).await;
            if condition(&run) {
                return run;
            }
            assert!(start.elapsed() < Duration::from_secs(600), "never {what}: {run:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
