//! Checkpoints on the local disk that survive kill −9.
//!
//! A checkpoint is a directory `step-<n>` with the trainer's files and a `manifest.json` of their SHA-256. It is
//! written under a temporary name, synced and renamed, so a directory with the final name is complete; hashes catch
//! what a disk breaks later. The newest two are kept: if the newest is broken, the one before is taken.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const KEPT: usize = 2;
const MANIFEST: &str = "manifest.json";

#[derive(Serialize, Deserialize)]
struct Manifest {
    step: u64,
    files: BTreeMap<String, String>,
}

/// Writes the checkpoint of `step` below `directory`: `save` fills the directory it is given.
///
/// # Errors
/// If the disk refuses; older checkpoints are untouched then.
pub fn write(directory: &Path, step: u64, save: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let temporary = directory.join(format!(".writing-{step}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&temporary);
    fs::create_dir(&temporary)?;
    let finished = directory.join(format!("step-{step:010}"));
    let written = (|| {
        save(&temporary)?;
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&temporary)? {
            let entry = entry?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), hash(&entry.path())?);
            File::open(entry.path())?.sync_all()?;
        }
        let manifest = temporary.join(MANIFEST);
        fs::write(&manifest, serde_json::to_vec(&Manifest { step, files })?)?;
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
        return Err(error);
    }
    for old in list(directory)?.into_iter().rev().skip(KEPT) {
        fs::remove_dir_all(old).context("removing an old checkpoint")?;
    }
    Ok(finished)
}

/// The newest checkpoint whose files are as they were written, and a sentence for each newer one that is not.
///
/// # Errors
/// If the directory cannot be listed.
pub fn newest(directory: &Path) -> Result<(Option<PathBuf>, Vec<String>)> {
    let mut notes = Vec::new();
    if !directory.exists() {
        return Ok((None, notes));
    }
    for checkpoint in list(directory)?.into_iter().rev() {
        match verify(&checkpoint) {
            Ok(()) => return Ok((Some(checkpoint), notes)),
            Err(error) => notes.push(format!("skipped the broken checkpoint {}: {error}", checkpoint.display())),
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

fn verify(checkpoint: &Path) -> Result<()> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(checkpoint.join(MANIFEST))?)?;
    for (name, expected) in &manifest.files {
        ensure!(!name.contains(['/', '\\']), "the manifest names a path");
        ensure!(&hash(&checkpoint.join(name))? == expected, "{name} has changed");
    }
    Ok(())
}

fn hash(path: &Path) -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs::read(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(directory: &Path, step: u64, text: &str) {
        write(directory, step, |d| Ok(fs::write(d.join("state"), text)?)).unwrap();
    }

    fn newest_text(directory: &Path) -> Option<String> {
        newest(directory).unwrap().0.map(|d| fs::read_to_string(d.join("state")).unwrap())
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
        let failed = write(directory.path(), 2, |d| {
            fs::write(d.join("state"), "half")?;
            anyhow::bail!("the disk is full")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(newest_text(directory.path()).as_deref(), Some("good"));
    }
}
