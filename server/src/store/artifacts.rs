//! Finished files of runs, in an object store: the local disk today, S3 by configuration.
//!
//! A file is written under a temporary name, synced and renamed, so it is there whole or not at all.

use std::{ops::Range, path::Path as FilePath, sync::Arc};

use bytes::Bytes;
use catalog::run::Artifact;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path,
};
use sha2::{Digest as _, Sha256};
use sqlx::SqlitePool;

use super::{StoreError, is_plain};

/// The artifact store.
#[derive(Clone, Debug)]
pub struct ArtifactStore {
    objects: Arc<dyn ObjectStore>,
}

impl ArtifactStore {
    /// Artifacts on the local disk, below `folder`.
    ///
    /// # Errors
    /// If the folder cannot be created.
    pub fn local(folder: &FilePath) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::file(folder, e))?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self::new(Arc::new(objects)))
    }

    /// Artifacts in any object store.
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects }
    }

    /// Writes a file and answers with its description. Writing the same again is harmless.
    ///
    /// # Errors
    /// If the name is not one, or the store cannot take the file; then nothing of it stays behind.
    pub async fn put(&self, run: &str, name: &str, media_type: &str, bytes: Bytes) -> Result<Artifact, StoreError> {
        let artifact = Artifact {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
        };
        self.objects.put(&key(run, name)?, PutPayload::from_bytes(bytes)).await?;
        Ok(artifact)
    }

    /// A file's bytes, or those of a range.
    ///
    /// # Errors
    /// If the store does not have it.
    pub async fn read(
        &self,
        run: &str,
        name: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        Ok(self.objects.get_opts(&key(run, name)?, options).await?.into_stream())
    }

    /// A whole file.
    ///
    /// # Errors
    /// If the store does not have it.
    pub async fn read_all(&self, run: &str, name: &str) -> Result<Bytes, StoreError> {
        Ok(self.objects.get(&key(run, name)?).await?.bytes().await?)
    }

    /// Deletes every file of a run.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn delete_run(&self, run: &str) -> Result<(), StoreError> {
        let folder = Path::from_iter(["runs", run]);
        let files = self.objects.list(Some(&folder)).map_ok(|file| file.location).boxed();
        let deleted = self.objects.delete_stream(files).try_for_each(|_| async { Ok(()) }).await;
        match deleted {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

/// Description of an artifact; `None` if the run has none of that name.
///
/// # Errors
/// If the database fails.
pub async fn find(pool: &SqlitePool, run: &str, name: &str) -> Result<Option<Artifact>, StoreError> {
    let row: Option<(String, i64, String)> =
        sqlx::query_as("SELECT media_type, bytes, sha256 FROM artifacts WHERE run_id = ?1 AND name = ?2")
            .bind(run)
            .bind(name)
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|(media_type, bytes, sha256)| Artifact {
        name: name.to_owned(),
        media_type,
        bytes: bytes.unsigned_abs(),
        sha256,
    }))
}

fn key(run: &str, name: &str) -> Result<Path, StoreError> {
    if is_plain(run) && is_plain(name) {
        Ok(Path::from_iter(["runs", run, name]))
    } else {
        Err(StoreError::Name(name.to_owned()))
    }
}
