//! Checkpoints on the local disk that survive kill −9.
//!
//! A checkpoint is a directory `step-<n>` with the trainer's files and a `manifest.json` that holds what was asked for
//! and the files' SHA-256. It is written under a temporary name, synced and renamed, so a directory with the final name
//! is complete; hashes catch what a disk breaks later. The newest two are kept: if the newest is broken, the one before
//! is taken.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use catalog::{FieldError, TrainRequest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const KEPT: usize = 2;
const MANIFEST: &str = "manifest.json";
/// How the name of a checkpoint that is being written begins.
const WRITING: &str = ".writing-";
/// Writing takes seconds; what is older than this is nobody's any more.
const ABANDONED: Duration = Duration::from_secs(600);
/// What may differ between two calls of one training: what is learned does not depend on it.
const RHYTHM: &str = "checkpoint_seconds";

#[derive(Serialize, Deserialize)]
struct Manifest {
    step: u64,
    /// Absent from those of earlier versions.
    request: Option<TrainRequest>,
    files: BTreeMap<String, String>,
}

/// A checkpoint that is whole.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its folder.
    pub folder: PathBuf,
    /// What the training was asked for, if it says so.
    request: Option<TrainRequest>,
}

impl Checkpoint {
    /// Whether a training that was asked for `request` goes on from here.
    ///
    /// # Errors
    /// Of the field `checkpoints`, if it is another training's.
    pub fn check(&self, request: &TrainRequest) -> Result<(), FieldError> {
        let Some(difference) = self.request.as_ref().and_then(|then| difference(then, request)) else { return Ok(()) };
        let folder = self.folder.parent().unwrap_or(&self.folder).display();
        let message = format!("{folder} holds those of another training ({difference}); take another folder");
        Err(FieldError::new("checkpoints", message))
    }
}

/// What the training of a checkpoint was asked for that `now` does not ask for. Parameters that it does not know came
/// later, and leave what was before as it was.
fn difference(then: &TrainRequest, now: &TrainRequest) -> Option<String> {
    if then.system != now.system || then.preset != now.preset {
        return Some(format!("{} {}", then.system, then.preset));
    }
    if then.seed != now.seed {
        return Some(format!("seed {}", then.seed));
    }
    let mut parameters = then.parameters.as_object().into_iter().flatten();
    let other = parameters.find(|(name, value)| *name != RHYTHM && now.parameters.get(name) != Some(value));
    other.map(|(name, value)| format!("{name} {value}"))
}

/// Removes what killed processes left half written below `directory`.
pub fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default();
        if age > ABANDONED && entry.file_name().to_string_lossy().starts_with(WRITING) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Writes the checkpoint of `step` below `directory`: `save` fills the directory it is given.
///
/// # Errors
/// If the disk refuses; older checkpoints are untouched then.
pub fn write(
    directory: &Path,
    step: u64,
    request: &TrainRequest,
    save: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let temporary = directory.join(format!("{WRITING}{step}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&temporary);
    fs::create_dir(&temporary)?;
    let finished = directory.join(format!("step-{step:010}"));
    let written: Result<()> = (|| {
        save(&temporary)?;
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&temporary)? {
            let entry = entry?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), hash(&entry.path())?);
            File::open(entry.path())?.sync_all()?;
        }
        let manifest = temporary.join(MANIFEST);
        fs::write(&manifest, serde_json::to_vec(&Manifest { step, request: Some(request.clone()), files })?)?;
        File::open(&manifest)?.sync_all()?;
        File::open(&temporary)?.sync_all()?;
        if finished.exists() {
            fs::remove_dir_all(&finished)?;
        }
        fs::rename(&temporary, &finished)?;
        File::open(directory)?.sync_all()?;
        Ok(())
    })();
    if let Err(error) = written {
        let _ = fs::remove_dir_all(&temporary);
        return Err(error.context(format!("writing a checkpoint into {}", directory.display())));
    }
    // Later ones are broken, or training would have gone on from there.
    let (before, later): (Vec<_>, Vec<_>) = list(directory)?.into_iter().partition(|folder| *folder <= finished);
    for old in before.into_iter().rev().skip(KEPT).chain(later) {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).context("removing an old checkpoint");
            }
            _ => {}
        }
    }
    Ok(finished)
}

/// The newest checkpoint whose files are as they were written, and a sentence for each newer one that is not.
///
/// # Errors
/// If the directory cannot be listed.
pub fn newest(directory: &Path) -> Result<(Option<Checkpoint>, Vec<String>)> {
    let mut notes = Vec::new();
    if !directory.exists() {
        return Ok((None, notes));
    }
    for folder in list(directory)?.into_iter().rev() {
        match verify(&folder) {
            Ok(request) => return Ok((Some(Checkpoint { folder, request }), notes)),
            Err(error) => notes.push(format!("skipped the broken checkpoint {}: {error}", folder.display())),
        }
    }
    Ok((None, notes))
}

