//! The command line through the built binary.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{
    Folders,
    child::{output, stderr, stdout, vitrine},
};

fn sample(folders: &Folders, out: &str, more: &[&str]) -> Output {
    let mut arguments = vec!["sample", "porous-gan", "--preset", "berea-small", "--seed", "7", "--count", "2"];
    arguments.extend(["--set", "size=32", "--out", out]);
    arguments.extend(more);
    output(folders, &arguments)
}

/// Exit code 2, and nothing on stderr but `error: field: …` lines.
pub fn refused(output: &Output, fields: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), fields.len(), "{text}");
    for field in fields {
        let start = format!("error: {field}: ");
        assert!(lines.iter().any(|line| line.starts_with(&start)), "{start}: {text}");
    }
}

#[test]
fn samples_are_the_same_twice_and_described() {
    let folders = Folders::new();
    let shipped = "weights/porous-gan/berea-small/reference.json";
    let real = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets").join(shipped)).unwrap();
    fs::write(folders.assets().join(shipped), &real).unwrap();
    for out in ["one", "two"] {
        let output = sample(&folders, out, &[]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let path = |out: &str, name: &str| folders.path().join(out).join(name);
    for name in ["sample-0000.nrrd", "sample-0001.nrrd", "metrics.json"] {
        assert_eq!(fs::read(path("one", name)).unwrap(), fs::read(path("two", name)).unwrap(), "{name}");
    }
    assert_eq!(fs::read_dir(folders.path().join("one")).unwrap().count(), 3);
    let metrics: Value = serde_json::from_slice(&fs::read(path("one", "metrics.json")).unwrap()).unwrap();
    assert_eq!((&metrics["request"]["seed"], &metrics["request"]["count"]), (&7.into(), &2.into()));
    assert_eq!(metrics["samples"].as_array().unwrap().len(), 2);
    assert_eq!(metrics["samples"][1]["shape"], serde_json::json!([32, 32, 32]));
    assert_eq!(metrics["provenance"]["device"], "cpu");
    assert_eq!(metrics["provenance"]["weights"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(metrics["real"], serde_json::from_slice::<Value>(&real).unwrap());
    assert!(metrics["samples"][0]["agreement"]["porosity"].is_boolean(), "{}", metrics["samples"][0]);
    let written = String::from_utf8_lossy(&fs::read(path("one", "sample-0000.nrrd")).unwrap()).into_owned();
    assert!(written.contains("spacings: 6 6 6"), "the voxels have the rock's size");
    let first = samples::volume::nrrd::read(&fs::read(path("one", "sample-0000.nrrd")).unwrap()).unwrap();
    let second = samples::volume::nrrd::read(&fs::read(path("one", "sample-0001.nrrd")).unwrap()).unwrap();
    assert_ne!(first, second);

    let other_count = sample(&folders, "three", &["--count", "1"]);
    assert_eq!(other_count.status.code(), Some(2), "--count twice");
}

#[test]
fn nothing_is_written_over_without_force() {
    let folders = Folders::new();
    assert!(sample(&folders, "out", &[]).status.success());
    let before = fs::metadata(folders.path().join("out/metrics.json")).unwrap().modified().unwrap();
    refused(&sample(&folders, "out", &[]), &["out"]);
    assert_eq!(fs::metadata(folders.path().join("out/metrics.json")).unwrap().modified().unwrap(), before);
    assert!(sample(&folders, "out", &["--force"]).status.success());
    assert!(fs::metadata(folders.path().join("out/metrics.json")).unwrap().modified().unwrap() > before);
    fs::write(folders.path().join("file"), "not a folder").unwrap();
    refused(&sample(&folders, "file", &[]), &["out"]);
}

#[test]
fn molecules_come_as_json_lines_and_as_smiles() {
    let folders = Folders::new();
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/weights/fl-gfn/molecules/weights.safetensors");
    let set = ["--set", "learners=forward-looking", "--set", "steps=2", "--set", "batch_size=4"];
    let model = ["sample", "fl-gfn", "--preset", "molecules", "--weights", weights];
    let arguments = [&model[..], &set, &["--count", "5", "--out", "out"]].concat();
    let drawn = output(&folders, &arguments);
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    let read = |name: &str| fs::read_to_string(folders.path().join("out").join(name)).unwrap();
    let lines = read("sample-0000.jsonl");
    let objects: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 5);
    let smiles = read("sample-0000-molecules.smi");
    for (number, (object, line)) in objects.iter().zip(smiles.lines()).enumerate() {
        assert_eq!(line, format!("{}\tdraw {}", object["object"].as_str().unwrap(), number + 1));
        assert!(object["log_prob"].as_f64().unwrap() < 0.0 && object["log_reward"].is_number(), "{object}");
    }
    let report: serde_json::Value = serde_json::from_str(&read("metrics.json")).unwrap();
    assert_eq!(report["samples"][0]["beside"][0], "sample-0000-molecules.smi");
    refused(&output(&folders, &arguments), &["out"]);
    fs::remove_file(folders.path().join("out/sample-0000.jsonl")).unwrap();
    fs::remove_file(folders.path().join("out/metrics.json")).unwrap();
    refused(&output(&folders, &arguments), &["out"]);
}

fn said_in_one_line(output: &Output, named: &str) {
    let text = stderr(output);
    assert_eq!((output.status.code(), text.lines().count()), (Some(2), 1), "{text}");
    assert!(text.contains(named), "{text}");
}

#[test]
fn bad_arguments_are_each_named_in_one_line() {
    let folders = Folders::new();
    let base = ["sample", "porous-gan", "--out", "out"];
    let cases: [(&[&str], &[&str]); 11] = [
        (&["--preset", "granite"], &["preset"]),
        (&["--set", "size=0"], &["parameters.size"]),
        (&["--set", "size=1000000000"], &["parameters.size"]),
        (&["--set", "size=NaN", "--set", "colour=red"], &["parameters.size", "parameters.colour"]),
        (&["--set", "size=32", "--set", "size=40"], &["parameters.size"]),
        (&["--set", "size"], &["set"]),
        (&["--seed", "9007199254740992"], &["seed"]),
        (&["--count", "0"], &["count"]),
        (&["--device", "abacus"], &["device"]),
        (&["--device", "webgpu"], &["device"]),
        (&["--weights", "none.safetensors"], &["weights"]),
    ];
    for (arguments, fields) in cases {
        refused(&output(&folders, &[&base, arguments].concat()), fields);
    }
    refused(&output(&folders, &["sample", "porous-gam", "--out", "out"]), &["system"]);
    refused(&output(&folders, &["sample", "porous-gan", "--preset", "paper", "--out", "out"]), &["weights"]);
    for (arguments, named) in
        [(&["--seed", "-1"][..], "-1"), (&["--count", "many"], "--count"), (&["--colour", "red"], "--colour")]
    {
        said_in_one_line(&output(&folders, &[&base, arguments].concat()), named);
    }
    said_in_one_line(&output(&folders, &["sample", "porous-gan"]), "--out");
    let nothing = output(&folders, &["runs"]);
    assert!(nothing.status.code() == Some(2) && stderr(&nothing).contains("Commands:"), "{}", stderr(&nothing));
    assert!(!folders.path().join("out").exists());
}

#[test]
fn weights_that_are_broken_or_of_another_model_are_refused() {
    let folders = Folders::new();
    let whole = fs::read(folders.weights()).unwrap();
    let mut absurd = whole.clone();
    absurd[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut flipped = whole.clone();
    flipped[9] ^= 0xff;
    let broken: [(&str, &[u8]); 7] = [
        ("empty.safetensors", b""),
        ("short.safetensors", &whole[..whole.len() - 1]),
        ("half.safetensors", &whole[..whole.len() / 2]),
        ("absurd.safetensors", &absurd),
        ("flipped.safetensors", &flipped),
        ("noise.pth", b"PK\x03\x04 and nothing behind it"),
        // Whatever it holds: as the authors' it is read, in whose format no safetensors are.
        ("whole.ckpt", &whole),
    ];
    for (name, bytes) in broken {
        fs::write(folders.path().join(name), bytes).unwrap();
        refused(&sample(&folders, "out", &["--weights", name]), &["weights"]);
        assert_eq!(fs::read_dir(folders.path().join("out")).unwrap().count(), 0, "{name}");
        refused(
            &output(&folders, &["evaluate", "porous-gan", "--preset", "berea-small", "--weights", name]),
            &["weights"],
        );
    }
    let small = folders.weights();
    let arguments = ["sample", "porous-gan", "--preset", "paper", "--out", "out", "--weights", small.to_str().unwrap()];
    refused(&output(&folders, &arguments), &["weights"]);
}

#[test]
fn output_that_nobody_reads_is_no_reason_to_panic() {
    let folders = Folders::new();
    let program = vitrine(&folders, &[]).get_program().to_owned();
    for asked in ["systems", "--help"] {
        // The reader is gone long before anything is written.
        let mut shell = Command::new("bash");
        shell.args(["-c", "(sleep 0.5; exec \"$0\" \"$1\") | true"]).arg(&program).arg(asked);
        let output = shell.current_dir(folders.path()).output().unwrap();
        assert_eq!(stderr(&output), "", "{asked}");
    }
}

#[test]
fn a_checkpoint_becomes_the_weights_of_a_preset() {
    let folders = Folders::new();
    let checkpoint = folders.path().join("noise.pth");
    fs::write(&checkpoint, b"PK\x03\x04 and nothing behind it").unwrap();
    let import = |checkpoint: &Path, preset: &str, more: &[&str]| {
        let checkpoint = checkpoint.to_str().unwrap();
        let arguments = ["import", "porous-gan", checkpoint, "--preset", preset, "--out", "made/weights.safetensors"];
        output(&folders, &[&arguments, more].concat())
    };
    let made = folders.path().join("made/weights.safetensors");
    refused(&import(&checkpoint, "berea-small", &[]), &["weights"]);
    refused(&import(&folders.weights(), "paper", &[]), &["weights"]);
    refused(&import(&folders.weights(), "granite", &[]), &["preset"]);
    assert!(!made.exists());
    let done = import(&folders.weights(), "berea-small", &[]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(fs::read(&made).unwrap(), fs::read(folders.weights()).unwrap());
    refused(&import(&folders.weights(), "berea-small", &[]), &["out"]);
    assert!(import(&folders.weights(), "berea-small", &["--force"]).status.success());
}

/// A limit on the size of files stands for a full disk: the write fails in the middle.
#[test]
fn a_disk_that_refuses_leaves_nothing_half_written() {
    let folders = Folders::new();
    let mut command = vitrine(&folders, &[]);
    let program = command.get_program().to_owned();
    command = {
        let mut shell = Command::new("bash");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]).arg(program);
        shell.args(["sample", "porous-gan", "--set", "size=64", "--out", "out"]);
        shell.env("VITRINE_ASSETS", folders.assets()).current_dir(folders.path());
        shell
    };
    let output = command.output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    let errors: Vec<_> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].contains("sample-0000.nrrd"), "{text}");
    assert_eq!(fs::read_dir(folders.path().join("out")).unwrap().count(), 0);
}

#[test]
fn a_training_that_is_interrupted_goes_on_with_the_same_command() {
    let folders = Folders::with_rock();
    let set = ["iterations=60", "batch_size=1", "periodic=false", "checkpoint_seconds=1", "evaluate_every=100000"];
    let mut arguments =
        vec!["train", "porous-gan", "--preset", "ketton-small", "--checkpoints", "steps", "--out", "out"];
    set.iter().for_each(|assignment| arguments.extend(["--set", assignment]));
    let mut child = vitrine(&folders, &arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    let checkpoint = || fs::read_dir(folders.path().join("steps")).into_iter().flatten().count() > 0;
    while !checkpoint() {
        assert!(start.elapsed() < Duration::from_secs(120) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(50));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let stopped = child.wait_with_output().unwrap();
    assert_eq!(stopped.status.code(), Some(1));
    assert!(stderr(&stopped).contains("error: stopped at step "), "{}", stderr(&stopped));
    assert!(!folders.path().join("out/weights.safetensors").exists());

    // Nobody else's training goes on from there.
    let another = ["--seed", "5", "--force"];
    refused(&output(&folders, &[&arguments[..], &another].concat()), &["checkpoints"]);
    let finished = output(&folders, &arguments);
    assert!(finished.status.success(), "{}", stderr(&finished));
    assert!(stderr(&finished).contains("Goes on from the checkpoint of step "), "{}", stderr(&finished));
    let weights = folders.path().join("out/weights.safetensors");
    let drawn = output(
        &folders,
        &[
            "sample",
            "porous-gan",
            "--preset",
            "ketton-small",
            "--set",
            "size=32",
            "--out",
            "drawn",
            "--weights",
            weights.to_str().unwrap(),
        ],
    );
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    refused(&output(&folders, &arguments), &["out"]);
}

#[test]
fn runs_of_a_folder_and_the_catalogue_are_listed() {
    let folders = Folders::new();
    refused(&output(&folders, &["runs", "list"]), &["data"]);
    assert!(!folders.data().exists(), "looking creates nothing");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let id = runtime.block_on(async {
        let pool = server::store::open(&folders.data()).await.unwrap();
        let request = serde_json::from_value(crate::support::small_request()).unwrap();
        let work = catalog::run::Work::Sample(request);
        let id = server::store::runs::new_id();
        assert!(server::store::runs::create(&pool, &id, &work, &[], 10).await.unwrap());
        id
    });
    let list = output(&folders, &["runs", "list", "--state", "queued"]);
    assert!(stdout(&list).starts_with(&format!("{id}  queued")), "{}", stdout(&list));
    let cancelled = output(&folders, &["runs", "cancel", &id]);
    assert_eq!(stdout(&cancelled), "cancelled\n");
    let shown: Value = serde_json::from_str(&stdout(&output(&folders, &["runs", "show", &id]))).unwrap();
    assert_eq!(shown["state"], "cancelled");
    refused(&output(&folders, &["runs", "cancel", &id]), &["id"]);
    refused(&output(&folders, &["runs", "show", "none"]), &["id"]);
    refused(&output(&folders, &["runs", "list", "--state", "lost"]), &["state"]);

    let systems = output(&folders, &["systems"]);
    assert!(stdout(&systems).contains("porous-gan") && stdout(&systems).contains("berea-small"));
    let json: Value = serde_json::from_str(&stdout(&output(&folders, &["systems", "--json"]))).unwrap();
    assert_eq!(json, serde_json::to_value(catalog::systems::all()).unwrap());
}

#[test]
fn an_address_that_is_taken_is_an_error_of_one_line() {
    let folders = Folders::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&output(&folders, &["serve", "--listen", &address]), &["listen"]);
}