fn list(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("step-") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn verify(checkpoint: &Path) -> Result<Option<TrainRequest>> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(checkpoint.join(MANIFEST))?)?;
    for (name, expected) in &manifest.files {
        ensure!(!name.contains(['/', '\\']), "the manifest names a path");
        ensure!(&hash(&checkpoint.join(name))? == expected, "{name} has changed");
    }
    Ok(manifest.request)
}

fn hash(path: &Path) -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs::read(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> TrainRequest {
        let parameters = serde_json::json!({ "iterations": 10, RHYTHM: 60 });
        let (system, preset) = ("porous-gan".to_owned(), "berea-small".to_owned());
        TrainRequest { system, preset, parameters, seed: 3, device: catalog::Device::Cpu }
    }

    fn put(directory: &Path, step: u64, text: &str) {
        write(directory, step, &request(), |d| Ok(fs::write(d.join("state"), text)?)).unwrap();
    }

    fn newest_text(directory: &Path) -> Option<String> {
        newest(directory).unwrap().0.map(|found| fs::read_to_string(found.folder.join("state")).unwrap())
    }

    #[test]
    fn the_newest_valid_one_is_found_and_old_ones_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        assert_eq!(newest_text(path), None);
        for step in 1..=3 {
            put(path, step, &format!("state {step}"));
        }
        assert_eq!(list(path).unwrap().len(), KEPT);
        assert_eq!(newest_text(path).as_deref(), Some("state 3"));
        fs::write(path.join("step-0000000003/state"), "spoilt").unwrap();
        assert_eq!(newest_text(path).as_deref(), Some("state 2"));
        assert_eq!(newest(path).unwrap().1.len(), 1);
        fs::remove_file(path.join("step-0000000002/state")).unwrap();
        assert_eq!(newest_text(path), None);
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 1, "good");
        let failed = write(directory.path(), 2, &request(), |d| {
            fs::write(d.join("state"), "half")?;
            anyhow::bail!("the disk is full")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(newest_text(directory.path()).as_deref(), Some("good"));
    }

    #[test]
    fn broken_ones_of_later_steps_do_not_outlive_what_is_written_after_them() {
        let directory = tempfile::tempdir().unwrap();
        for step in 8..=9 {
            put(directory.path(), step, "state");
            fs::write(directory.path().join(format!("step-{step:010}/manifest.json")), "{").unwrap();
        }
        put(directory.path(), 1, "anew");
        assert_eq!(newest_text(directory.path()).as_deref(), Some("anew"));
        assert_eq!(newest(directory.path()).unwrap().1, Vec::<String>::new());
    }

    #[test]
    fn another_training_does_not_go_on_from_it() {
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 1, "state");
        let found = newest(directory.path()).unwrap().0.unwrap();
        let with = |parameters| TrainRequest { parameters, ..request() };
        let same = [
            request(),
            with(serde_json::json!({ "iterations": 10, RHYTHM: 5 })),
            with(serde_json::json!({ "iterations": 10, RHYTHM: 60, "of_later": 1 })),
        ];
        for request in same {
            assert_eq!(found.check(&request), Ok(()), "{request:?}");
        }
        for (other, named) in [
            (TrainRequest { preset: "ketton-small".to_owned(), ..request() }, "porous-gan berea-small"),
            (TrainRequest { seed: 4, ..request() }, "seed 3"),
            (with(serde_json::json!({ "iterations": 11, RHYTHM: 60 })), "iterations 10"),
        ] {
            let error = found.check(&other).unwrap_err();
            assert!(error.field == "checkpoints" && error.message.contains(named), "{error}");
        }
    }

    #[test]
    fn what_a_killed_process_left_half_written_goes() {
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 1, "good");
        fs::create_dir(directory.path().join(".writing-2-1")).unwrap();
        fs::write(directory.path().join(".writing-2-1/state"), "half").unwrap();
        let files = || fs::read_dir(directory.path()).unwrap().count();
        sweep(directory.path());
        assert_eq!(files(), 2, "somebody may be writing it");
        let then = std::time::SystemTime::now() - 2 * ABANDONED;
        File::open(directory.path().join(".writing-2-1")).unwrap().set_modified(then).unwrap();
        sweep(directory.path());
        assert_eq!(files(), 1);
        assert_eq!(newest_text(directory.path()).as_deref(), Some("good"));
    }
}
